import type { Context, Rows } from './generator.ts'
import { createPermutation } from './permutation.ts'

/** A table's rows shared out among some choices, each of which gets exactly its share. */
export interface Shares {
  /**
   * @param out - the row's choice
   * @param places - its place among the rows of that choice, counted from 0
   */
  fill(rows: Rows, out: Float64Array, places: Float64Array): void
  /** The most rows that a table can have where a choice has room for so many. */
  mostRows(rooms: readonly number[]): number
}

/**
 * Shares out the rows that the plan knows by weight, rounded by the largest remainder, and deals them
 * by a permutation: so a row's choice depends on how many rows there are.
 *
 * @param weights - from 0, at least one above
 * @example
 * createShares(context, [0.995, 0.005]) // of 1,000 rows exactly 5 get choice 1
 */
export function createShares(context: Context, weights: readonly number[]): Shares {
  const { firstRow } = context.self
  const count = Math.max(1, context.self.count)
  const counts = roundShares(weights, count)
  const ends = Float64Array.from(counts)
  for (let choice = 1; choice < ends.length; choice++) ends[choice]! += ends[choice - 1]!
  const permutation = createPermutation(context.seed, `${context.purpose}/share`, count)
  const dealt = new Float64Array(context.capacity)
  return {
    fill({ count: wanted, numbers }, out, places) {
      for (let i = 0; i < wanted; i++) {
        const offset = (numbers[i]! - firstRow) % count
        out[i] = offset < 0 ? offset + count : offset
      }
      permutation.fill(out, wanted, dealt)
      for (let i = 0; i < wanted; i++) {
        const choice = firstAbove(ends, dealt[i]!)
        out[i] = choice
        places[i] = dealt[i]! - (choice === 0 ? 0 : ends[choice - 1]!)
      }
    },
    mostRows(rooms) {
      const fits = (rows: number) =>
        roundShares(weights, rows).every((share, choice) => share <= rooms[choice]!)
      const sum = weights.reduce((total, weight) => total + weight, 0)
      const limits = weights.flatMap((weight, choice) =>
        weight > 0 ? [(rooms[choice]! * sum) / weight] : [],
      )
      // Rounding moves a share by less than a row, and that of few rows by a row of all of them.
      let most = Math.ceil(Math.min(...limits)) + weights.length
      while (most > 0 && !fits(most)) most--
      return most
    },
  }
}

/**
 * Whole shares that add up to `count`: what is left over by rounding down goes to the largest
 * remainders, of equal ones to the first.
 *
 * @example
 * roundShares([1, 1, 1], 10) // [4, 3, 3]
 */
export function roundShares(weights: readonly number[], count: number): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const exact = weights.map((weight) => (count * weight) / sum)
  const shares = exact.map(Math.floor)
  const left = count - shares.reduce((total, share) => total + share, 0)
  const byRemainder = exact
    .map((share, choice) => ({ choice, remainder: share - Math.floor(share) }))
    .toSorted((one, two) => two.remainder - one.remainder || one.choice - two.choice)
  for (const { choice } of byRemainder.slice(0, Math.max(0, left))) shares[choice]!++
  return shares
}

/** The first of rising numbers that is above a value. */
function firstAbove(rising: Float64Array, value: number): number {
  let low = 0
  let high = rising.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rising[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
