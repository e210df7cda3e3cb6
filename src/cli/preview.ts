import type { CommandModule } from 'yargs'
import { readCell } from '../generate/cell.ts'
import { openTable } from '../generate/slices.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { formatCount } from '../report/format.ts'
import { formatTable } from '../report/text-table.ts'
import { choosePlan, openProject } from './open-project.ts'
import type { PlanArguments } from './open-project.ts'
import { wholeNumber, withCommonOptions, withPlanOptions } from './options.ts'
import { runCommand } from './run-command.ts'

interface PreviewArguments extends PlanArguments {
  readonly tables: readonly string[]
  readonly rows: string
  readonly json: boolean
  readonly quiet: boolean
}

type PreviewRow = Readonly<Record<string, unknown>>

export const previewCommand: CommandModule<object, PreviewArguments> = {
  command: 'preview [tables..]',
  describe: 'Show a few generated rows; no database is needed',
  builder: (yargs) =>
    withPlanOptions(withCommonOptions(yargs))
      .positional('tables', { type: 'string', array: true, default: [], describe: 'Default: all' })
      .option('rows', {
        type: 'string',
        requiresArg: true,
        default: '5',
        describe: 'Rows a table',
      }),
  handler: (args) =>
    runCommand(args, async (output) => {
      const limit = wholeNumber('--rows', args.rows, 1)
      const project = await openProject(args, output)
      const choice = choosePlan(args, project)
      const only = args.tables.length > 0 ? args.tables : choice.only
      const plan = await buildPlan({
        ...choice,
        only,
        tables: project.tables,
        refinements: project.refinements,
        referenceDate: project.config.referenceDate,
        existing: undefined,
      })
      await checkPlan(plan)
      const shown: Record<string, readonly PreviewRow[]> = {}
      for (const table of loadedTables(plan)) {
        const rows = await readRows(plan, table, limit)
        shown[table.model.key] = rows
        if (!output.isJson) output.data(formatPreview(table, rows))
      }
      if (output.isJson) output.data(`${JSON.stringify({ ok: true, tables: shown })}\n`)
    }),
}

async function readRows(
  plan: Plan,
  table: PlannedTable,
  limit: number,
): Promise<readonly PreviewRow[]> {
  const source = await openTable(plan, table)
  const rows: PreviewRow[] = []
  const count = Math.min(limit, table.rows.count)
  for (const { vectors, count: size } of source.slices({ first: table.rows.first, count })) {
    for (let index = 0; index < size; index++) {
      rows.push(
        Object.fromEntries(
          table.columns.map(({ model }, column) => [
            model.property,
            readCell(vectors[column]!, index, model.mode),
          ]),
        ),
      )
    }
  }
  return rows
}

function formatPreview(table: PlannedTable, rows: readonly PreviewRow[]): string {
  const columns = table.columns.map(({ model }) => ({
    title: model.property,
    align: ['number', 'bigint'].includes(model.mode) ? ('right' as const) : ('left' as const),
  }))
  const cells = rows.map((row) => columns.map(({ title }) => cellText(row[title])))
  return [
    `${table.model.key} (${formatCount(rows.length)} of ${formatCount(table.rows.count)} rows)`,
    ...formatTable(columns, cells).map((line) => `  ${line}`),
    '',
    '',
  ].join('\n')
}

function cellText(value: unknown): string {
  if (value === null) return '∅'
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
