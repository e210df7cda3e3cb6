/** Draws from n choices with given weights by one 32-bit hash, in constant time. */
export interface WeightTable {
  /**
   * @param bits - 32 random bits
   * @returns the index of a choice
   */
  pick(bits: number): number
}

/**
 * Walker's alias method (Vose, "A Linear Algorithm for Generating Random Numbers with a Given
 * Distribution", 1991). The upper bits of the draw choose a column, the rest decide between the
 * column's two choices.
 *
 * @param weights - at least one above 0; need not add up to 1
 * @example
 * createWeightTable([90, 10]).pick(0) // 0
 */
export function createWeightTable(weights: readonly number[]): WeightTable {
  const n = weights.length
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const scaled = weights.map((weight) => (weight * n) / sum)
  const keep = new Float64Array(n).fill(1)
  const alias = Int32Array.from(weights, (_, index) => index)
  const small = scaled.flatMap((weight, index) => (weight < 1 ? [index] : []))
  const large = scaled.flatMap((weight, index) => (weight < 1 ? [] : [index]))
  while (small.length > 0 && large.length > 0) {
    const less = small.pop()!
    const more = large.at(-1)!
    keep[less] = scaled[less]!
    alias[less] = more
    scaled[more] = scaled[more]! - (1 - scaled[less]!)
    if (scaled[more] < 1) small.push(large.pop()!)
  }
  return {
    pick(bits) {
      const place = (bits >>> 0) * 2.3283064365386963e-10 * n
      const column = Math.floor(place)
      return place - column < keep[column]! ? column : alias[column]!
    },
  }
}
