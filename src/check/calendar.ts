/** As the server holds an interval: a month and a day have no length until they are added. */
export interface Interval {
  readonly months: number
  readonly days: number
  readonly micros: number
}

export const dayMicros = 86_400_000_000

/**
 * @returns days since 1970-01-01, ±Infinity, or `undefined` for what is not written as ISO 8601
 * @example
 * parseDate('2000-01-01') // 10957
 */
export function parseDate(text: string): number | undefined {
  const micros = parseTimestamp(text, { withZone: false })
  return micros === undefined ? undefined : Math.floor(micros / dayMicros)
}

/**
 * @param options.withZone - whether an offset in the text counts; without one it is UTC
 * @returns microseconds since 1970-01-01 00:00 UTC, ±Infinity, or `undefined` for what is not
 *   written as ISO 8601
 */
export function parseTimestamp(
  text: string,
  options: { readonly withZone: boolean },
): number | undefined {
  const trimmed = text.trim()
  if (/^-?infinity$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity
  const parts =
    /^(\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(
      trimmed,
    )
  if (!parts) return undefined
  const days = daysOf(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  const time = parts[4] === undefined ? 0 : parseTime(parts[4])
  if (days === undefined || time === undefined) return undefined
  return days * dayMicros + time - (options.withZone ? offsetMicros(parts[5]) : 0)
}

/** Microseconds since midnight of `HH:MM:SS.ffffff`. */
export function parseTime(text: string): number | undefined {
  const parts = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text.trim())
  if (!parts) return undefined
  const [hours, minutes, seconds] = [parts[1], parts[2], parts[3] ?? 0].map(Number)
  const micros = Number((parts[4] ?? '').padEnd(6, '0'))
  const total = ((hours! * 60 + minutes!) * 60 + seconds!) * 1_000_000 + micros
  return minutes! < 60 && seconds! < 60 && total <= dayMicros ? total : undefined
}

const units: Readonly<Record<string, Interval>> = Object.fromEntries(
  (
    [
      ['microsecond usec us', { months: 0, days: 0, micros: 1 }],
      ['millisecond msec ms', { months: 0, days: 0, micros: 1000 }],
      ['second sec s', { months: 0, days: 0, micros: 1_000_000 }],
      ['minute min m', { months: 0, days: 0, micros: 60_000_000 }],
      ['hour hr h', { months: 0, days: 0, micros: 3_600_000_000 }],
      ['day d', { months: 0, days: 1, micros: 0 }],
      ['week w', { months: 0, days: 7, micros: 0 }],
      ['month mon', { months: 1, days: 0, micros: 0 }],
      ['year yr y', { months: 12, days: 0, micros: 0 }],
      ['decade', { months: 120, days: 0, micros: 0 }],
      ['century', { months: 1200, days: 0, micros: 0 }],
    ] as const
  ).flatMap(([names, unit]) => names.split(' ').map((name) => [name, unit])),
)

/**
 * @example
 * parseInterval('1 year 2 days 01:00') // { months: 12, days: 2, micros: 3_600_000_000 }
 */
export function parseInterval(text: string): Interval | undefined {
  const total = { months: 0, days: 0, micros: 0 }
  const words =
    /\s*(?:([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?|([+-]?\d+(?:\.\d+)?)\s*([a-z]+))\s*/iy
  const source = text.trim()
  if (source === '') return undefined
  while (words.lastIndex < source.length) {
    const word = words.exec(source)
    if (!word) return undefined
    if (word[6] === undefined) {
      const sign = word[1] === '-' ? -1 : 1
      const seconds = (Number(word[2]) * 60 + Number(word[3])) * 60
      total.micros += sign * Math.round((seconds + Number(word[4] ?? 0)) * 1_000_000)
      continue
    }
    const name = word[6].toLowerCase()
    const unit =
      units[name] ?? (name === 'centuries' ? units['century'] : units[name.replace(/s$/, '')])
    const factor = Number(word[5])
    if (!unit || (!Number.isInteger(factor) && unit.micros === 0)) return undefined
    total.months += unit.months * factor
    total.days += unit.days * factor
    total.micros += Math.round(unit.micros * factor)
  }
  return total
}

/** Microseconds of a date and time, and an interval later: months first, then days, as the server. */
export function addInterval(micros: number, { months, days, micros: rest }: Interval): number {
  if (!Number.isFinite(micros)) return micros
  if (months === 0) return micros + days * dayMicros + rest
  const { year, month, day, time } = partsOf(micros)
  const count = year * 12 + month - 1 + months
  const [toYear, toMonth] = [Math.floor(count / 12), (count % 12) + 1]
  const last = daysOf(toYear, toMonth + 1 > 12 ? 12 : toMonth + 1, 1)!
  const lastDay = toMonth === 12 ? 31 : last - daysOf(toYear, toMonth, 1)!
  const start = daysOf(toYear, toMonth, Math.min(day, lastDay))!
  return (start + days) * dayMicros + time + rest
}

/** Microseconds in the order of intervals: a month counts 30 days. */
export function lengthOfInterval({ months, days, micros }: Interval): number {
  return (months * 30 + days) * dayMicros + micros
}

/**
 * What `extract(field from …)` gives.
 *
 * @returns `undefined` for a field that is not understood
 */
export function extractField(field: string, micros: number): number | undefined {
  if (!Number.isFinite(micros)) return undefined
  const { days, year, month, day, time } = partsOf(micros)
  const dayOfWeek = (((days + 4) % 7) + 7) % 7
  switch (field) {
    case 'year':
      return year
    case 'quarter':
      return Math.ceil(month / 3)
    case 'month':
      return month
    case 'day':
      return day
    case 'dow':
      return dayOfWeek
    case 'isodow':
      return dayOfWeek || 7
    case 'doy':
      return days - daysOf(year, 1, 1)! + 1
    case 'hour':
      return Math.floor(time / 3_600_000_000)
    case 'minute':
      return Math.floor(time / 60_000_000) % 60
    case 'second':
      return (time % 60_000_000) / 1_000_000
    case 'epoch':
      return micros / 1_000_000
    default:
      return undefined
  }
}

/** What `date_trunc(field, …)` gives, or `undefined` for a field that is not understood. */
export function truncateTo(field: string, micros: number): number | undefined {
  if (!Number.isFinite(micros)) return micros
  const { days, year, month } = partsOf(micros)
  switch (field) {
    case 'year':
      return daysOf(year, 1, 1)! * dayMicros
    case 'quarter':
      return daysOf(year, month - ((month - 1) % 3), 1)! * dayMicros
    case 'month':
      return daysOf(year, month, 1)! * dayMicros
    case 'week':
      return (days - ((((days + 3) % 7) + 7) % 7)) * dayMicros
    case 'day':
      return days * dayMicros
    case 'hour':
      return Math.floor(micros / 3_600_000_000) * 3_600_000_000
    case 'minute':
      return Math.floor(micros / 60_000_000) * 60_000_000
    case 'second':
      return Math.floor(micros / 1_000_000) * 1_000_000
    case 'milliseconds':
      return Math.floor(micros / 1000) * 1000
    default:
      return undefined
  }
}

function partsOf(micros: number) {
  const days = Math.floor(micros / dayMicros)
  const date = new Date(days * 86_400_000)
  return {
    days,
    time: micros - days * dayMicros,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
  }
}

/** `undefined` for a day that its month does not have. */
function daysOf(year: number, month: number, day: number): number | undefined {
  // `Date.UTC` takes years below 100 for those of the twentieth century.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists && year > 0 ? date.getTime() / 86_400_000 : undefined
}

function offsetMicros(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)!
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000_000
}
