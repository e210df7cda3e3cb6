import { invalid, outOfRange } from './refusal.ts'

/**
 * Dates and times in the ISO forms of PostgreSQL's manual (8.5.1): `2024-01-31 12:34:56.789+02 BC`
 * with a blank or a T between date and time. What depends on the session, such as `now`, `01/02/03`
 * or a zone's name, is refused.
 */
export interface DateTimeLiteral {
  /** Since 2000-01-01. */
  readonly days: number
  /** Since midnight; 24 hours for `24:00`. */
  readonly micros: number
  /** East of UTC; `undefined` without a zone. */
  readonly zoneSeconds: number | undefined
}

export interface TimeLiteral {
  readonly micros: number
  readonly zoneSeconds: number | undefined
}

export const secondMicros = 1_000_000
export const dayMicros = 86_400 * secondMicros

/** Days from 1970-01-01 to 2000-01-01, PostgreSQL's day 0. */
export const epochDays = 10_957

/**
 * @param type - for messages
 * @throws Refusal
 * @example
 * readDateTime('2000-01-02T01:00:00Z', 'timestamptz') // { days: 1, micros: 3600000000, zoneSeconds: 0 }
 */
export function readDateTime(literal: string, type: string): DateTimeLiteral {
  const match = dateTimeForm.exec(literal)
  if (!match) throw invalid(type, dateForms[type] ?? 'an ISO date')
  const [, year, month, day, time, era] = match
  const writtenYear = Number(year)
  const isoYear = era?.toUpperCase() === 'BC' ? 1 - writtenYear : writtenYear
  const isReal =
    writtenYear > 0 && Number(day) >= 1 && Number(day) <= daysInMonth(isoYear, Number(month))
  if (!isReal) throw invalid(type, 'a day that the calendar has')
  const days = daysFromCivil(isoYear, Number(month), Number(day)) - epochDays
  return { days, ...(time === undefined ? midnight : readTime(time, type)) }
}

/**
 * @param type - for messages
 * @throws Refusal
 * @example
 * readTime('00:00:01.5', 'time') // { micros: 1500000, zoneSeconds: undefined }
 */
export function readTime(literal: string, type: string): TimeLiteral {
  const match = timeForm.exec(literal)
  if (!match) throw invalid(type, 'a time such as 12:34:56.789')
  const [, hour, minute, second = '0', fraction, zone] = match
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const micros = seconds * secondMicros + readFraction(fraction)
  const isReal = Number(minute) < 60 && Number(second) <= 60 && micros <= dayMicros
  if (!isReal) throw outOfRange(`${type} holds times of day from 00:00 to 24:00.`)
  return { micros, zoneSeconds: zone === undefined ? undefined : readZone(zone, type) }
}

/** `infinity` is +1, `-infinity` is -1, anything else 0. */
export function infinitySign(literal: string): -1 | 0 | 1 {
  const word = literal.trim().toLowerCase()
  if (word === 'infinity' || word === '+infinity') return 1
  return word === '-infinity' ? -1 : 0
}

/** Digits behind a second's point as microseconds, rounded half to even as the server's `rint` does. */
export function readFraction(digits: string | undefined): number {
  if (digits === undefined || digits === '') return 0
  const micros = Number(`0.${digits}`) * secondMicros
  const rounded = Math.round(micros)
  return rounded - micros === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
}

/**
 * Days since 1970-01-01 in the proleptic Gregorian calendar. Counted in years that begin in March,
 * so that the leap day is the last of the year.
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + dayOfYear - 719_468
}

const midnight: TimeLiteral = { micros: 0, zoneSeconds: undefined }

const dateTimeForm =
  /^\s*(\d{4,7})-(\d{1,2})-(\d{1,2})(?:(?:\s+|T)(\d{1,2}:.*?))?(?:\s+(BC|AD))?\s*$/i

const timeForm =
  /^\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d*))?)?\s*(Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?)?\s*$/i

const dateForms: Readonly<Record<string, string>> = {
  date: 'a date such as 2024-01-31',
  timestamp: 'a time such as 2024-01-31 12:34:56.789',
  timestamptz: 'a time such as 2024-01-31 12:34:56.789+00',
}

function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** The server takes displacements below 16 hours. */
function readZone(zone: string, type: string): number {
  if (!/^[+-]/.test(zone)) return 0
  const [hours, minutes = '0', seconds = '0'] = zone.slice(1).match(/\d{1,2}/g)!
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  const isReal = Number(hours) < 16 && Number(minutes) < 60 && Number(seconds) < 60
  if (!isReal) throw outOfRange(`${type} holds zones below 16 hours.`)
  return zone.startsWith('-') ? -total : total
}
