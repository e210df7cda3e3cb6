import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Target } from './target.ts'

/** The driver's limit for one statement; PostgreSQL's own is two more. */
const maxParameters = 65_533

/** How many rows one statement with a parameter for each value can hold, `most` at most. */
export function rowsPerStatement({ columns }: Target, most: number): number {
  return Math.min(most, Math.floor(maxParameters / Math.max(1, columns.length)))
}

/**
 * `OVERRIDING SYSTEM VALUE` has a meaning for `GENERATED ALWAYS AS IDENTITY` only, and does no harm
 * elsewhere.
 *
 * @param source - where the rows come from: `VALUES …` or `SELECT …`
 */
export function insertStatement({ table, columns }: Target, source: string): string {
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  return `insert into ${quoteTable(table.model.schema, table.model.name)} (${names}) overriding system value ${source}`
}

/**
 * @example
 * valuesOf(2, 3) // 'values ($1, $2, $3), ($4, $5, $6)'
 */
export function valuesOf(rows: number, columns: number): string {
  const tuples = Array.from({ length: rows }, (_, row) => {
    const places = Array.from({ length: columns }, (_, column) => `$${row * columns + column + 1}`)
    return `(${places.join(', ')})`
  })
  return `values ${tuples.join(', ')}`
}
