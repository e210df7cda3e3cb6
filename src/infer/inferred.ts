import type { Generator } from '../generate/generator.ts'

/** A generator that follows from the schema. */
export interface Inferred {
  /** How many different values it can give; `Infinity` for more than any table has rows. */
  readonly space: number
  /** Whether its values are texts that the server reads, whatever Drizzle would make of them. */
  readonly writes?: 'text'
  make(values: 'repeating' | 'unique'): Generator
}
