import type { CommandModule } from 'yargs'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { databaseOf, withDatabaseOptions } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface MigrateArguments {
  readonly config?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export const migrateCommand: CommandModule<object, MigrateArguments> = {
  command: 'migrate',
  describe: 'Apply the migrations that drizzle-kit wrote',
  builder: (yargs) => withDatabaseOptions(yargs),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const project = await openProject(args, output)
        const { migrateDatabase } = await import('./migrate-database.ts')
        const applied = await withDatabase(
          { ...databaseOf(args), action: 'migrate', project, signal },
          output,
          ({ url, consent }) =>
            migrateDatabase({
              ...consent,
              url,
              folder: project.migrationsFolder,
              table: project.migrationsTable,
              signal,
            }),
        )
        if (output.isJson) output.data(`${JSON.stringify({ ok: true, applied })}\n`)
        else output.data(applied === 0 ? 'Nothing to apply.\n' : `Applied ${applied}.\n`)
      }),
    ),
}
