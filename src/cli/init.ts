import type { CommandModule } from 'yargs'
import { DownpourError } from '../errors.ts'
import type { Installation } from './init-ledger.ts'
import { npmCommand } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { databaseOf, single, withDatabaseOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface InitArguments extends DatabaseArguments {
  readonly role?: readonly string[] | undefined
  readonly environment?: string | undefined
}

export const initCommand: CommandModule<object, InitArguments> = {
  command: 'init',
  describe: 'Install the ledger, where the role that seeds may not',
  builder: (yargs) =>
    withDatabaseOptions(yargs)
      .option('role', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'A role that may use it; may be repeated',
      })
      .option('environment', {
        ...single,
        describe: 'Mark the database as one for this: development, staging, …',
      })
      .example(npmCommand(['init', '--role', 'seeder']), 'run as its owner, once')
      .example(npmCommand(['init', '--environment', 'staging']), 'commands of others refuse it'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const roles = args.role ?? []
        const mark = args.environment === undefined ? undefined : await readMark(args.environment)
        const project = await openProject(args, output)
        const { initLedger } = await import('./init-ledger.ts')
        const installation = await withDatabase(
          {
            action: 'install the ledger',
            ...databaseOf(args),
            project,
            signal,
          },
          output,
          ({ url, consent }) => initLedger({ ...consent, url, roles, mark, signal }),
        )
        if (output.isJson) {
          output.data(`${JSON.stringify({ ok: true, ...installation, roles })}\n`)
        } else {
          output.data(`${sentence(installation)}\n`)
          const { environment } = installation
          if (environment !== null) output.data(`The database is marked "${environment}".\n`)
          for (const role of roles) output.data(`${role} may use it.\n`)
        }
      }),
    ),
}

/** @throws DownpourError `USAGE_ENVIRONMENT` */
async function readMark(typed: string): Promise<string> {
  const [{ isEnvironment }, { environmentOf }] = await Promise.all([
    import('../config/check-config.ts'),
    import('../run/guard-rules.ts'),
  ])
  if (isEnvironment(typed)) return environmentOf({ nodeEnvironment: typed })
  throw new DownpourError({
    code: 'USAGE_ENVIRONMENT',
    message: `--environment cannot be "${typed}"`,
    why: 'It takes a word of letters, digits, dots and dashes.',
    fix: 'Name what the database is for, as in --environment staging.',
  })
}

function sentence({ before, version }: Installation): string {
  if (before === version) return `The ledger is up to date: version ${version}.`
  if (before === 0) return `Installed the ledger, version ${version}.`
  return `Brought the ledger from version ${before} to version ${version}.`
}
