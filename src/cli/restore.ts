import type { CommandModule } from 'yargs'
import type { Restored } from '../run/restore.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { databaseOf, showValuesOption, withDatabaseOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import type { Output } from './output.ts'
import { asToldHere, runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

export const restoreCommand: CommandModule<object, DatabaseArguments> = {
  command: 'restore',
  describe: 'Put back indexes and foreign keys that unfinished runs have dropped',
  builder: (yargs) => withDatabaseOptions(yargs).option('show-values', showValuesOption),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals(
        { output, howToGoOn: 'Run it again: it goes on where it stopped.' },
        async (signal) => {
          const project = await openProject(args, output)
          const { restoreDatabase } = await import('./restore-database.ts')
          const restored = await withDatabase(
            {
              action: 'restore indexes',
              ...databaseOf(args),
              project,
              signal,
            },
            output,
            ({ url, consent }) =>
              restoreDatabase({
                ...consent,
                url,
                signal,
                onRestored(name) {
                  if (!output.isJson) output.data(`Put back ${name}.\n`)
                },
              }),
          )
          await report(restored, output)
        },
      ),
    ),
}

/** Several things may have failed, each with its reason, while others did not. */
async function report({ restored, failures, waiting }: Restored, output: Output): Promise<void> {
  const { errorObject, formatError } = await import('../report/error.ts')
  const told = failures.map(asToldHere)
  const isWhole = failures.length === 0
  if (output.isJson) {
    const errors = told.map((failure) => (errorObject(failure) as { error: object }).error)
    const result = isWhole
      ? { ok: true, restored }
      : { ok: false, error: errors[0], restored, errors, waiting }
    output.data(`${JSON.stringify(result)}\n`)
  } else if (isWhole && restored.length === 0) {
    output.data('Nothing is dropped.\n')
  }
  for (const failure of told) output.messages.write(formatError(output.messages, failure))
  for (const name of waiting) output.note(`${name} has to wait for these.`)
  if (!isWhole) process.exitCode = 4
}
