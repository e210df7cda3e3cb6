import {
  dayMicros,
  lengthOfInterval,
  parseDate,
  parseInterval,
  parseTime,
  parseTimestamp,
} from './calendar.ts'
import type { Interval } from './calendar.ts'
import {
  compareNumbers,
  compareNumeric,
  formatNumeric,
  parseNumeric,
  roundNumeric,
  toDouble,
} from './decimal.ts'
import type { Numeric } from './decimal.ts'
import type { Json, Value, ValueType } from './expression.ts'
import { isAscii } from './regular-expression.ts'

/** What a part of an expression comes to. */
export type Outcome =
  | Value
  /** It cannot be told here. */
  | undefined
  /** The server refuses to compute it: a division by zero, a number out of range. */
  | typeof refused

export const refused = Symbol('refused')

/** A string in quotes, whose type the server decides by what it stands next to. */
export const literal: ValueType = { name: 'unknown', modifiers: [], dimensions: 0 }
export const boolean = scalar('bool')
export const text = scalar('text')
export const integer = scalar('int4')

/** The widths of integers; a result outside is refused by the server. */
const integerLimits: Readonly<Record<string, number>> = {
  int2: 32_767,
  int4: 2_147_483_647,
  int8: Number.MAX_SAFE_INTEGER,
}
const numberOrder = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']
const textTypes = ['text', 'varchar', 'bpchar', 'name']
const dateOrder = ['date', 'timestamp', 'timestamptz']

export function scalar(name: string): ValueType {
  return { name, modifiers: [], dimensions: 0 }
}

export function arrayOf(type: ValueType): ValueType {
  return { ...type, dimensions: 1 }
}

export function elementOf(type: ValueType): ValueType {
  return { ...type, dimensions: type.dimensions - 1 }
}

export function isNumberType({ name, dimensions }: ValueType): boolean {
  return dimensions === 0 && numberOrder.includes(name)
}

export function isIntegerType({ name, dimensions }: ValueType): boolean {
  return dimensions === 0 && name in integerLimits
}

export function isTextType({ name, dimensions }: ValueType): boolean {
  return dimensions === 0 && textTypes.includes(name)
}

export function isSameType(left: ValueType, right: ValueType): boolean {
  return left.name === right.name && left.dimensions === right.dimensions
}

/** Whether the server brings a value to a type by itself, at no loss. */
export function isImplicit(from: ValueType, to: ValueType): boolean {
  if (isSameType(from, to)) return true
  if (from.dimensions !== to.dimensions) return false
  if (from.name === 'unknown') return true
  for (const order of [numberOrder, dateOrder]) {
    const [start, end] = [order.indexOf(from.name), order.indexOf(to.name)]
    if (start >= 0 && end >= 0) return start < end
  }
  return to.name === 'text' && (textTypes.includes(from.name) || from.name === 'citext')
}

/**
 * The type that two sides of a comparison are brought to, or the branches of a CASE.
 *
 * @returns `undefined` when the server would refuse them, or it is not understood
 */
export function commonType(left: ValueType, right: ValueType): ValueType | undefined {
  if (left.name === 'unknown' && right.name === 'unknown') return text
  if (left.name === 'unknown') return right
  if (right.name === 'unknown' || isSameType(left, right)) return plain(left)
  if (left.dimensions !== right.dimensions) return undefined
  if (left.dimensions > 0) {
    const element = commonType(elementOf(left), elementOf(right))
    return element && { ...element, dimensions: left.dimensions }
  }
  if (isNumberType(left) && isNumberType(right)) {
    const floats = [left, right].filter(({ name }) => name.startsWith('float'))
    if (floats.length === 1) return scalar('float8')
    return isImplicit(left, right) ? plain(right) : plain(left)
  }
  if (isImplicit(left, right)) return plain(right)
  if (isImplicit(right, left)) return plain(left)
  return isTextType(left) && isTextType(right) ? text : undefined
}

/**
 * Reads a text as the server reads a literal of a type.
 *
 * @returns `undefined` for a text that is no such value, or not understood
 */
export function parseValue(source: string, type: ValueType): Value | undefined {
  if (type.dimensions > 0) return parseArray(source, type)
  if (type.labels) return type.labels.includes(source) ? source : undefined
  switch (type.name) {
    case 'bool':
      if (/^\s*(?:t|true|y|yes|on|1)\s*$/i.test(source)) return true
      return /^\s*(?:f|false|n|no|off|0)\s*$/i.test(source) ? false : undefined
    case 'int2':
    case 'int4':
    case 'int8':
      return /^\s*[+-]?\d+\s*$/.test(source) ? withinRange(Number(source), type) : undefined
    case 'numeric': {
      const number = parseNumeric(source)
      return number === undefined ? undefined : roundToType(number, type)
    }
    case 'float4':
    case 'float8': {
      const number = parseNumeric(source)
      return number === undefined ? undefined : toFloat(toDouble(number), type)
    }
    case 'text':
    case 'varchar':
    case 'name':
    case 'citext':
      return source
    case 'bpchar':
      return padToType(source, type)
    case 'uuid':
      return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(source)
        ? source.toLowerCase()
        : undefined
    case 'date':
      return parseDate(source)
    case 'timestamp':
    case 'timestamptz':
      return parseTimestamp(source, { withZone: type.name === 'timestamptz' })
    case 'time':
      return parseTime(source)
    case 'interval':
      return parseInterval(source)
    case 'json':
    case 'jsonb':
      return parseJson(source)
    case 'bytea':
      return /^\\x(?:[0-9a-f]{2})*$/i.test(source) ? Buffer.from(source.slice(2), 'hex') : undefined
    default:
      return undefined
  }
}

/**
 * A cell as Drizzle's insert takes it, or as a vector holds it, as a value of its column's type.
 *
 * @param cell - `null` or `undefined` for NULL; a number for a date is days, for a timestamp
 *   microseconds since 1970-01-01 UTC
 * @returns `undefined` when it cannot be told what the column will hold
 */
export function readCellValue(cell: unknown, type: ValueType): Value | undefined {
  if (cell === null || cell === undefined) return null
  if (type.dimensions > 0) {
    if (!Array.isArray(cell)) return undefined
    const items = cell.map((item) => readCellValue(item, elementOf(type)))
    return items.every((item) => item !== undefined) ? items : undefined
  }
  if (type.name === 'json' || type.name === 'jsonb') return { json: cell }
  if (typeof cell === 'string') {
    return type.name === 'bytea' && !cell.startsWith('\\x')
      ? Buffer.from(cell)
      : parseValue(cell, type)
  }
  if (typeof cell === 'boolean') return type.name === 'bool' ? cell : undefined
  if (typeof cell === 'bigint') return parseValue(String(cell), type)
  if (cell instanceof Uint8Array) return type.name === 'bytea' ? cell : undefined
  if (cell instanceof Date) {
    const micros = cell.getTime() * 1000
    if (type.name === 'date') return Math.floor(micros / dayMicros)
    return type.name === 'timestamp' || type.name === 'timestamptz' ? micros : undefined
  }
  if (typeof cell !== 'number') return undefined
  switch (type.name) {
    case 'int2':
    case 'int4':
    case 'int8':
      return Number.isInteger(cell) ? withinRange(cell, type) : undefined
    case 'numeric':
      return roundToType(cell, type)
    case 'float4':
      return Math.fround(cell)
    case 'float8':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return cell
    default:
      return undefined
  }
}

/**
 * Brings a value to another type, as a cast does.
 *
 * @param value - not NULL
 */
export function castValue(value: NonNullable<Value>, from: ValueType, to: ValueType): Outcome {
  if (from.dimensions > 0 || to.dimensions > 0) return castArray(value, from, to)
  if (to.labels && isSameType(from, to)) return value
  if (isNumberType(to) && isNumberType(from)) return castNumber(value as Numeric, from, to)
  if (isTextType(to) || to.name === 'citext') {
    const written = writeText(value, from)
    if (written === undefined) return undefined
    if (to.name === 'bpchar') return padToType(written, to)
    const [length] = to.modifiers
    if (to.name !== 'varchar' || length === undefined) return written
    return [...written].slice(0, length).join('')
  }
  if (isTextType(from) || from.name === 'citext' || from.name === 'unknown') {
    return parseValue(from.name === 'bpchar' ? trimEnd(value as string) : (value as string), to)
  }
  if (from.name === 'bool') return isIntegerType(to) ? Number(value) : sameOnly(value, from, to)
  if (to.name === 'bool') return isIntegerType(from) ? value !== 0 : sameOnly(value, from, to)
  const [start, end] = [dateOrder.indexOf(from.name), dateOrder.indexOf(to.name)]
  if (start >= 0 && end >= 0) {
    if (from.name === 'date' && to.name !== 'date') return (value as number) * dayMicros
    if (from.name !== 'date' && to.name === 'date') {
      return Math.floor((value as number) / dayMicros)
    }
    return value
  }
  if (start > 0 && to.name === 'time') {
    const micros = value as number
    return micros - Math.floor(micros / dayMicros) * dayMicros
  }
  if (from.name.startsWith('json') && to.name.startsWith('json')) return value
  return sameOnly(value, from, to)
}

/**
 * How two values of a type compare: below 0, 0, above 0.
 *
 * The order of texts is the collation's, which is not known here. Collations agree on digits before
 * letters and on letters of one case; everything else cannot be told.
 */
export function compareValues(
  left: NonNullable<Value>,
  right: NonNullable<Value>,
  type: ValueType,
): number | undefined {
  if (type.dimensions > 0) return undefined
  if (type.labels) return type.labels.indexOf(left as string) - type.labels.indexOf(right as string)
  switch (type.name) {
    case 'numeric':
      return compareNumeric(left as Numeric, right as Numeric)
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return compareNumbers(Number(left), Number(right))
    case 'interval':
      return compareNumbers(lengthOfInterval(left as Interval), lengthOfInterval(right as Interval))
    case 'text':
    case 'varchar':
      return compareTexts(left as string, right as string)
    case 'bpchar':
      return compareTexts(trimEnd(left as string), trimEnd(right as string))
    case 'uuid':
      return left === right ? 0 : left < right ? -1 : 1
    default:
      return undefined
  }
}

/** Whether two values of a type are equal. */
export function areEqual(
  left: NonNullable<Value>,
  right: NonNullable<Value>,
  type: ValueType,
): boolean | undefined {
  if (type.dimensions > 0) return areEqualArrays(left, right, type)
  if (type.labels) return left === right
  switch (type.name) {
    case 'text':
    case 'varchar':
    case 'name':
      return left === right
    case 'citext':
      if (left === right) return true
      return isAscii(`${left as string}${right as string}`)
        ? (left as string).toLowerCase() === (right as string).toLowerCase()
        : undefined
    case 'bpchar':
      return trimEnd(left as string) === trimEnd(right as string)
    case 'bytea':
      return Buffer.compare(left as Uint8Array, right as Uint8Array) === 0
    case 'jsonb':
      return areEqualJson((left as Json).json, (right as Json).json)
    default: {
      const order = compareValues(left, right, type)
      return order === undefined ? undefined : order === 0
    }
  }
}

/** An integer, or a refusal where its type cannot hold it; beyond 2^53 it cannot be told. */
export function withinRange(value: number, { name }: ValueType): number | undefined {
  const limit = integerLimits[name]!
  return value >= -limit - 1 && value <= limit ? value + 0 : undefined
}

/** What the server does with an integer that its type cannot hold. */
export function integerResult(value: number, type: ValueType): number | undefined | typeof refused {
  const result = withinRange(value, type)
  return result === undefined && type.name !== 'int8' ? refused : result
}

/** A result of floating-point arithmetic, or a refusal where it became infinite. */
export function toFloat(value: number, { name }: ValueType): number {
  return name === 'float4' ? Math.fround(value) : value
}

export function trimEnd(value: string): string {
  let end = value.length
  while (end > 0 && value.charCodeAt(end - 1) === 32) end--
  return value.slice(0, end)
}

function plain(type: ValueType): ValueType {
  return { ...type, modifiers: [] }
}

function sameOnly(value: NonNullable<Value>, from: ValueType, to: ValueType): Outcome {
  return from.name === to.name ? value : undefined
}

function castNumber(value: Numeric, from: ValueType, to: ValueType): Outcome {
  if (to.name === 'numeric') {
    // The server takes 15 digits of a double precision, and 6 of a real.
    if (from.name === 'float8') return roundToType(Number((value as number).toPrecision(15)), to)
    if (from.name === 'float4') return roundToType(Number((value as number).toPrecision(6)), to)
    return roundToType(value, to)
  }
  if (to.name.startsWith('float')) return toFloat(toDouble(value), to)
  if (from.name === 'numeric') {
    return integerResult(toDouble(roundNumeric(value, 'nearest', 0)), to)
  }
  if (from.name.startsWith('float')) return integerResult(roundHalfEven(value as number), to)
  return integerResult(value as number, to)
}

/** As C's `rint`. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value) + 0
  return below % 2 === 0 ? below : below + 1
}

function roundToType(value: Numeric, { modifiers: [precision, scale = 0] }: ValueType): Numeric {
  return precision === undefined ? value : roundNumeric(value, 'nearest', scale)
}

function padToType(value: string, { modifiers: [length] }: ValueType): string {
  if (length === undefined) return value
  const characters = [...value]
  if (characters.length <= length) return value + ' '.repeat(length - characters.length)
  return characters.slice(0, length).join('')
}

function writeText(value: NonNullable<Value>, from: ValueType): string | undefined {
  if (from.labels) return value as string
  switch (from.name) {
    case 'text':
    case 'varchar':
    case 'name':
    case 'citext':
    case 'uuid':
    case 'unknown':
      return value as string
    case 'bpchar':
      return trimEnd(value as string)
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
      return `${value as number}`
    case 'numeric':
      // 12.50 is written with its zero, of which nothing is known here.
      return Number.isInteger(value) && from.modifiers.length === 0
        ? undefined
        : writeScaled(value as Numeric, from)
    default:
      return undefined
  }
}

function writeScaled(value: Numeric, { modifiers: [, scale] }: ValueType): string | undefined {
  if (scale === undefined) return undefined
  const [whole, fraction = ''] = formatNumeric(value).split('.')
  return scale > 0 ? `${whole}.${fraction.padEnd(scale, '0')}` : whole
}

const ordered = /^(?:[0-9a-z]*|[0-9A-Z]*)$/

function compareTexts(left: string, right: string): number | undefined {
  if (left === right) return 0
  if (left === '') return -1
  if (right === '') return 1
  const areSure = ordered.test(left) && ordered.test(right) && ordered.test(left + right)
  if (!areSure) return undefined
  return left < right ? -1 : 1
}

function areEqualArrays(left: Value, right: Value, type: ValueType): boolean | undefined {
  const [a, b] = [left as readonly Value[], right as readonly Value[]]
  if (a.length !== b.length) return false
  let result: boolean | undefined = true
  for (const [index, item] of a.entries()) {
    const other = b[index]!
    const isEqual =
      item === null || other === null ? item === other : areEqual(item, other, elementOf(type))
    if (isEqual === false) return false
    if (isEqual === undefined) result = undefined
  }
  return result
}

function areEqualJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return false
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const [a, b] = [Object.entries(left), new Map(Object.entries(right))]
  return (
    a.length === b.size && a.every(([key, value]) => b.has(key) && areEqualJson(value, b.get(key)))
  )
}

function castArray(value: NonNullable<Value>, from: ValueType, to: ValueType): Outcome {
  if (from.dimensions === 0) {
    return isTextType(from) || from.name === 'unknown' ? parseValue(value as string, to) : undefined
  }
  if (from.dimensions !== to.dimensions) return undefined
  const items: Value[] = []
  for (const item of value as readonly Value[]) {
    const result = item === null ? null : castValue(item, elementOf(from), elementOf(to))
    if (result === undefined || result === refused) return result
    items.push(result)
  }
  return items
}

function parseArray(source: string, type: ValueType): Value | undefined {
  const trimmed = source.trim()
  // Nested arrays and lower bounds are rare enough in a schema.
  if (type.dimensions > 1 || !trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined
  const inner = trimmed.slice(1, -1)
  const items: Value[] = []
  const word = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]*))\s*(,|$)/y
  if (inner.trim() === '') return items
  for (;;) {
    const found = word.exec(inner)
    if (!found) return undefined
    const bare = found[2]?.trim()
    if (bare === '') return undefined
    const isNull = bare?.toUpperCase() === 'NULL'
    const item = isNull
      ? null
      : parseValue(bare ?? found[1]!.replace(/\\(.)/g, '$1'), elementOf(type))
    if (item === undefined) return undefined
    items.push(item)
    if (found[3] === '') return items
  }
}

function parseJson(source: string): Json | undefined {
  try {
    return { json: JSON.parse(source) as unknown }
  } catch {
    return undefined
  }
}
