import type { CommandModule } from 'yargs'
import { npmCommand } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { databaseOf, withDatabaseOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface UndoArguments extends DatabaseArguments {
  readonly run: string
}

export const undoCommand: CommandModule<object, UndoArguments> = {
  command: 'undo <run>',
  describe: 'Remove the rows that a finished run has loaded',
  builder: (yargs) =>
    withDatabaseOptions(yargs)
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'Which run, as status shows it',
      })
      .example(npmCommand(['undo', '1f0c2d3e']), 'its rows, and no others'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals(
        { output, howToGoOn: 'Run it again: it goes on where it stopped.' },
        async (signal) => {
          const project = await openProject(args, output)
          const [{ undoRun }, { createProgress, noProgress }, { formatUndoReport }] =
            await Promise.all([
              import('../run/undo.ts'),
              import('../report/progress.ts'),
              import('../report/undo-report.ts'),
            ])
          const progress = output.isQuiet ? noProgress : createProgress(output.messages)
          const report = await withDatabase(
            {
              action: 'undo a run',
              ...databaseOf(args),
              project,
              signal,
            },
            output,
            async ({ url, consent }) => {
              try {
                return await undoRun({
                  ...consent,
                  url,
                  run: args.run,
                  signal,
                  onProgress(told) {
                    if (!signal.aborted) progress.update(told)
                  },
                })
              } finally {
                // The signal's own message has ended the line.
                if (!signal.aborted) progress.end()
              }
            },
          )
          if (output.isJson) output.data(`${JSON.stringify({ ok: true, ...report })}\n`)
          else output.data(formatUndoReport(report))
        },
      ),
    ),
}
