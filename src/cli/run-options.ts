import type { Argv } from 'yargs'
import type { IndexMode, TransactionExtent } from '../run/options.ts'
import { strategyNames } from '../write/strategy.ts'
import type { StrategyChoice } from '../write/strategy.ts'
import { lastOf, single } from './options.ts'

/** What `withRunOptions` reads. */
export interface RunArguments {
  readonly strategy?: StrategyChoice | undefined
  readonly 'chunk-size'?: string | undefined
  readonly transaction?: TransactionExtent | undefined
  readonly lanes?: string | undefined
  readonly threads?: string | undefined
  readonly indexes?: IndexMode | undefined
  readonly 'on-error'?: 'stop' | 'skip' | undefined
  readonly 'max-errors'?: string | undefined
  readonly append?: boolean | undefined
  readonly reset?: boolean | undefined
  readonly resume?: boolean | undefined
  readonly restart?: boolean | undefined
  readonly ledger: boolean
}

/** How a run is done, for commands that begin one or tell of it beforehand. */
export function withRunOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('strategy', {
      choices: ['auto', ...strategyNames] as const,
      coerce: lastOf<StrategyChoice>,
      defaultDescription: 'auto',
      describe: 'How rows are written; auto: copy for large tables',
    })
    .option('chunk-size', {
      ...single,
      defaultDescription: '50000',
      describe: 'Rows per chunk',
    })
    .option('transaction', {
      choices: ['chunk', 'table', 'run'] as const,
      coerce: lastOf<TransactionExtent>,
      defaultDescription: 'chunk',
      describe: 'What one transaction covers',
    })
    .option('lanes', {
      ...single,
      defaultDescription: 'as many as pay',
      describe: 'Connections that load side by side',
    })
    .option('threads', {
      ...single,
      defaultDescription: 'as many as are needed',
      describe: 'Threads that compute the rows for these connections',
    })
    .option('indexes', {
      choices: ['auto', 'keep', 'defer'] as const,
      coerce: lastOf<IndexMode>,
      defaultDescription: 'auto',
      describe: 'Drop indexes and foreign keys, and rebuild them; auto: of large empty tables',
    })
    .option('on-error', {
      choices: ['stop', 'skip'] as const,
      coerce: lastOf<'stop' | 'skip'>,
      defaultDescription: 'stop',
      describe: 'What becomes of rows that the database refuses',
    })
    .option('max-errors', {
      ...single,
      defaultDescription: '1000',
      describe: 'How many rows --on-error skip may leave out',
    })
    .option('append', { type: 'boolean', describe: 'Grow the tables to their counts' })
    .option('reset', { type: 'boolean', describe: 'Empty the tables first' })
    .option('resume', { type: 'boolean', describe: 'Go on with an unfinished run, or fail' })
    .option('restart', { type: 'boolean', describe: 'Throw an unfinished run away' })
    .conflicts('append', 'reset')
    .conflicts('resume', ['restart', 'reset'])
}

export const ledgerOption = {
  type: 'boolean',
  default: true,
  describe: 'Write the run down; after --no-ledger it cannot be resumed or undone',
} as const
