import yargs from 'yargs'
import { DownpourError } from '../errors.ts'
import { completionCommand } from './completion.ts'
import { dbCommand } from './db.ts'
import { migrateCommand } from './migrate.ts'
import { createOutput } from './output.ts'
import { previewCommand } from './preview.ts'
import { resetCommand } from './reset.ts'
import { reportFailure } from './run-command.ts'
import { seedCommand } from './seed.ts'

/**
 * Parses the arguments and runs the command. Sets `process.exitCode`; never exits by itself.
 *
 * @param args - without node and the script
 */
export async function runCli(args: readonly string[]): Promise<void> {
  const parser = yargs([...args])
    .scriptName('downpour')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'greedy-arrays': false })
    .usage('$0 <command> [options]')
    .command(seedCommand)
    .command(resetCommand)
    .command(migrateCommand)
    .command(previewCommand)
    .command(dbCommand)
    .command(completionCommand)
    .completion('completion-candidates', false)
    .demandCommand(1, 'Say which command.')
    .recommendCommands()
    .strict()
    .wrap(Math.min(100, process.stdout.columns || 80))
    .exitProcess(false)
    .fail(false)
  try {
    await parser.parseAsync()
  } catch (error) {
    const output = createOutput({ json: args.includes('--json'), quiet: false })
    process.exitCode = reportFailure(output, usageError(error))
  }
}

/** yargs throws plain errors for wrong usage; everything else is caught where commands run. */
function usageError(error: unknown): unknown {
  if (error instanceof DownpourError || !(error instanceof Error)) return error
  if (!['YError', 'Error'].includes(error.name)) return error
  return new DownpourError({
    code: 'USAGE',
    message: 'That command cannot be understood',
    why: error.message.replaceAll('\n', ' '),
    fix: 'See "downpour --help", or "downpour <command> --help".',
  })
}
