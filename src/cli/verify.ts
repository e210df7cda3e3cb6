import type { CommandModule } from 'yargs'
import { npmCommand } from './npm-command.ts'
import type { PlanArguments } from './open-project.ts'
import { showValuesOption, single, withDatabaseOptions, withPlanOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

export interface VerifyArguments extends PlanArguments, DatabaseArguments {
  readonly config?: string | undefined
  readonly run?: string | undefined
  readonly quick: boolean
  readonly 'show-values': boolean
  readonly limit?: string | undefined
  readonly ledger: boolean
}

export const verifyCommand: CommandModule<object, VerifyArguments> = {
  command: 'verify [run]',
  describe: 'Compare the database with the plan, value by value',
  builder: (yargs) =>
    withPlanOptions(withDatabaseOptions(yargs))
      .positional('run', {
        type: 'string',
        defaultDescription: 'all that have finished',
        describe: 'Which run',
      })
      .option('quick', {
        type: 'boolean',
        default: false,
        describe: 'Let the server add up the rows of each chunk, and compare the sums',
      })
      .option('show-values', {
        ...showValuesOption,
        describe: 'Tell the values that differ, and not only where',
      })
      .option('limit', {
        ...single,
        defaultDescription: '5',
        describe: 'Rows of each kind and table that are told one by one',
      })
      .option('ledger', {
        type: 'boolean',
        default: true,
        describe: 'With --no-ledger: compare with what the options say, as after a first run',
      })
      .example(npmCommand(['verify']), 'what finished runs have loaded')
      .example(npmCommand(['verify', '--show-values']), 'with the values that differ')
      .example(npmCommand(['verify', '--no-ledger', '--profile', 'staging']), 'without a ledger'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals(
        { output, whatStays: 'Nothing was changed.', howToGoOn: 'Run it again.' },
        async (signal) => {
          const { verifyAndTell } = await import('./verify-database.ts')
          await verifyAndTell(args, output, signal)
        },
      ),
    ),
}
