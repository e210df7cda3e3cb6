import { is, Relations } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { freeName } from '../model/free-name.ts'

/**
 * The exports of all modules of a schema as those of one. A table that several of them export is
 * there once, by the first name; of two tables with one name, as in two PostgreSQL schemas, the second
 * gets its qualified name: `audit.users`. Relations are there under whatever name is free.
 *
 * @example
 * mergeSchemas([{ users }, { users, orders }]) // { users, orders }
 */
export function mergeSchemas(
  modules: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, unknown>> {
  const merged = new Map<string, unknown>()
  const tables = new Set<string>()
  for (const [name, value] of modules.flatMap(entriesOf)) {
    if (is(value, Relations)) merged.set(freeName([name], merged), value)
    if (!is(value, PgTable)) continue
    const table = qualifiedName(value)
    if (tables.has(table)) continue
    tables.add(table)
    merged.set(freeName(name === 'default' ? [table] : [name, table], merged), value)
  }
  return Object.fromEntries(merged)
}

/** What CommonJS exports as one object may be found there only. */
function entriesOf(module: Readonly<Record<string, unknown>>): readonly [string, unknown][] {
  const { default: main } = module
  const isObject = typeof main === 'object' && main !== null && !is(main, PgTable)
  return [...Object.entries(module), ...(isObject ? Object.entries(main) : [])]
}

function qualifiedName(table: PgTable): string {
  const { schema, name } = getTableConfig(table)
  return schema === undefined ? name : `${schema}.${name}`
}
