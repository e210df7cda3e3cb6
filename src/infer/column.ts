import type { ColumnModel, TableModel } from '../model/table.ts'
import type { ColumnRules } from './rules.ts'

/** A column whose generator is to follow from the schema. */
export interface ColumnInQuestion {
  readonly table: TableModel
  readonly column: ColumnModel
  readonly rules: ColumnRules
}

/** The words of a column's name: `firstName`, `first_name` and `FirstName` are alike. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
