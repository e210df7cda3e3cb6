import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createPermutation } from '../permutation.ts'

/**
 * Days or seconds up to the reference date, no one twice.
 *
 * @param options - `space`: how many there are; `first`, `last`: what they are to keep within, in days
 *   or seconds since 1970-01-01
 * @example
 * distinctTimes({ kind: 'date', space: 730 }) // each of the last 730 days once
 */
export function distinctTimes(options: {
  readonly kind: 'date' | 'timestamp'
  readonly space: number
  readonly first?: number | undefined
  readonly last?: number | undefined
}): Generator<Date | string> {
  const { kind, space, first = -Infinity, last = Infinity } = options
  const perUnit = kind === 'date' ? 1 : 1_000_000
  return createGenerator('distinctTimes', ({ seed, purpose, referenceDay, capacity }) => {
    const permutation = createPermutation(seed, purpose, space)
    const now = kind === 'date' ? referenceDay : referenceDay * 86_400
    const end = Math.min(last, Math.max(now, first + space - 1))
    const places = new Float64Array(capacity)
    return fillVector(
      { kind },
      ({ count, numbers }, { values }) => {
        permutation.fill(numbers, count, places)
        for (let i = 0; i < count; i++) values[i] = (end - places[i]!) * perUnit
      },
      space,
    )
  })
}
