import type { CommandModule } from 'yargs'
import { npmCommand } from './npm-command.ts'
import type { PlanArguments } from './open-project.ts'
import { withDatabaseOptions, withPlanOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { ledgerOption, withRunOptions } from './run-options.ts'
import type { RunArguments } from './run-options.ts'
import { withSignals } from './signals.ts'

export interface PlanCommandArguments extends PlanArguments, RunArguments, DatabaseArguments {
  readonly config?: string | undefined
  readonly database?: boolean | undefined
  readonly mermaid?: boolean | undefined
  readonly dot?: boolean | undefined
}

export const planCommand: CommandModule<object, PlanCommandArguments> = {
  command: 'plan',
  describe: 'Tell what seed would do, how much disk it takes and how long; nothing is written',
  builder: (yargs) =>
    withRunOptions(withPlanOptions(withDatabaseOptions(yargs)))
      .option('ledger', ledgerOption)
      .option('database', {
        type: 'boolean',
        defaultDescription: 'where there is a URL, or the embedded server runs',
        describe: 'Ask the server; --no-database goes by the schema alone',
      })
      .option('mermaid', { type: 'boolean', describe: 'A picture of the tables, for Mermaid' })
      .option('dot', { type: 'boolean', describe: 'A picture of the tables, for Graphviz' })
      .example(npmCommand(['plan', '--profile', 'staging']), 'before a large load')
      .example(npmCommand(['plan', '--no-database']), 'by the schema alone')
      .example(npmCommand(['plan', '--dot', '| dot -Tsvg']), 'a picture of the tables'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals(
        { output, whatStays: 'Nothing was changed.', howToGoOn: 'Run it again.' },
        async (signal) => {
          const { planAndTell } = await import('./plan-load.ts')
          await planAndTell(args, output, signal)
        },
      ),
    ),
}
