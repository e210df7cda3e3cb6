import { uniqueColumns } from '../model/keys.ts'
import type { PlannedTable } from '../plan/plan.ts'
import type { Matching } from './compared-table.ts'

/** What rows are found by. */
export interface TableKey {
  readonly matching: Matching
  /** Column names. */
  readonly columns: readonly string[]
}

/**
 * The columns by which rows are found among the planned ones.
 *
 * @param compared - names of the columns whose values are known
 * @example
 * keyOfTable(users, ['id', 'email']) // { matching: 'row number', columns: ['id'] }
 */
export function keyOfTable({ model, key }: PlannedTable, compared: readonly string[]): TableKey {
  if (key && compared.includes(key.column.name)) {
    return { matching: 'row number', columns: [key.column.name] }
  }
  const isRequired = (name: string) => model.columns.find((one) => one.name === name)!.notNull
  const columns = uniqueColumns(model).find((names) =>
    names.every(
      (name) => compared.includes(name) && isKeyColumn(model.primaryKey, name, isRequired),
    ),
  )
  return columns ? { matching: 'key', columns } : { matching: 'whole row', columns: [] }
}

/** NULLs differ from one another, so they tell no rows apart. */
function isKeyColumn(
  primaryKey: readonly string[],
  name: string,
  isRequired: (name: string) => boolean,
): boolean {
  return primaryKey.includes(name) || isRequired(name)
}
