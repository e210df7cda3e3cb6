import type { ColumnModel, TableModel, UniqueModel } from './table.ts'

/**
 * Whether a column counts up with the rows: serial, identity, or a plain integer primary key. One
 * that refers to another table is that table's key.
 */
export function countsUp(table: TableModel, column: ColumnModel): boolean {
  const isInteger = ['int2', 'int4', 'int8'].includes(column.type.name)
  const isOnlyKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name
  const isReference = table.foreignKeys.some(({ columns }) => columns.includes(column.name))
  return isInteger && !isReference && (column.identity !== undefined || column.serial || isOnlyKey)
}

/** The column that tells a row's number: the primary key where it counts up, else one that does. */
export function countedKey(table: TableModel): ColumnModel | undefined {
  const counted = table.columns.filter((column) => countsUp(table, column))
  return counted.find(({ name }) => table.primaryKey.includes(name)) ?? counted[0]
}

/** What is unique in all rows by its columns as they are; NULLs differ from one another. */
export function plainUnique(columns: readonly string[]): UniqueModel {
  return { name: undefined, columns, expressions: [], where: undefined, nulls: 'distinct' }
}

/** Whether all of these names are among the others. */
export function isWithin(names: readonly string[], others: readonly string[]): boolean {
  return names.every((name) => others.includes(name))
}

/** The names of columns no two rows have the same values in: the primary key's and plain uniques'. */
export function uniqueColumns({ primaryKey, uniques }: TableModel): readonly (readonly string[])[] {
  return [
    ...(primaryKey.length > 0 ? [primaryKey] : []),
    ...uniques
      .filter(({ expressions, where }) => expressions.length === 0 && where === undefined)
      .map(({ columns }) => columns),
  ]
}
