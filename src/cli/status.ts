import type { CommandModule } from 'yargs'
import { asTyped } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { withDatabaseOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface StatusArguments extends DatabaseArguments {
  readonly run?: string | undefined
}

export const statusCommand: CommandModule<object, StatusArguments> = {
  command: 'status [run]',
  describe: 'Show the runs, and what is left of unfinished ones',
  builder: (yargs) =>
    withDatabaseOptions(yargs).positional('run', {
      type: 'string',
      defaultDescription: 'all',
      describe: 'Which run',
    }),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const { run } = args
        const project = await openProject(args, output)
        const { readStatus } = await import('./read-status.ts')
        const status = await withDatabase(
          {
            action: 'read the ledger',
            databaseUrl: args.databaseUrl,
            project,
            signal,
          },
          output,
          ({ url }) => readStatus({ url, run, signal }),
        )
        if (output.isJson) {
          const { runs = [], lockedBy = null, environment = null } = status ?? {}
          const hasLedger = status !== undefined
          output.data(`${JSON.stringify({ ok: true, hasLedger, environment, lockedBy, runs })}\n`)
        } else if (status) {
          const { formatStatus } = await import('../report/run-status.ts')
          output.data(formatStatus(status, output.width, asTyped))
          const { environment } = status
          if (run === undefined && environment !== null) {
            output.data(`The database is marked "${environment}".\n`)
          }
        } else {
          output.data('There is no ledger: no run was written down here.\n')
        }
      }),
    ),
}
