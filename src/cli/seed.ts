import type { Argv, CommandModule } from 'yargs'
import type { IndexMode, TransactionExtent } from '../run/options.ts'
import { strategyNames } from '../write/strategy.ts'
import type { StrategyChoice } from '../write/strategy.ts'
import { npmCommand } from './npm-command.ts'
import type { PlanArguments } from './open-project.ts'
import { lastOf, single, withDatabaseOptions, withPlanOptions } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

export interface SeedArguments extends PlanArguments {
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
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
  readonly join?: string | undefined
  readonly ledger: boolean
  readonly json: boolean
  readonly quiet: boolean
}

export const seedCommand: CommandModule<object, SeedArguments> = {
  command: 'seed',
  describe: 'Fill the database',
  builder: (yargs: Argv) =>
    withPlanOptions(withDatabaseOptions(yargs))
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
      .option('join', { ...single, describe: 'Help another process: its run, or latest' })
      .option('ledger', {
        type: 'boolean',
        default: true,
        describe: 'Write the run down; after --no-ledger it cannot be resumed or undone',
      })
      .conflicts('append', 'reset')
      .conflicts('resume', ['restart', 'reset', 'join'])
      .conflicts('join', ['restart', 'reset', 'append'])
      .example(npmCommand(['seed', '--profile', 'staging']), 'the counts of a profile')
      .example(npmCommand(['seed', '--count', 'users=5000']), 'exactly 5,000 users')
      .example(npmCommand(['seed', '--resume']), 'go on after an interruption'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: howToGoOn(args) }, async (signal) => {
        const { seedDatabase } = await import('./seed-database.ts')
        return seedDatabase(args, output, signal)
      }),
    ),
}

/** What is to be done after Ctrl-C. */
function howToGoOn({ ledger, transaction }: SeedArguments): string {
  if (transaction === 'run') return 'Run it again; nothing was changed.'
  if (!ledger) return 'Run it again with --reset, which empties the tables first.'
  return 'Go on with "npx downpour seed --resume", or throw the run away with --restart.'
}
