import { threeDigits } from '../../src/report/format.ts'
import { formatTable } from '../../src/report/text-table.ts'

/** What a measurement has to keep to, and whether it did. */
export interface Limit {
  /** E.g. `transactions, generated and encoded`. */
  readonly name: string
  /** E.g. `at least 1,500,000 rows/s`; empty where nothing is asked. */
  readonly asked: string
  /** E.g. `1,640,000 rows/s`; why not, where it was skipped. */
  readonly measured: string
  readonly outcome: 'met' | 'missed' | 'reported' | 'skipped'
}

interface Bound {
  readonly name: string
  readonly value: number
  readonly bound: number
  /** @defaultValue none */
  readonly unit?: string
}

/** @example atLeast({ name: 'COPY over INSERT', value: 16.2, bound: 15, unit: 'times' }) // met */
export function atLeast(limit: Bound): Limit {
  return judged(limit, 'at least', limit.value >= limit.bound)
}

/** @example atMost({ name: 'memory', value: 210, bound: 200, unit: 'MB' }) // missed */
export function atMost(limit: Bound): Limit {
  return judged(limit, 'at most', limit.value <= limit.bound)
}

/** What nothing is asked of. */
export function reported(name: string, measured: string): Limit {
  return { name, asked: '', measured, outcome: 'reported' }
}

/** @param why - e.g. `psql is not installed` */
export function skipped(name: string, why: string): Limit {
  return { name, asked: '', measured: why, outcome: 'skipped' }
}

/**
 * Prints limits as a table, and makes the process exit with 5 where one is missed.
 *
 * @param limits - with the part of the benchmark that each belongs to
 */
export function tellLimits(limits: readonly (Limit & { readonly part: string })[]): void {
  const columns = ['', 'part', 'limit', 'asked', 'measured'].map((title) => ({
    title,
    align: 'left' as const,
  }))
  const rows = limits.map(({ outcome, part, name, asked, measured }) => [
    outcome,
    part,
    name,
    asked,
    measured,
  ])
  console.log(`\n${formatTable(columns, rows).join('\n')}`)
  if (limits.some(({ outcome }) => outcome === 'missed')) process.exitCode = 5
}

function judged({ name, value, bound, unit }: Bound, relation: string, isMet: boolean): Limit {
  const say = (amount: number) =>
    unit === undefined ? threeDigits(amount) : `${threeDigits(amount)} ${unit}`
  return {
    name,
    asked: `${relation} ${say(bound)}`,
    measured: say(value),
    outcome: isMet ? 'met' : 'missed',
  }
}
