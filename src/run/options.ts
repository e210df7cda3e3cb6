import { DownpourError } from '../errors.ts'
import { canonicalValue } from '../plan/canonical.ts'
import type { ExistingRows } from '../plan/build-plan.ts'
import type { CountRequest } from '../plan/counts.ts'
import type { StrategyChoice } from '../write/strategy.ts'

/** What one transaction covers. In `run` everything or nothing is there at the end. */
export type TransactionExtent = 'chunk' | 'table' | 'run'

/** What becomes of indexes and foreign keys during the load; `auto` defers where that pays. */
export type IndexMode = 'auto' | 'keep' | 'defer'

/** What decides a run: kept in the ledger, so that whoever resumes or joins it does the same. */
export interface RunOptions {
  readonly profile: string
  readonly seed: number
  /** The profile's, as they were then. */
  readonly profileCounts: Readonly<Record<string, number>>
  /** From `--count`, exactly. */
  readonly counts: Readonly<Record<string, number>>
  /** Multiplies the profile's counts. */
  readonly scale: number
  /** Rows of tables that nobody counts; runs of earlier versions have none. */
  readonly otherwise?: number | null
  readonly only: readonly string[] | null
  /** Parents that are not loaded and held rows of somebody else when the run was planned. */
  readonly connected?: readonly string[]
  /** What to do with rows that are there: refuse them, grow the tables or empty them. */
  readonly existing: 'refuse' | 'append' | 'reset'
  readonly strategy: StrategyChoice
  /** Rows per chunk. */
  readonly chunkSize: number
  readonly transaction: TransactionExtent
  readonly indexes: IndexMode
  readonly onError: 'stop' | 'skip'
  /** How many rows may be left out under `skip`. */
  readonly maxErrors: number
}

/**
 * How many rows a chunk has when nobody says: `row` commits each row by itself.
 *
 * @example
 * [chunkSizeFor('copy'), chunkSizeFor('row')] // [50_000, 1]
 */
export function chunkSizeFor(strategy: StrategyChoice): number {
  return strategy === 'row' ? 1 : 50_000
}

/**
 * Refuses options that contradict each other.
 *
 * @throws DownpourError `USAGE_ROW`
 */
export function checkOptions({ strategy, chunkSize, transaction }: RunOptions): void {
  if (strategy !== 'row' || (chunkSize === 1 && transaction === 'chunk')) return
  throw new DownpourError({
    code: 'USAGE_ROW',
    message: `--strategy row cannot have ${chunkSize === 1 ? `--transaction ${transaction}` : `--chunk-size ${chunkSize}`}`,
    why: 'It commits each row by itself.',
    fix: 'Leave that option out; or use --strategy row-tx, which writes single rows in larger transactions.',
  })
}

/** The options that were said, as opposed to those that follow from the configuration. */
export type RunWishes = { readonly [Key in keyof RunOptions]?: RunOptions[Key] | undefined }

/**
 * What was said and is not so in a run that is to be continued.
 *
 * @returns in words, e.g. `--profile "dev" was asked for, and the run has "staging"`
 */
export function optionDifferences(recorded: RunOptions, wishes: RunWishes): readonly string[] {
  return (Object.keys(wishes) as (keyof RunOptions)[]).flatMap((option) => {
    const wish = wishes[option]
    if (wish === undefined || canonicalValue(recorded[option]) === canonicalValue(wish)) return []
    const [was, is] = [recorded[option] ?? null, wish].map((value) => JSON.stringify(value))
    return [`${names[option]} ${is} was asked for, and the run has ${was}`]
  })
}

/** The counts that a plan is built from. */
export function countsOf(options: RunOptions): CountRequest {
  const { profileCounts, counts, scale, otherwise } = options
  return { explicit: counts, profile: profileCounts, scale, otherwise: otherwise ?? undefined }
}

const names: Readonly<Record<keyof RunOptions, string>> = {
  profile: '--profile',
  seed: '--seed',
  profileCounts: 'the profile’s counts',
  counts: '--count',
  scale: '--scale',
  otherwise: '--count',
  only: '--only',
  connected: 'the tables that are connected to',
  existing: '--append or --reset',
  strategy: '--strategy',
  chunkSize: '--chunk-size',
  transaction: '--transaction',
  indexes: '--indexes',
  onError: '--on-error',
  maxErrors: '--max-errors',
}

/** What the tables held when an appending run began, by key. */
export type RowsBefore = Readonly<Record<string, ExistingRows>>

/** What makes a run the work of one process with one connection; `undefined` where nothing does. */
export function aloneOption(asked: {
  readonly ledger: 'ledger' | 'no ledger'
  readonly transaction: TransactionExtent | undefined
}): '--no-ledger' | '--transaction run' | undefined {
  if (asked.ledger === 'no ledger') return '--no-ledger'
  return asked.transaction === 'run' ? '--transaction run' : undefined
}
