import { DownpourError } from '../errors.ts'
import { createEnumeration } from '../generate/enumeration.ts'
import { createHashKey } from '../generate/hash.ts'
import { createContext } from '../generate/read-columns.ts'
import type { ReadScope } from '../generate/read-columns.ts'
import { countedKey } from '../model/keys.ts'
import type { TableModel } from '../model/table.ts'
import { chooseGenerators, chooseKeys } from './choose-generator.ts'
import { findForeignKey } from './choose-references.ts'
import { resolveCount } from './counts.ts'
import type { CountRequest } from './counts.ts'
import { withInferredEach } from './infer-each.ts'
import { didYouMean } from './nearest.ts'
import { orderTables } from './order.ts'
import { placeRows } from './place-rows.ts'
import type { Placement } from './place-rows.ts'
import type {
  Plan,
  PlannedColumn,
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
  /** For `--append`, which grows tables to their counts: what they hold already, by key. */
  readonly existing: ReadonlyMap<string, ExistingRows> | undefined
  /** Parents that are not loaded and hold rows of somebody else, by key. @defaultValue none */
  readonly connected?: ReadonlyMap<string, ConnectedTable>
  /** Told what is read of tables to count others' rows. */
  readonly onRead?: ReadScope['onRead']
}

/** A table as it is in the database: rows count from 0 in the order of their keys. */
export interface ConnectedTable {
  readonly rows: number
  /** Those that loaded rows are computed from. */
  readonly columns: readonly PlannedColumn[]
  readonly key: PlannedKey | undefined
}

/** What a table holds before the run. */
export interface ExistingRows {
  readonly rows: number
  /**
   * Rows 0 to `ours - 1` of this very plan are in the table and nothing else: finished runs with the
   * same seed wrote them. Left out, or 0, nobody knows who wrote what is there.
   */
  readonly ours?: number | undefined
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
  const shared = { ...request, refinements: withInferredEach(tables, refinements) }
  refuseUnknownTables(tables, [
    ...Object.keys(refinements),
    ...Object.keys(request.counts.explicit),
    ...Object.keys(request.counts.profile),
    ...(request.only ?? []),
  ])
  // Parents come first, so a child's rows can be counted from the tables planned before it.
  let plan: Plan = { seed, referenceDate, tables: [] }
  for (const model of orderTables(tables)) {
    plan = { ...plan, tables: [...plan.tables, await planTable(shared, plan, model)] }
  }
  return plan
}

async function planTable(
  request: PlanRequest,
  plan: Plan,
  model: TableModel,
): Promise<PlannedTable> {
  const connected = request.connected?.get(model.key)
  if (connected) return connectTable(model, connected)
  const refinement = request.refinements[model.key] ?? {}
  const knownRows = refinement.rows ?? []
  const isWanted = request.only?.includes(model.key) ?? true
  const key = plannedKey(model, refinement)
  const parent = plan.tables.find((table) => table.model.key === refinement.each?.parent)
  const existing = request.existing?.get(model.key)
  const placement = placeRows({ model, knownRows, key, existing, parent })
  const count = countFor({ request, model, refinement, isWanted, placement, existing })
  const draft: PlannedTable = {
    model,
    isLoaded: false,
    rows: { first: placement.first, count: count ?? 0 },
    toLoad: { first: placement.first, count: 0 },
    // Which parents the rows of an earlier run have is not known, so nobody can refer to them.
    firstReferable: refinement.each ? placement.first : placement.firstReferable,
    key,
    columns: [],
    knownRows,
    enumeration: undefined,
  }
  const isBehind = placement.first > 0 || (parent?.rows.first ?? 0) > 0
  if (refinement.each && isWanted && request.existing) {
    refuseMissingParent(request, model.key, { parent, name: refinement.each.parent, isBehind })
  }
  // New parents get no children when these are left out and it is not known who has some.
  const hasNoParents = isBehind || parent?.rows.count === 0
  const hasNone = request.existing !== undefined && !isWanted && hasNoParents
  const enumeration = refinement.each
    ? await enumerate(request, plan, draft, hasNone ? 0 : count)
    : undefined
  const rows: RowRange = {
    first: placement.first,
    count: enumeration?.children.total ?? count ?? 0,
  }
  if (isWanted) refuseFewerRows(model.key, rows, placement.ours)
  const isPlanned = request.refinements[model.key] !== undefined || rows.count > 0
  const isLoaded = isWanted && isPlanned
  const firstMissing = rows.first + placement.ours
  return {
    ...draft,
    rows,
    toLoad: {
      first: firstMissing,
      count: isLoaded ? rows.first + rows.count - firstMissing : 0,
    },
    enumeration,
    isLoaded,
    columns: isPlanned
      ? await chooseGenerators({
          table: model,
          refinement,
          tables: request.tables,
          isEnumerated: (key) => request.refinements[key]?.each !== undefined,
          isConnected: (key) => request.connected?.has(key) ?? false,
          rows: rows.first + rows.count,
          mostSiblings: enumeration?.children.most ?? rows.count,
          referable: (key) =>
            countReferable(
              key === model.key
                ? { ...draft, rows }
                : plan.tables.find((table) => table.model.key === key),
            ),
          reference: new Date(`${request.referenceDate}T00:00:00Z`),
        })
      : chooseKeys(model),
  }
}

/** Later ones, of a circle of tables, are not known yet: it is safe to reckon with one row. */
function countReferable(table: PlannedTable | undefined): number {
  return table ? table.rows.first + table.rows.count - table.firstReferable : 1
}

function connectTable(model: TableModel, { rows, columns, key }: ConnectedTable): PlannedTable {
  return {
    model,
    isLoaded: false,
    rows: { first: 0, count: rows },
    toLoad: { first: rows, count: 0 },
    firstReferable: 0,
    key,
    columns,
    knownRows: [],
    enumeration: undefined,
  }
}

/** How many rows the plan knows; `undefined` where nobody says. */
function countFor(input: {
  readonly request: PlanRequest
  readonly model: TableModel
  readonly refinement: TableRefinement
  readonly isWanted: boolean
  readonly placement: Placement
  readonly existing: ExistingRows | undefined
}): number | undefined {
  const { request, model, refinement, isWanted, placement, existing } = input
  const asked = resolveCount(model.key, refinement, request.counts)
  const known = refinement.rows?.length ?? 0
  if (request.existing !== undefined && !isWanted && !refinement.each) return placement.ours
  if (placement.first > 0) {
    return asked === undefined ? undefined : Math.max(0, asked - existing!.rows)
  }
  if (asked !== undefined && asked < known) {
    throw new DownpourError({
      code: 'PLAN_KNOWN_ROWS',
      message: `Cannot seed "${model.key}" with ${asked} rows`,
      why: `Its seeder gives ${known} known rows, which come first.`,
      fix: `Give it a count of at least ${known}.`,
      table: model.key,
    })
  }
  if (refinement.each) return asked
  // A profile says how large a table is to be at least; only `--count` says it exactly.
  const isExact = request.counts.explicit[model.key] !== undefined
  if (asked !== undefined) return isExact ? asked : Math.max(asked, placement.ours)
  const total = Math.max(placement.ours, known)
  return total > 0 ? total : undefined
}

/** @throws DownpourError `PLAN_FEWER_ROWS`: growing adds rows and takes none away */
function refuseFewerRows(table: string, { count }: RowRange, ours: number): void {
  if (count >= ours) return
  throw new DownpourError({
    code: 'PLAN_FEWER_ROWS',
    message: `Cannot grow "${table}" to ${count} rows`,
    why: `Earlier runs have loaded ${ours} rows, and --append takes none away.`,
    fix: `Plan at least ${ours} rows of ${table}, or empty the tables first with --reset.`,
    table,
  })
}

/** What is put behind other rows has new parents only, so without them there would silently be nothing. */
function refuseMissingParent(
  request: PlanRequest,
  table: string,
  each: {
    readonly parent: PlannedTable | undefined
    readonly name: string
    readonly isBehind: boolean
  },
): void {
  const { parent, name, isBehind } = each
  const hasParents = (parent?.rows.count ?? 0) > 0
  if ((request.only?.includes(name) ?? true) || (hasParents && !isBehind)) return
  throw new DownpourError({
    code: 'PLAN_APPEND_PARENT',
    message: `Cannot append to "${table}" alone`,
    why: `Its rows are counted per row of "${name}", and --only leaves that table out.`,
    fix: `Name ${name} in --only too.`,
    table,
  })
}

async function enumerate(
  request: PlanRequest,
  plan: Plan,
  draft: PlannedTable,
  total: number | undefined,
): Promise<PlannedEnumeration> {
  const { model, rows, knownRows } = draft
  const each = request.refinements[model.key]!.each!
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
  const scope = {
    plan: { ...plan, tables: [...plan.tables, draft] },
    path: [],
    onRead: request.onRead,
  }
  const expected = await each.expected(createContext(scope, draft, 'each'))
  const parents = rows.first > 0 ? parent.toLoad : parent.rows
  const children = createEnumeration({
    firstParent: parents.first,
    parents: parents.count,
    firstChild: rows.first,
    expected,
    key: createHashKey(plan.seed, `${model.key}/each`),
    total,
  })
  if (total !== undefined && total > 0 && !(children.weight > 0)) {
    throw new DownpourError({
      code: 'PLAN_EMPTY_PARENT',
      message: `Cannot seed "${model.key}": "${each.parent}" has no rows to share ${total} children among`,
      why: `${each.parent} has ${parents.count} rows planned, and none of them expects children.`,
      fix: `Give ${each.parent} a count of at least 1.`,
      table: model.key,
    })
  }
  return { parent: parent.model.key, foreignKey: findForeignKey(model, each), children }
}

/** A seeder's own generator may give any keys, which then tell nothing of the rows. */
function plannedKey(model: TableModel, refinement: TableRefinement): PlannedKey | undefined {
  const column = countedKey(model)
  if (!column || refinement.columns?.[column.property] !== undefined) return undefined
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
    fix: `${didYouMean(unknown, known)}Use one of: ${known.join(', ')}.`,
    table: unknown,
  })
}
