import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { readCell } from '../generate/cell.ts'
import { openTable } from '../generate/slices.ts'
import type { Slice } from '../generate/slices.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable, RowRange } from '../plan/plan.ts'
import type { PreviewedTable, PreviewRow } from '../report/preview.ts'
import type { PlanChoice } from './open-project.ts'

/** The first rows of each table, or some rows by number. */
export type RowChoice = { readonly limit: number } | { readonly numbers: readonly number[] }

/**
 * Plans without a database and generates some rows.
 *
 * @throws DownpourError `USAGE_ROW` for a row that is not planned
 */
export async function* previewTables(
  project: Project,
  choice: PlanChoice,
  wanted: RowChoice,
): AsyncIterable<PreviewedTable> {
  const plan = await buildPlan({
    ...choice,
    tables: project.tables,
    refinements: project.refinements,
    referenceDate: project.config.referenceDate,
    existing: undefined,
  })
  await checkPlan(plan)
  const numbers = 'numbers' in wanted ? wanted.numbers : undefined
  for (const table of plan.tables) {
    if (choice.only?.includes(table.model.key)) refuseUnplannedRows(table, numbers ?? [])
  }
  for (const table of loadedTables(plan)) {
    yield {
      name: table.model.key,
      total: table.rows.count,
      columns: table.columns.map(({ model }) => ({
        name: model.property,
        isNumber: ['number', 'bigint'].includes(model.mode),
      })),
      numbers,
      rows: await readRows(plan, table, rangesOf(table, wanted)),
    }
  }
}

function rangesOf({ rows }: PlannedTable, wanted: RowChoice): readonly RowRange[] {
  if ('numbers' in wanted) return wanted.numbers.map((first) => ({ first, count: 1 }))
  return [{ first: rows.first, count: Math.min(wanted.limit, rows.count) }]
}

function refuseUnplannedRows({ model, rows }: PlannedTable, numbers: readonly number[]): void {
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

async function readRows(
  plan: Plan,
  table: PlannedTable,
  ranges: readonly RowRange[],
): Promise<readonly PreviewRow[]> {
  const source = await openTable(plan, table)
  const rows: PreviewRow[] = []
  for (const range of ranges) {
    try {
      for (const slice of source.slices(range)) {
        for (let index = 0; index < slice.count; index++) rows.push(readRow(table, slice, index))
      }
    } catch (error) {
      throw error instanceof DownpourError ? error : generatorFailed(table, range, error)
    }
  }
  return rows
}

function readRow({ columns }: PlannedTable, { vectors }: Slice, index: number): PreviewRow {
  return Object.fromEntries(
    columns.map(({ model }, column) => [
      model.property,
      readCell(vectors[column]!, index, model.mode),
    ]),
  )
}

/** A generator of somebody's own may throw anything. */
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
