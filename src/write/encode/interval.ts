import type { BinaryFamily } from './binary-type.ts'
import { readFraction } from './date-time-literal.ts'
import { invalid, outOfRange } from './refusal.ts'
import { appendInt32, appendInt64 } from './sink.ts'

/** interval, int64 µs, int32 days, int32 months. PostgreSQL source: timestamp.c, datetime.c. */
export const interval: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const { micros, days, months } = readInterval(literal)
    appendInt64(sink, micros)
    appendInt32(sink, days)
    appendInt32(sink, months)
  },
})

export interface Interval {
  readonly micros: bigint
  readonly days: number
  readonly months: number
}

/**
 * Reads an interval in PostgreSQL's verbose form, in ISO 8601's with designators and in the SQL
 * standard's (manual, 8.5.4). Fractions are taken where they are exact: of weeks, days and times.
 *
 * @throws Refusal
 * @example
 * readInterval('1 mon 2 days 00:00:03') // { micros: 3000000n, days: 2, months: 1 }
 * readInterval('P1M2DT3S')              // the same
 */
export function readInterval(literal: string): Interval {
  const written = literal.trim()
  const parts = /^P/i.test(written) ? readIso(written) : readWords(written)
  const { micros, days, months } = parts
  if (!isInt32(days) || !isInt32(months) || BigInt.asIntN(64, micros) !== micros) {
    throw outOfRange('interval holds 32-bit months and days and 64-bit microseconds.')
  }
  return parts
}

interface Sum {
  micros: bigint
  days: number
  months: number
}

function readIso(literal: string): Sum {
  const match = isoForm.exec(literal)
  if (!match || /(?:P|T)$/i.test(literal)) throw refuse()
  const sum: Sum = { micros: 0n, days: 0, months: 0 }
  isoUnits.forEach((unit, i) => {
    const amount = match[i + 1]
    if (amount !== undefined) add(sum, readIsoAmount(amount), unit)
  })
  return sum
}

/** Walks over `1 year`, `-2-3`, `04:05:06` and so on, one piece at a time. */
function readWords(literal: string): Sum {
  const sum: Sum = { micros: 0n, days: 0, months: 0 }
  const isAgo = /\sago$/i.test(literal)
  let rest = literal.replace(/\s+ago$/i, '').replace(/^@\s*/, '')
  if (rest === '') throw refuse()
  while (rest !== '') {
    const piece = unitForm.exec(rest) ?? clockForm.exec(rest) ?? yearMonthForm.exec(rest)
    const fields = piece?.groups
    if (!piece || !fields) return readBareDays(sum, rest, isAgo)
    if (fields['unit'] !== undefined)
      add(sum, readAmount(fields['amount']!), unitOf(fields['unit']))
    else if (fields['hour'] !== undefined) addClock(sum, fields)
    else sum.months += signOf(fields) * (Number(fields['year']) * 12 + Number(fields['month']))
    rest = rest.slice(piece[0].length)
  }
  return isAgo ? negate(sum) : sum
}

/** A number without a unit is days before a time, and seconds at the end (`3 04:05:06`, `3`). */
function readBareDays(sum: Sum, rest: string, isAgo: boolean): Sum {
  const match = /^(?<amount>[+-]?\d+(?:\.\d*)?)(?:\s+(?=[+-]?\d+:)(?<clock>.*))?$/.exec(rest)
  if (!match?.groups) throw refuse()
  const { amount, clock } = match.groups
  if (clock === undefined) add(sum, readAmount(amount!), second)
  else {
    const time = clockForm.exec(clock)
    if (!time?.groups || time[0].length < clock.length) throw refuse()
    add(sum, readAmount(amount!), day)
    addClock(sum, time.groups)
  }
  return isAgo ? negate(sum) : sum
}

function addClock(sum: Sum, fields: Readonly<Record<string, string | undefined>>): void {
  const { hour, minute, second = '0', fraction } = fields
  if (Number(minute) > 59 || Number(second) > 60) {
    throw outOfRange('An interval has minutes and seconds below 60.')
  }
  const seconds = BigInt(hour!) * 3600n + BigInt(minute!) * 60n + BigInt(second)
  sum.micros += BigInt(signOf(fields)) * (seconds * 1_000_000n + BigInt(readFraction(fraction)))
}

/** What one of a unit is: months, days or microseconds. */
interface Unit {
  readonly months?: number
  readonly days?: number
  readonly micros?: number
}

interface Amount {
  readonly sign: 1 | -1
  readonly whole: string
  readonly fraction: number
}

/** ISO amounts are read as one double, others in two parts: their last digits may differ by one. */
function readIsoAmount(written: string): Amount {
  const { sign, whole } = readAmount(written)
  return { sign, whole, fraction: Math.abs(Number(written)) - Number(whole) }
}

function readAmount(written: string): Amount {
  const [whole = '', fraction = ''] = written.replace(/^[+-]/, '').split('.')
  return { sign: written.startsWith('-') ? -1 : 1, whole, fraction: Number(`0.${fraction}0`) }
}

function add(sum: Sum, { sign, whole, fraction }: Amount, unit: Unit): void {
  const { months, days, micros } = unit
  if (months !== undefined) {
    if (fraction !== 0) throw refuse()
    sum.months += sign * Number(whole) * months
  } else if (days !== undefined) {
    const ofFraction = fraction * days
    const rest = ofFraction - Math.floor(ofFraction)
    sum.days += sign * (Number(whole) * days + Math.floor(ofFraction))
    sum.micros += BigInt(sign * roundHalfDown(rest * 86_400_000_000))
  } else if (micros !== undefined) {
    const ofFraction = BigInt(roundHalfDown(fraction * micros))
    sum.micros += BigInt(sign) * (BigInt(whole) * BigInt(micros) + ofFraction)
  }
}

/** As `AdjustFractMicroseconds` in datetime.c. */
function roundHalfDown(value: number): number {
  const whole = Math.floor(value)
  return value - whole > 0.5 ? whole + 1 : whole
}

function unitOf(word: string): Unit {
  const unit = unitWords.get(word.toLowerCase())
  if (unit === undefined) throw refuse()
  return unit
}

function signOf(fields: Readonly<Record<string, string | undefined>>): 1 | -1 {
  return fields['sign'] === '-' ? -1 : 1
}

function negate(sum: Sum): Sum {
  return { micros: -sum.micros, days: 0 - sum.days, months: 0 - sum.months }
}

function isInt32(value: number): boolean {
  return (value | 0) === value
}

function refuse() {
  return invalid('interval', 'an interval such as 1 year 2 mons 3 days 04:05:06.789')
}

const unitForm = /^(?<amount>[+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*(?<unit>[a-zµ]+)\s*/i
const clockForm =
  /^(?<sign>[+-]?)(?<hour>\d+):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:\.(?<fraction>\d*))?)?(?:\s+|$)/
const yearMonthForm = /^(?<sign>[+-]?)(?<year>\d+)-(?<month>\d{1,2})(?:\s+|$)/
const isoForm = new RegExp(
  '^P(?:NY)?(?:NM)?(?:NW)?(?:ND)?(?:T(?:NH)?(?:NM)?(?:NS)?)?$'.replaceAll(
    'N',
    String.raw`([+-]?\d+(?:\.\d*)?)`,
  ),
  'i',
)
const second = { micros: 1_000_000 }
const minute = { micros: 60_000_000 }
const hour = { micros: 3_600_000_000 }
const day = { days: 1 }
const week = { days: 7 }
const month = { months: 1 }
const year = { months: 12 }

const isoUnits: readonly Unit[] = [year, month, week, day, hour, minute, second]

/** The words of `deltatktbl` in PostgreSQL's datetime.c. */
const unitWords: ReadonlyMap<string, Unit> = new Map(
  (
    [
      [{ micros: 1 }, 'us usec usecs usecond useconds microsecond microseconds microsecon'],
      [{ micros: 1000 }, 'ms msec msecs msecond mseconds millisecond milliseconds millisecon'],
      [second, 's sec secs second seconds'],
      [minute, 'm min mins minute minutes'],
      [hour, 'h hr hrs hour hours'],
      [day, 'd day days'],
      [week, 'w week weeks'],
      [month, 'mon mons month months'],
      [year, 'y yr yrs year years'],
      [{ months: 120 }, 'dec decs decade decades'],
      [{ months: 1200 }, 'c cent century centuries'],
      [{ months: 12_000 }, 'mil mils millennia millennium'],
    ] satisfies [Unit, string][]
  ).flatMap(([unit, words]) => words.split(' ').map((word): [string, Unit] => [word, unit])),
)
