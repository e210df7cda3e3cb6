import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { downpour } from '../support/command.ts'
import { createTestDatabase, runFolder } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask, change } from '../support/seed-town.ts'
import { writeMigrations } from '../support/town-database.ts'

const repository = join(import.meta.dirname, '../..')

/** A password that must not be seen anywhere. */
const canary = 'c4n4ry-p4ssw0rd'

type Files = Readonly<Record<string, string>>

/** Somebody's project, with two modules of tables. */
const files: Files = {
  'package.json': '{ "type": "module" }',
  'drizzle.config.ts': `export default { dialect: 'postgresql', schema: ['./db/*.ts'] }`,
  'db/people.ts': `import { integer, pgTable } from 'drizzle-orm/pg-core'
export const people = pgTable('people', { id: integer('id').primaryKey().generatedAlwaysAsIdentity() })`,
  'db/notes.ts': `import { integer, pgTable } from 'drizzle-orm/pg-core'
import { people } from './people.ts'
export const notes = pgTable('notes', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  personId: integer('person_id').notNull().references(() => people.id),
})`,
}

const createTables = `
  create table people (id integer primary key generated always as identity);
  create table notes (
    id integer primary key generated always as identity,
    person_id integer not null references people
  );`

async function makeProject(changed: Files = {}): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'foreign-'))
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries({ ...files, ...changed })) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

function configured(text: string): Files {
  return { 'drizzle.config.ts': `export default { dialect: 'postgresql', ${text} }` }
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await change(database.url, createTables)
})
afterAll(() => database?.drop())
beforeEach(() => change(database.url, 'truncate people, notes restart identity'))

const counts = () =>
  ask(
    database.url,
    `select (select count(*) from people) || ' people, ' || (select count(*) from notes) || ' notes'`,
  )

async function seed(cwd: string, ...args: readonly string[]) {
  const { stderr, exitCode } = await runHereIn(['seed', ...args], {
    cwd,
    env: { DATABASE_URL: database.url },
  })
  expect(exitCode, stderr).toBe(0)
  return stderr
}

describe('a project without a configuration of ours', () => {
  it('has a hundred rows in each table', async () => {
    const said = await seed(await makeProject())
    expect(said).toMatch(/^Configuration: drizzle\.config\.ts\n/)
    expect(await counts()).toBe('100 people, 100 notes')
  })

  it.each([
    [['--count', '7'], '7 people, 7 notes'],
    [['--count', '7', '--count', 'notes=30'], '7 people, 30 notes'],
    [['--count', '7', '--scale', '3'], '7 people, 7 notes'],
    [['--scale', '0.1'], '10 people, 10 notes'],
    [['--count', '5', '--except', 'notes'], '5 people, 0 notes'],
    [['--only', 'people'], '100 people, 0 notes'],
    [['--only', 'people,notes', '--except', 'notes'], '100 people, 0 notes'],
  ])('takes %j', async (options, expected) => {
    await seed(await makeProject(), ...options)
    expect(await counts()).toBe(expected)
  })

  it('can be resumed with the count it began with', async () => {
    const cwd = await makeProject()
    const env = { DATABASE_URL: database.url }
    await change(database.url, 'alter table notes add constraint few check (id < 5)')
    expect((await runHereIn(['seed', '--count', '9'], { cwd, env })).exitCode).toBe(4)
    await change(database.url, 'alter table notes drop constraint few')
    const { stderr } = await runHereIn(['seed', '--count', '8'], { cwd, env })
    expect(stderr).toContain('--count 8 was asked for, and the run has 9')
    await seed(cwd, '--count', '9')
    expect(await counts()).toBe('9 people, 9 notes')
  })

  it.each([
    ['drizzle.config.mts', `export default { dialect: 'postgresql', schema: './db' }`],
    ['drizzle.config.js', `export default { dialect: 'postgresql', schema: './db/*.ts' }`],
    [
      'drizzle.config.mjs',
      `export default { dialect: 'postgresql', schema: './db/{people,notes}.ts' }`,
    ],
    ['drizzle.config.cjs', `module.exports = { dialect: 'postgresql', schema: './db/**/*.ts' }`],
    [
      'drizzle.config.json',
      `{ "dialect": "postgresql", "schema": ["./db/people.ts", "./db/notes.ts"] }`,
    ],
  ])('may have a %s', async (name, text) => {
    const cwd = await mkdtemp(join(runFolder(), 'foreign-'))
    const { 'drizzle.config.ts': _, ...others } = files
    await symlink(join(repository, 'node_modules'), join(cwd, 'node_modules'))
    await mkdir(join(cwd, 'db'))
    for (const [file, content] of Object.entries({ ...others, [name]: text })) {
      await writeFile(join(cwd, file), content)
    }
    expect(await seed(cwd, '--count', '3')).toMatch(new RegExp(`^Configuration: ${name}\n`))
    expect(await counts()).toBe('3 people, 3 notes')
  })

  it('is found by --config under any name', async () => {
    const cwd = await makeProject()
    const text = `export default { dialect: 'postgresql', schema: './db/people.ts' }`
    await mkdir(join(cwd, 'configs'))
    await writeFile(join(cwd, 'configs/kit.ts'), text)
    // Paths are then relative to the folder the command is called in, as drizzle-kit takes them.
    expect(await seed(cwd, '--config', 'configs/kit.ts')).toMatch(
      /^Configuration: configs\/kit\.ts\n/,
    )
    expect(await counts()).toBe('100 people, 0 notes')
  })

  it('is connected to by its credentials', async () => {
    const { hostname, port, username, password } = new URL(database.url)
    const credentials = { host: hostname, port, user: username, password, database: database.name }
    const cwd = await makeProject(
      configured(`schema: './db/*.ts', dbCredentials: ${JSON.stringify(credentials)}`),
    )
    const { stderr, exitCode } = await runHereIn(['seed'], { cwd })
    expect(exitCode, stderr).toBe(0)
    expect(stderr).toContain(`/${database.name} (drizzle.config.ts)\n`)
    expect(stderr).not.toContain(password)
  })

  it('is given .env before its configuration is read, and the shell goes first', async () => {
    const cwd = await makeProject({
      ...configured(`schema: './db/*.ts', dbCredentials: { url: process.env.SHOP_URL }`),
      '.env': 'SHOP_URL=postgres://ada:secret@127.0.0.1:1/fromfile\n',
    })
    const told = async (env: Readonly<Record<string, string>>) =>
      (await downpour(['seed'], { cwd, env })).stderr.split('\n')[1]
    expect(await told({})).toBe('Database: postgres://ada@127.0.0.1:1/fromfile (drizzle.config.ts)')
    expect(await told({ SHOP_URL: 'postgres://ada:secret@127.0.0.1:1/fromshell' })).toBe(
      'Database: postgres://ada@127.0.0.1:1/fromshell (drizzle.config.ts)',
    )
  })

  it('is migrated only by its own command, into the table that drizzle-kit uses', async () => {
    const own = await createTestDatabase()
    try {
      const cwd = await makeProject(
        configured(
          `schema: './db/people.ts', out: './sql', migrations: { table: 'done', schema: 'kit' }`,
        ),
      )
      const sql = 'create table people (id integer primary key generated always as identity)'
      await writeMigrations(join(cwd, 'sql'), [{ name: '0000_people', when: 1, sql }])
      const env = { DATABASE_URL: own.url }
      const { stderr } = await runHereIn(['seed'], { cwd, env })
      expect(stderr).toContain('Why  The database has no table "public"."people".')
      expect((await runHereIn(['migrate'], { cwd, env })).stdout).toBe('Applied 1.\n')
      expect(await ask(own.url, 'select count(*) from kit.done')).toBe('1')
      expect((await runHereIn(['migrate'], { cwd, env })).stdout).toBe('Nothing to apply.\n')
      expect((await runHereIn(['seed'], { cwd, env })).exitCode).toBe(0)
    } finally {
      await own.drop()
    }
  })

  it('is chosen only where there is no configuration of ours', async () => {
    const cwd = await makeProject({
      'downpour.config.ts': `export default { profiles: { dev: { counts: { people: 4 }, otherwise: 6 } } }`,
    })
    expect(await seed(cwd)).toMatch(/^Configuration: downpour\.config\.ts\n/)
    expect(await counts()).toBe('4 people, 6 notes')
  })

  it('has its name read from the casing that Drizzle is given', async () => {
    const cwd = await makeProject({
      ...configured(`schema: './db/*.ts', casing: 'snake_case'`),
      'db/notes.ts': files['db/notes.ts']!.replace("integer('person_id')", 'integer()'),
    })
    await seed(cwd)
    expect(await counts()).toBe('100 people, 100 notes')
  })
})

interface BadProject {
  readonly name: string
  readonly files: Files
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly code: string
  readonly message: string
  readonly why: string
  readonly fix: string
}

const withPassword = `dbCredentials: { url: 'postgres://ada:${canary}@127.0.0.1:1/shop' }`

const badProjects: readonly BadProject[] = [
  {
    name: 'another dialect',
    files: {
      'drizzle.config.ts': `export default { dialect: 'mysql', schema: './db/*.ts', ${withPassword} }`,
    },
    code: 'CONFIG_DIALECT',
    message: 'Cannot seed the project of <folder>/drizzle.config.ts',
    why: 'Its dialect is "mysql", and only PostgreSQL can be seeded.',
    fix: "Run the command in a project whose drizzle.config.ts says dialect: 'postgresql', or name that one with --config.",
  },
  {
    name: 'the URL of another database',
    files: configured(
      `schema: './db/*.ts', dbCredentials: { url: 'mysql://ada:${canary}@127.0.0.1/shop' }`,
    ),
    code: 'URL_DIALECT',
    message: 'Cannot use the database URL',
    why: 'It names a mysql database, and Downpour loads PostgreSQL only.',
    fix: 'Give a URL that begins with postgres://.',
  },
  {
    name: 'a database that is no server',
    files: configured(`schema: './db/*.ts', driver: 'pglite', dbCredentials: { url: './data' }`),
    code: 'CONFIG_DATABASE',
    message: 'Cannot use the database of <folder>/drizzle.config.ts',
    why: 'Its driver is "pglite", which is no PostgreSQL server.',
    fix: 'Set the variable that it reads, for example in .env, or name a PostgreSQL server with --database-url or DATABASE_URL.',
  },
  {
    name: 'credentials from a variable that is not set',
    files: configured(`schema: './db/*.ts', dbCredentials: { url: process.env.NO_SUCH_URL }`),
    code: 'CONFIG_DATABASE',
    message: 'Cannot use the database of <folder>/drizzle.config.ts',
    why: 'Its "dbCredentials" hold neither a url nor a host with a database.',
    fix: 'Set the variable that it reads, for example in .env, or name a PostgreSQL server with --database-url or DATABASE_URL.',
  },
  {
    name: 'a schema that is not there',
    files: configured(`schema: './db/tables.ts', ${withPassword}`),
    code: 'CONFIG_MODULE',
    message: 'Cannot load the schema <folder>/db/tables.ts',
    why: 'There is no such file.',
    fix: 'Correct the file, or the path that names it.',
  },
  {
    name: 'a glob that matches nothing',
    files: configured(`schema: ['./src/**/*.ts', './lib/*.ts']`),
    code: 'CONFIG_SCHEMA',
    message: 'Cannot find the schema that <folder>/drizzle.config.ts names',
    why: 'No module matches "./src/**/*.ts" or "./lib/*.ts".',
    fix: "Name it: schema: './src/schema.ts'. Paths are relative to the configuration.",
  },
  {
    name: 'no schema',
    files: configured(withPassword),
    code: 'CONFIG_SCHEMA',
    message: 'Cannot find the schema that <folder>/drizzle.config.ts names',
    why: 'It names none.',
    fix: "Name it: schema: './src/schema.ts'. Paths are relative to the configuration.",
  },
  {
    name: 'a schema without tables',
    files: { 'db/people.ts': 'export const people = 1', 'db/notes.ts': 'export {}' },
    code: 'SCHEMA_EMPTY',
    message: 'The schema holds no table',
    why: 'None of its exports is a table made by pgTable().',
    fix: 'Export the Drizzle tables from the schema module that the configuration names.',
  },
  {
    name: 'a schema that is no path',
    files: configured(`schema: 5`),
    code: 'CONFIG_INVALID',
    message: 'Cannot use <folder>/drizzle.config.ts',
    why: '"schema" is no path.',
    fix: "Name the schema: schema: './src/schema.ts'.",
  },
  {
    name: 'a casing that Drizzle does not know',
    files: configured(`schema: './db/*.ts', casing: 'kebab'`),
    code: 'CONFIG_INVALID',
    message: 'Cannot use <folder>/drizzle.config.ts',
    why: '"casing" is no casing.',
    fix: "Give what drizzle() is given: 'snake_case' or 'camelCase'.",
  },
  {
    name: 'a configuration that exports nothing',
    files: { 'drizzle.config.ts': 'export const config = {}' },
    code: 'CONFIG_INVALID',
    message: 'Cannot use <folder>/drizzle.config.ts',
    why: 'It has no default export.',
    fix: 'End it with: export default defineConfig({ … }).',
  },
  {
    name: 'a configuration that fails',
    files: {
      'drizzle.config.ts': `throw new Error('no url in postgres://ada:${canary}@host/shop')`,
    },
    code: 'CONFIG_MODULE',
    message: 'Cannot load the configuration <folder>/drizzle.config.ts',
    why: 'no url in postgres://ada@host/shop',
    fix: 'Correct the file, or the path that names it.',
  },
  {
    name: 'a configuration of ours without a schema, and none of drizzle-kit',
    files: { 'downpour.config.ts': 'export default {}' },
    args: ['--config', 'own/downpour.config.ts'],
    code: 'CONFIG_INVALID',
    message: 'Cannot use <folder>/own/downpour.config.ts',
    why: 'It names no "schema", and no drizzle.config.ts is beside it.',
    fix: "Name the schema module: schema: './schema/index.ts'.",
  },
  {
    name: 'tables left out to the last',
    files: {},
    args: ['--except', 'people,notes'],
    code: 'USAGE_EXCEPT',
    message: '--except leaves no table',
    why: 'It names all of those that there are to choose from.',
    fix: 'Name fewer of them.',
  },
  {
    name: 'an unknown table in --except',
    files: {},
    args: ['--except', 'nots'],
    code: 'PLAN_UNKNOWN_TABLE',
    message: 'There is no table "nots" in the schema',
    why: 'A seeder, a profile or an option names it.',
    fix: 'Did you mean notes? Use one of: notes, people.',
  },
]

describe('a project that cannot be seeded', () => {
  it.each(badProjects)('ends with one clear error: $name', async (bad) => {
    const { args = [], code, message, why, fix } = bad
    const cwd = await makeProject({
      ...bad.files,
      ...(args[0] === '--config' && { [args[1]!]: bad.files['downpour.config.ts']! }),
    })
    const { stdout, stderr, exitCode } = await runHereIn(['seed', ...args], { cwd })
    expect(stderr.slice(stderr.indexOf('✖')).replaceAll(cwd, '<folder>')).toBe(
      `✖ ${message}  (${code})\n  Why  ${why}\n  Fix  ${fix}\n`,
    )
    expect(exitCode).toBe(2)
    expect(stdout + stderr).not.toContain(canary)
  })

  it.each([
    {
      file: 'drizzle.config.json',
      text: `{ "dbCredentials": { "password": "x" "${canary}" } }`,
      why: 'It is not valid JSON.',
    },
    {
      file: 'drizzle.config.ts',
      text: `export default { dbCredentials: { password: 'x' "${canary}" } }`,
      why: 'Transform failed with 1 error: <folder>/drizzle.config.ts:1:48: ERROR: Expected "}" but found a text',
    },
  ])('quotes nothing of a $file that cannot be read', async ({ file, text, why }) => {
    const cwd = await makeProject({ [file]: text })
    const { stdout, stderr, exitCode } = await downpour(['seed', '--config', file], { cwd })
    expect(stderr.replaceAll(cwd, '<folder>').split('\n').slice(1)).toEqual([
      `✖ Cannot load the configuration <folder>/${file}  (CONFIG_MODULE)`,
      `  Why  ${why}`,
      '  Fix  Correct the file, or the path that names it.',
      '',
    ])
    expect(exitCode).toBe(2)
    expect(stdout + stderr).not.toContain(canary)
  })
})
