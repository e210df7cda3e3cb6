import { date, time, timestamp } from '../generate/generators/index.ts'
import { distinctTimes } from '../generate/generators/distinct-times.ts'
import { nthText } from '../generate/generators/nth-text.ts'
import { wordsOf } from './column.ts'
import type { ColumnInQuestion } from './column.ts'
import type { Inferred } from './inferred.ts'

const secondsPerDay = 86_400
const microsPerSecond = 1_000_000
/** Ten years, … */
const recentDays = 3_653
/** … and two thousand, for whoever needs as many days. */
const distinctDays = 730_485

/** Dates and times by name. */
export function inferTime({ column, rules }: ColumnInQuestion): Inferred {
  const name = wordsOf(column.property).join(' ')
  const kind = column.type.name === 'date' ? 'date' : 'timestamp'
  const perUnit = kind === 'date' ? 1 : microsPerSecond
  const first = rules.minimum === undefined ? undefined : Math.ceil(rules.minimum / perUnit)
  const last = rules.maximum === undefined ? undefined : Math.floor(rules.maximum / perUnit)
  const recent = recentDays * (kind === 'date' ? 1 : secondsPerDay)
  const isBetween = first !== undefined && last !== undefined
  const space = isBetween
    ? Math.max(1, last - first + 1)
    : first === undefined && kind === 'date'
      ? distinctDays
      : recent
  const make = kind === 'date' ? date : timestamp
  const isBirth = /\b(birth|birthday|birthdate|dob|born)\b/.test(name)
  const range = isBirth ? { minDate: '1945-01-01', maxDate: '2007-12-31' } : {}
  const within = { kind, first, last } as const
  return {
    space,
    ...(space > recent && {
      usual: { space: recent, make: () => distinctTimes({ ...within, space: recent }) },
    }),
    make: (values) =>
      values === 'unique'
        ? distinctTimes({ ...within, space, recent: Math.min(space, recent) })
        : make(range),
  }
}

/** Times of day, to the second. */
export function inferTimeOfDay({ column }: ColumnInQuestion): Inferred {
  if (column.type.name === 'timetz') {
    const texts = { size: secondsPerDay, nth: (second: number) => `${clockTime(second)}+00` }
    return {
      space: texts.size,
      make: (values) => nthText('timetz', texts, { isUnique: values === 'unique' }),
    }
  }
  return {
    space: secondsPerDay,
    make: (values) => time({ isUnique: values === 'unique' }),
  }
}

function clockTime(second: number): string {
  const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
