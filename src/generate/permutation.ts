import { createHashKey, mix } from './hash.ts'

/** A bijection of [0, size): uniqueness without memory. */
export interface Permutation {
  readonly size: number
  /** The value at a position from [0, size). */
  at(position: number): number
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
 * @throws RangeError (from `at`) for a position outside [0, size)
 * @example
 * const { at } = createPermutation(1, 'users.username', 3)
 * [at(0), at(1), at(2)].toSorted() // [0, 1, 2]
 */
export function createPermutation(seed: number, purpose: string, size: number): Permutation {
  const bits = Math.max(2, bitsFor(size))
  const leftBits = Math.floor(bits / 2)
  const rightBits = bits - leftBits
  const leftSize = twoTo(leftBits)
  const rightSize = twoTo(rightBits)
  const keys = Array.from({ length: rounds }, (_, round) =>
    createHashKey(seed, `${purpose}#${round}`),
  )
  const lows = Int32Array.from(keys, (key) => key.low)
  const highs = Int32Array.from(keys, (key) => key.high)

  function step(value: number): number {
    let left = Math.floor(value / rightSize)
    let right = value - left * rightSize
    // Halves of unequal width: each round changes one half in place, by a hash of the other.
    for (let round = 0; round < rounds; round += 2) {
      left = xorBelow(left, mix(mix(right + lows[round]!) ^ highs[round]!), leftSize)
      right = xorBelow(right, mix(mix(left + lows[round + 1]!) ^ highs[round + 1]!), rightSize)
    }
    return left * rightSize + right
  }

  return {
    size,
    at(position) {
      // Outside the domain the walk below might never come back into it.
      if (!(position >= 0 && position < size)) {
        throw new RangeError(`Position ${position} is outside a permutation of ${size}`)
      }
      let value = step(position)
      while (value >= size) value = step(value)
      return value
    },
  }
}

/** XOR of the low bits; halves are at most 27 bits wide, so 32-bit arithmetic holds them. */
function xorBelow(half: number, random: number, size: number): number {
  return half ^ (random & (size - 1))
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
