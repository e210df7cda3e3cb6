import { DownpourError } from '../errors.ts'
import type { ColumnMode, ColumnModel } from '../model/table.ts'
import type { Vector } from './vector.ts'

/**
 * One cell as the JavaScript value that Drizzle's insert takes.
 *
 * @param index - the row in the slice
 * @param mode - the column's mode in the Drizzle schema
 * @returns `null` for NULL; a date's `Date` is midnight UTC; a timestamp's string ends in `+00`,
 * which `timestamp` ignores and `timestamptz` obeys, whatever the session's TimeZone
 * @throws DownpourError `DATA_INVALID`, exit code 4, for a value that the mode cannot hold
 * @example
 * readCell(amounts, 0, 'string') // '12.34'
 * readCell(amounts, 0, 'number') // 12.34
 */
export function readCell(vector: Vector, index: number, mode: ColumnMode): unknown {
  if (vector.kind === 'value') return vector.values[index] ?? null
  if (vector.nulls !== null && vector.nulls[index] === 1) return null
  switch (vector.kind) {
    case 'number':
      return numberAs(vector.values[index]! + 0, index, mode)
    case 'decimal':
      return decimalAs(vector.values[index]!, vector.scale, index, mode)
    case 'boolean':
      return vector.values[index] !== 0
    case 'date': {
      const days = vector.values[index]!
      return mode === 'date' ? new Date(days * dayMillis) : formatDate(days)
    }
    case 'timestamp': {
      const micros = vector.values[index]!
      return mode === 'date' ? toDate(micros, index) : formatTimestamp(micros)
    }
    case 'time':
      return formatTime(vector.values[index]!)
    case 'uuid':
      return readText(vector, index)
    case 'dictionary':
    case 'text':
    case 'utf8':
      return textAs(readText(vector, index), index, mode)
  }
}

/**
 * One cell as Drizzle gives it for its column: a `Date` that a generator of plain values has put where
 * the mode asks for a string is one here.
 *
 * @example
 * readColumnCell(birthdays, 0, { mode: 'string', type: parseSqlType('date') }) // '1990-03-14'
 */
export function readColumnCell(
  vector: Vector,
  index: number,
  { mode, type }: Pick<ColumnModel, 'mode' | 'type'>,
): unknown {
  const cell = readCell(vector, index, mode)
  if (mode !== 'string' || !(cell instanceof Date)) return cell
  const millis = cell.getTime()
  return type.name === 'date'
    ? formatDate(Math.floor(millis / dayMillis))
    : formatTimestamp(millis * 1000)
}

/** A cell of text, or a uuid, as a string; it must not be NULL. */
export function readText(
  vector: Extract<Vector, { kind: 'dictionary' | 'text' | 'utf8' | 'uuid' }>,
  index: number,
): string {
  switch (vector.kind) {
    case 'dictionary':
      return vector.dictionary.words[vector.codes[index]!]!
    case 'text':
      return vector.values[index]!
    case 'utf8': {
      const start = vector.offsets[index]!
      const { buffer, byteOffset } = vector.bytes
      return Buffer.from(buffer, byteOffset + start, vector.offsets[index + 1]! - start).toString()
    }
    case 'uuid':
      return formatUuid(vector.bytes, index)
  }
}

/**
 * @param value - whole units of 10^-scale
 * @example
 * formatDecimal(-5, 2) // '-0.05'
 */
function formatDecimal(value: number, scale: number): string {
  if (scale === 0) return String(value)
  const digits = String(Math.abs(value)).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${value < 0 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/**
 * @param days - since 1970-01-01
 * @example
 * formatDate(-1) // '1969-12-31'
 */
function formatDate(days: number): string {
  const { day, era } = civilDate(days)
  return `${day}${era}`
}

/**
 * @param micros - since 1970-01-01 00:00 UTC
 * @example
 * formatTimestamp(1_500_000) // '1970-01-01 00:00:01.500000+00'
 */
function formatTimestamp(micros: number): string {
  const days = Math.floor(micros / dayMicros)
  const { day, era } = civilDate(days)
  return `${day} ${formatTime(micros - days * dayMicros)}+00${era}`
}

/**
 * @param micros - since midnight
 * @example
 * formatTime(45_296_000_001) // '12:34:56.000001'
 */
function formatTime(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = micros - seconds * 1_000_000
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(twoDigits).join(':')
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(6, '0')}`
}

const dayMillis = 86_400_000
const dayMicros = dayMillis * 1000

/** The proleptic Gregorian calendar, in eras of 400 years that begin on 1 March. */
function civilDate(days: number): { day: string; era: string } {
  const sinceMarch = days + 719_468
  const cycle = Math.floor(sinceMarch / 146_097)
  const dayOfCycle = sinceMarch - cycle * 146_097
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / 146_096)) /
      365,
  )
  const leapDays = Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100)
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + leapDays)
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const written = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return {
    day: `${written}-${twoDigits(month)}-${twoDigits(day)}`,
    era: year > 0 ? '' : ' BC',
  }
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}

function formatUuid(bytes: Uint8Array, index: number): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + index * 16, 16).toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

function numberAs(value: number, index: number, mode: ColumnMode): unknown {
  if (mode === 'string') return String(value)
  if (mode !== 'bigint') return value
  if (!Number.isInteger(value)) throw refuse(index, 'a number that is no integer', 'a bigint')
  return BigInt(value)
}

function decimalAs(value: number, scale: number, index: number, mode: ColumnMode): unknown {
  const unit = Number(`1e${scale}`)
  if (mode === 'number') return value / unit + 0
  if (mode !== 'bigint') return formatDecimal(value + 0, scale)
  return numberAs(value / unit, index, 'bigint')
}

function toDate(micros: number, index: number): Date {
  const millis = micros / 1000
  if (!Number.isInteger(millis)) throw refuse(index, 'microseconds below a millisecond', 'a Date')
  return new Date(millis)
}

/** A text for a column of another type is that type's literal; Drizzle takes it in the column's mode. */
function textAs(text: string, index: number, mode: ColumnMode): unknown {
  switch (mode) {
    case 'number':
      return Number(text)
    case 'bigint':
      return convert(() => BigInt(text), index, 'a bigint')
    case 'json':
      return convert(() => JSON.parse(text) as unknown, index, 'JSON')
    case 'date':
      return new Date(text)
    default:
      return text
  }
}

function convert(read: () => unknown, index: number, target: string): unknown {
  try {
    return read()
  } catch {
    throw refuse(index, 'a text of another form', target)
  }
}

function refuse(index: number, what: string, target: string): DownpourError {
  return new DownpourError({
    code: 'DATA_INVALID',
    message: `Cannot give row ${index} of the slice to Drizzle: it has ${what}`,
    why: `The column's mode in the Drizzle schema asks for ${target}, which cannot hold it.`,
    fix: "Use mode 'string' in the schema, or have the generator give such values only.",
    exitCode: 4,
    row: index,
  })
}
