import yargs from 'yargs'
import type { Argv, CommandModule } from 'yargs'
import { DownpourError } from '../errors.ts'
import { benchActions, benchCommand, withOptionsOf } from './bench.ts'
import { completionCommand } from './completion.ts'
import { dbActions, dbCommand } from './db.ts'
import { initCommand } from './init.ts'
import { migrateCommand } from './migrate.ts'
import { createOutput } from './output.ts'
import { withCommonOptions } from './options.ts'
import { previewCommand } from './preview.ts'
import { rejectsCommand } from './rejects.ts'
import { resetCommand } from './reset.ts'
import { restoreCommand } from './restore.ts'
import { reportFailure } from './run-command.ts'
import { seedCommand } from './seed.ts'
import { statusCommand } from './status.ts'
import { program } from './npm-command.ts'
import { undoCommand } from './undo.ts'
import type { Usage } from './usage-error.ts'

const commands = [
  seedCommand,
  statusCommand,
  rejectsCommand,
  undoCommand,
  restoreCommand,
  resetCommand,
  migrateCommand,
  initCommand,
  previewCommand,
  benchCommand,
  dbCommand,
  completionCommand,
] as unknown as CommandModule[]

/**
 * Parses the arguments and runs the command. Sets `process.exitCode`; never exits by itself.
 *
 * @param args - without node and the script
 */
export async function runCli(args: readonly string[]): Promise<void> {
  try {
    await createParser(args).parseAsync()
  } catch (error) {
    const json = args.includes('--json') || args.includes('--json=true')
    const output = createOutput({ json, quiet: false })
    process.exitCode = await reportFailure(output, await explain(error, args))
  }
}

function createParser(args: readonly string[]): Argv {
  return (
    yargs([...args])
      .scriptName(program)
      // Otherwise yargs speaks the shell's language, in the middle of English.
      .locale('en')
      // `--only a b` would take b for a table, and not for a misspelled command.
      .parserConfiguration({ 'greedy-arrays': false })
      .usage('$0 <command> [options]')
      .command(commands)
      .completion('completion-candidates', false)
      .demandCommand(1, 'Say which command.')
      .strict()
      .epilogue(
        'Exit codes: 0 done, 1 a bug, 2 wrong usage or refused, 4 the load failed, 5 a regression was found, 130 and 143 stopped.',
      )
      .wrap(Math.min(100, process.stdout.columns || 80))
      .exitProcess(false)
      .fail(false)
  )
}

/** yargs throws plain errors for wrong usage; everything else is caught where commands run. */
async function explain(error: unknown, args: readonly string[]): Promise<unknown> {
  if (error instanceof DownpourError || !(error instanceof Error)) return error
  if (!['YError', 'Error'].includes(error.name)) return error
  const { usageError } = await import('./usage-error.ts')
  return usageError({ message: error.message, args, ...recognise(args) })
}

/** The command that was meant, as far as it can be told, and what may follow it. */
function recognise(args: readonly string[]): Pick<Usage, 'command' | 'known'> {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'))
  const module = commands.find((candidate) => nameOf(candidate) === first)
  if (!module) return { command: [], known: [...commands.map(nameOf), '--help', '--version'] }
  const name = nameOf(module)
  const inner = nested.get(module)
  if (!inner) return { command: [name], known: optionsOf(module) }
  return inner.actions.includes(second ?? '')
    ? {
        command: [name, second!],
        known: optionsOf({ builder: (parser: Argv) => inner.builder(second!, parser) }),
      }
    : { command: [name], known: [...inner.actions, '--help', '--version'] }
}

/** Commands that take one more word, and the options that may follow it. */
const nested = new Map<
  CommandModule,
  { readonly actions: readonly string[]; readonly builder: (action: string, parser: Argv) => Argv }
>([
  [dbCommand, { actions: dbActions, builder: (_, parser) => withCommonOptions(parser) }],
  [benchCommand, { actions: benchActions, builder: withOptionsOf }],
])

function nameOf(module: CommandModule): string {
  return String(module.command).split(' ')[0]!
}

function optionsOf({ command, builder }: Pick<CommandModule, 'command' | 'builder'>): string[] {
  const parser = yargs([])
  if (typeof builder === 'function') void (builder as (parser: Argv) => unknown)(parser)
  // Missing in the types.
  const { key } = (parser as unknown as { getOptions(): { key: object } }).getOptions()
  const positional = /\w+(?=\.*[\]>])/.exec(String(command))?.[0]
  return Object.keys(key).flatMap((name) => (name === positional ? [] : `--${name}`))
}
