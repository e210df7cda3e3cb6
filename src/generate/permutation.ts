import { createHashKey, mix } from './hash.ts'

/** A bijection of [0, size): uniqueness without memory. */
export interface Permutation {
  readonly size: number
  /** The value at a position from [0, size). */
  at(position: number): number
  /** The values at `count` positions, into `out`; faster than one at a time. */
  fill(positions: Float64Array, count: number, out: Float64Array): void
}

const rounds = 6

/**
 * A Feistel network over the smallest power of two that holds `size`, with cycle-walking: a value
 * outside the domain is permuted again until it falls inside (Black and Rogaway, "Ciphers with
 * Arbitrary Finite Domains", 2002). On average at most two steps, since the power of two is less
 * than twice the size.
 *
 * @param seed - the run's seed
 * @param purpose - as for `createHashKey`
 * @param size - from 1 to 2^53
 * @throws RangeError (from `at` and `fill`) for a position outside [0, size)
 * @example
 * const { at } = createPermutation(1, 'users.username', 3)
 * [at(0), at(1), at(2)].toSorted() // [0, 1, 2]
 */
export function createPermutation(seed: number, purpose: string, size: number): Permutation {
  const bits = Math.max(2, bitsFor(size))
  // Halves are at most 27 bits wide, so 32-bit arithmetic holds them.
  const leftBits = Math.floor(bits / 2)
  const rightBits = bits - leftBits
  const leftMask = twoTo(leftBits) - 1
  const rightMask = twoTo(rightBits) - 1
  const rightSize = rightMask + 1
  /** Exact, as of any power of two. */
  const perRightSize = 1 / rightSize
  const keys = Array.from({ length: rounds }, (_, round) =>
    createHashKey(seed, `${purpose}#${round}`),
  )
  const lows = Int32Array.from(keys, (key) => key.low)
  const highs = Int32Array.from(keys, (key) => key.high)
  let lefts = new Int32Array(0)
  let rights = new Int32Array(0)

  function step(value: number): number {
    let left = (value * perRightSize) | 0
    let right = (value - left * rightSize) | 0
    // Halves of unequal width: each round changes one half in place, by a hash of the other.
    for (let round = 0; round < rounds; round += 2) {
      left ^= mix(mix(right + lows[round]!) ^ highs[round]!) & leftMask
      right ^= mix(mix(left + lows[round + 1]!) ^ highs[round + 1]!) & rightMask
    }
    return left * rightSize + right
  }

  /** Back into the domain. */
  function walk(start: number): number {
    let value = start
    while (value >= size) value = step(value)
    return value
  }

  // Outside the domain the walk might never come back into it.
  function refuseOutside(position: number): void {
    if (position >= 0 && position < size) return
    throw new RangeError(`Position ${position} is outside a permutation of ${size}`)
  }

  // A function per loop: V8 keeps what it compiled in the midst of one for as long as the function.
  function split(positions: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const position = positions[i]!
      refuseOutside(position)
      const left = (position * perRightSize) | 0
      lefts[i] = left
      rights[i] = position - left * rightSize
    }
  }

  function mixHalves(round: number, count: number): void {
    const [low, nextLow] = [lows[round]!, lows[round + 1]!]
    const [high, nextHigh] = [highs[round]!, highs[round + 1]!]
    for (let i = 0; i < count; i++) {
      const right = rights[i]!
      const left = lefts[i]! ^ (mix(mix(right + low) ^ high) & leftMask)
      lefts[i] = left
      rights[i] = right ^ (mix(mix(left + nextLow) ^ nextHigh) & rightMask)
    }
  }

  function join(count: number, out: Float64Array): void {
    for (let i = 0; i < count; i++) out[i] = walk(lefts[i]! * rightSize + rights[i]!)
  }

  return {
    size,
    at(position) {
      refuseOutside(position)
      return walk(step(position))
    },
    // Round by round: a row's rounds wait for one another, those of different rows do not.
    fill(positions, count, out) {
      if (lefts.length < count) {
        lefts = new Int32Array(count)
        rights = new Int32Array(count)
      }
      split(positions, count)
      for (let round = 0; round < rounds; round += 2) mixHalves(round, count)
      join(count, out)
    },
  }
}

function bitsFor(size: number): number {
  let bits = 0
  for (let reach = 1; reach < size; reach *= 2) bits++
  return bits
}

function twoTo(bits: number): number {
  let value = 1
  for (let i = 0; i < bits; i++) value *= 2
  return value
}
