import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createPermutation } from '../permutation.ts'

/**
 * Days or seconds before the reference date, no one twice.
 *
 * @param space - how many there are
 * @example
 * distinctTimes({ kind: 'date', space: 730 }) // each of the last 730 days once
 */
export function distinctTimes(options: {
  readonly kind: 'date' | 'timestamp'
  readonly space: number
}): Generator<Date | string> {
  const { kind, space } = options
  const perUnit = kind === 'date' ? 1 : 1_000_000
  return createGenerator('distinctTimes', ({ seed, purpose, referenceDay, capacity }) => {
    const permutation = createPermutation(seed, purpose, space)
    const last = kind === 'date' ? referenceDay : referenceDay * 86_400
    const places = new Float64Array(capacity)
    return fillVector(
      { kind },
      ({ count, numbers }, { values }) => {
        permutation.fill(numbers, count, places)
        for (let i = 0; i < count; i++) values[i] = (last - places[i]!) * perUnit
      },
      space,
    )
  })
}
