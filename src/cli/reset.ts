import type { CommandModule } from 'yargs'
import { withDatabase } from './open-database.ts'
import { chooseTables, openProject } from './open-project.ts'
import { databaseOf, exceptOption, nameList, onlyOption, withDatabaseOptions } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface ResetArguments {
  readonly config?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly except?: readonly string[] | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export const resetCommand: CommandModule<object, ResetArguments> = {
  command: 'reset',
  describe: 'Empty the tables and restart their sequences',
  builder: (yargs) =>
    withDatabaseOptions(yargs).option('only', onlyOption).option('except', exceptOption),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const choice = {
          only: nameList('only', args.only),
          except: nameList('except', args.except),
        }
        const project = await openProject(args, output)
        const only = await chooseTables(choice, project)
        const { resetDatabase } = await import('../run/reset.ts')
        const tables = await withDatabase(
          { ...databaseOf(args), action: 'reset', project, signal },
          output,
          ({ url, consent }) =>
            resetDatabase({
              ...consent,
              url,
              tables: project.tables,
              only,
              signal,
              onNote: (note) => output.note(note),
            }),
        )
        if (output.isJson) output.data(`${JSON.stringify({ ok: true, tables })}\n`)
        else output.data(`Emptied ${tables.join(', ')}.\n`)
      }),
    ),
}
