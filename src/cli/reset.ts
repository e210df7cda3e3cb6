import type { CommandModule } from 'yargs'
import { resetDatabase } from '../run/reset.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { nameList, withDatabaseOptions } from './options.ts'
import { runCommand } from './run-command.ts'

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
    runCommand(args, async (output) => {
      const project = await openProject(args, output)
      const tables = await withDatabase(
        { databaseUrl: args.databaseUrl, folder: project.folder },
        output,
        ({ url }) =>
          resetDatabase({
            url,
            tables: project.tables,
            only: nameList(args.only),
            confirm: args.confirm,
            environment: process.env['NODE_ENV'],
          }),
      )
      if (output.isJson) output.data(`${JSON.stringify({ ok: true, tables })}\n`)
      else output.data(`Emptied ${tables.join(', ')}.\n`)
    }),
}
