import type { CommandModule } from 'yargs'
import { DownpourError } from '../errors.ts'
import type { PreviewedTable } from '../report/preview.ts'
import { npmCommand } from './npm-command.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import type { PlanArguments, PlanOptions } from './open-project.ts'
import { single, wholeNumber, withCommonOptions, withPlanOptions } from './options.ts'
import type { RowChoice } from './preview-tables.ts'
import { runCommand } from './run-command.ts'

interface PreviewArguments extends PlanArguments {
  readonly tables: readonly string[]
  readonly rows?: string | undefined
  readonly row?: readonly string[] | undefined
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
        defaultDescription: '5',
        describe: 'Rows a table',
      })
      .option('row', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'This row of one table, counted from 0 as in errors; may be repeated',
      })
      .example(npmCommand(['preview', 'users']), 'the first five users')
      .example(npmCommand(['preview', '--rows', '20', '--json']), 'more of all tables, as JSON')
      .example(npmCommand(['preview', 'users', '--row', '4711']), 'the user an error names'),
  handler: (args) =>
    runCommand(args, async (output) => {
      const only = args.tables.length > 0 ? args.tables : args.only
      const options = readPlanOptions({ ...args, only })
      const rows = readRowChoice(args, options)
      const project = await openProject(args, output)
      const choice = await choosePlan(options, project)
      const [{ previewTables }, { formatPreview, previewJson }] = await Promise.all([
        import('./preview-tables.ts'),
        import('../report/preview.ts'),
      ])
      const shown: PreviewedTable[] = []
      for await (const table of previewTables(project, choice, rows)) {
        if (output.isJson) shown.push(table)
        else output.data(formatPreview(table, output.width))
      }
      if (output.isJson) output.data(`${previewJson(shown)}\n`)
    }),
}

/** @throws DownpourError `USAGE_…` */
function readRowChoice(args: PreviewArguments, { tables }: PlanOptions): RowChoice {
  const { only = [] } = tables
  const { row, rows = '5' } = args
  if (row === undefined) return { limit: wholeNumber('--rows', rows, 1) }
  if (args.rows !== undefined) {
    throw new DownpourError({
      code: 'USAGE_ROW',
      message: '--row and --rows do not go together',
      why: '--row names rows of one table, and --rows counts the first ones of each.',
      fix: 'Leave one of them out.',
    })
  }
  if (new Set(only).size !== 1) {
    throw new DownpourError({
      code: 'USAGE_ROW',
      message: `--row does not go with ${only.length === 0 ? 'all tables' : 'several tables'}`,
      why: 'A row number means another row in each of them.',
      fix: 'Name one table, as in: npx downpour preview users --row 4711.',
    })
  }
  return { numbers: row.map((text) => wholeNumber('--row', text, 0)) }
}
