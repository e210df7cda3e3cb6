import type { CommandModule } from 'yargs'
import type { Installation } from './init-ledger.ts'
import { npmCommand } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { withDatabaseOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface InitArguments extends DatabaseArguments {
  readonly role?: readonly string[] | undefined
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
      .example(npmCommand(['init', '--role', 'seeder']), 'run as its owner, once'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const roles = args.role ?? []
        const project = await openProject(args, output)
        const { initLedger } = await import('./init-ledger.ts')
        const installation = await withDatabase(
          {
            action: 'install the ledger',
            databaseUrl: args.databaseUrl,
            project,
            signal,
          },
          output,
          ({ url }) => initLedger({ url, roles, confirm: args.confirm, signal }),
        )
        if (output.isJson) {
          output.data(`${JSON.stringify({ ok: true, ...installation, roles })}\n`)
        } else {
          output.data(`${sentence(installation)}\n`)
          for (const role of roles) output.data(`${role} may use it.\n`)
        }
      }),
    ),
}

function sentence({ before, version }: Installation): string {
  if (before === version) return `The ledger is up to date: version ${version}.`
  if (before === 0) return `Installed the ledger, version ${version}.`
  return `Brought the ledger from version ${before} to version ${version}.`
}
