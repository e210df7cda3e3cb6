import type { CommandModule } from 'yargs'
import { readServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import { takeRunLock } from '../run/lock.ts'
import { applyMigrations } from '../run/migrate.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { withDatabaseOptions } from './options.ts'
import { runCommand } from './run-command.ts'

interface MigrateArguments {
  readonly config: string
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
    runCommand(args, async (output) => {
      const project = await openProject(args, output)
      const applied = await withDatabase(
        { databaseUrl: args.databaseUrl, folder: project.folder },
        output,
        ({ url }) => migrateDatabase(url, project.migrationsFolder, args.confirm),
      )
      if (output.isJson) output.data(`${JSON.stringify({ ok: true, applied })}\n`)
      else output.data(applied === 0 ? 'Nothing to apply.\n' : `Applied ${applied}.\n`)
    }),
}

async function migrateDatabase(
  url: string,
  folder: string,
  confirm: string | undefined,
): Promise<number> {
  const session = await openSession({ url })
  try {
    const server = await readServerFacts(session)
    guardDatabase({ action: 'migrate', server, confirm, environment: process.env['NODE_ENV'] })
    const lock = await takeRunLock(url)
    try {
      return await applyMigrations(session, folder)
    } finally {
      await lock.release()
    }
  } finally {
    await session.close()
  }
}
