import type { NumberedTexts } from '../generate/generators/nth-text.ts'

/** What must hold for the values of a column besides its type; follows from checks. */
export interface ColumnRules {
  /** Both inclusive; of numbers. */
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
