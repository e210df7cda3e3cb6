import type { Project } from '../config/load-project.ts'
import { readCell } from '../generate/cell.ts'
import { openTable } from '../generate/slices.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import type { PreviewedTable, PreviewRow } from '../report/preview.ts'
import type { PlanChoice } from './open-project.ts'

/**
 * Plans without a database and generates the first rows.
 *
 * @param limit - rows a table at most
 */
export async function* previewTables(
  project: Project,
  choice: PlanChoice,
  limit: number,
): AsyncIterable<PreviewedTable> {
  const plan = await buildPlan({
    ...choice,
    tables: project.tables,
    refinements: project.refinements,
    referenceDate: project.config.referenceDate,
    existing: undefined,
  })
  await checkPlan(plan)
  for (const table of loadedTables(plan)) {
    yield {
      name: table.model.key,
      total: table.rows.count,
      columns: table.columns.map(({ model }) => ({
        name: model.property,
        isNumber: ['number', 'bigint'].includes(model.mode),
      })),
      rows: await readRows(plan, table, limit),
    }
  }
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
