import type { CommandModule } from 'yargs'
import { withDatabase } from './open-database.ts'
import { openProject, refuseUnknownNames } from './open-project.ts'
import { nameList, withDatabaseOptions } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface ResetArguments {
  readonly config: string
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export const resetCommand: CommandModule<object, ResetArguments> = {
  command: 'reset',
  describe: 'Empty the tables and restart their sequences',
  builder: (yargs) =>
    withDatabaseOptions(yargs).option('only', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'Only these tables, separated by commas',
    }),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const only = nameList(args.only)
        const project = await openProject(args, output)
        await refuseUnknownNames(project, only ?? [])
        const { resetDatabase } = await import('../run/reset.ts')
        const tables = await withDatabase(
          { action: 'reset', databaseUrl: args.databaseUrl, folder: project.folder, signal },
          output,
          ({ url }) =>
            resetDatabase({
              url,
              tables: project.tables,
              only,
              confirm: args.confirm,
              environment: process.env['NODE_ENV'],
              signal,
            }),
        )
        if (output.isJson) output.data(`${JSON.stringify({ ok: true, tables })}\n`)
        else output.data(`Emptied ${tables.join(', ')}.\n`)
      }),
    ),
}
