import { quoteIdentifier } from '../postgres/identifiers.ts'
import type { ComparedColumn } from './compared-table.ts'
import { hashBytes, hashInteger } from './server-hash.ts'
import type { Hash64 } from './server-hash.ts'

/** How the server hashes a column, and how we hash its cells to the same. */
export interface HashedColumn {
  /** SQL of a value whose type has a hash of this kind. */
  readonly sql: string
  readonly kind: 'integer' | 'bytes' | 'decimal' | 'hexadecimal'
}

/** Chooses a column's hash: types whose own one would be another's are hashed by their bytes. */
export function hashedColumn({ model, target, form, send }: ComparedColumn): HashedColumn {
  const name = quoteIdentifier(model.name)
  const { serverType } = target
  const asText = `${name}::text collate "C"`
  if (form === 'text' || serverType.kind === 'enum') return { sql: asText, kind: 'bytes' }
  if (serverType.kind === 'scalar') {
    if (serverType.name === 'bool') return { sql: `${name}::int::int8`, kind: 'integer' }
    if (integers.has(serverType.name)) return { sql: `${name}::int8`, kind: 'integer' }
    if (times.has(serverType.name)) return { sql: `${name}::${serverType.name}`, kind: 'integer' }
    if (texts.has(serverType.name)) return { sql: asText, kind: 'bytes' }
    if (serverType.name === 'uuid') return { sql: `${name}::uuid`, kind: 'bytes' }
    if (serverType.name === 'numeric') return { sql: `${name}::numeric`, kind: 'decimal' }
  }
  return { sql: `encode(${send}(${name}), 'hex') collate "C"`, kind: 'hexadecimal' }
}

const integers: ReadonlySet<string> = new Set(['int2', 'int4', 'int8'])

/** Kept, and hashed, as integers. */
const times: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz', 'time'])

/** Shown byte by byte as they are sent; the cast of a bpchar would take its blanks away. */
const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'name', 'citext', 'json'])

/**
 * Hashes the bytes of a cell that is not NULL, `[first, first + length)`.
 *
 * @param hash - gets what the server's function gives with a seed of 0
 */
export type HashCell = (view: DataView, first: number, length: number, hash: Hash64) => void

export const hashCells: Readonly<Record<HashedColumn['kind'], HashCell>> = {
  bytes: hashBytes,
  integer(view, first, length, hash) {
    if (length === 8) hashInteger(view.getInt32(first), view.getInt32(first + 4), hash)
    else {
      const value =
        length === 4
          ? view.getInt32(first)
          : length === 2
            ? view.getInt16(first)
            : view.getUint8(first)
      hashInteger(value < 0 ? -1 : 0, value, hash)
    }
  },
  decimal: hashDecimal,
  hexadecimal(view, first, length, hash) {
    reserve(length * 2)
    for (let byte = 0; byte < length; byte++) {
      const value = view.getUint8(first + byte)
      scratch.setUint8(byte * 2, digits.charCodeAt(value >>> 4))
      scratch.setUint8(byte * 2 + 1, digits.charCodeAt(value & 15))
    }
    hashBytes(scratch, 0, length * 2, hash)
  },
}

/** As `hash_numeric_extended` in numeric.c: 1.0 and 1.00 are equal, so their hashes are, too. */
function hashDecimal(view: DataView, first: number, _length: number, hash: Hash64): void {
  const isSpecial = (view.getUint16(first + 4) & special) === special
  const count = view.getUint16(first)
  if (isSpecial || count === 0) {
    const word = isSpecial ? 0 : -1
    hash.high = word
    hash.low = word
    return
  }
  reserve(count * 2)
  for (let group = 0; group < count; group++) {
    scratch.setInt16(group * 2, view.getInt16(first + 8 + group * 2), true)
  }
  hashBytes(scratch, 0, count * 2, hash)
  const weight = view.getInt16(first + 2)
  hash.high ^= weight < 0 ? -1 : 0
  hash.low ^= weight
}

const special = 0xc000
const digits = '0123456789abcdef'

let scratch = new DataView(new ArrayBuffer(256))

function reserve(size: number): void {
  if (scratch.byteLength < size) scratch = new DataView(new ArrayBuffer(size * 2))
}
