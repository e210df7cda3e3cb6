import { defaultReferenceDate } from '../config/config.ts'
import { DownpourError } from '../errors.ts'
import type { LoadProgress } from '../run/load-tracker.ts'
import { chunkSizeFor } from '../run/options.ts'
import { strategyNames } from '../write/strategy.ts'
import type { StrategyChoice } from '../write/strategy.ts'

/** What `seed` may be told. */
export interface SeedOptions {
  /** Rows of each table that a refinement gives no number. @defaultValue 10 */
  readonly count?: number | undefined
  /** The same seed gives the same rows. @defaultValue 0 */
  readonly seed?: number | undefined
  /**
   * Only these tables, by their keys in the schema; they refer to the rows that the others hold.
   * @defaultValue all
   */
  readonly only?: readonly string[] | undefined
  /** drizzle-seed's; taken and left at that, since values do not change with it. */
  readonly version?: '1' | '2' | 1 | 2 | undefined
  /** How rows are written; `auto` leaves it to the driver and the table's size. @defaultValue 'auto' */
  readonly strategy?: SeedStrategy | undefined
  /** Rows of a transaction where there are several lanes, and of a COPY. @defaultValue 50000 */
  readonly chunkSize?: number | undefined
  /**
   * Connections that load side by side, on postgres.js: with one of them all is one transaction, with
   * more each chunk is. @defaultValue as many as the rows are worth, 1 up to 50,000 rows, and where
   * it is quicker to load without indexes over one
   */
  readonly lanes?: number | undefined
  /** What "today" means in the rows, `YYYY-MM-DD`: never the clock. @defaultValue '2026-01-01' */
  readonly referenceDate?: string | undefined
  /** Told how far a table is. */
  readonly onProgress?: ((progress: SeedProgress) => void) | undefined
}

export type SeedStrategy = Exclude<StrategyChoice, 'row'>

/** `rows` of the `total` of a table, by its key in the schema. */
export type SeedProgress = Pick<LoadProgress, 'table' | 'rows' | 'total'>

/** The options with what goes without saying. */
export interface SeedSettings {
  readonly count: number
  readonly seed: number
  readonly only: readonly string[] | undefined
  readonly strategy: SeedStrategy
  readonly chunkSize: number
  readonly lanes: number | undefined
  readonly referenceDate: string
  readonly onProgress: (progress: SeedProgress) => void
}

/** @throws DownpourError `SEED_OPTION` naming the one that is wrong */
export function checkSeedOptions(options: SeedOptions): SeedSettings {
  for (const { option, isRight, why, fix } of rules) {
    const value: unknown = options[option]
    if (value !== undefined && !isRight(value)) throw optionError(option, why, fix)
  }
  const { strategy = 'auto' } = options
  return {
    count: options.count ?? 10,
    seed: options.seed ?? 0,
    only: options.only,
    strategy,
    chunkSize: options.chunkSize ?? chunkSizeFor(strategy),
    lanes: options.lanes,
    referenceDate: options.referenceDate ?? defaultReferenceDate,
    onProgress: options.onProgress ?? (() => {}),
  }
}

interface Rule {
  readonly option: keyof SeedOptions
  readonly isRight: (value: unknown) => boolean
  readonly why: string
  readonly fix: string
}

const choices = ['auto', ...strategyNames.filter((name) => name !== 'row')]

const rules: readonly Rule[] = [
  {
    option: 'count',
    isRight: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    why: 'It is no whole number, 0 or above.',
    fix: 'Give such a number: count: 1000.',
  },
  {
    option: 'seed',
    isRight: (value) => Number.isSafeInteger(value),
    why: 'It is no whole number.',
    fix: 'Give such a number: seed: 1.',
  },
  {
    option: 'only',
    isRight: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    why: 'It is no list of names.',
    fix: "Give the tables' keys in the schema: only: ['posts', 'comments'].",
  },
  {
    option: 'version',
    isRight: (value) => ['1', '2'].includes(String(value)),
    why: 'drizzle-seed 0.3 has the versions 1 and 2.',
    fix: 'Leave it out: values do not change with it.',
  },
  {
    option: 'strategy',
    isRight: (value) => choices.includes(value as string),
    why: `There are ${choices.join(', ')}.`,
    fix: 'Use one of them, or leave it out.',
  },
  {
    option: 'chunkSize',
    isRight: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
    why: 'It is no whole number, 1 or above.',
    fix: 'Give such a number: chunkSize: 50000.',
  },
  {
    option: 'lanes',
    isRight: (value) => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 100,
    why: 'It is no whole number from 1 to 100.',
    fix: 'Give such a number: lanes: 4.',
  },
  {
    option: 'referenceDate',
    isRight: isDay,
    why: 'It is no date.',
    fix: "Give the day that counts as today: referenceDate: '2026-01-01'.",
  },
  {
    option: 'onProgress',
    isRight: (value) => typeof value === 'function',
    why: 'It is no function.',
    fix: 'Give one: onProgress: ({ table, rows, total }) => …',
  },
]

/** `2026-02-30` is none. */
function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const time = Date.parse(`${value}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

function optionError(option: string, why: string, fix: string): DownpourError {
  return new DownpourError({
    code: 'SEED_OPTION',
    message: `Cannot seed: the option "${option}" cannot be used`,
    why,
    fix,
  })
}
