import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { readCell } from '../generate/cell.ts'
import { openTable } from '../generate/slices.ts'
import type { Slice, TableSource } from '../generate/slices.ts'
import type { Vector } from '../generate/vector.ts'
import type { ColumnModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { didYouMean } from '../plan/nearest.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedColumn, PlannedTable, RowRange } from '../plan/plan.ts'
import { tableSources } from '../plan/table-sources.ts'
import type { TableSources } from '../plan/table-sources.ts'
import type { PreviewedTable, PreviewRow } from '../report/preview.ts'
import type { PlanChoice } from './open-project.ts'

/** The first rows of each table, or some rows by number. */
export type RowChoice = { readonly limit: number } | { readonly numbers: readonly number[] }

/** A table of which something is shown. */
export interface ShownTable {
  readonly table: PlannedTable
  /** Those of its columns that are shown. */
  readonly columns: readonly PlannedColumn[]
  /** Prepares these columns. */
  readonly open: () => Promise<TableSource>
}

/** A plan, and its tables as they were prepared to be checked. */
export interface Preview {
  readonly plan: Plan
  readonly sources: TableSources
}

/**
 * Plans without a database.
 *
 * @throws DownpourError `PLAN_…`
 */
export async function planPreview(project: Project, choice: PlanChoice): Promise<Preview> {
  const plan = await buildPlan({
    ...choice,
    tables: project.tables,
    refinements: project.refinements,
    referenceDate: project.config.referenceDate,
    existing: undefined,
  })
  const sources = tableSources(plan)
  await checkPlan(plan, sources.look)
  return { plan, sources }
}

/**
 * The tables that are shown, with their columns.
 *
 * @param properties - of the columns that are wanted; a table without any of them is passed over
 * @throws DownpourError `USAGE_COLUMNS` for a column that no table has
 */
export function shownTables(
  { plan, sources }: Preview,
  properties: readonly string[] | undefined,
): readonly ShownTable[] {
  const tables = loadedTables(plan)
  if (properties === undefined) {
    return tables.map((table) => ({
      table,
      columns: table.columns,
      open: () => sources.look(table),
    }))
  }
  const known = tables.flatMap(({ columns }) => columns.map(({ model }) => model.property))
  const unknown = properties.find((property) => !known.includes(property))
  if (unknown !== undefined) throw unknownColumn(unknown, tables, known)
  return tables.flatMap((table) => {
    const columns = table.columns.filter(({ model }) => properties.includes(model.property))
    const shown = columns.map(({ model }) => model.property)
    return columns.length === 0
      ? []
      : [{ table, columns, open: () => openTable(plan, table, shown) }]
  })
}

function unknownColumn(
  property: string,
  tables: readonly PlannedTable[],
  known: readonly string[],
): DownpourError {
  const [table] = tables
  return new DownpourError({
    code: 'USAGE_COLUMNS',
    message:
      tables.length === 1
        ? `"${table!.model.key}" has no column "${property}"`
        : `No table has a column "${property}"`,
    why: 'Columns are named as the properties of the Drizzle tables, and those that are left to the server have no values here.',
    fix: `${didYouMean(property, known)}Use one of: ${[...new Set(known)].join(', ')}.`,
  })
}

/**
 * Plans without a database and generates some rows of each table.
 *
 * @throws DownpourError `USAGE_ROW` for a row that is not planned
 */
export async function* previewTables(
  project: Project,
  choice: PlanChoice,
  wanted: RowChoice,
): AsyncIterable<PreviewedTable> {
  const preview = await planPreview(project, choice)
  refuseUnplannedRows(preview.plan, choice, wanted)
  for (const shown of shownTables(preview, undefined)) yield previewTable(shown, wanted)
}

/** Generates some rows of a table. */
export async function previewTable(shown: ShownTable, wanted: RowChoice): Promise<PreviewedTable> {
  const { table, columns } = shown
  const numbers = 'numbers' in wanted ? wanted.numbers : undefined
  const models = columns.map(({ model }) => model)
  const rows: PreviewRow[] = []
  await readSlices(shown, wanted, ({ vectors, count }) => {
    for (let index = 0; index < count; index++) rows.push(readRow(models, vectors, index))
  })
  return {
    name: table.model.key,
    total: table.rows.count,
    columns: models.map(({ property, mode }) => ({
      name: property,
      isNumber: ['number', 'bigint'].includes(mode),
    })),
    numbers,
    rows,
  }
}

/**
 * Generates rows slice by slice.
 *
 * @throws DownpourError `PREVIEW_GENERATOR`; what `onSlice` throws
 */
export async function readSlices(
  { table, open }: ShownTable,
  wanted: RowChoice,
  onSlice: (slice: Slice) => void,
): Promise<void> {
  const source = await open()
  for (const range of rangesOf(table, wanted)) {
    generating(table, range, () => {
      for (const slice of source.slices(range)) onSlice(slice)
    })
  }
}

/**
 * A generator of somebody's own may throw anything.
 *
 * @throws DownpourError `PREVIEW_GENERATOR`
 */
export function generating<T>(table: PlannedTable, range: RowRange, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof DownpourError ? error : generatorFailed(table, range, error)
  }
}

function rangesOf({ rows }: PlannedTable, wanted: RowChoice): readonly RowRange[] {
  if ('numbers' in wanted) return wanted.numbers.map((first) => ({ first, count: 1 }))
  return [{ first: rows.first, count: Math.min(wanted.limit, rows.count) }]
}

/**
 * Refuses rows by numbers that the tables they are asked of do not have.
 *
 * @throws DownpourError `USAGE_ROW`
 */
export function refuseUnplannedRows(
  plan: Plan,
  { only = [] }: Pick<PlanChoice, 'only'>,
  wanted: RowChoice,
): void {
  if (!('numbers' in wanted)) return
  for (const table of plan.tables) {
    if (only.includes(table.model.key)) refuseUnplanned(table, wanted.numbers)
  }
}

function refuseUnplanned({ model, rows }: PlannedTable, numbers: readonly number[]): void {
  const end = rows.first + rows.count
  const missing = numbers.find((row) => row < rows.first || row >= end)
  if (missing === undefined) return
  throw new DownpourError({
    code: 'USAGE_ROW',
    message: `There is no row ${missing} in "${model.key}"`,
    why:
      rows.count === 0
        ? 'No rows are planned for it.'
        : `Its rows are counted from ${rows.first} to ${end - 1}.`,
    fix: `Name a row that there is, or plan more: --count ${model.key}=${missing + 1}.`,
    table: model.key,
    row: missing,
  })
}

function readRow(
  columns: readonly ColumnModel[],
  vectors: readonly Vector[],
  index: number,
): PreviewRow {
  return Object.fromEntries(
    columns.map(({ property, mode }, column) => [
      property,
      readCell(vectors[column]!, index, mode),
    ]),
  )
}

function generatorFailed(
  { model }: PlannedTable,
  { first, count }: RowRange,
  error: unknown,
): DownpourError {
  const place = count === 1 ? `for row ${first}` : `between rows ${first} and ${first + count - 1}`
  return new DownpourError({
    code: 'PREVIEW_GENERATOR',
    message: `Cannot show "${model.key}": a generator failed ${place}`,
    why: `It threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}.`,
    fix: 'Correct the generator in the seeder.',
    table: model.key,
    row: first,
    cause: error,
  })
}
