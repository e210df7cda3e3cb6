import { libpqTarget, runProgram } from './program.ts'

/**
 * Runs commands in one session of psql, without what a user has configured for it.
 *
 * @param settings - of the session, by name
 * @returns what is selected, without titles
 * @throws Error with what psql says
 */
export function psql(
  url: string,
  commands: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { database, environment } = libpqTarget(url)
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
  return runProgram({
    name: 'psql',
    args: [
      '--no-psqlrc',
      '--quiet',
      '--no-password',
      '--tuples-only',
      '--no-align',
      '--set=ON_ERROR_STOP=1',
      `--dbname=${database}`,
      ...commands.map((command) => `--command=${command}`),
    ],
    environment: { ...environment, PGOPTIONS: options.join(' ') },
  })
}
