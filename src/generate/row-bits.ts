import { mix } from './hash.ts'
import type { HashKey } from './hash.ts'

/** Random bits for whoever needs any number of draws for a row. */
export interface RowBits {
  /** Makes the next draws a function of the row, whatever was drawn before. */
  seedRow(row: number): void
  /** A whole number from 0 to 2^32 - 1. */
  next(): number
}

/**
 * Counts the draws since `seedRow` and hashes (key, row, draw).
 *
 * @param key - the stream of draws
 */
export function createRowBits(key: HashKey): RowBits {
  let low = 0
  let draw = 0
  return {
    seedRow(row) {
      low = mix(mix((row >>> 0) + key.low) ^ Math.floor(row / 4294967296))
      draw = 0
    },
    next() {
      draw++
      return mix(mix(low + Math.imul(draw, 0x9e3779b9)) ^ key.high) >>> 0
    },
  }
}
