/** 64 bits: both halves are integers of 32 bits, signed or not. */
export interface Hash64 {
  high: number
  low: number
}

/**
 * Hashes bytes as the server's `hash_bytes_extended` does with a seed of 0: Bob Jenkins' lookup3, with
 * words in the order of a little-endian machine. PostgreSQL source: hashfn.c.
 *
 * @example
 * hashBytes(new DataView(Buffer.from('ab').buffer), 0, 2, hash) // as hashtextextended('ab', 0)
 */
export function hashBytes(view: DataView, first: number, length: number, hash: Hash64): void {
  const begin = initial(length)
  let a = begin
  let b = begin
  let c = begin
  let at = first
  let rest = length
  for (; rest >= 12; rest -= 12, at += 12) {
    a = (a + view.getInt32(at, true)) | 0
    b = (b + view.getInt32(at + 4, true)) | 0
    c = (c + view.getInt32(at + 8, true)) | 0
    a = (a - c) ^ ((c << 4) | (c >>> 28))
    c = (c + b) | 0
    b = (b - a) ^ ((a << 6) | (a >>> 26))
    a = (a + c) | 0
    c = (c - b) ^ ((b << 8) | (b >>> 24))
    b = (b + a) | 0
    a = (a - c) ^ ((c << 16) | (c >>> 16))
    c = (c + b) | 0
    b = (b - a) ^ ((a << 19) | (a >>> 13))
    a = (a + c) | 0
    c = (c - b) ^ ((b << 4) | (b >>> 28))
    b = (b + a) | 0
  }
  // The lowest byte of the third word is the length's, so its bytes move up by one.
  for (let byte = rest - 1; byte >= 0; byte--) {
    const value = view.getUint8(at + byte)
    if (byte >= 8) c = (c + (value << ((byte - 7) * 8))) | 0
    else if (byte >= 4) b = (b + (value << ((byte - 4) * 8))) | 0
    else a = (a + (value << (byte * 8))) | 0
  }
  finish(a, b, c, hash)
}

/** An integer's hash, whatever its width (`hashint8extended`). */
export function hashInteger(high: number, low: number, hash: Hash64): void {
  const begin = initial(4)
  const word = low ^ (high >= 0 ? high : ~high)
  finish((begin + word) | 0, begin, begin, hash)
}

/** Adds a column's hash to that of its row, as `hash_record_extended` does: times 31, and plus. */
export function addToRow(row: Hash64, cell: Hash64): void {
  const low = (row.low >>> 0) * 31 + (cell.low >>> 0)
  row.high = (Math.imul(row.high, 31) + Math.floor(low / two32) + cell.high) | 0
  row.low = low | 0
}

const two32 = 2 ** 32

function initial(length: number): number {
  return (0x9e3779b9 + length + 3923095) | 0
}

function finish(first: number, second: number, third: number, hash: Hash64): void {
  let [a, b, c] = [first, second, third]
  c = (c ^ b) - ((b << 14) | (b >>> 18))
  a = (a ^ c) - ((c << 11) | (c >>> 21))
  b = (b ^ a) - ((a << 25) | (a >>> 7))
  c = (c ^ b) - ((b << 16) | (b >>> 16))
  a = (a ^ c) - ((c << 4) | (c >>> 28))
  b = (b ^ a) - ((a << 14) | (a >>> 18))
  c = (c ^ b) - ((b << 24) | (b >>> 8))
  hash.high = b | 0
  hash.low = c | 0
}
