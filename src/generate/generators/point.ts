import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createTuples } from '../tuples.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { refuse } from './refuse.ts'

export interface PointOptions {
  /** @defaultValue `-maxXValue` */
  readonly minXValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxXValue?: number
  /** @defaultValue `-maxYValue` */
  readonly minYValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxYValue?: number
  /** No point twice. @defaultValue false */
  readonly isUnique?: boolean
}

/** What Drizzle takes for a point in mode `tuple` as in mode `xy`. */
export type PointValue = [number, number] & { x: number; y: number }

/**
 * Points of a plane, uniformly, with one digit after the point.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE`
 * @example
 * { columns: { place: f.point({ minXValue: 0, maxXValue: 90, minYValue: 0, maxYValue: 45 }) } }
 * // (17.3,40.1), …
 */
export function point(options: PointOptions & ArrayOptions): Generator<PointValue[]>
export function point(options?: PointOptions): Generator<PointValue>
export function point(options: PointOptions & Partial<ArrayOptions> = {}): Generator {
  const { maxXValue = 1000, minXValue = -maxXValue, isUnique = false } = options
  const { maxYValue = 1000, minYValue = -maxYValue } = options
  const axes = [axisOf('point', minXValue, maxXValue), axisOf('point', minYValue, maxYValue)]
  return followColumn({
    generator: withArraySize(options, pointsOn('point', axes, isUnique)),
    options,
    make: point,
  })
}

/** The values of a coordinate: `(lowest + k) / one` for k from 0 to count - 1. */
export interface Axis {
  readonly lowest: number
  readonly count: number
  readonly one: number
}

/**
 * @param name - of the generator, for messages
 * @param one - values from one integer to the next
 * @throws DownpourError `PLAN_EMPTY_RANGE`
 */
export function axisOf(name: string, min: number, max: number, one = 10): Axis {
  const lowest = Math.ceil(roundOff(min * one))
  const highest = Math.floor(roundOff(max * one))
  const count = highest - lowest + 1
  if (count >= 1 && Number.isSafeInteger(lowest) && Number.isSafeInteger(count)) {
    return { lowest, count, one }
  }
  return refuse('PLAN_EMPTY_RANGE', name, {
    what: 'was given a range without values',
    why: `It goes from ${min} to ${max}.`,
    fix: 'Give numbers with the least of each range at most the largest.',
  })
}

/** As 1.1 × 10 should be 11. */
function roundOff(value: number): number {
  const whole = Math.round(value)
  return Math.abs(value - whole) < 1e-6 ? whole : value
}

/** @param axes - of x and of y */
export function pointsOn(
  name: string,
  axes: readonly Axis[],
  isUnique: boolean,
): Generator<PointValue> {
  const [xs, ys] = axes as readonly [Axis, Axis]
  return createGenerator(name, (context) => {
    const taken = context.knownValues.map((value) =>
      coordinatesOf(value, ['x', 'y']).map((coordinate, part) => placeOn(axes[part]!, coordinate)),
    )
    const counts = axes.map(({ count }) => count)
    const tuples = createTuples(context, { counts, isUnique, taken })
    const [x, y] = [new Float64Array(context.capacity), new Float64Array(context.capacity)]
    return fillVector(
      { kind: 'value' },
      (rows, out) => {
        tuples.begin(rows)
        tuples.fill(0, rows, x)
        tuples.fill(1, rows, y)
        for (let i = 0; i < rows.count; i++) {
          out.values[i] = pointOf((xs.lowest + x[i]!) / xs.one, (ys.lowest + y[i]!) / ys.one)
        }
      },
      tuples.size,
    )
  })
}

function pointOf(x: number, y: number): PointValue {
  const value = [x, y] as PointValue
  value.x = x
  value.y = y
  return value
}

/** Of a literal value, whether it is a tuple or an object. */
export function coordinatesOf(value: unknown, names: readonly string[]): readonly number[] {
  if (Array.isArray(value)) return value.map(Number)
  if (typeof value !== 'object' || value === null) return []
  return names.map((name) => Number((value as Readonly<Record<string, unknown>>)[name]))
}

/** @returns k, see `Axis` */
export function placeOn({ lowest, one }: Axis, coordinate: number): number {
  return Math.round(coordinate * one) - lowest
}
