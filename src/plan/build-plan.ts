import { DownpourError } from '../errors.ts'
import { createEnumeration } from '../generate/enumeration.ts'
import { createHashKey } from '../generate/hash.ts'
import { createContext } from '../generate/read-columns.ts'
import { countedKey } from '../model/keys.ts'
import type { TableModel } from '../model/table.ts'
import { chooseGenerators, chooseKeys } from './choose-generator.ts'
import { resolveCount } from './counts.ts'
import type { CountRequest } from './counts.ts'
import { orderTables } from './order.ts'
import type {
  KnownRow,
  Plan,
  PlannedEnumeration,
  PlannedKey,
  PlannedTable,
  RowRange,
} from './plan.ts'
import type { Refinements, TableRefinement } from './refinement.ts'

/** Everything a plan follows from. */
export interface PlanRequest {
  readonly tables: readonly TableModel[]
  readonly refinements: Refinements
  readonly seed: number
  /** `YYYY-MM-DD`. */
  readonly referenceDate: string
  readonly counts: CountRequest
  /** Only these tables are written; all when left out. */
  readonly only: readonly string[] | undefined
  /** For `--append`: what the tables hold already, by key. */
  readonly existing: ReadonlyMap<string, ExistingRows> | undefined
}

/** What a table holds before the run. */
export interface ExistingRows {
  readonly rows: number
  /** Smallest and largest value of the integer key; `undefined` for tables without one or without rows. */
  readonly smallestKey: number | undefined
  readonly largestKey: number | undefined
}

/**
 * Decides what will be in the database: which tables, in which order, how many rows, from which
 * generators. Pure: nothing is read or written.
 *
 * @throws DownpourError with a code `PLAN_…` for whatever cannot work
 */
export async function buildPlan(request: PlanRequest): Promise<Plan> {
  const { tables, refinements, seed, referenceDate } = request
  refuseUnknownTables(tables, [
    ...Object.keys(refinements),
    ...Object.keys(request.counts.explicit),
    ...Object.keys(request.counts.profile),
    ...(request.only ?? []),
  ])
  // Parents come first, so a child's rows can be counted from the tables planned before it.
  let plan: Plan = { seed, referenceDate, tables: [] }
  for (const model of orderTables(tables)) {
    plan = { ...plan, tables: [...plan.tables, await planTable(request, plan, model)] }
  }
  return plan
}

async function planTable(
  request: PlanRequest,
  plan: Plan,
  model: TableModel,
): Promise<PlannedTable> {
  const refinement = request.refinements[model.key] ?? {}
  const knownRows = refinement.rows ?? []
  const isWanted = request.only?.includes(model.key) ?? true
  const key = plannedKey(model, refinement)
  const placement = placeRows(model, knownRows, key, request.existing?.get(model.key))
  const asked = resolveCount(model.key, refinement, request.counts)
  const isAppending = placement.first > 0
  const count = countFor({ asked, knownRows, isAppending, isWanted, request, model })
  const draft: PlannedTable = {
    model,
    isLoaded: false,
    rows: { first: placement.first, count: count ?? 0 },
    // Which parents the rows of an earlier run have is not known, so nobody can refer to them.
    firstReferable: refinement.each ? placement.first : placement.firstReferable,
    key,
    columns: [],
    knownRows,
    enumeration: undefined,
  }
  if (refinement.each && isWanted) refuseMissingParent(request, model.key, refinement.each.parent)
  // New parents get no children when these are left out of an append.
  const hasNone = request.existing !== undefined && !isWanted
  const enumeration = refinement.each
    ? await enumerate(plan, draft, refinement, hasNone ? 0 : count)
    : undefined
  const rows: RowRange = {
    first: placement.first,
    count: enumeration?.children.total ?? count ?? 0,
  }
  const isPlanned = request.refinements[model.key] !== undefined || rows.count > 0
  return {
    ...draft,
    rows,
    enumeration,
    isLoaded: isWanted && isPlanned,
    columns: isPlanned ? chooseGenerators(model, refinement, request.tables) : chooseKeys(model),
  }
}

function countFor(input: {
  readonly asked: number | undefined
  readonly knownRows: readonly KnownRow[]
  readonly isAppending: boolean
  readonly isWanted: boolean
  readonly request: PlanRequest
  readonly model: TableModel
}): number | undefined {
  const { asked, knownRows, isAppending, isWanted, request, model } = input
  if (request.existing !== undefined && !isWanted) return 0
  if (isAppending) return asked
  if (asked !== undefined && asked < knownRows.length) {
    throw new DownpourError({
      code: 'PLAN_KNOWN_ROWS',
      message: `Cannot seed "${model.key}" with ${asked} rows`,
      why: `Its seeder gives ${knownRows.length} known rows, which come first.`,
      fix: `Give it a count of at least ${knownRows.length}.`,
      table: model.key,
    })
  }
  return asked ?? (knownRows.length > 0 ? knownRows.length : undefined)
}

/** Where this run's rows begin, and which rows before them may be referred to. */
function placeRows(
  model: TableModel,
  knownRows: readonly KnownRow[],
  key: PlannedKey | undefined,
  existing: ExistingRows | undefined,
): { readonly first: number; readonly firstReferable: number } {
  if (!existing || existing.rows === 0) return { first: 0, firstReferable: 0 }
  const { rows, smallestKey } = existing
  const start = key?.start ?? 1
  const largestKey = key && existing.largestKey
  const first =
    largestKey === undefined ? rows : Math.max(rows, largestKey - start + 1, knownRows.length)
  // Keys that are no integers tell nothing of who wrote them; known rows are taken on trust there.
  const isOurs = largestKey === undefined ? knownRows.length > 0 : smallestKey === start
  const isDense = first === rows && isOurs
  if (knownRows.length > 0 && (!isDense || rows < knownRows.length)) {
    throw new DownpourError({
      code: 'PLAN_APPEND_KNOWN_ROWS',
      message: `Cannot append to "${model.key}"`,
      why: `It holds ${rows} rows of another origin where the seeder's ${knownRows.length} known rows belong.`,
      fix: 'Append to a database that was seeded by the same seeders, or empty it with --reset.',
      table: model.key,
    })
  }
  return { first, firstReferable: isDense ? 0 : first }
}

/** What is appended has new parents only, so without them there would silently be nothing. */
function refuseMissingParent(request: PlanRequest, table: string, parent: string): void {
  if (request.existing === undefined || (request.only?.includes(parent) ?? true)) return
  throw new DownpourError({
    code: 'PLAN_APPEND_PARENT',
    message: `Cannot append to "${table}" alone`,
    why: `Its rows are counted per row of "${parent}", and --only leaves that table out.`,
    fix: `Name ${parent} in --only too.`,
    table,
  })
}

async function enumerate(
  plan: Plan,
  draft: PlannedTable,
  refinement: TableRefinement,
  total: number | undefined,
): Promise<PlannedEnumeration> {
  const { model, rows, knownRows } = draft
  const each = refinement.each!
  const parent = plan.tables.find((table) => table.model.key === each.parent)
  if (knownRows.length > 0 || !parent || parent.model.key === model.key) {
    throw new DownpourError({
      code: 'PLAN_EACH',
      message: `Cannot count the rows of "${model.key}" per row of "${each.parent}"`,
      why: parent
        ? 'It has known rows as well, which belong to no parent.'
        : 'There is no such table before it.',
      fix: 'Give `each` the table of one of its foreign keys, and no `rows` beside it.',
      table: model.key,
    })
  }
  const scope = { plan: { ...plan, tables: [...plan.tables, draft] }, path: [] }
  const expected = await each.expected(createContext(scope, draft, 'each'))
  const children = createEnumeration({
    firstParent: parent.rows.first,
    parents: parent.rows.count,
    firstChild: rows.first,
    expected,
    key: createHashKey(plan.seed, `${model.key}/each`),
    total,
  })
  if (total !== undefined && total > 0 && !(children.weight > 0)) {
    throw new DownpourError({
      code: 'PLAN_EMPTY_PARENT',
      message: `Cannot seed "${model.key}": "${each.parent}" has no rows to share ${total} children among`,
      why: `${each.parent} has ${parent.rows.count} rows planned, and none of them expects children.`,
      fix: `Give ${each.parent} a count of at least 1.`,
      table: model.key,
    })
  }
  return { parent: parent.model.key, children }
}

/** A seeder's own generator may give any keys, which then tell nothing of the rows. */
function plannedKey(model: TableModel, refinement: TableRefinement): PlannedKey | undefined {
  const column = countedKey(model)
  if (!column || refinement.columns?.[column.property]) return undefined
  return { column, start: column.identityStart }
}

/** @throws DownpourError `PLAN_UNKNOWN_TABLE` for a key that the schema does not have */
export function refuseUnknownTables(tables: readonly TableModel[], keys: readonly string[]): void {
  const known = tables.map((table) => table.key)
  const unknown = keys.find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new DownpourError({
    code: 'PLAN_UNKNOWN_TABLE',
    message: `There is no table "${unknown}" in the schema`,
    why: 'A seeder, a profile or an option names it.',
    fix: `Use one of: ${known.join(', ')}.`,
    table: unknown,
  })
}
