import type { Condition } from '../generate/generators/satisfying.ts'
import type { NumberedTexts } from '../generate/generators/nth-text.ts'

/** What must hold for the values of a column besides its type; follows from checks. */
export interface ColumnRules {
  /** Both inclusive; of numbers, of dates in days and of timestamps in microseconds since 1970. */
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  /** One of these. */
  readonly values: readonly (string | number | boolean)[] | undefined
  /** Characters of a text. */
  readonly leastLength: number | undefined
  readonly mostLength: number | undefined
  readonly spelling: 'lower' | 'upper' | undefined
  readonly pattern: NumberedTexts | undefined
  /** Never NULL, whatever the column says. */
  readonly isRequired: boolean
}

export const noRules: ColumnRules = {
  minimum: undefined,
  maximum: undefined,
  values: undefined,
  leastLength: undefined,
  mostLength: undefined,
  spelling: undefined,
  pattern: undefined,
  isRequired: false,
}

/** What the checks of a table ask of its columns. */
export interface TableRules {
  /** By column name; columns that no check is about are left out. */
  readonly rules: ReadonlyMap<string, ColumnRules>
  readonly conditions: readonly Condition[]
  /** Columns of which the second is never before the first, … */
  readonly rising: readonly (readonly [string, string])[]
  /** … and columns that are never alike. */
  readonly unequal: readonly (readonly [string, string])[]
  /** Columns that checks want to be NULL in some rows and not in others, with the share of NULL. */
  readonly nullShares: ReadonlyMap<string, number>
}

export const nothingAsked: TableRules = {
  rules: new Map(),
  conditions: [],
  rising: [],
  unequal: [],
  nullShares: new Map(),
}
