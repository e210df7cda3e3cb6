import { is, SQL } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import type { TableModel } from './table.ts'

/** An index or unique constraint that a Drizzle table declares. */
export interface DeclaredIndex {
  /** `undefined` where drizzle-kit or the server gives it one. */
  readonly name: string | undefined
  /** Column names; `undefined` where it is over expressions as well, or over some rows only. */
  readonly columns: readonly string[] | undefined
  readonly isUnique: boolean
}

/** Reads the indexes that a table declares, unique constraints included and its primary key apart. */
export function declaredIndexes(table: TableModel): readonly DeclaredIndex[] {
  const config = getTableConfig(table.drizzle)
  const plain = config.indexes
    .filter(({ config: index }) => !index.unique)
    .map(({ config: index }): DeclaredIndex => {
      const columns = index.columns.map((part) =>
        // What an index names is a copy that has lost its table, and so its casing.
        is(part, SQL) ? -1 : config.columns.findIndex(({ name }) => name === nameOf(part)),
      )
      const isPlain = index.where === undefined && !columns.includes(-1)
      return {
        name: index.name,
        columns: isPlain ? columns.map((place) => table.columns[place]!.name) : undefined,
        isUnique: false,
      }
    })
  const unique = table.uniques.map(({ name, columns, expressions, where }): DeclaredIndex => ({
    name,
    columns: expressions.length === 0 && where === undefined ? columns : undefined,
    isUnique: true,
  }))
  return [...unique, ...plain]
}

function nameOf(part: unknown): string | undefined {
  return (part as { name?: string }).name
}
