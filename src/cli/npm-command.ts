/** The commands that have an npm script of their name. */
const scripts: readonly (string | undefined)[] = [
  'seed',
  'reset',
  'migrate',
  'preview',
  'bench',
  'db',
]

/** Whoever installed the package has its command, and none of this repository's scripts. */
const isInstalled = import.meta.url.includes('/node_modules/')

/** What stands before a command that has no script; also how yargs is told to name this program. */
export const program = isInstalled ? 'npx downpour' : 'npm run downpour --'

/**
 * How a command is typed in a project.
 *
 * @param words - the command and what follows it
 * @example
 * [npmCommand(['seed', '--help']), npmCommand(['completion'])]
 * // ['npm run seed -- --help', 'npm run downpour -- completion']
 */
export function npmCommand(words: readonly string[]): string {
  const [name, ...rest] = words
  if (isInstalled || !scripts.includes(name)) return [program, ...words].join(' ')
  return rest.length === 0 ? `npm run ${name}` : ['npm run', name, '--', ...rest].join(' ')
}

/**
 * A text with its commands as they are typed where this is installed; unchanged in this repository.
 *
 * @example
 * asTyped('Go on with "npm run seed -- --resume".') // 'Go on with "npx downpour seed --resume".'
 */
export function asTyped(text: string): string {
  return isInstalled ? withNpx(text) : text
}

/** What `asTyped` does where this is installed. */
export function withNpx(text: string): string {
  return text.replaceAll(
    /npm run (?:--silent )?(?:downpour --|(seed|reset|migrate|preview|bench|db)\b(?: --(?= ))?)/g,
    (_, script: string | undefined) => ['npx downpour', script].filter(Boolean).join(' '),
  )
}
