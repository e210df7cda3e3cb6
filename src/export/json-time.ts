import type { ServerType } from '../postgres/server-type.ts'
import {
  dayMicros,
  epochDays,
  infinitySign,
  readDateTime,
  readTime,
  secondMicros,
} from '../write/encode/date-time-literal.ts'
import { readInterval } from '../write/encode/interval.ts'
import { Refusal } from '../write/encode/refusal.ts'

// As `to_json` writes dates and times, which are ISO 8601 whatever the session's DateStyle.

/** @example dateJson('2024-01-31') // '"2024-01-31"' */
export function dateJson(text: string): string {
  // As nearly all are; the year 0 is none.
  if (/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return `"${text}"`
  return quoted(text, () => {
    const { day, era } = dateOf(readDateTime(text, 'date').days)
    return day + era
  })
}

/** @example timestampJson(timestamptz)('2024-01-31 12:00:00.500000+00') // '"2024-01-31T12:00:00.5+00:00"' */
export function timestampJson({ name, modifier }: ServerType): (text: string) => string {
  const hasZone = name === 'timestamptz'
  const zone = hasZone ? '+00:00' : ''
  return (text) => {
    const [, date, clock] = wholeSeconds.exec(text) ?? []
    if (date !== undefined) return `"${date}T${clock}${zone}"`
    return quoted(text, () => {
      const { days, micros, zoneSeconds = 0 } = readDateTime(text, name)
      const ofDay = roundTo(hasZone ? micros - zoneSeconds * secondMicros : micros, modifier)
      const passed = Math.floor(ofDay / dayMicros)
      const { day, era } = dateOf(days + passed)
      return `${day}T${clockOf(ofDay - passed * dayMicros)}${zone}${era}`
    })
  }
}

/** A time in UTC as vectors give it. */
const wholeSeconds = /^((?!0000)\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\+00$/

/** @example timeJson(time)('12:00:00.500000') // '"12:00:00.5"' */
export function timeJson({ name, modifier }: ServerType): (text: string) => string {
  const hasZone = name === 'timetz'
  return (text) =>
    quoted(text, () => {
      const { micros, zoneSeconds = 0 } = readTime(text, name)
      return `${clockOf(roundTo(micros, modifier))}${hasZone ? zoneOf(zoneSeconds) : ''}`
    })
}

/** @example intervalJson('P1M2DT3S') // '"1 mon 2 days 00:00:03"' */
export function intervalJson(text: string): string {
  return quoted(text, () => {
    const { months, days, micros } = readInterval(text)
    const counted = [
      [Math.trunc(months / 12), 'year'],
      [months % 12, 'mon'],
      [days, 'day'],
    ] as const
    const parts: string[] = []
    let isBehindMinus = false
    for (const [count, unit] of counted) {
      if (count === 0) continue
      const plus = isBehindMinus && count > 0 ? '+' : ''
      parts.push(`${plus}${count} ${unit}${count === 1 ? '' : 's'}`)
      isBehindMinus = count < 0
    }
    if (micros !== 0n || parts.length === 0) {
      const sign = micros < 0n ? '-' : isBehindMinus ? '+' : ''
      parts.push(sign + clockOf(Number(micros < 0n ? -micros : micros)))
    }
    return parts.join(' ')
  })
}

/** What only the server can read is left as it is written. */
function quoted(text: string, write: () => string): string {
  try {
    const sign = infinitySign(text)
    return JSON.stringify(sign === 0 ? write() : sign > 0 ? 'infinity' : '-infinity')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return JSON.stringify(text)
  }
}

/** @param digits - behind the second's point; all of them below 0 */
function roundTo(micros: number, digits: number): number {
  if (digits < 0 || digits >= 6) return micros
  const unit = Number(`1e${6 - digits}`)
  return Math.round(micros / unit) * unit
}

/** @param days - since 2000-01-01 */
function dateOf(days: number): { readonly day: string; readonly era: string } {
  const date = new Date((days + epochDays) * 86_400_000)
  const year = date.getUTCFullYear()
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()].map(twoDigits)
  const written = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return { day: `${written}-${month}-${day}`, era: year > 0 ? '' : ' BC' }
}

function clockOf(micros: number): string {
  const seconds = Math.floor(micros / secondMicros)
  const fraction = String(micros - seconds * secondMicros).padStart(6, '0')
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map(twoDigits)
    .join(':')
  const digits = fraction.replace(/0+$/, '')
  return digits === '' ? clock : `${clock}.${digits}`
}

function zoneOf(zoneSeconds: number): string {
  const [hours = 0, minutes = 0, seconds = 0] = [3600, 60, 1].map(
    (unit, place) => Math.floor(Math.abs(zoneSeconds) / unit) % (place === 0 ? 24 : 60),
  )
  const parts = seconds > 0 ? [hours, minutes, seconds] : minutes > 0 ? [hours, minutes] : [hours]
  return `${zoneSeconds < 0 ? '-' : '+'}${parts.map(twoDigits).join(':')}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
