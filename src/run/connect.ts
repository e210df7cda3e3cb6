import { readCell } from '../generate/cell.ts'
import { openColumns } from '../generate/read-columns.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { columnsReferredTo } from '../plan/tables-that-matter.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { outsideParents, readExistingRows } from './existing-rows.ts'
import type { RowsBefore, RunOptions } from './options.ts'

/**
 * The parents that are not loaded, and whose rows are not those of this plan: somebody else has
 * written them. Where the rows are counted by `--count`, or are partly ours, they are left to be
 * refused.
 *
 * @returns their keys
 */
export async function findConnected(
  session: Session,
  plan: Plan,
  { counts }: Pick<RunOptions, 'counts'>,
  before: RowsBefore | undefined,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const parent of outsideParents(plan)) {
    const { key } = parent.model
    if (counts[key] !== undefined || (before?.[key]?.ours ?? 0) > 0) continue
    if (!(await holdsPlannedRows(session, plan, parent))) found.push(key)
  }
  return found
}

/** An empty table is none to connect to: what is planned of it decides. */
async function holdsPlannedRows(
  session: Session,
  plan: Plan,
  parent: PlannedTable,
): Promise<boolean> {
  const { rows, smallestKey, largestKey } = await readExistingRows(session, parent.model)
  const { count, first } = parent.rows
  if (rows === 0) return true
  // Counted when the plan was made.
  if (first > 0) return parent.firstReferable < first
  if (rows !== count) return false
  if (parent.key) {
    const { start } = parent.key
    return smallestKey === start && largestKey === start + count - 1
  }
  return holdsSample(session, plan, parent)
}

/** Where no key counts up, a few rows tell. */
async function holdsSample(session: Session, plan: Plan, parent: PlannedTable): Promise<boolean> {
  const { model, rows } = parent
  const names = new Set(columnsReferredTo(plan, model.key))
  const columns = model.columns.filter(({ name }) => names.has(name))
  const planned = columns.filter((column) => parent.columns.some((one) => one.model === column))
  if (planned.length < columns.length) return false
  const reader = await openColumns(
    { plan, path: [] },
    model.key,
    planned.map(({ property }) => property),
  )
  const numbers = Float64Array.from(new Set([0, Math.floor(rows.count / 2), rows.count - 1]))
  reader.readRows(numbers, numbers.length)
  const isRow = planned.map(({ name }, n) => `${quoteIdentifier(name)}::text = $${n + 1}`)
  for (let row = 0; row < numbers.length; row++) {
    const texts = reader.vectors.map((vector) => String(readCell(vector, row, 'string')))
    const [found] = await session.query<{ isThere: boolean }>(
      `select exists (select 1 from ${quoteTable(model.schema, model.name)} where ${isRow.join(' and ')}) as "isThere"`,
      texts,
    )
    if (!found!.isThere) return false
  }
  return true
}

/** What is to be said of a run that connects, in sentences. */
export function connectedNotes(
  plan: Plan,
  { connected = [] }: Pick<RunOptions, 'connected'>,
): readonly string[] {
  if (connected.length === 0) return []
  const parents = plan.tables
    .filter(({ model }) => connected.includes(model.key))
    .map(({ model, rows }) => `${rows.count} of ${model.key}`)
  return [`Referred to rows of another origin: ${parents.join(', ')}`]
}
