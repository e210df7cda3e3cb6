import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createTuples } from '../tuples.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { axisOf, coordinatesOf, placeOn } from './point.ts'
import { refuse } from './refuse.ts'

export interface LineOptions {
  /** @defaultValue `-maxAValue` */
  readonly minAValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxAValue?: number
  /** @defaultValue `-maxBValue` */
  readonly minBValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxBValue?: number
  /** @defaultValue `-maxCValue` */
  readonly minCValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxCValue?: number
  /** No triple of coefficients twice. @defaultValue false */
  readonly isUnique?: boolean
}

/** What Drizzle takes for a line in mode `tuple` as in mode `abc`. */
export type LineValue = [number, number, number] & { a: number; b: number; c: number }

/**
 * Lines ax + by + c = 0 by their coefficients, uniformly, with one digit after the point; a and b are
 * never both 0, since that is no line.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE`
 * @example
 * { columns: { border: f.line({ maxAValue: 5, maxBValue: 5, maxCValue: 5 }) } } // {1.2,-3,0.4}, …
 */
export function line(options: LineOptions & ArrayOptions): Generator<LineValue[]>
export function line(options?: LineOptions): Generator<LineValue>
export function line(options: LineOptions & Partial<ArrayOptions> = {}): Generator {
  const { maxAValue = 1000, minAValue = -maxAValue, isUnique = false } = options
  const { maxBValue = 1000, minBValue = -maxBValue } = options
  const { maxCValue = 1000, minCValue = -maxCValue } = options
  const as = axisOf('line', minAValue, maxAValue)
  const bs = axisOf('line', minBValue, maxBValue)
  const cs = axisOf('line', minCValue, maxCValue)
  const pairs = as.count * bs.count
  /** Where a and b are both 0, among the pairs: outside of them where one never is. */
  const zero = -as.lowest + -bs.lowest * as.count
  const hasZero = isInside(-as.lowest, as.count) && isInside(-bs.lowest, bs.count)
  const slopes = hasZero ? pairs - 1 : pairs
  if (slopes < 1 || !Number.isSafeInteger(pairs)) {
    refuse('PLAN_EMPTY_RANGE', 'line', {
      what: 'was given ranges that hold no line, or too many',
      why: 'a and b cannot both be 0, and have at most 2^53 pairs.',
      fix: 'Give a or b a range with other numbers than 0, and both of them narrower ones than 2^53.',
    })
  }
  const generator = createGenerator('line', (context) => {
    const taken = context.knownValues.map((value) => {
      const [a = NaN, b = NaN, c = NaN] = coordinatesOf(value, ['a', 'b', 'c'])
      const isOnAxes = isInside(placeOn(as, a), as.count) && isInside(placeOn(bs, b), bs.count)
      const pair = isOnAxes ? placeOn(as, a) + placeOn(bs, b) * as.count : NaN
      return [hasZero && pair > zero ? pair - 1 : pair, placeOn(cs, c)]
    })
    const tuples = createTuples(context, { counts: [slopes, cs.count], isUnique, taken })
    const slope = new Float64Array(context.capacity)
    const c = new Float64Array(context.capacity)
    return fillVector(
      { kind: 'value' },
      (rows, out) => {
        tuples.begin(rows)
        tuples.fill(0, rows, slope)
        tuples.fill(1, rows, c)
        for (let i = 0; i < rows.count; i++) {
          const pair = hasZero && slope[i]! >= zero ? slope[i]! + 1 : slope[i]!
          const second = Math.floor(pair / as.count)
          const first = pair - second * as.count
          out.values[i] = lineOf(
            (as.lowest + first) / as.one,
            (bs.lowest + second) / bs.one,
            (cs.lowest + c[i]!) / cs.one,
          )
        }
      },
      tuples.size,
    )
  })
  return followColumn({
    generator: withArraySize(options, generator),
    options,
    make: line,
  })
}

function isInside(place: number, count: number): boolean {
  return place >= 0 && place < count
}

function lineOf(a: number, b: number, c: number): LineValue {
  const value = [a, b, c] as LineValue
  value.a = a
  value.b = b
  value.c = c
  return value
}
