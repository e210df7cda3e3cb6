import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { vi } from 'vitest'
import { commandNames } from '../../src/cli/commands.ts'
import { downpour } from './command.ts'
import { runFolder } from './database.ts'
import { told } from './told.ts'
import type { Told } from './told.ts'

/** Nobody listens there. */
const nowhere = 'postgres://nobody:hidden@127.0.0.1:1/nothing'

/** Has a schema and a configuration, and nothing that a word could mean. */
let folder: string

/** Goes to a project of its own, with a server that does not answer; gives the way back. */
export async function enterFuzzProject(): Promise<() => void> {
  const repository = process.cwd()
  folder = await mkdtemp(join(runFolder(), 'fuzz-'))
  await writeFile(
    join(folder, 'schema.mjs'),
    `import { integer, pgTable, text } from 'drizzle-orm/pg-core'
export const users = pgTable('users', { id: integer().primaryKey(), name: text() })`,
  )
  await writeFile(
    join(folder, 'downpour.config.mjs'),
    `export default { schema: './schema.mjs', profiles: { dev: { counts: { users: 5 } } } }`,
  )
  await mkdir(join(folder, 'made'))
  vi.stubEnv('DATABASE_URL', nowhere)
  process.chdir(folder)
  return () => {
    process.chdir(repository)
    vi.unstubAllEnvs()
  }
}

/** Words with a meaning to some command, and words without. */
const options = [
  '--append', '--batch', '--chunk', '--chunk-size', '--confirm', '--config', '--count', '--csv',
  '--database-url', '--except', '--existing', '--format', '--gzip', '--help', '--html', '--indexes',
  '--join',
  '--run',
  '--hosts', '--json', '--lanes', '--max-errors', '--no-ledger', '--on-error', '--only', '--profile',
  '--quick', '--quiet', '--repeat', '--reset', '--restart', '--resume', '--role', '--row', '--rows',
  '--scale', '--seed', '--show-values', '--strategies', '--strategy', '--threads', '--transaction',
  '--version', '--no-json', '--json=maybe', '--count=users', '-x', '--', '--__proto__', '--constructor',
] // prettier-ignore
const values = [
  '0', '1', '-1', '1e9', '1.5', 'NaN', 'Infinity', '99999999999999999999', '', ' ', 'users', 'users=5',
  'users=-5', 'users=', '=5', 'user', 'users,users', ',', 'dev', 'latest', 'auto', 'copy', 'chunk', 'skip',
  'strategies', 'all', 'bash', 'tcsh', 'url', 'status', 'strat', '1/4', '5/4', 'csv', 'postgres://',
  'postgres://nobody:hidden@127.0.0.1:1/nothing', 'mysql://localhost/x', 'http://[', 'out', '\u0000',
  'ünï', '"; drop table users; --', '$(touch x)', '__proto__', 'constructor', 'toString',
] // prettier-ignore

const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...options) },
  { weight: 5, arbitrary: fc.constantFrom(...values) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
)
const command = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...commandNames) },
  { weight: 1, arbitrary: word },
)
/** As typed in the project's folder, where no word happens to be a file or begins a server. */
const argumentLists = fc
  .tuple(command, fc.array(word, { maxLength: 6 }))
  .map(([first, rest]) => [first, ...rest.filter((one) => one !== 'start')])

const documented = new Set([0, 1, 2, 4, 5, 130, 143])

function faultsOf({ stdout, stderr, exitCode }: Told): readonly string[] {
  return [
    ...(documented.has(exitCode) ? [] : [`exit code ${exitCode}`]),
    ...(exitCode === 1 ? ['an error that nobody expects'] : []),
    ...(/^ +at .+:\d+:\d+/m.test(stdout + stderr) ? ['a stack trace'] : []),
    ...(exitCode !== 0 && stderr.trim() === '' && stdout.trim() === '' ? ['no word'] : []),
    ...((stdout + stderr).includes('hidden') ? ['a password'] : []),
  ]
}

/** Each with what it was asked, so that a failure can be tried by hand. */
async function tryEach<Asked>(
  asked: readonly Asked[],
  run: (one: Asked) => Promise<Told>,
): Promise<readonly unknown[]> {
  const failures: unknown[] = []
  for (const one of asked) {
    const before = await readdir(folder)
    const answer = await run(one)
    const faults = [...faultsOf(answer)]
    const written = (await readdir(folder)).filter((name) => !before.includes(name))
    if (answer.exitCode === 2 && written.length > 0) faults.push(`wrote ${written.join()}`)
    for (const name of written) await rm(join(folder, name), { recursive: true })
    if (faults.length > 0) failures.push({ asked: one, faults, ...answer })
  }
  return failures
}

const anything = fc.oneof(
  fc.constantFrom(...values),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('./schema.mjs', ['./schema.mjs'], 'snake_case', '2026-01-01', { dev: { counts: { users: 3 } } }, { dev: {} }, [], {}),
) // prettier-ignore
const configurations = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 9,
    arbitrary: fc.record(
      Object.fromEntries(
        ['schema', 'casing', 'seeds', 'migrations', 'profiles', 'defaultProfile', 'seed', 'referenceDate', 'copyThreshold', 'hint', 'dialect', 'dbCredentials', 'allowHosts', 'other'].map((key) => [key, anything]),
      ),
      { requiredKeys: [] },
    ),
  },
) // prettier-ignore

/**
 * Asks random things of the command, in this process.
 *
 * @returns what was answered otherwise than it should be
 */
export function tryArguments(runs: number): Promise<readonly unknown[]> {
  return tryEach(fc.sample(argumentLists, { numRuns: runs, seed: 7 }), (args) => told(...args))
}

/** The same in processes of their own. */
export function tryPrograms(runs: number): Promise<readonly unknown[]> {
  const lists = fc.sample(argumentLists, { numRuns: runs, seed: 11 })
  return tryEach(lists, async (args) => {
    // No process can be given such a letter.
    const given = args.filter((arg) => !arg.includes('\u0000'))
    const { exitCode, ...rest } = await downpour(given, {
      cwd: folder,
      env: { DATABASE_URL: nowhere },
    })
    return { ...rest, exitCode: exitCode ?? -1 }
  })
}

/** Previews under random configurations. */
export function tryConfigurations(runs: number): Promise<readonly unknown[]> {
  let number = 0
  return tryEach(fc.sample(configurations, { numRuns: runs, seed: 13 }), async (configuration) => {
    const file = join(folder, 'made', `c${number++}.config.mjs`)
    await writeFile(file, `export default ${JSON.stringify(configuration)}`)
    return told('preview', '--config', file, '--rows', '1')
  })
}
