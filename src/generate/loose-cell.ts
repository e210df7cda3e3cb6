import { readCell } from './cell.ts'
import type { Vector } from './vector.ts'

/**
 * One cell as a JavaScript value that Drizzle's insert takes, for whoever puts cells of another vector
 * into a `ValueVector` and does not know the column's mode.
 *
 * @returns `null` for NULL; dates and timestamps of whole milliseconds as a `Date` that Drizzle's
 * mapping takes in mode `date` as in mode `string`
 * @example
 * looseCell(amounts, 0) // '12.34'
 */
export function looseCell(vector: Vector, index: number): unknown {
  switch (vector.kind) {
    case 'number':
      return readCell(vector, index, 'number')
    case 'date':
      return toLoose(readCell(vector, index, 'date'))
    case 'timestamp':
      return toLoose(
        readCell(vector, index, vector.values[index]! % 1000 === 0 ? 'date' : 'string'),
      )
    case 'value':
      return toLoose(vector.values[index] ?? null)
    default:
      return readCell(vector, index, 'string')
  }
}

function toLoose(value: unknown): unknown {
  return value instanceof Date ? new LooseDate(value) : value
}

/**
 * Drizzle asks a date of some columns for `toISOString()`, and writes that of others, as an array's
 * element, in the way of `String()`: this one is right for both.
 */
class LooseDate extends Date {
  override toString(): string {
    return this.toISOString()
  }
}
