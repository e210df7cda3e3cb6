import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { freeName } from './free-name.ts'

/**
 * A schema with the tables that its own refer to, over however many others: those that it does not
 * export have their names in the database.
 *
 * @example
 * withReferredTables({ posts }) // { posts, users }
 */
export function withReferredTables(
  schema: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const whole = new Map(Object.entries(schema))
  const known = new Set(Object.values(schema))
  const open = Object.values(schema).filter((value): value is PgTable => is(value, PgTable))
  for (let table = open.pop(); table; table = open.pop()) {
    for (const foreignKey of getTableConfig(table).foreignKeys) {
      const parent = foreignKey.reference().foreignTable
      if (known.has(parent)) continue
      known.add(parent)
      open.push(parent)
      whole.set(freeName([getTableConfig(parent).name], whole), parent)
    }
  }
  return Object.fromEntries(whole)
}
