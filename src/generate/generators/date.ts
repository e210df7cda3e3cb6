import { DownpourError } from '../../errors.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Context, Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { drawBelow } from '../sql-form.ts'

export interface DateOptions {
  /** `YYYY-MM-DD`. @defaultValue a year before the plan's reference date */
  readonly minDate?: string
  /** `YYYY-MM-DD`, inclusive. @defaultValue the plan's reference date */
  readonly maxDate?: string
}

const millisecondsPerDay = 86_400_000

/**
 * Calendar days, uniformly.
 *
 * @example
 * { columns: { birthday: f.date({ minDate: '1950-01-01', maxDate: '2005-12-31' }) } }
 */
export function date(options: DateOptions = {}): Generator {
  return createGenerator('date', (context) => {
    const { first, days } = dayRange(context, options)
    const key = createHashKey(context.seed, context.purpose)
    const fill = fillVector({ kind: 'date' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = first + below(key, rows.numbers[i]!, days)
      }
    })
    const sql = `date '1970-01-01' + (${first} + ${drawBelow(days)})::int4`
    return { ...fill, sqlForm: { kind: 'draw', sql } }
  })
}

/**
 * Points in time, uniformly, in whole seconds of UTC.
 *
 * @example
 * { columns: { createdAt: f.timestamp() } } // 2025-03-14 09:26:53+00, …
 */
export function timestamp(options: DateOptions = {}): Generator {
  return createGenerator('timestamp', (context) => {
    const { first, days } = dayRange(context, options)
    const dayKey = createHashKey(context.seed, `${context.purpose}/day`)
    const secondKey = createHashKey(context.seed, `${context.purpose}/second`)
    const fill = fillVector({ kind: 'timestamp' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        const row = rows.numbers[i]!
        const day = first + below(dayKey, row, days)
        out.values[i] = (day * 86_400 + below(secondKey, row, 86_400)) * 1_000_000
      }
    })
    const sql = `to_timestamp(${first * 86_400} + ${drawBelow(days * 86_400)})`
    return { ...fill, sqlForm: { kind: 'draw', sql } }
  })
}

function dayRange(context: Context, options: DateOptions): { first: number; days: number } {
  const last = options.maxDate === undefined ? context.referenceDay : toDay(options.maxDate)
  const first = options.minDate === undefined ? last - 365 : toDay(options.minDate)
  if (!(last >= first)) {
    throw new DownpourError({
      code: 'PLAN_EMPTY_RANGE',
      message: `The dates of "${context.purpose}" are a range without days`,
      why: `They go from ${options.minDate ?? 'a year before'} to ${options.maxDate ?? 'the reference date'}.`,
      fix: 'Give dates as YYYY-MM-DD with minDate at most maxDate.',
    })
  }
  return { first, days: last - first + 1 }
}

function toDay(isoDate: string): number {
  return Math.round(Date.parse(`${isoDate}T00:00:00Z`) / millisecondsPerDay)
}
