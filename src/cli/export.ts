import type { CommandModule } from 'yargs'
import { exportFormats } from '../export/format.ts'
import type { ExportFormat } from '../export/format.ts'
import { npmCommand } from './npm-command.ts'
import type { PlanArguments } from './open-project.ts'
import { lastOf, single, withCommonOptions, withPlanOptions } from './options.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

export interface ExportArguments extends PlanArguments {
  readonly folder: string
  readonly format: ExportFormat
  readonly gzip: boolean
  readonly lanes?: string | undefined
  readonly chunk?: string | undefined
  readonly 'chunk-size'?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly restart?: boolean | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export const exportCommand: CommandModule<object, ExportArguments> = {
  command: 'export <folder>',
  describe: 'Write the rows to files; no database is needed',
  builder: (yargs) =>
    withPlanOptions(withCommonOptions(yargs))
      .positional('folder', {
        type: 'string',
        demandOption: true,
        describe: 'A folder that is empty, does not exist, or holds an export to go on with',
      })
      .option('format', {
        choices: exportFormats,
        coerce: lastOf<ExportFormat>,
        default: 'csv',
        defaultDescription: 'csv',
        describe: 'How rows are written; all but jsonl with a load.sql for psql',
      })
      .option('gzip', { type: 'boolean', default: false, describe: 'Compress the files' })
      .option('lanes', {
        ...single,
        defaultDescription: 'as many as pay',
        describe: 'Threads that write side by side',
      })
      .option('chunk', {
        ...single,
        describe: 'Only this part: 2/4 is the second of four; job/4, that of a pod’s index',
      })
      .option('chunk-size', {
        ...single,
        defaultDescription: '250000',
        describe: 'Rows a file',
      })
      .option('database-url', {
        ...single,
        describe: 'A database to ask for types that the schema does not tell; it is only read',
      })
      .option('restart', { type: 'boolean', describe: 'Throw an export that is there away' })
      .example(npmCommand(['export', 'out', '--profile', 'staging']), 'CSV, in the folder out')
      .example(npmCommand(['export', 'out', '--format', 'sql', '--gzip']), 'compressed INSERTs')
      .example(npmCommand(['export', 'out', '--chunk', '1/4']), 'a quarter of the files'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals(
        {
          output,
          whatStays: 'Files that are whole stay; the ones that were being written are removed.',
          howToGoOn: 'Run the same command again: it goes on where it stopped.',
        },
        async (signal) => {
          const { exportFiles } = await import('./export-files.ts')
          return exportFiles(args, output, signal)
        },
      ),
    ),
}
