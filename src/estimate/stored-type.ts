import type { SqlType } from '../model/sql-type.ts'
import type { ServerType } from '../postgres/server-type.ts'

/** How the server stores a type's values in a row. */
export interface StoredType {
  /** In bytes: a value that is not short begins at a multiple of it. */
  readonly align: number
  /** Bytes of every value; `undefined` where they differ, and then a header stands before them. */
  readonly length: number | undefined
  /** Whether a long value is compressed and, if need be, moved out of the row. */
  readonly isToastable: boolean
  /** Whether equal values are equal bytes, so that a B-tree stores them once. */
  readonly isDeduplicated: boolean
  /**
   * Bytes of a value without its header.
   *
   * @param cell - as COPY sends it: in binary where the type has an encoder, else as text
   */
  payload(cell: Buffer): number
}

/**
 * How values of a type are stored: `typlen`, `typalign` and `typstorage` of `pg_type`, and what the
 * types of variable length make of what they are sent.
 *
 * @param modifier - the column's; of an array it is that of its elements
 */
export function storedType(type: ServerType): StoredType {
  if (type.kind === 'enum') return fixed(4)
  if (type.kind === 'array' && type.element) return arrayType(type.element)
  const known = fixedTypes[type.name]
  if (known) return known
  return { ...varying, ...varyingTypes[type.name]?.(type) }
}

/**
 * The same of a type that is only declared.
 *
 * @param kind - `enum` for enumerations
 */
export function storedTypeOf(
  { name, modifiers, dimensions }: SqlType,
  kind: 'scalar' | 'enum' = 'scalar',
): StoredType {
  return storedType({
    oid: 0,
    name,
    sqlName: name,
    kind: dimensions > 0 ? 'other' : kind,
    modifier: modifiers[0] ?? -1,
    element: undefined,
  })
}

function fixed(length: number, align = length): StoredType {
  return { align, length, isToastable: false, isDeduplicated: true, payload: () => length }
}

const double = { ...fixed(8), isDeduplicated: false }

/** https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const fixedTypes: Readonly<Record<string, StoredType>> = {
  bool: fixed(1),
  int2: fixed(2),
  int4: fixed(4),
  int8: fixed(8),
  oid: fixed(4),
  money: fixed(8),
  float4: { ...fixed(4), isDeduplicated: false },
  float8: double,
  date: fixed(4),
  time: fixed(8),
  timetz: fixed(12, 8),
  timestamp: fixed(8),
  timestamptz: fixed(8),
  interval: { ...fixed(16, 8), isDeduplicated: false },
  uuid: fixed(16, 1),
  name: fixed(64, 1),
  macaddr: fixed(6, 4),
  macaddr8: fixed(8, 4),
  point: fixed(16, 8),
  line: fixed(24, 8),
  lseg: fixed(32, 8),
  box: fixed(32, 8),
  circle: fixed(24, 8),
}

const varying: StoredType = {
  align: 4,
  length: undefined,
  isToastable: true,
  isDeduplicated: false,
  payload: (cell) => cell.length,
}

/** Where the stored bytes are not those that are sent. */
const varyingTypes: Readonly<Record<string, (type: ServerType) => Partial<StoredType>>> = {
  text: () => ({ isDeduplicated: true }),
  varchar: () => ({ isDeduplicated: true }),
  bpchar: ({ modifier }) => ({
    isDeduplicated: true,
    // Filled up with spaces to its length, which counts letters.
    payload: (cell) =>
      modifier < 0 ? cell.length : cell.length + Math.max(0, modifier - 4 - lettersOf(cell)),
  }),
  bytea: () => ({ isDeduplicated: true }),
  bit: () => ({ isDeduplicated: true, isToastable: false }),
  varbit: () => ({ isDeduplicated: true, isToastable: false }),
  // Sent with three more numbers of two bytes each.
  numeric: () => ({ isToastable: false, payload: (cell) => Math.max(2, cell.length - 6) }),
  inet: () => ({ isToastable: false, isDeduplicated: true, payload: (cell) => cell.length - 2 }),
  cidr: () => ({ isToastable: false, isDeduplicated: true, payload: (cell) => cell.length - 2 }),
  // Sent with the number of a version before its text.
  jsonb: () => ({ payload: (cell) => jsonbPayload(cell.subarray(1)) }),
  tsvector: () => ({ payload: tsvectorPayload }),
  int4range: () => rangeOf(4),
  int8range: () => rangeOf(8),
  daterange: () => rangeOf(4),
  tsrange: () => rangeOf(8),
  tstzrange: () => rangeOf(8),
  vector: () => ({ payload: (cell) => 4 + 4 * itemsOf(cell) }),
  halfvec: () => ({ payload: (cell) => 4 + 2 * itemsOf(cell) }),
  geometry: () => ({ payload: spatialPayload }),
  geography: () => ({ payload: spatialPayload }),
}

function lettersOf(cell: Buffer): number {
  return [...cell.toString()].length
}

/** `src/include/utils/jsonb.h`: a container is a word, a word for each child, and the children. */
function jsonbPayload(cell: Buffer): number {
  let value: unknown
  try {
    value = JSON.parse(cell.toString())
  } catch {
    // As the server would refuse it, what it would take is no matter.
    return cell.length
  }
  // A scalar stands in an array of its own.
  return containerSize(typeof value === 'object' && value !== null ? value : [value])
}

function containerSize(container: object): number {
  const isList = Array.isArray(container)
  const entries = Object.entries(container)
  let size = 4 + entries.length * (isList ? 4 : 8)
  if (!isList) for (const [key] of entries) size += Buffer.byteLength(key)
  for (const [, value] of entries) {
    if (typeof value === 'string') size += Buffer.byteLength(value)
    else if (typeof value === 'number') size = aligned(size, 4) + 6 + digitsOf(value)
    else if (typeof value === 'object' && value !== null) {
      size = aligned(size, 4) + containerSize(value)
    }
  }
  return size
}

/** Bytes of a number's decimal digits, four in two bytes. */
function digitsOf(value: number): number {
  const [whole = '', fraction = ''] = String(Math.abs(value)).split('.')
  const zeros = /0*$/.exec(whole)![0].length
  const left = fraction === '' ? whole.length - Math.floor(zeros / 4) * 4 : whole.length
  return value === 0 ? 0 : 2 * (Math.ceil(left / 4) + Math.ceil(fraction.length / 4))
}

/** From `'cat':2 'fat':1,3`, or words without positions. */
function tsvectorPayload(cell: Buffer): number {
  let size = 4
  for (const lexeme of new Set(cell.toString().split(/\s+/))) {
    if (lexeme === '') continue
    const [word = '', places] = lexeme.split(/:(?=[\dA-D,]+$)/)
    size += 4 + Buffer.byteLength(word.replaceAll("'", ''))
    if (places !== undefined) size = aligned(size, 2) + 2 + 2 * places.split(',').length
  }
  return size
}

/** The type, two bounds and a byte that says of which kind they are. */
function rangeOf(bound: number): Partial<StoredType> {
  return {
    align: bound,
    isToastable: true,
    payload: (cell) => {
      const text = cell.toString()
      if (text === 'empty') return 5
      const [lower, upper] = text.slice(1, -1).split(',')
      return 4 + (lower ? bound : 0) + (upper ? bound : 0) + 1
    },
  }
}

/** Of `[1, 2, 3]`. */
function itemsOf(cell: Buffer): number {
  return cell.toString().split(',').length
}

/** A point takes two doubles, and a word each for its system, its type and its size. */
function spatialPayload(cell: Buffer): number {
  const text = cell.toString()
  const points = text.split(',').length
  const perPoint = /\bZ\b/.test(text) ? 24 : 16
  return /^(?:SRID=\d+;)?[a-z]/i.test(text) ? 12 + perPoint * points : cell.length / 2
}

/** `src/include/utils/array.h`; in binary it is sent with its dimensions and each value's length. */
function arrayType(element: ServerType): StoredType {
  const item = storedType(element)
  return {
    ...varying,
    align: item.align === 8 ? 8 : 4,
    payload: (cell) => arrayPayload(cell, item),
  }
}

function arrayPayload(cell: Buffer, item: StoredType): number {
  // As text, where its elements have no binary form.
  if (cell.length > 0 && cell[0] === 0x7b) return textArrayPayload(cell, item)
  const dimensions = cell.readInt32BE(0)
  const hasNulls = cell.readInt32BE(4) !== 0
  const first = 12 + 8 * dimensions
  const items = countItems(cell, dimensions)
  let size = 16 + 8 * dimensions
  if (hasNulls) size = aligned(size + Math.ceil(items / 8), 8)
  for (let place = first; place < cell.length;) {
    const length = cell.readInt32BE(place)
    place += 4
    if (length < 0) continue
    const payload = item.payload(cell.subarray(place, place + length))
    // Inside of an array no value has a short header, and each is filled up to the next.
    size = aligned(size + (item.length ?? payload + 4), item.align)
    place += length
  }
  return size - 4
}

function countItems(cell: Buffer, dimensions: number): number {
  let items = dimensions === 0 ? 0 : 1
  for (let n = 0; n < dimensions; n++) items *= cell.readInt32BE(12 + 8 * n)
  return items
}

function textArrayPayload(cell: Buffer, item: StoredType): number {
  const items = cell.length <= 2 ? 0 : itemsOf(cell)
  const each = item.length ?? Math.max(0, (cell.length - 2) / Math.max(1, items) - 1) + 4
  return 12 + (items === 0 ? 0 : 8) + items * aligned(each, item.align)
}

/** The next multiple of `to`. */
export function aligned(size: number, to: number): number {
  return Math.ceil(size / to) * to
}
