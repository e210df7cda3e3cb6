import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downpour } from '../support/command.ts'
import { createTestDatabase, serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask, change } from '../support/seed-town.ts'
import { createShopDatabase, makeShopProject, shopFile } from '../support/shop-project.ts'

/** A password that must not be seen anywhere. */
const canary = 'c4n4ry-p4ssw0rd'

interface BadInput {
  readonly name: string
  readonly args: string
  readonly env?: Readonly<Record<string, string>>
  /** Files of the project that are not as they should be. */
  readonly files?: Readonly<Record<string, string>>
  /** Given as --database-url; the tests' own, empty and migrated, unless told otherwise. */
  readonly url?: (url: URL) => string
  /** What is told is the words of what loads TypeScript, which a test's process has its own of. */
  readonly inProcess?: 'of its own'
  /** Done to the database before. */
  readonly before?: string
  /** @defaultValue 2 */
  readonly exitCode?: number
  readonly code: string
  readonly message: string
  readonly why: string
  readonly fix: string
}

const cases: readonly BadInput[] = [
  {
    name: 'an unknown table in --only',
    args: 'seed --only people,nots',
    code: 'PLAN_UNKNOWN_TABLE',
    message: 'There is no table "nots" in the schema',
    why: 'A seeder, a profile or an option names it.',
    fix: 'Did you mean notes? Use one of: notes, people.',
  },
  {
    name: 'an unknown table in --count',
    args: 'seed --count peple=5',
    code: 'PLAN_UNKNOWN_TABLE',
    message: 'There is no table "peple" in the schema',
    why: 'A seeder, a profile or an option names it.',
    fix: 'Did you mean people? Use one of: notes, people.',
  },
  {
    name: 'an unknown profile',
    args: 'seed --profile production',
    code: 'USAGE_PROFILE',
    message: 'There is no profile "production"',
    why: 'The configuration does not define it.',
    fix: 'Use one of: dev.',
  },
  {
    name: 'a count beyond the keys',
    args: 'seed --count people=9007199254740991',
    code: 'PLAN_KEY_SPACE',
    message: 'Cannot seed "people": column "id" cannot be filled',
    why: 'Keys would go up to 9007199254740991, and those of this type end at 2147483647.',
    fix: 'Plan fewer rows, or use a larger integer type; after --append, look for a row with a very large key.',
  },
  {
    name: 'an unknown column in a seeder',
    args: 'seed',
    files: shopFile('seeder.ts', 'name: f.words', 'nam: f.words'),
    code: 'PLAN_UNKNOWN_COLUMN',
    message: 'Cannot seed "people": it has no column "nam"',
    why: 'The seeder names a column that the Drizzle table does not declare.',
    fix: 'Did you mean name? Use one of: id, name, email.',
  },
  {
    name: 'a unique column that runs out of values',
    args: 'seed --count people=1001',
    code: 'PLAN_UNIQUE_SPACE',
    message: 'Cannot seed "people": column "email" cannot be filled',
    why: 'It is unique, and its generator has 1000 different values for 1001 rows.',
    fix: 'Plan at most 1000 rows of people, or give the generator more values.',
  },
  {
    name: 'a server that is not there',
    args: 'seed',
    url: (url) => changed(url, { host: '127.0.0.1:1', password: canary }),
    code: 'CONNECT_UNREACHABLE',
    message: 'Cannot connect to database "<database>" on 127.0.0.1:1 as "postgres"',
    why: 'Nothing accepts connections there (ECONNREFUSED).',
    fix: 'Start the server, or correct host and port in the database URL.',
  },
  {
    name: 'a wrong password',
    args: 'seed',
    url: (url) => changed(url, { password: canary }),
    code: 'CONNECT_AUTHENTICATION',
    message: 'Cannot connect to database "<database>" on <server> as "postgres"',
    why: 'The server said: password authentication failed for user "postgres" (SQLSTATE 28P01).',
    fix: 'Correct user and password in the database URL.',
  },
  {
    name: 'a database that does not exist',
    args: 'seed',
    url: (url) => changed(url, { pathname: '/nowhere' }),
    code: 'CONNECT_DATABASE',
    message: 'Cannot connect to database "nowhere" on <server> as "postgres"',
    why: 'The server said: database "nowhere" does not exist (SQLSTATE 3D000).',
    fix: 'Create the database or grant access to it, or correct its name in the database URL.',
  },
  {
    name: 'a URL with a password that breaks it',
    args: 'seed',
    url: () => `postgres://ada:${canary}#@127.0.0.1/shop`,
    code: 'URL_INVALID',
    message: 'Cannot read the database URL',
    why: 'It is not of the form postgres://user:password@host:port/database.',
    fix: 'Check it, and percent-encode what is special in the user or password: %40 for @, %2F for /, %3F for ?, %23 for #, %25 for %.',
  },
  {
    name: 'another kind of database',
    args: 'seed',
    url: () => `mysql://ada:${canary}@127.0.0.1/shop`,
    code: 'URL_DIALECT',
    message: 'Cannot use the database URL',
    why: 'It names a mysql database, and Downpour loads PostgreSQL only.',
    fix: 'Give a URL that begins with postgres://.',
  },
  {
    name: 'a database without the migrations',
    args: 'seed',
    before: 'drop schema drizzle cascade',
    code: 'REFUSED_UNMIGRATED',
    message: 'The database lacks 1 migration',
    why: 'Its tables are not those of the schema, and only your own command changes them.',
    fix: 'Run "npm run migrate" with the same --database-url, then seed again.',
  },
  {
    name: 'a column that differs from the schema',
    args: 'seed',
    before: 'alter table notes alter body type varchar(10)',
    code: 'TARGET_TYPE',
    message: 'Cannot seed "notes": the database differs from the schema',
    why: 'Its column "body" is character varying(10) in the database and text in the schema.',
    fix: 'Generate and apply a migration, so that the two agree.',
  },
  {
    name: 'a table that holds rows',
    args: 'seed',
    before: "insert into people (name, email) values ('ada', 'ada')",
    code: 'REFUSED_NOT_EMPTY',
    message: 'The data is there already: people holds rows',
    why: 'Seeding again would mix two sets of rows, so nothing was written.',
    fix: 'Go on with --append (grow them to larger counts), --reset (empty the tables first) or --database-url (another database).',
  },
  {
    name: 'a server that does not take the rows',
    args: 'seed',
    before: 'alter table people add check (id < 5)',
    exitCode: 4,
    code: 'LOAD_CHECK',
    message: 'Cannot load "people": a row breaks a check constraint',
    why: 'The server said: new row for relation "people" violates check constraint "people_id_check" (SQLSTATE 23514).',
    fix: 'Choose a generator for the column whose values the constraint allows.',
  },
  {
    name: 'a migration that the server refuses',
    args: 'migrate',
    before: 'drop schema drizzle cascade',
    exitCode: 4,
    code: 'MIGRATE_FAILED',
    message: 'A migration failed, and none was applied',
    why: 'The server said: relation "people" already exists (SQLSTATE 42P07), at: create table people …',
    fix: 'Correct the migration in <folder>/migrations, then run "npm run migrate" again.',
  },
  {
    name: 'a configuration that is not there',
    args: 'seed --config other.config.ts',
    code: 'CONFIG_MISSING',
    message: 'There is no configuration <folder>/other.config.ts',
    why: 'It says which tables there are and how they are filled.',
    fix: 'Run the command in the folder of the project, or name the file with --config.',
  },
  {
    name: 'a configuration with a syntax error',
    args: 'seed',
    files: { 'downpour.config.ts': 'export default {' },
    inProcess: 'of its own',
    code: 'CONFIG_MODULE',
    message: 'Cannot load the configuration <folder>/downpour.config.ts',
    why: 'Transform failed with 1 error: <folder>/downpour.config.ts:1:16: ERROR: Expected identifier but found end of file',
    fix: 'Correct the file, or the path that names it.',
  },
  {
    name: 'a configuration without a default export',
    args: 'seed',
    files: { 'downpour.config.ts': 'export const config = {}' },
    code: 'CONFIG_INVALID',
    message: 'Cannot use <folder>/downpour.config.ts',
    why: 'It has no default export.',
    fix: 'End it with: export default defineConfig({ … }).',
  },
  {
    name: 'a seeder that is not there',
    args: 'seed',
    files: shopFile('downpour.config.ts', './seeder.ts', './seeders.ts'),
    code: 'CONFIG_MODULE',
    message: 'Cannot load the seeder <folder>/seeders.ts',
    why: 'There is no such file.',
    fix: 'Correct the file, or the path that names it.',
  },
  {
    name: 'a production environment',
    args: 'seed',
    env: { NODE_ENV: 'production' },
    code: 'REFUSED_PRODUCTION',
    message: 'Refusing to seed: NODE_ENV is "production"',
    why: 'Downpour changes, fills and empties databases for development and tests.',
    fix: 'Run it with another NODE_ENV, if this is really no production environment.',
  },
]

let template: string
const databases: TestDatabase[] = []

beforeAll(async () => {
  const database = await createShopDatabase(await makeShopProject())
  template = database.name
  databases.push(database)
})

afterAll(async () => {
  await Promise.all(databases.map((database) => database.drop()))
})

function changed(url: URL, parts: Partial<Pick<URL, 'host' | 'password' | 'pathname'>>): string {
  return Object.assign(url, parts).href
}

async function run(input: BadInput) {
  const folder = await makeShopProject(input.files)
  const database = await createTestDatabase({ template })
  databases.push(database)
  if (input.before) await change(database.url, input.before)
  const url = input.url?.(new URL(database.url)) ?? database.url
  const args = [...input.args.split(' '), '--json', '--database-url', url]
  const command = input.inProcess === 'of its own' ? downpour : runHereIn
  const finished = await command(args, { cwd: folder, env: input.env ?? {} })
  return { finished, database, folder }
}

describe('bad input', () => {
  for (const input of cases) {
    it(`${input.name} ends with one clear error`, async () => {
      const { finished, database, folder } = await run(input)
      const { stdout, stderr, exitCode } = finished
      const lines = stderr.slice(stderr.indexOf('✖')).replaceAll(folder, '<folder>')
      const { host } = new URL(serverUrl())
      expect(lines.replaceAll(database.name, '<database>').replaceAll(host, '<server>')).toBe(
        `✖ ${input.message}  (${input.code})\n  Why  ${input.why}\n  Fix  ${input.fix}\n`,
      )
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        error: { code: input.code, message: expect.any(String) as string },
      })
      expect(stdout.match(/\n/g)).toHaveLength(1)
      expect(exitCode).toBe(input.exitCode ?? 2)
      const all = stdout + stderr
      expect(all.match(/✖/g)).toHaveLength(1)
      expect(all).not.toMatch(/\n\s+at .*:\d+:\d+/)
      expect(all).not.toContain(canary)
      expect(all).not.toContain(new URL(database.url).password)
      const rows = await ask(database.url, 'select count(*) from people')
      expect(rows).toBe(input.code === 'REFUSED_NOT_EMPTY' ? '1' : '0')
    })
  }
})
