import type { CommandModule } from 'yargs'
import { formatPreview, previewJson } from '../report/preview.ts'
import type { PreviewedTable } from '../report/preview.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import type { PlanArguments } from './open-project.ts'
import { single, wholeNumber, withCommonOptions, withPlanOptions } from './options.ts'
import { runCommand } from './run-command.ts'

interface PreviewArguments extends PlanArguments {
  readonly tables: readonly string[]
  readonly rows: string
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
      .option('rows', {
        ...single,
        default: '5',
        defaultDescription: '5',
        describe: 'Rows a table',
      })
      .example('npm run preview -- users', 'the first five users')
      .example('npm run preview -- --rows 20 --json', 'more of all tables, as JSON'),
  handler: (args) =>
    runCommand(args, async (output) => {
      const limit = wholeNumber('--rows', args.rows, 1)
      const only = args.tables.length > 0 ? args.tables : args.only
      const options = readPlanOptions({ ...args, only })
      const project = await openProject(args, output)
      const choice = await choosePlan(options, project)
      const { previewTables } = await import('./preview-tables.ts')
      const shown: PreviewedTable[] = []
      for await (const table of previewTables(project, choice, limit)) {
        if (output.isJson) shown.push(table)
        else output.data(formatPreview(table, output.width))
      }
      if (output.isJson) output.data(`${previewJson(shown)}\n`)
    }),
}
