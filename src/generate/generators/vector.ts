import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below } from '../hash.ts'
import { createTuples } from '../tuples.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn, uniquenessAndLength } from './follow-column.ts'
import { axisOf, coordinatesOf, placeOn } from './point.ts'
import { refuse, refuseOddLength } from './refuse.ts'

export interface VectorOptions {
  /** Numbers in each vector. @defaultValue as the column declares */
  readonly dimensions?: number
  /** @defaultValue `-maxValue` */
  readonly minValue?: number
  /** Inclusive. @defaultValue 1 */
  readonly maxValue?: number
  /** Digits after the point, 0 to 7. @defaultValue 4 */
  readonly decimalPlaces?: number
  /** No vector twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Vectors for pgvector, each number uniformly.
 *
 * @throws DownpourError `PLAN_LENGTH`, `PLAN_SCALE`, `PLAN_EMPTY_RANGE`
 * @example
 * { columns: { embedding: f.vector({ dimensions: 3 }) } } // [0.4181,-0.0023,0.9176], …
 */
export function vector(options: VectorOptions & ArrayOptions): Generator<number[][]>
export function vector(options?: VectorOptions): Generator<number[]>
export function vector(options: VectorOptions & Partial<ArrayOptions> = {}): Generator {
  const { dimensions = 3, maxValue = 1, minValue = -maxValue } = options
  const { decimalPlaces = 4, isUnique = false } = options
  refuseOddLength('vector', 'dimensions', dimensions)
  const one = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7][decimalPlaces]
  if (one === undefined) {
    refuse('PLAN_SCALE', 'vector', {
      what: `cannot have ${decimalPlaces} decimalPlaces`,
      why: 'pgvector keeps about seven digits.',
      fix: 'Give a whole number from 0 to 7.',
    })
  }
  const axis = axisOf('vector', minValue, maxValue, one)
  const { lowest, count } = axis
  /** Unique vectors differ in so many of their first numbers, as many as 2^53 tuples allow. */
  let leading = 1
  for (let size = count * count; leading < dimensions && size <= widest; size *= count) leading++
  const counts = Array.from({ length: leading }, () => count)
  const generator = createGenerator('vector', (context) => {
    const taken = context.knownValues.map((value) =>
      coordinatesOf(value, []).map((coordinate) => placeOn(axis, coordinate)),
    )
    const tuples = createTuples(context, { counts, isUnique, taken })
    const key = context.random(`${context.purpose}/number`)
    const places = new Float64Array(context.capacity)
    const fill = fillVector(
      { kind: 'value' },
      (rows, { values }) => {
        for (let i = 0; i < rows.count; i++) {
          const numbers: number[] = []
          const first = rows.numbers[i]! * dimensions
          for (let part = 0; part < dimensions; part++) {
            numbers.push((lowest + below(key, first + part, count)) / one)
          }
          values[i] = numbers
        }
        if (!isUnique) return
        tuples.begin(rows)
        for (let part = 0; part < leading; part++) {
          tuples.fill(part, rows, places)
          for (let i = 0; i < rows.count; i++) {
            const numbers = values[i] as number[]
            numbers[part] = (lowest + places[i]!) / one
          }
        }
      },
      tuples.size,
    )
    return { ...fill, extent: { lengths: [dimensions, dimensions] } }
  })
  return followColumn({
    generator: withArraySize(options, generator),
    options,
    make: vector,
    missing: uniquenessAndLength,
  })
}

const widest = 2 ** 53 - 1
