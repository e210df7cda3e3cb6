import type { ColumnModel, TableModel } from './table.ts'

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
