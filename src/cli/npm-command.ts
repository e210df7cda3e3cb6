/** The commands that have an npm script of their name. */
const scripts: readonly (string | undefined)[] = [
  'seed',
  'reset',
  'migrate',
  'preview',
  'bench',
  'db',
]

/** What stands before a command that has none; also how yargs is told to name this program. */
export const program = 'npm run downpour --'

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
  if (!scripts.includes(name)) return [program, ...words].join(' ')
  return rest.length === 0 ? `npm run ${name}` : ['npm run', name, '--', ...rest].join(' ')
}
