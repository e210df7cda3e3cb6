import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import { compiledFolder } from './compile.ts'
import { createTestDatabase, runFolder } from './database.ts'
import type { TestDatabase } from './database.ts'
import { writeMigrations } from './town-database.ts'

const repository = join(import.meta.dirname, '../..')
const source = JSON.stringify(join(repository, 'src/index.ts'))

const createTables = `
  create table people (
    id integer primary key generated always as identity,
    name text not null,
    email text not null unique
  );
  create table notes (
    id bigint primary key generated always as identity,
    person_id integer not null references people,
    body text not null
  );`

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }\n',
  'schema.ts': `import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core'
export const people = pgTable('people', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
})
export const notes = pgTable('notes', {
  id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
  personId: integer('person_id').notNull().references(() => people.id),
  body: text('body').notNull(),
})
`,
  'seeder.ts': `import { defineSeeder, firstNames } from ${source}
import * as schema from './schema.ts'
export default defineSeeder(schema, (f) => ({
  people: {
    columns: {
      name: f.words(firstNames),
      email: f.template('p{n}@example.com', { n: { min: 1, max: 1000 } }, { isUnique: true }),
    },
  },
  notes: { columns: { body: f.valuesFromArray({ values: ['a line\\nand one more', 'short'] }) } },
}))
`,
  'downpour.config.ts': `import { defineConfig } from ${source}
export default defineConfig({
  schema: './schema.ts',
  seeds: ['./seeder.ts'],
  referenceDate: '2026-01-01',
  profiles: { dev: { counts: { people: 10, notes: 40 } } },
  hint: 'Sign in as p1@example.com.',
})
`,
}

/** A project of its own in a temporary folder: people and their notes. Returns the folder. */
export async function makeShopProject(
  changed: Readonly<Record<string, string>> = {},
): Promise<string> {
  return writeProject({ ...files, ...changed })
}

/** The same project as its compiler leaves it, with the compiled build of this one. */
export async function makeCompiledShop(
  changed: Readonly<Record<string, string>> = {},
): Promise<string> {
  const library = JSON.stringify(join(compiledFolder(runFolder()), 'dist/src/index.js'))
  // There are no types in it to be removed.
  const compiled = Object.entries({ ...files, ...changed }).map(([name, text]) => [
    name.replace(/\.ts$/, '.js'),
    text.replaceAll(source, library).replaceAll(/(?<='\.\/\w+)\.ts'/g, ".js'"),
  ])
  return writeProject(Object.fromEntries(compiled) as Record<string, string>)
}

/** The text of one of the project's files, with a part replaced. */
export function shopFile(name: string, from: string, to: string): Record<string, string> {
  const text = files[name]!
  if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`)
  return { [name]: text.replace(from, to) }
}

/** A database that the project's migrations were applied to. */
export async function createShopDatabase(folder: string): Promise<TestDatabase> {
  const database = await createTestDatabase()
  const session = await openSession({ url: database.url })
  await applyMigrations(session, join(folder, 'migrations'))
  await session.close()
  return database
}

async function writeProject(written: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'shop-'))
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(written)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  await writeMigrations(join(folder, 'migrations'), [
    { name: '0000_shop', when: Date.parse('2026-01-01T00:00:00Z'), sql: createTables },
  ])
  return folder
}
