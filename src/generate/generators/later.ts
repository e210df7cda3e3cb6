import { createGenerator } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { unit } from '../hash.ts'
import type { DateVector, TimestampVector, Vector } from '../vector.ts'

export interface LaterOptions {
  /** What the column is. */
  readonly kind: 'date' | 'timestamp'
  /** @defaultValue 90 */
  readonly mostDays?: number
  /** @defaultValue 0 */
  readonly leastDays?: number
  /** `today` for what has happened: not after the reference date, unless the base is. @defaultValue 'any day' */
  readonly until?: 'today' | 'any day'
}

/**
 * A time after another column's of the same row, sooner rather than later.
 *
 * @param base - gives dates or timestamps
 * @example
 * const createdAt = f.timestamp()
 * { columns: { createdAt, updatedAt: f.laterThan(createdAt, { kind: 'timestamp' }) } }
 */
export function laterThan(base: Generator, options: LaterOptions): Generator<Date | string> {
  const { kind, mostDays = 90, leastDays = 0, until = 'any day' } = options
  return createGenerator(
    'laterThan',
    ({ random, purpose, referenceDay }, [input]) => {
      const end = until === 'today' ? referenceDay * microsPerDay : Infinity
      const key = random(`${purpose}/later`)
      const source = input!.vector
      return {
        spec: { kind },
        size: undefined,
        fill({ count, numbers }, vector) {
          const out = vector as DateVector | TimestampVector
          for (let i = 0; i < count; i++) {
            const draw = unit(key, numbers[i]!)
            const micros = microsOf(source, i)
            const room = (end - micros) / microsPerDay
            const most = room > leastDays && room < mostDays ? room : mostDays
            const days = leastDays + draw * draw * (most - leastDays)
            out.values[i] =
              kind === 'date'
                ? Math.floor(micros / microsPerDay) + Math.ceil(days)
                : // Whole seconds, as of a clock.
                  micros + Math.ceil(days * 86_400) * 1_000_000
          }
          out.nulls = source.kind === 'value' ? null : source.nulls
        },
      }
    },
    [base],
  )
}

const microsPerDay = 86_400_000_000

function microsOf(vector: Vector, index: number): number {
  if (vector.kind === 'date') return vector.values[index]! * microsPerDay
  if (vector.kind === 'timestamp') return vector.values[index]!
  throw new TypeError(`${vector.kind} values are no times`)
}
