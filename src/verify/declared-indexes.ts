import type { TableModel } from '../model/table.ts'

/** An index or unique constraint that a Drizzle table declares. */
export interface DeclaredIndex {
  /** `undefined` where drizzle-kit or the server gives it one. */
  readonly name: string | undefined
  /** Column names; `undefined` where it is over expressions as well, or over some rows only. */
  readonly columns: readonly string[] | undefined
  readonly isUnique: boolean
}

/** The indexes that a table declares, unique constraints included and its primary key apart. */
export function declaredIndexes({ uniques, indexes }: TableModel): readonly DeclaredIndex[] {
  return [
    ...uniques.map(({ name, columns, expressions, where }): DeclaredIndex => ({
      name,
      columns: expressions.length === 0 && where === undefined ? columns : undefined,
      isUnique: true,
    })),
    ...indexes.map(({ name, parts, where }): DeclaredIndex => {
      const columns = parts.flatMap((part) => ('column' in part ? [part.column] : []))
      const isPlain = columns.length === parts.length && where === undefined
      return { name, columns: isPlain ? columns : undefined, isUnique: false }
    }),
  ]
}
