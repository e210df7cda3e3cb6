import type { Permutation } from './permutation.ts'

/** Gives each row an index of its own, and never one that is taken already. */
export interface UniqueIndex {
  /** How many rows can have one. */
  readonly size: number
  at(row: number): number
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
  return {
    size: permutation.size - reserve.size,
    at(row) {
      let index = permutation.at(row)
      if (reserve.size === 0) return index
      for (let place = reserve.get(index); place !== undefined; place = reserve.get(index)) {
        index = permutation.at(place)
      }
      return index
    },
  }
}
