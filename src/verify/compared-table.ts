import type { ColumnModel } from '../model/table.ts'
import type { Plan, PlannedTable, RowRange } from '../plan/plan.ts'
import type { TargetColumn } from '../postgres/server-type.ts'

/** A column whose values are compared. */
export interface ComparedColumn {
  readonly model: ColumnModel
  readonly target: TargetColumn
  /** The type as a cast names it, with its length or precision. */
  readonly declared: string
  /** In which form it is read: types without an encoder are compared as text. */
  readonly form: 'binary' | 'text'
  /** Whether nobody writes it, so that it is NULL in every row. */
  readonly staysNull: boolean
  /** The function that gives the binary form, as SQL. */
  readonly send: string
}

/**
 * How rows that are there are found among the planned ones: by a key that counts up and so tells the
 * row's number; by another key; or not at all, and whole rows are compared.
 */
export type Matching = 'row number' | 'key' | 'whole row'

/** A column that is not compared, and why. */
export interface PassedColumn {
  readonly column: string
  readonly why:
    | 'computed by the server'
    | 'left to the server'
    | 'a sum of rows some of which were left out'
    | 'not there'
}

/** A table, as it is planned and as it is there. */
export interface ComparedTable {
  readonly plan: Plan
  readonly table: PlannedTable
  readonly matching: Matching
  /** How many columns, the first ones, make the key. */
  readonly keyColumns: number
  readonly columns: readonly ComparedColumn[]
  readonly passed: readonly PassedColumn[]
  /** The planned rows that are to be there, but for `rejected`. */
  readonly rows: RowRange
  /** Numbers of rows that the run has left out, ascending. */
  readonly rejected: readonly number[]
  /** Rows of another origin that were there before. */
  readonly othersBefore: number
}

/** How many rows are to be there. */
export function expectedCount({ rows, rejected }: ComparedTable): number {
  return rows.count - rejected.length
}
