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
  /** Inclusive: a day without a time to its end. @defaultValue the plan's reference date */
  readonly maxDate?: string | Date
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
  return withArraySize(
    options,
    createGenerator('date', (context) => {
      const range = rangeOf(context, options)
      const first = Math.floor(range.first / secondsPerDay)
      const days = Math.floor(range.last / secondsPerDay) - first + 1
      const key = createHashKey(context.seed, context.purpose)
      const fill = fillVector({ kind: 'date' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          out.values[i] = first + below(key, rows.numbers[i]!, days)
        }
      })
      const sql = `date '1970-01-01' + (${first} + ${drawBelow(days)})::int4`
      return { ...fill, sqlForm: { kind: 'draw', sql } }
    }),
  )
}

/**
 * Points in time, uniformly, in whole seconds of UTC.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` (when prepared)
 * @example
 * { columns: { createdAt: f.timestamp() } } // 2025-03-14 09:26:53+00, …
 */
export function timestamp(options: DateOptions & ArrayOptions): Generator<(Date | string)[]>
export function timestamp(options?: DateOptions): Generator<Date | string>
export function timestamp(options: DateOptions & Partial<ArrayOptions> = {}): Generator {
  return pointsInTime('timestamp', options)
}

/**
 * The same as `f.timestamp()`, under the name that other databases have for it.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` (when prepared)
 * @example
 * { columns: { shippedAt: f.datetime({ minDate: new Date('2025-12-24T18:00:00Z') }) } }
 */
export function datetime(options: DateOptions & ArrayOptions): Generator<(Date | string)[]>
export function datetime(options?: DateOptions): Generator<Date | string>
export function datetime(options: DateOptions & Partial<ArrayOptions> = {}): Generator {
  return pointsInTime('datetime', options)
}

function pointsInTime(name: string, options: DateOptions & Partial<ArrayOptions>): Generator {
  return withArraySize(
    options,
    createGenerator(name, (context) => {
      const { first, last } = rangeOf(context, options)
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
function rangeOf(context: Context, options: DateOptions): { first: number; last: number } {
  const { minDate, maxDate } = options
  const last =
    maxDate === undefined
      ? (context.referenceDay + 1) * secondsPerDay - 1
      : Math.floor(toSeconds(maxDate, secondsPerDay - 1))
  const first =
    minDate === undefined
      ? (Math.floor(last / secondsPerDay) - 365) * secondsPerDay
      : Math.ceil(toSeconds(minDate, 0))
  if (last >= first) return { first, last }
  throw new DownpourError({
    code: 'PLAN_EMPTY_RANGE',
    message: `The dates of "${context.purpose}" are a range without days`,
    why: `They go from ${nameOf(minDate) ?? 'a year before'} to ${nameOf(maxDate) ?? 'the reference date'}.`,
    fix: 'Give dates as YYYY-MM-DD with minDate at most maxDate.',
  })
}

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
