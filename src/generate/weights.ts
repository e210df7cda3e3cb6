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
  const { pick } = createWeightTables([weights])
  return { pick: (bits) => pick(0, bits) }
}

/** Several tables of weights over the same choices. */
export interface WeightTables {
  /**
   * @param table - which of the tables, counted from 0
   * @param bits - 32 random bits
   * @returns the index of a choice
   */
  pick(table: number, bits: number): number
  /** Picks `count` times, into `out`; several times as fast as one at a time. */
  pickEach(tables: Int32Array, draws: Int32Array, count: number, out: Int32Array): void
}

/**
 * As `createWeightTable`, for draws whose weights differ from row to row: all tables lie side by
 * side in memory, which makes a pick three times as fast as from one among many objects.
 *
 * @param lists - one list of weights for each table, all of one length
 * @example
 * createWeightTables([[90, 10], [1, 99]]).pick(1, 0) // 0
 */
export function createWeightTables(lists: readonly (readonly number[])[]): WeightTables {
  const n = lists[0]?.length ?? 0
  const keep = new Float64Array(lists.length * n)
  // Side by side, so that which of the two it is is an index: a branch would be guessed wrong often.
  const choices = new (n <= 0x10000 ? Uint16Array : Int32Array)(lists.length * n * 2)
  for (const [table, weights] of lists.entries()) {
    const columns = createColumns(weights)
    keep.set(columns.keep, table * n)
    for (let column = 0; column < n; column++) {
      choices[2 * (table * n + column)] = column
      choices[2 * (table * n + column) + 1] = columns.alias[column]!
    }
  }
  return {
    pick(table, bits) {
      const place = (bits >>> 0) * 2.3283064365386963e-10 * n
      const column = Math.floor(place)
      const index = table * n + column
      return choices[2 * index + Number(place - column >= keep[index]!)]!
    },
    pickEach(tables, draws, count, out) {
      for (let i = 0; i < count; i++) {
        const place = (draws[i]! >>> 0) * 2.3283064365386963e-10 * n
        const column = place | 0
        const index = tables[i]! * n + column
        out[i] = choices[2 * index + Number(place - column >= keep[index]!)]!
      }
    },
  }
}

function createColumns(weights: readonly number[]): { keep: Float64Array; alias: Int32Array } {
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
  return { keep, alias }
}
