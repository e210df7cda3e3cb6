import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createPermutation } from '../permutation.ts'

export interface DistinctTimesOptions {
  readonly kind: 'date' | 'timestamp'
  /** How many there are, … */
  readonly space: number
  /** … of which so many, the latest, are used up before the others. @defaultValue `space` */
  readonly recent?: number | undefined
  /** They keep within these: days, or seconds, since 1970-01-01. */
  readonly first?: number | undefined
  readonly last?: number | undefined
}

/**
 * Days or seconds up to the reference date, no one twice.
 *
 * @example
 * distinctTimes({ kind: 'date', space: 730 }) // each of the last 730 days once
 */
export function distinctTimes(options: DistinctTimesOptions): Generator<Date | string> {
  const { kind, space, recent = space, first = -Infinity, last = Infinity } = options
  const perUnit = kind === 'date' ? 1 : 1_000_000
  return createGenerator('distinctTimes', ({ seed, purpose, referenceDay }) => {
    const latest = createPermutation(seed, purpose, recent)
    const earlier = createPermutation(seed, `${purpose}/earlier`, Math.max(1, space - recent))
    const now = kind === 'date' ? referenceDay : referenceDay * 86_400
    const end = Math.min(last, Math.max(now, first + space - 1))
    return fillVector(
      { kind },
      ({ count, numbers }, { values }) => {
        for (let i = 0; i < count; i++) {
          const row = numbers[i]!
          const place = row < recent ? latest.at(row) : recent + earlier.at(row - recent)
          values[i] = (end - place) * perUnit
        }
      },
      space,
    )
  })
}
