import type { ServerType } from '../postgres/server-type.ts'
import { numeric } from '../write/encode/numeric.ts'
import { numericModifier } from '../write/encode/refusal.ts'
import { appendBytes } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'

/** Appends to a sink what a column stores in place of a value, both without their lengths. */
export type StoredForm = (sink: ByteSink, value: Buffer) => void

/**
 * What the server makes of values that it stores in a column of this type, where that can be told
 * without asking it: it fills up, cuts or rounds them to the length or precision of the column.
 *
 * @returns `asSent` where it stores what it gets; `undefined` where only the server knows
 */
export function storedForm(type: ServerType): StoredForm | 'asSent' | undefined {
  if (type.kind === 'enum') return 'asSent'
  if (type.kind === 'array') {
    const { element } = type
    const isPlain = element !== undefined && type.modifier === -1
    return isPlain && storedForm(element) === 'asSent' ? 'asSent' : undefined
  }
  if (type.kind !== 'scalar') return undefined
  if (plain.has(type.name)) return 'asSent'
  if (type.name === 'numeric') return type.modifier === -1 ? special : atScale(type)
  // A type without a modifier takes everything as it is.
  if (type.modifier === -1) return withModifier.has(type.name) ? 'asSent' : undefined
  switch (type.name) {
    case 'varchar':
      return cut(type.modifier - 4)
    case 'bpchar':
      return padded(type.modifier - 4)
    case 'bit':
    case 'varbit':
      return 'asSent'
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return type.modifier >= 6 ? 'asSent' : rounded(10 ** (6 - type.modifier))
    default:
      return undefined
  }
}

/** Stored byte by byte as they are sent. jsonb is none of them: the server writes it anew. */
const plain: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'bool',
  'text',
  'name',
  'citext',
  'bytea',
  'date',
  'uuid',
  'json',
  'inet',
  'cidr',
  'macaddr',
  'point',
])

const withModifier: ReadonlySet<string> = new Set([
  'varchar',
  'bpchar',
  'bit',
  'varbit',
  'timestamp',
  'timestamptz',
  'time',
  'timetz',
  'interval',
])

/** Blanks beyond the length are cut without a word, and nothing else can be there. */
function cut(length: number): StoredForm {
  return (sink, value) => appendBytes(sink, value, 0, endOfCharacters(value, length))
}

/** char(n) is filled up with blanks (manual, 8.3). */
function padded(length: number): StoredForm {
  return (sink, value) => {
    const end = endOfCharacters(value, length)
    appendBytes(sink, value, 0, end)
    const blanks = length - countCharacters(value, end)
    appendBytes(sink, Buffer.alloc(blanks, ' '), 0, blanks)
  }
}

/** Where so many characters of a UTF-8 text end. */
function endOfCharacters(value: Buffer, length: number): number {
  if (value.length <= length) return value.length
  let characters = 0
  for (let at = 0; at < value.length; at++) {
    if (isContinuation(value[at]!)) continue
    if (characters === length) return at
    characters++
  }
  return value.length
}

function countCharacters(value: Buffer, end: number): number {
  let characters = 0
  for (let at = 0; at < end; at++) if (!isContinuation(value[at]!)) characters++
  return characters
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

const specialSign = 0xc000
const negative = 0x4000

/** What stands for NaN and infinities holds a scale that means nothing, but is sent. */
const special: StoredForm = (sink, value) => {
  appendBytes(sink, value, 0, value.length)
  if (!isSpecial(value)) return
  const isInfinite = value.readUInt16BE(4) !== specialSign
  sink.view.setInt16(sink.length - value.length + 6, isInfinite ? infiniteScale : 0)
}

/** The bits of the header in which a short number has its scale. */
const infiniteScale = 32

function isSpecial(value: Buffer): boolean {
  return (value.readUInt16BE(4) & specialSign) === specialSign
}

/** `numeric(p, s)` has s digits behind the point (`apply_typmod` in numeric.c). */
function atScale(type: ServerType): StoredForm | undefined {
  const { scale } = numericModifier(type.modifier)
  // Such a column rounds to tens or hundreds.
  if (scale < 0) return undefined
  const { writeLiteral } = numeric(type)
  return (sink, value) => {
    if (isSpecial(value)) return special(sink, value)
    if (value.readUInt16BE(6) > scale) return writeLiteral(sink, roundedDecimal(value, scale))
    appendBytes(sink, value, 0, value.length)
    sink.view.setInt16(sink.length - value.length + 6, scale)
  }
}

/** Half away from zero, as the server rounds. */
function roundedDecimal(value: Buffer, scale: number): string {
  const count = value.readUInt16BE(0)
  let digits = 0n
  for (let group = 0; group < count; group++) {
    digits = digits * 10_000n + BigInt(value.readUInt16BE(8 + group * 2))
  }
  /** Decimal digits of `digits` that stand behind the point; fewer than none are zeros before it. */
  const behind = (count - 1 - value.readInt16BE(2)) * 4
  const surplus = behind - scale
  const unit = 10n ** BigInt(Math.abs(surplus))
  const scaled = surplus > 0 ? (digits + unit / 2n) / unit : digits * unit
  const text = String(scaled).padStart(scale + 1, '0')
  const sign = value.readUInt16BE(4) === negative ? '-' : ''
  const [whole, fraction] = [text.slice(0, text.length - scale), text.slice(text.length - scale)]
  return scale === 0 ? sign + whole : `${sign}${whole}.${fraction}`
}

/** Half away from zero (`AdjustTimestampForTypmod` in timestamp.c); infinities stay. */
function rounded(unit: number): StoredForm {
  const size = BigInt(unit)
  const half = size / 2n
  return (sink, value) => {
    appendBytes(sink, value, 0, value.length)
    const micros = value.readBigInt64BE(0)
    if (micros === -(2n ** 63n) || micros === 2n ** 63n - 1n || micros % size === 0n) return
    const whole = (micros < 0n ? micros - half : micros + half) / size
    sink.view.setBigInt64(sink.length - value.length, whole * size)
  }
}
