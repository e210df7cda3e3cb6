import type { CommandModule } from 'yargs'
import { npmCommand } from './npm-command.ts'
import type { PlanArguments } from './open-project.ts'
import { single, withCommonOptions, withPlanOptions } from './options.ts'
import { runCommand } from './run-command.ts'

export interface PreviewArguments extends PlanArguments {
  readonly tables: readonly string[]
  readonly columns?: readonly string[] | undefined
  readonly rows?: string | undefined
  readonly row?: readonly string[] | undefined
  readonly csv: boolean
  readonly distribution: boolean
  readonly json: boolean
  readonly quiet: boolean
}

export const previewCommand: CommandModule<object, PreviewArguments> = {
  command: 'preview [tables..]',
  describe: 'Show a few generated rows; no database is needed',
  builder: (yargs) =>
    withPlanOptions(withCommonOptions(yargs))
      .positional('tables', {
        type: 'string',
        array: true,
        default: [],
        defaultDescription: 'all',
        describe: 'Which tables',
      })
      .option('columns', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Only these columns, separated by commas',
      })
      .option('rows', {
        ...single,
        defaultDescription: '5; of a distribution 100000',
        describe: 'Rows a table',
      })
      .option('row', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'This row of one table, counted from 0 as in errors; may be repeated',
      })
      .option('csv', {
        type: 'boolean',
        default: false,
        describe: 'Print rows of one table as CSV',
      })
      .option('distribution', {
        type: 'boolean',
        default: false,
        describe: 'Tell of each column how its values are spread',
      })
      .example(npmCommand(['preview', 'users']), 'the first five users')
      .example(npmCommand(['preview', '--rows', '20', '--json']), 'more of all tables, as JSON')
      .example(npmCommand(['preview', 'users', '--row', '4711']), 'the user an error names')
      .example(
        npmCommand(['preview', 'users', '--distribution', '--columns', 'role']),
        'how many users have which role',
      ),
  handler: (args) =>
    runCommand(args, async (output) => {
      const { showPreview } = await import('./show-preview.ts')
      await showPreview(args, output)
    }),
}
