import { mix } from '../generate/hash.ts'
import { nextCell, nextRow, rowHead } from './row-messages.ts'
import type { Rows } from './row-messages.ts'

/** Hashes of the rows of a buffer, one after the other: of their keys and of all of their cells. */
export interface RowHashes {
  /** 64 bits of the key, … */
  keyLow: number
  keyHigh: number
  /** … and of the whole row. */
  rowLow: number
  rowHigh: number
  /** Where the row begins, and where it ends. */
  at: number
  end: number
}

/**
 * Goes through rows, hashing each.
 *
 * @param keyColumns - how many cells make the key; 0 for rows that have none, and are keys themselves
 * @param each - told of each row; gets the same object each time
 */
export function hashRows(rows: Rows, keyColumns: number, each: (row: RowHashes) => void): void {
  const view = new DataView(rows.buffer, rows.byteOffset, rows.length)
  const row: RowHashes = { keyLow: 0, keyHigh: 0, rowLow: 0, rowHigh: 0, at: 0, end: 0 }
  const state: HashState = { low: 0, high: 0 }
  for (let at = 0; at < rows.length;) {
    const end = nextRow(rows, at)
    row.at = at
    row.end = end
    let keyEnd = at + rowHead
    for (let column = 0; column < keyColumns; column++) keyEnd = nextCell(rows, keyEnd)
    state.low = seedLow
    state.high = seedHigh
    addBytes(state, view, at + rowHead, keyEnd)
    row.keyLow = mix(state.low)
    row.keyHigh = mix(state.high)
    addBytes(state, view, keyEnd, end)
    row.rowLow = mix(state.low)
    row.rowHigh = mix(state.high)
    if (keyColumns === 0) {
      row.keyLow = row.rowLow
      row.keyHigh = row.rowHigh
    }
    each(row)
    at = end
  }
}

interface HashState {
  low: number
  high: number
}

const seedLow = 0x3c6ef372
const seedHigh = 0x1f83d9ab

/** Two chains of 32 bits each: every step is a bijection, so only a later word could make up for one. */
function addBytes(state: HashState, view: DataView, first: number, end: number): void {
  let { low, high } = state
  let at = first
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true)
    low = Math.imul(low ^ word, 0x21f0aaad)
    low ^= low >>> 15
    high = Math.imul(high ^ word, 0x735a2d97)
    high = (high << 13) | (high >>> 19)
  }
  let rest = end - first
  for (; at < end; at++) rest = (rest << 8) ^ view.getUint8(at)
  low = Math.imul(low ^ rest, 0x21f0aaad)
  high = Math.imul(high ^ rest, 0x735a2d97)
  state.low = low ^ (low >>> 15)
  state.high = (high << 13) | (high >>> 19)
}
