import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { is } from 'drizzle-orm'
import { PgTable, getTableConfig } from 'drizzle-orm/pg-core'
import type { Sql } from 'postgres'
import { faultsIn } from './corpus-faults.ts'
import { createTestDatabase, serverUrl } from './database.ts'
import type { TestDatabase } from './database.ts'
import { withSql } from './embedded.ts'

/** A schema module, as a project has it; these exports among its tables are for the tests. */
export interface CorpusModule extends Readonly<Record<string, unknown>> {
  readonly casing?: 'snake_case' | 'camelCase'
  /** Extensions that it needs. */
  readonly extensions?: readonly string[]
  /** SQL for what Drizzle cannot declare: run before the tables are made, and after. */
  readonly before?: string
  readonly after?: string
  /** Names with quotes, which drizzle-kit does not double. */
  readonly namesWithQuotes?: readonly string[]
}

export interface CorpusSchema {
  /** The name of its file. */
  readonly name: string
  readonly module: CorpusModule
  /** What it needs and the server does not have. */
  readonly missing: readonly string[]
}

export interface CorpusTable {
  readonly key: string
  readonly schema: string
  readonly name: string
}

/** Every schema of `test/corpus`, in the order of their names. */
export async function loadCorpus(): Promise<readonly CorpusSchema[]> {
  const folder = join(import.meta.dirname, '../corpus')
  const available = await availableExtensions()
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).toSorted()
  return Promise.all(
    files.map(async (file) => {
      const module = (await import(join(folder, file))) as CorpusModule
      const missing = (module.extensions ?? []).filter((name) => !available.has(name))
      return { name: file.slice(0, -'.ts'.length), module, missing }
    }),
  )
}

/** The schema of that file. */
export async function loadCorpusSchema(name: string): Promise<CorpusSchema> {
  const found = (await loadCorpus()).find((schema) => schema.name === name)
  if (!found) throw new Error(`test/corpus has no ${name}.ts`)
  return found
}

/** A database with a schema's tables, empty, by the migration that drizzle-kit writes. */
export async function createCorpusDatabase(module: CorpusModule): Promise<TestDatabase> {
  const template = templates.get(module) ?? createTemplate(module)
  templates.set(module, template)
  return createTestDatabase({ template: await template })
}

/** The tables by their keys in the module, each with the name it has in the database. */
export function tablesOf(module: CorpusModule): readonly CorpusTable[] {
  return Object.entries(module).flatMap(([key, value]) => {
    if (!is(value, PgTable)) return []
    const { schema = 'public', name } = getTableConfig(value)
    return [{ key, schema, name }]
  })
}

/**
 * Holds a database against its own catalog: the rows of each table, and every rule that its tables
 * have, asked anew.
 *
 * @param count - rows that each table is to have
 * @returns a line for each fault
 */
export async function checkCorpus(
  url: string,
  module: CorpusModule,
  count: number,
): Promise<readonly string[]> {
  const tables = tablesOf(module)
  return faultsIn(url, new Map(tables.map(({ schema, name }) => [`${schema}.${name}`, count])))
}

/** By module; a schema is loaded several times. */
const templates = new Map<CorpusModule, Promise<string>>()

async function createTemplate(module: CorpusModule): Promise<string> {
  const statements = await migrationOf(module)
  const database = await createTestDatabase()
  await withSql(database.url, async (sql) => {
    await runAll(sql, [
      ...(module.extensions ?? []).map((name) => `create extension ${name}`),
      module.before ?? '',
      ...statements,
      module.after ?? '',
    ])
  })
  return database.name
}

/** The statements of drizzle-kit's migration from nothing to the schema. */
export async function migrationOf(module: CorpusModule): Promise<readonly string[]> {
  const kit = createRequire(import.meta.url)('drizzle-kit/api') as DrizzleKit
  const statements = await kit.generateMigration(
    kit.generateDrizzleJson({}),
    kit.generateDrizzleJson(module, undefined, undefined, module.casing),
  )
  return statements.map((statement) => quoteProperly(statement, module.namesWithQuotes ?? []))
}

interface DrizzleKit {
  generateDrizzleJson(
    schema: object,
    previous?: string,
    schemaFilters?: readonly string[],
    casing?: 'snake_case' | 'camelCase',
  ): object
  generateMigration(before: object, after: object): Promise<string[]>
}

function quoteProperly(statement: string, names: readonly string[]): string {
  return names.reduce((text, name) => text.replaceAll(name, name.replaceAll('"', '""')), statement)
}

async function runAll(sql: Sql, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    try {
      await sql.unsafe(statement)
    } catch (error) {
      throw new Error(`The server refuses ${statement}`, { cause: error })
    }
  }
}

async function availableExtensions(): Promise<ReadonlySet<string>> {
  return withSql(serverUrl(), async (sql) => {
    const rows = await sql<{ name: string }[]>`select name from pg_available_extensions`
    return new Set(rows.map(({ name }) => name))
  })
}
