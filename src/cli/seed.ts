import type { Argv, CommandModule } from 'yargs'
import { npmCommand } from './npm-command.ts'
import type { PlanArguments } from './open-project.ts'
import { showValuesOption, single, withDatabaseOptions, withPlanOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { ledgerOption, withRunOptions } from './run-options.ts'
import type { RunArguments } from './run-options.ts'
import { withSignals } from './signals.ts'

export interface SeedArguments extends PlanArguments, RunArguments, DatabaseArguments {
  readonly config?: string | undefined
  readonly join?: string | undefined
  readonly hosts?: string | undefined
  readonly run?: string | undefined
}

export const seedCommand: CommandModule<object, SeedArguments> = {
  command: 'seed',
  describe: 'Fill the database',
  builder: (yargs: Argv) =>
    withRunOptions(withPlanOptions(withDatabaseOptions(yargs)))
      .option('join', { ...single, describe: 'Help another process: its run, or latest' })
      .option('run', {
        ...single,
        describe: 'The run’s name: begun, helped with, or found done',
      })
      .option('hosts', {
        ...single,
        defaultDescription: 'those of the database URL',
        describe: 'Where rows enter, lane by lane: host:port,host:port',
      })
      .option('ledger', ledgerOption)
      .option('show-values', showValuesOption)
      .conflicts('resume', 'join')
      .conflicts('join', ['restart', 'reset', 'append'])
      .conflicts('run', ['join', 'resume', 'restart'])
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
