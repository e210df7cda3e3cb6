import { createRequire } from 'node:module'
import type yargsOfModule from 'yargs'
import type { Argv, CommandModule } from 'yargs'
import { DownpourError } from '../errors.ts'
import { readVersion } from '../version.ts'
import { commandNames, loadCommands } from './commands.ts'
import { program } from './npm-command.ts'
import { createOutput } from './output.ts'
import { reportFailure } from './run-command.ts'
import type { Usage } from './usage-error.ts'

// As CommonJS it is one file, and breaks the lines of help between words.
const yargs = createRequire(import.meta.url)('yargs/yargs') as typeof yargsOfModule

/**
 * Parses the arguments and runs the command. Sets `process.exitCode`; never exits by itself.
 *
 * @param args - without node and the script
 */
export async function runCli(args: readonly string[]): Promise<void> {
  try {
    await createParser(args, await loadCommands(args)).parseAsync()
  } catch (error) {
    const json = args.includes('--json') || args.includes('--json=true')
    const output = createOutput({ json, quiet: false })
    process.exitCode = await reportFailure(output, await explain(error, args))
  }
}

function createParser(args: readonly string[], commands: readonly CommandModule[]): Argv {
  return (
    yargs([...args])
      .scriptName(program)
      // Otherwise it is that of the project it is called in.
      .version(readVersion())
      // Otherwise yargs speaks the shell's language, in the middle of English.
      .locale('en')
      // `--only a b` would take b for a table, and not for a misspelled command.
      .parserConfiguration({ 'greedy-arrays': false })
      .usage('$0 <command> [options]')
      .command([...commands])
      .completion('completion-candidates', false)
      .demandCommand(1, 'Say which command.')
      .strict()
      .epilogue(
        'Exit codes: 0 done, 1 a bug, 2 wrong usage or refused, 3 declined, 4 the load failed, 5 a regression or a difference was found, 130 and 143 stopped.',
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
  return usageError({ message: error.message, args, ...(await recognise(args)) })
}

/** The command that was meant, as far as it can be told, and what may follow it. */
async function recognise(args: readonly string[]): Promise<Pick<Usage, 'command' | 'known'>> {
  const [first = '', second = ''] = args.filter((arg) => !arg.startsWith('-'))
  if (!commandNames.includes(first)) {
    return { command: [], known: [...commandNames, '--help', '--version'] }
  }
  const inner = await innerOf(first)
  if (!inner) {
    const [module] = await loadCommands([first])
    return { command: [first], known: optionsOf(module!) }
  }
  if (!inner.actions.includes(second)) {
    return { command: [first], known: [...inner.actions, '--help', '--version'] }
  }
  const builder = (parser: Argv) => inner.builder(second, parser)
  return { command: [first, second], known: optionsOf({ builder }) }
}

interface Inner {
  readonly actions: readonly string[]
  readonly builder: (action: string, parser: Argv) => Argv
}

/** Of commands that take one more word: those words, and the options that may follow them. */
async function innerOf(command: string): Promise<Inner | undefined> {
  if (command === 'db') {
    const { dbActions } = await import('./db.ts')
    const { withCommonOptions } = await import('./options.ts')
    return { actions: dbActions, builder: (_, parser) => withCommonOptions(parser) }
  }
  if (command !== 'bench') return undefined
  const { benchActions, withOptionsOf } = await import('./bench.ts')
  return { actions: benchActions, builder: withOptionsOf }
}

function optionsOf({ command, builder }: Pick<CommandModule, 'command' | 'builder'>): string[] {
  const parser = yargs([])
  if (typeof builder === 'function') void (builder as (parser: Argv) => unknown)(parser)
  // Missing in the types.
  const { key } = (parser as unknown as { getOptions(): { key: object } }).getOptions()
  const positional = /\w+(?=\.*[\]>])/.exec(String(command))?.[0]
  return Object.keys(key).flatMap((name) => (name === positional ? [] : `--${name}`))
}
