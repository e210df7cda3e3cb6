import { formatCount, formatRows } from '../report/format.ts'

/** A measurement before it is made. */
export interface RowsCase {
  readonly name: string
  /** Rows asked for. */
  readonly wanted: number
  /** Fewer rows would not show anything. Where more than `wanted`, `wanted` counts. */
  readonly minimum: number
  /** How fast it is: a first try with few rows. */
  readonly probe: {
    /** At least 1. */
    readonly rows: number
    readonly seconds: number
  }
  /** What a repetition costs whatever its rows: emptying the table, a checkpoint. */
  readonly fixedSeconds: number
}

export interface FitRequest {
  readonly cases: readonly RowsCase[]
  /** Of each case, with those that are discarded. */
  readonly repetitions: number
  /** For all cases together. `Infinity` where there is no limit. */
  readonly limitSeconds: number
}

export interface FittedRows {
  /** By the name of the case; those that are left out have none. */
  readonly rows: ReadonlyMap<string, number>
  /** What is otherwise than asked for, in sentences, in the order of the cases. */
  readonly notes: readonly string[]
}

/**
 * Decides how many rows each case can have so that all end within the limit. Cases share the time
 * evenly: one that needs less than its share keeps its rows and leaves the rest to the others; the
 * others get the rows that their share is enough for, rounded down to 1, 2 or 5 × 10ⁿ. A share is
 * never too small for the minimum; where not even the minimums of all fit, the cases with the
 * longest ones are left out.
 *
 * The estimated times stay within the limit, and more time never means fewer rows, unless a case
 * that was left out has come in.
 *
 * @throws RangeError when a probe has no rows
 * @example
 * const probe = { rows: 100, seconds: 0.1 }
 * const row = { name: 'row', wanted: 100_000, minimum: 100, probe, fixedSeconds: 0 }
 * fitRows({ cases: [row], repetitions: 8, limitSeconds: 30 })
 * // {
 * //   rows: new Map([['row', 2000]]),
 * //   notes: ['Fewer rows than 100,000, to keep to the time limit of 30 s: 2,000 by row.'],
 * // }
 */
export function fitRows({ cases, repetitions, limitSeconds }: FitRequest): FittedRows {
  const costs = cases.map((one) => costOf(one, repetitions))
  const affordable = affordableOf(costs, limitSeconds)
  const share = shareOf(affordable, limitSeconds)
  const rows = new Map(affordable.map((cost) => [cost.name, rowsFor(cost, share)]))
  const leftOut = costs.flatMap(({ name, minimum, minimumSeconds }) =>
    rows.has(name)
      ? []
      : [
          `${name} is left out: even ${formatRows(minimum)} would take about ${roughly(minimumSeconds)}, and the time limit is ${limitSeconds} s for all.`,
        ],
  )
  return { rows, notes: [...leftOut, ...reductions(costs, rows, limitSeconds)] }
}

/** A sentence for all that wanted as many. */
function reductions(
  costs: readonly Cost[],
  rows: ReadonlyMap<string, number>,
  limitSeconds: number,
): readonly string[] {
  const reduced = new Map<number, string[]>()
  for (const { name, wanted } of costs) {
    const given = rows.get(name) ?? wanted
    if (given === wanted) continue
    reduced.set(wanted, [...(reduced.get(wanted) ?? []), `${formatCount(given)} by ${name}`])
  }
  return [...reduced].map(
    ([wanted, given]) =>
      `Fewer rows than ${formatCount(wanted)}, to keep to the time limit of ${limitSeconds} s: ${given.join('; ')}.`,
  )
}

interface Cost {
  readonly name: string
  readonly wanted: number
  readonly minimum: number
  /** Of all repetitions together, as the others. */
  readonly secondsPerRow: number
  readonly fixedSeconds: number
  readonly wantedSeconds: number
  readonly minimumSeconds: number
}

// So that a time that is exactly enough stays enough, whatever its last bits are.
const slack = 1 + 1e-9

function costOf(
  { name, wanted, minimum, probe, fixedSeconds }: RowsCase,
  repetitions: number,
): Cost {
  if (!(probe.rows >= 1)) throw new RangeError(`The probe of ${name} has no rows`)
  const secondsPerRow = (probe.seconds / probe.rows) * repetitions
  const fixed = fixedSeconds * repetitions
  const least = Math.min(minimum, wanted)
  return {
    name,
    wanted,
    minimum: least,
    secondsPerRow,
    fixedSeconds: fixed,
    wantedSeconds: fixed + wanted * secondsPerRow,
    minimumSeconds: fixed + least * secondsPerRow,
  }
}

/** As many cases as can have their minimums, in an order of their own: that of `cases` must not matter. */
function affordableOf(costs: readonly Cost[], limit: number): readonly Cost[] {
  const ordered = costs.toSorted(
    (a, b) => a.minimumSeconds - b.minimumSeconds || (a.name < b.name ? -1 : 1),
  )
  let sum = 0
  return ordered.filter(({ minimumSeconds }) => (sum += minimumSeconds) <= limit * slack)
}

/**
 * The seconds that each case may take, where it can: as water fills vessels whose floors are the
 * minimums and whose rims are what is wanted.
 */
function shareOf(costs: readonly Cost[], limit: number): number {
  const levels = costs
    .flatMap(({ minimumSeconds, wantedSeconds }) => [minimumSeconds, wantedSeconds])
    .toSorted((a, b) => a - b)
  const reached = levels.findLast((level) => filledTo(costs, level) <= limit * slack)
  if (reached === undefined || reached === levels.at(-1)) return Infinity
  const open = costs.filter(
    ({ minimumSeconds, wantedSeconds }) => minimumSeconds <= reached && reached < wantedSeconds,
  )
  return reached + Math.max(0, limit - filledTo(costs, reached)) / open.length
}

function filledTo(costs: readonly Cost[], level: number): number {
  return costs.reduce((sum, { minimumSeconds, wantedSeconds }) => {
    return sum + Math.min(Math.max(level, minimumSeconds), wantedSeconds)
  }, 0)
}

function rowsFor(cost: Cost, share: number): number {
  if (cost.wantedSeconds <= Math.max(share * slack, cost.minimumSeconds)) return cost.wanted
  const possible = ((share - cost.fixedSeconds) / cost.secondsPerRow) * slack
  return Math.max(cost.minimum, roundDown(possible))
}

/** To 1, 2 or 5 × 10ⁿ; 0 where there is not even one. */
function roundDown(rows: number): number {
  let round = 0
  for (let power = 1; power <= rows; power *= 10) {
    round = [5, 2, 1].map((digit) => digit * power).find((number) => number <= rows)!
  }
  return round
}

/** In two digits. */
function roughly(seconds: number): string {
  return seconds < 10
    ? `${Number(seconds.toPrecision(2))} s`
    : `${formatCount(Number(seconds.toPrecision(2)))} s`
}
