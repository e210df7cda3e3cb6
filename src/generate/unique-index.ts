import type { Permutation } from './permutation.ts'

/** Gives each row an index of its own, and never one that is taken already. */
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
 * @example
 * const index = createUniqueIndex(createPermutation(1, 'users.email', 100), [17])
 * index.size // 99; no row gets 17
 */
export function createUniqueIndex(permutation: Permutation, taken: readonly number[]): UniqueIndex {
  const places = [...new Set(taken)]
  const reserve = new Map(places.map((index, place) => [index, permutation.size - 1 - place]))
  function replaceTaken(first: number): number {
    let index = first
    for (let place = reserve.get(index); place !== undefined; place = reserve.get(index)) {
      index = permutation.at(place)
    }
    return index
  }
  return {
    size: permutation.size - reserve.size,
    at(row) {
      const index = permutation.at(row)
      return reserve.size === 0 ? index : replaceTaken(index)
    },
    fill(rows, count, out) {
      permutation.fill(rows, count, out)
      if (reserve.size === 0) return
      for (let i = 0; i < count; i++) out[i] = replaceTaken(out[i]!)
    },
  }
}
