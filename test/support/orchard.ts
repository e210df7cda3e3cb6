import { join } from 'node:path'
import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import type { Project } from '../../src/config/load-project.ts'
import { defineSeeder, runSeeder } from '../../src/config/seeder.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { openSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import type { SeedReport } from '../../src/run/report-run.ts'
import { createTestDatabase, runFolder } from './database.ts'
import type { TestDatabase } from './database.ts'
import { seedTown } from './seed-town.ts'
import type { SeedWishes } from './seed-town.ts'
import { writeMigrations } from './town-database.ts'

/** A schema as small as can be with one of everything that a run drops and puts back. */
const trees = pgTable('trees', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  label: text('label').notNull().unique(),
})

const apples = pgTable(
  'apples',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    treeId: integer('tree_id')
      .notNull()
      .references(() => trees.id),
    grams: integer('grams').notNull(),
  },
  (table) => [index('ix_apples_grams').on(table.grams)],
)

const orchard = { trees, apples }

const createTables = `
  create table trees (
    id integer primary key generated always as identity,
    label text not null unique
  );
  create table apples (
    id bigint primary key generated always as identity,
    tree_id integer not null references trees,
    grams integer not null
  );
  create index ix_apples_grams on apples (grams);`

const seeder = defineSeeder(orchard, (f) => ({
  trees: {
    count: 30,
    columns: {
      label: f.template('tree {n}', { n: { min: 1, max: 1000 } }, { isUnique: true }),
    },
  },
  apples: { count: 60, columns: { grams: f.int({ minValue: 50, maxValue: 400 }) } },
}))

export const orchardTables = readSchema(orchard)

const migrationsFolder = () => join(runFolder(), `orchard-migrations-${process.pid}`)

export const orchardProject: Project = {
  folder: import.meta.dirname,
  configFile: 'downpour.config.ts',
  config: { schema: '', seeds: [], profiles: {}, referenceDate: '2026-01-01' },
  tables: orchardTables,
  refinements: runSeeder(seeder),
  get migrationsFolder() {
    return migrationsFolder()
  },
}

/** An orchard whose rows are still to be loaded; others may be copied from it. */
export async function createOrchard(
  options: { readonly server?: string } = {},
): Promise<TestDatabase> {
  await writeMigrations(migrationsFolder(), [
    { name: '0000_orchard', when: Date.parse('2026-01-01T00:00:00Z'), sql: createTables },
  ])
  const database = await createTestDatabase(options)
  const session = await openSession({ url: database.url })
  await applyMigrations(session, migrationsFolder())
  await session.close()
  return database
}

/** Fills an orchard in three chunks. */
export function seedOrchard(url: string, wishes: SeedWishes = {}): Promise<SeedReport> {
  return seedTown(url, { project: orchardProject, chunkSize: 30, ...wishes })
}
