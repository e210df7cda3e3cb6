import { describe, expect, it } from 'vitest'
import {
  addInterval,
  extractField,
  parseDate,
  parseInterval,
  parseTimestamp,
  truncateTo,
} from '../../../src/check/calendar.ts'

const utc = (text: string) => parseTimestamp(text, { withZone: true })!

describe('dates, timestamps and intervals', () => {
  it('reads dates and timestamps, with and without a zone', () => {
    expect(parseDate('2000-01-01')).toBe(10957)
    expect(parseDate('1969-12-31')).toBe(-1)
    expect(parseDate('0001-01-01')).toBe(-719162)
    expect(parseDate('infinity')).toBe(Infinity)
    expect(utc('1970-01-01 01:00:00.000001+01')).toBe(1)
    expect(utc('1970-01-01T00:00:00-05:30')).toBe(19_800_000_000)
    expect(parseTimestamp('1970-01-01 00:00:01+05', { withZone: false })).toBe(1_000_000)
  })

  it('reads no day that there is not, and nothing it does not know', () => {
    for (const text of ['2023-02-29', '2023-13-01', '01/02/2023', 'today', '2023-01-01 25:00']) {
      expect(parseDate(text)).toBeUndefined()
    }
  })

  it('reads intervals', () => {
    expect(parseInterval('1 year 2 mons -3 days 04:05:06.7')).toEqual({
      months: 14,
      days: -3,
      micros: 14_706_700_000,
    })
    expect(parseInterval('90 minutes')).toEqual({ months: 0, days: 0, micros: 5_400_000_000 })
    expect(parseInterval('2 weeks')).toEqual({ months: 0, days: 14, micros: 0 })
    for (const text of ['', '1 fortnight', '1.5 months'])
      expect(parseInterval(text)).toBeUndefined()
  })

  it('adds months as the calendar has them', () => {
    const month = { months: 1, days: 0, micros: 0 }
    expect(addInterval(utc('2024-01-31'), month)).toBe(utc('2024-02-29'))
    expect(addInterval(utc('2023-12-31 10:00'), month)).toBe(utc('2024-01-31 10:00'))
    expect(addInterval(utc('2024-02-29'), { months: -12, days: 1, micros: 5 })).toBe(
      utc('2023-03-01') + 5,
    )
  })

  it('takes fields out of a time, and cuts it down to one', () => {
    const time = utc('2024-02-25 13:14:15.5')
    const fields = ['year', 'quarter', 'month', 'day', 'dow', 'isodow', 'doy', 'hour', 'second']
    expect(fields.map((field) => extractField(field, time))).toEqual([
      2024, 1, 2, 25, 0, 7, 56, 13, 15.5,
    ])
    expect(extractField('millennium', time)).toBeUndefined()
    expect(truncateTo('week', time)).toBe(utc('2024-02-19'))
    expect(truncateTo('quarter', time)).toBe(utc('2024-01-01'))
    expect(truncateTo('minute', time)).toBe(utc('2024-02-25 13:14'))
  })
})
