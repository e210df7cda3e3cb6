import { DownpourError } from '../../errors.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Context, Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { drawBelow } from '../sql-form.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'

export interface DateOptions {
  /**
   * `YYYY-MM-DD`, a time such as `2024-01-31T12:00:00Z`, or a `Date`; in UTC where it says no other
   * zone. @defaultValue a year before `maxDate`
   */
  readonly minDate?: string | Date
  /**
   * Inclusive: a day without a time to its end. @defaultValue the plan's reference date, or eight years
   * after `minDate` where that is earlier, or the reference date is before it
   */
  readonly maxDate?: string | Date
}

/** Under either name, `min` or `minDate`; drizzle-seed has the shorter ones here. */
export interface TimestampOptions extends DateOptions {
  /** Goes before `minDate`. */
  readonly min?: string | Date
  /** Goes before `maxDate`. */
  readonly max?: string | Date
}

/**
 * Calendar days, uniformly.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` (when prepared)
 * @example
 * { columns: { birthday: f.date({ minDate: '1950-01-01', maxDate: '2005-12-31' }) } }
 */
export function date(options: DateOptions & ArrayOptions): Generator<(Date | string)[]>
export function date(options?: DateOptions): Generator<Date | string>
export function date(options: DateOptions & Partial<ArrayOptions> = {}): Generator {
  const days = createGenerator('date', (context) => {
    const { first, span } = daysOf(context, options)
    const key = createHashKey(context.seed, context.purpose)
    const fill = fillVector({ kind: 'date' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = first + below(key, rows.numbers[i]!, span)
      }
    })
    const sql = `date '1970-01-01' + (${first} + ${drawBelow(span)})::int4`
    return { ...fill, sqlForm: { kind: 'draw', sql } }
  })
  return {
    ...withArraySize(options, days),
    forColumn: ({ type }) =>
      withArraySize(options, type.name.startsWith('timestamp') ? midnights(options) : days),
  }
}

/** The same days for a column of points in time. */
function midnights(options: DateOptions): Generator {
  return createGenerator('date', (context) => {
    const { first, span } = daysOf(context, options)
    const key = createHashKey(context.seed, context.purpose)
    return fillVector({ kind: 'timestamp' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = (first + below(key, rows.numbers[i]!, span)) * secondsPerDay * 1_000_000
      }
    })
  })
}

function daysOf(context: Context, options: DateOptions): { first: number; span: number } {
  const range = rangeOf(context, options)
  const first = Math.floor(range.first / secondsPerDay)
  return { first, span: Math.floor(range.last / secondsPerDay) - first + 1 }
}

/**
 * Points in time, uniformly, in whole seconds of UTC.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` (when prepared)
 * @example
 * { columns: { createdAt: f.timestamp() } } // 2025-03-14 09:26:53+00, …
 */
export function timestamp(options: TimestampOptions & ArrayOptions): Generator<(Date | string)[]>
export function timestamp(options?: TimestampOptions): Generator<Date | string>
export function timestamp(options: TimestampOptions & Partial<ArrayOptions> = {}): Generator {
  return pointsInTime('timestamp', options)
}

/**
 * The same as `f.timestamp()`, under the name that other databases have for it.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` (when prepared)
 * @example
 * { columns: { shippedAt: f.datetime({ minDate: new Date('2025-12-24T18:00:00Z') }) } }
 */
export function datetime(options: TimestampOptions & ArrayOptions): Generator<(Date | string)[]>
export function datetime(options?: TimestampOptions): Generator<Date | string>
export function datetime(options: TimestampOptions & Partial<ArrayOptions> = {}): Generator {
  return pointsInTime('datetime', options)
}

function pointsInTime(name: string, options: TimestampOptions & Partial<ArrayOptions>): Generator {
  const { min: minDate = options.minDate, max: maxDate = options.maxDate } = options
  return withArraySize(
    options,
    createGenerator(name, (context) => {
      const { first, last } = rangeOf(context, { minDate, maxDate })
      const seconds = last - first + 1
      const fill =
        first % secondsPerDay === 0 && seconds % secondsPerDay === 0
          ? secondsOfDays(context, first / secondsPerDay, seconds / secondsPerDay)
          : secondsFrom(context, first, seconds)
      return {
        ...fill,
        sqlForm: { kind: 'draw', sql: `to_timestamp(${first} + ${drawBelow(seconds)})` },
      }
    }),
  )
}

function secondsOfDays(context: Context, first: number, days: number) {
  const dayKey = createHashKey(context.seed, `${context.purpose}/day`)
  const secondKey = createHashKey(context.seed, `${context.purpose}/second`)
  return fillVector({ kind: 'timestamp' }, (rows, out) => {
    for (let i = 0; i < rows.count; i++) {
      const row = rows.numbers[i]!
      const day = first + below(dayKey, row, days)
      out.values[i] = (day * secondsPerDay + below(secondKey, row, secondsPerDay)) * 1_000_000
    }
  })
}

function secondsFrom(context: Context, first: number, seconds: number) {
  const key = createHashKey(context.seed, `${context.purpose}/second`)
  return fillVector({ kind: 'timestamp' }, (rows, out) => {
    for (let i = 0; i < rows.count; i++) {
      out.values[i] = (first + below(key, rows.numbers[i]!, seconds)) * 1_000_000
    }
  })
}

/** Seconds since 1970-01-01 00:00 UTC, both included. */
function rangeOf(
  context: Context,
  { minDate, maxDate }: { readonly [Bound in keyof DateOptions]: DateOptions[Bound] | undefined },
): { first: number; last: number } {
  const today = (context.referenceDay + 1) * secondsPerDay - 1
  const from = minDate === undefined ? undefined : Math.ceil(toSeconds(minDate, 0))
  const last =
    maxDate !== undefined
      ? Math.floor(toSeconds(maxDate, secondsPerDay - 1))
      : from === undefined
        ? today
        : lastAfter(from, today)
  const first = from ?? (Math.floor(last / secondsPerDay) - 365) * secondsPerDay
  if (last >= first) return { first, last }
  throw new DownpourError({
    code: 'PLAN_EMPTY_RANGE',
    message: `The dates of "${context.purpose}" are a range without days`,
    why: `They go from ${nameOf(minDate) ?? 'a year before'} to ${nameOf(maxDate) ?? 'the reference date'}.`,
    fix: 'Give dates as YYYY-MM-DD with minDate at most maxDate.',
  })
}

/** Up to today, unless that is far away or has passed by. */
function lastAfter(first: number, today: number): number {
  const far = first + usualDays * secondsPerDay - 1
  return today >= first && today < far ? today : far
}

/** Eight years, as with drizzle-seed. */
const usualDays = 2921

const secondsPerDay = 86_400

/** @param ofDay - the second that a day without a time stands for */
function toSeconds(bound: string | Date, ofDay: number): number {
  if (typeof bound !== 'string') return bound.getTime() / 1000
  const isDay = !/\d[T ]\d/.test(bound)
  if (isDay) return Date.parse(`${bound}T00:00:00Z`) / 1000 + ofDay
  const hasZone = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(bound)
  return Date.parse(hasZone ? bound : `${bound.replace(' ', 'T')}Z`) / 1000
}

function nameOf(bound: string | Date | undefined): string | undefined {
  if (bound === undefined || typeof bound === 'string') return bound
  return Number.isNaN(bound.getTime()) ? 'an invalid Date' : bound.toISOString()
}
