import { DownpourError } from '../errors.ts'
import type { TableDistribution } from '../report/distribution.ts'
import { formatPreview, previewJson } from '../report/preview.ts'
import type { PreviewedTable } from '../report/preview.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import type { PlanOptions } from './open-project.ts'
import { splitList, wholeNumber } from './options.ts'
import type { Output } from './output.ts'
import { planPreview, previewTable, refuseUnplannedRows, shownTables } from './preview-tables.ts'
import type { RowChoice } from './preview-tables.ts'
import type { PreviewArguments } from './preview.ts'

/** Generates a few rows, or looks at many, and shows them. */
export async function showPreview(args: PreviewArguments, output: Output): Promise<void> {
  const only = args.tables.length > 0 ? args.tables : args.only
  const options = readPlanOptions({ ...args, only })
  const wanted = readRowChoice(args, options)
  const columns = args.columns && readColumns(args.columns)
  refuseSeveralForms(args)
  const project = await openProject(args, output)
  const choice = await choosePlan(options, project)
  const preview = await planPreview(project, choice)
  refuseUnplannedRows(preview.plan, choice, wanted)
  const shown = shownTables(preview, columns)
  if (args.csv) {
    if (shown.length !== 1) throw severalTables(shown.length)
    const { previewCsv } = await import('./preview-csv.ts')
    await previewCsv(shown[0]!, { wanted, write: (text) => output.data(text) })
    return
  }
  if (args.distribution) {
    const [{ previewDistribution }, { distributionJson, formatDistribution }] = await Promise.all([
      import('./preview-distribution.ts'),
      import('../report/distribution.ts'),
    ])
    const told: TableDistribution[] = []
    for (const table of shown) {
      const found = await previewDistribution(preview.plan, table, mostRows(wanted))
      if (output.isJson) told.push(found)
      else output.data(formatDistribution(found, output.width))
    }
    if (output.isJson) output.data(`${distributionJson(told)}\n`)
    return
  }
  const told: PreviewedTable[] = []
  for (const table of shown) {
    const found = await previewTable(table, wanted)
    if (output.isJson) told.push(found)
    else output.data(formatPreview(found, output.width))
  }
  if (output.isJson) output.data(`${previewJson(told)}\n`)
}

function mostRows(wanted: RowChoice): number {
  return 'limit' in wanted ? wanted.limit : wanted.numbers.length
}

/** Rows of a table that are shown, and that a distribution looks at. */
const usualRows = { shown: '5', lookedAt: '100000' }

/** @throws DownpourError `USAGE_…` */
function readRowChoice(args: PreviewArguments, { tables }: PlanOptions): RowChoice {
  const { only = [] } = tables
  const { row, rows = args.distribution ? usualRows.lookedAt : usualRows.shown } = args
  if (row === undefined) return { limit: wholeNumber('--rows', rows, 1) }
  const other =
    args.rows !== undefined ? '--rows' : args.distribution ? '--distribution' : undefined
  if (other !== undefined) {
    throw new DownpourError({
      code: 'USAGE_ROW',
      message: `--row and ${other} do not go together`,
      why:
        other === '--rows'
          ? '--row names rows of one table, and --rows counts the first ones of each.'
          : '--row names single rows, and a distribution is one of many.',
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

/** @throws DownpourError `USAGE_COLUMNS` */
function readColumns(values: readonly string[]): readonly string[] {
  const columns = splitList(values)
  if (columns.length > 0) return columns
  throw new DownpourError({
    code: 'USAGE_COLUMNS',
    message: `--columns cannot be "${values.join()}"`,
    why: 'It names no column.',
    fix: 'Name columns, separated by commas, or leave it out for all of them.',
  })
}

/** @throws DownpourError `USAGE_FORM` */
function refuseSeveralForms({ csv, json, distribution }: PreviewArguments): void {
  const other = json ? '--json' : distribution ? '--distribution' : undefined
  if (!csv || other === undefined) return
  throw new DownpourError({
    code: 'USAGE_FORM',
    message: `--csv and ${other} do not go together`,
    why:
      other === '--json'
        ? 'Each of them says in which form rows are printed.'
        : '--csv prints rows, and a distribution is none.',
    fix: 'Leave one of them out.',
  })
}

function severalTables(count: number): DownpourError {
  return new DownpourError({
    code: 'USAGE_CSV',
    message: `--csv does not go with ${count === 0 ? 'no table' : 'several tables'}`,
    why: 'A file of CSV holds one table.',
    fix: 'Name one table, as in: npx downpour preview users --csv. Files of all tables: npx downpour export.',
  })
}
