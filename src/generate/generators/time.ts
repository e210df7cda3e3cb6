import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { drawBelow } from '../sql-form.ts'
import { createUniqueIndex } from '../unique-index.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { refuse } from './refuse.ts'

export interface TimeOptions {
  /** `HH:MM`, `HH:MM:SS` or `HH:MM:SS.mmm`, or a `Date`'s time in UTC. @defaultValue '00:00:00' */
  readonly min?: string | Date
  /** Inclusive. @defaultValue '23:59:59' */
  readonly max?: string | Date
  /** No time twice. @defaultValue false */
  readonly isUnique?: boolean | undefined
}

const microsPerSecond = 1_000_000

/**
 * Times of day, uniformly, in whole seconds.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE`
 * @example
 * { columns: { opensAt: f.time({ min: '06:00', max: '10:30' }) } } // '08:14:51', …
 */
export function time(options: TimeOptions & ArrayOptions): Generator<string[]>
export function time(options?: TimeOptions): Generator<string>
export function time(options: TimeOptions & Partial<ArrayOptions> = {}): Generator {
  const { min = '00:00:00', max = '23:59:59' } = options
  const [first, last] = [Math.ceil(toSeconds(min)), Math.floor(toSeconds(max))]
  if (!(first <= last)) {
    refuse('PLAN_EMPTY_RANGE', 'time', {
      what: 'was given a range without times',
      why: `It goes from ${nameOf(min)} to ${nameOf(max)}.`,
      fix: 'Give times of day as HH:MM:SS with min at most max.',
    })
  }
  const seconds = last - first + 1
  const times = options.isUnique ? uniqueTimes(first, seconds) : drawnTimes(first, seconds)
  return followColumn({ generator: withArraySize(options, times), options, make: time })
}

function drawnTimes(first: number, seconds: number): Generator {
  return createGenerator('time', ({ seed, purpose }) => {
    const key = createHashKey(seed, purpose)
    const fill = fillVector({ kind: 'time' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = (first + below(key, rows.numbers[i]!, seconds)) * microsPerSecond
      }
    })
    const sql = `time '00:00' + (${first} + ${drawBelow(seconds)}) * interval '1 second'`
    return { ...fill, sqlForm: { kind: 'draw', sql } }
  })
}

function uniqueTimes(first: number, seconds: number): Generator {
  return createGenerator('time', ({ seed, purpose, knownValues, capacity }) => {
    const taken = knownValues
      .map((value) => toSeconds(String(value)) - first)
      .filter((place) => Number.isInteger(place) && place >= 0 && place < seconds)
    const unique = createUniqueIndex(createPermutation(seed, purpose, seconds), taken)
    const places = new Float64Array(capacity)
    return fillVector(
      { kind: 'time' },
      ({ count, numbers }, out) => {
        unique.fill(numbers, count, places)
        for (let i = 0; i < count; i++) out.values[i] = (first + places[i]!) * microsPerSecond
      },
      unique.size,
    )
  })
}

/** Since midnight; NaN for what is no time of day. */
function toSeconds(bound: string | Date): number {
  const match = /^(\d\d):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?Z?$/.exec(nameOf(bound))
  const [, hours, minutes, seconds = '0'] = match ?? []
  return Number(hours) > 23 ? NaN : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function nameOf(bound: string | Date): string {
  if (typeof bound === 'string') return bound
  return Number.isNaN(bound.getTime()) ? 'an invalid Date' : bound.toISOString().slice(11)
}
