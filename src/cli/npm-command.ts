/** The commands that have an npm script of their name. */
const scripts = ['seed', 'reset', 'migrate', 'preview', 'bench', 'db']

/** Whoever installed the package has its command, and none of this repository's scripts. */
const isInstalled = import.meta.url.includes('/node_modules/')

/** How yargs is told to name this program. */
export const program = isInstalled ? 'npx downpour' : 'npm run downpour --'

/**
 * How a command is typed here.
 *
 * @param words - the command and what follows it
 * @example
 * [npmCommand(['seed', '--help']), npmCommand(['completion'])]
 * // ['npm run seed -- --help', 'npm run downpour -- completion']
 */
export function npmCommand(words: readonly string[]): string {
  return asTyped(['npx downpour', ...words].join(' '))
}

/**
 * A text with its commands as they are typed here. Texts name them as whoever installed the package
 * types them, since most are made where nobody knows who reads them.
 *
 * @example
 * asTyped('Go on with "npx downpour seed --resume".') // 'Go on with "npm run seed -- --resume".'
 */
export function asTyped(text: string): string {
  return isInstalled ? text : withScripts(text)
}

/**
 * What `asTyped` does in this repository. A command goes on to a quote, a bracket or the line's end;
 * one whose output is read by a program must not begin with what npm has to say.
 */
export function withScripts(text: string): string {
  return text.replaceAll(/([$<]\()?npx downpour\b([^"\n)]*)/g, (_, into = '', words: string) => {
    const isRead = into !== '' || / [>|] /.test(words)
    const npm = `${into}npm run${isRead ? ' --silent' : ''}`
    const script = scripts.find((name) => new RegExp(`^ ${name}\\b`).test(words))
    if (script === undefined) return `${npm} downpour --${words}`
    const rest = words.slice(script.length + 1)
    return `${npm} ${script}${rest.startsWith(' ') ? ` --${rest}` : rest}`
  })
}
