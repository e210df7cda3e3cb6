import type { Generator } from '../generate/generator.ts'

/** A generator that follows from the schema. */
export interface Inferred {
  /** How many different values it can give; `Infinity` for more than any table has rows. */
  readonly space: number
  /**
   * The values that one would expect, where these are few and the others are only made up to be
   * unique: languages, the places in a list.
   */
  readonly usual?: CountedValues
  /** Whether its values are texts that the server reads, whatever Drizzle would make of them. */
  readonly writes?: 'text'
  make(values: 'repeating' | 'unique'): Generator
}

/** Values of which none comes twice. */
export interface CountedValues {
  /** There are at least so many. */
  readonly space: number
  make(): Generator
}
