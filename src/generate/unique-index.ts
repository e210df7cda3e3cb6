import type { Permutation } from './permutation.ts'

/** Gives each row of [0, size) an index of its own, and never one that is taken already. */
export interface UniqueIndex {
  /** How many rows can have one. */
  readonly size: number
  at(row: number): number
  /** The indices of `count` rows, into `out`; faster than one at a time. */
  fill(rows: Float64Array, count: number, out: Float64Array): void
}

/**
 * Leaves some indices out of a permutation. A row that would get a taken index gets one from the
 * reserve instead: the permutation's last places, one for each taken index. What a row gets does
 * not depend on how many rows there are.
 *
 * @param taken - indices that known rows use already
 * @throws RangeError (from `at` and `fill`) for a row outside [0, size)
 * @example
 * const index = createUniqueIndex(createPermutation(1, 'users.email', 100), [17])
 * index.size // 99; no row gets 17
 */
export function createUniqueIndex(permutation: Permutation, taken: readonly number[]): UniqueIndex {
  const places = [...new Set(taken)]
  const reserve = new Map(places.map((index, place) => [index, permutation.size - 1 - place]))
  if (reserve.size === 0) return permutation
  const size = permutation.size - reserve.size

  // Places of the reserve may lead to one another for ever.
  function indexOf(row: number, first: number): number {
    if (row >= size) throw new RangeError(`Row ${row} has no index: there are ${size}`)
    let index = first
    for (let place = reserve.get(index); place !== undefined; place = reserve.get(index)) {
      index = permutation.at(place)
    }
    return index
  }

  return {
    size,
    at: (row) => indexOf(row, permutation.at(row)),
    fill(rows, count, out) {
      permutation.fill(rows, count, out)
      for (let i = 0; i < count; i++) out[i] = indexOf(rows[i]!, out[i]!)
    },
  }
}
