import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { readRejects } from '../ledger/overview.ts'
import { findRun, listRuns, readRunTables } from '../ledger/runs.ts'
import type { RunRecord, RunTable } from '../ledger/runs.ts'
import type { RunState } from '../ledger/tables.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import type { TableModel } from '../model/table.ts'
import type { CountRequest } from '../plan/counts.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable, RowRange } from '../plan/plan.ts'
import { summariesOf } from '../plan/summaries.ts'
import type { TableName } from '../postgres/catalog.ts'
import type { Session } from '../postgres/session.ts'
import { planAgain, tellDifferences } from '../run/prepare-run.ts'
import { withDomains } from '../run/read-domains.ts'
import { withinTransaction } from '../run/transaction.ts'

/** A table that is to be as a plan says. */
export interface TableOfPlan {
  readonly plan: Plan
  readonly table: PlannedTable
  /** The run whose plan it is. */
  readonly run: RunRecord | undefined
  /** Numbers of rows that were left out, ascending. */
  readonly rejected: readonly number[]
  /** Whether the server has computed values by itself (strategy `server`). */
  readonly hasServerValues: boolean
  /** Properties that sum up rows some of which were left out: who has summed them up last decides. */
  readonly unsureSums: readonly string[]
  /** When the latest run began that has loaded it. */
  readonly loadedAt: string | undefined
}

/** What is said of a plan on the command line and in the configuration. */
export interface PlanByOptions {
  readonly seed: number
  readonly counts: CountRequest
  readonly only: readonly string[] | undefined
}

/** The tables that options and configuration plan, as a first run would load them. */
export async function tablesByOptions(
  session: Session,
  project: Project,
  { seed, counts, only }: PlanByOptions,
): Promise<readonly TableOfPlan[]> {
  const plan = await buildPlan({
    tables: await withDomains(session, project.tables),
    refinements: project.refinements,
    seed,
    referenceDate: project.config.referenceDate,
    counts,
    only,
    existing: undefined,
  })
  await checkPlan(plan)
  return loadedTables(plan).map((table) => ({
    plan,
    table,
    run: undefined,
    rejected: [],
    hasServerValues: false,
    unsureSums: [],
    loadedAt: undefined,
  }))
}

/**
 * The tables that finished runs have loaded, each by the plan of the latest one that has a say in what
 * it holds: earlier runs' rows are the first ones of that plan.
 *
 * @param wanted - `run`: only tables that it has loaded; `only`: only these, by key
 * @throws DownpourError `RUN_NONE`, `VERIFY_…`
 */
export async function tablesOfRuns(
  session: Session,
  project: Project,
  wanted: { readonly run: string | undefined; readonly only: readonly string[] | undefined },
): Promise<readonly TableOfPlan[]> {
  const loaded = wanted.run === undefined ? undefined : await tablesLoadedBy(session, wanted.run)
  const models = project.tables.filter(
    (model) =>
      (wanted.only?.includes(model.key) ?? true) &&
      (loaded?.some((table) => isTable(table, model)) ?? true),
  )
  refuseUnfinished(await readRuns(session, ['running', 'undoing']), models)
  const runs = await readRuns(session, ['finished'])
  const assigned = new Map<RunRecord, string[]>()
  for (const model of models) {
    const found = runs.find((each) => hasSayIn(each, runs, model))
    if (found) assigned.set(found.run, [...(assigned.get(found.run) ?? []), model.key])
  }
  if (assigned.size === 0) throw nothingToVerify(wanted.only)
  const tables: TableOfPlan[] = []
  for (const [run, keys] of assigned) {
    const plan = await samePlan(session, project, run)
    for (const table of plan.tables.filter(({ model }) => keys.includes(model.key))) {
      const known = { plan, table, run }
      tables.push({ ...known, ...(await whatBecameOf(session, known, runs)) })
    }
  }
  return tables
}

/** A run, with the tables of which its rows are there still. */
interface KnownRun {
  readonly run: RunRecord
  readonly tables: readonly RunTable[]
}

/** The latest first. */
async function readRuns(
  session: Session,
  states: readonly RunState[],
): Promise<readonly KnownRun[]> {
  const runs: KnownRun[] = []
  for (const run of await listRuns(session, states)) {
    const tables = await readRunTables(session, run.id)
    runs.push({ run, tables: tables.filter(({ isEmptied }) => !isEmptied) })
  }
  return runs
}

/** A run that adds children changes the sums in parents that an earlier one has loaded. */
function hasSayIn(
  { run, tables }: KnownRun,
  runs: readonly KnownRun[],
  model: TableModel,
): boolean {
  const isIt = (table: TableName) => isTable(table, model)
  if (tables.some(isIt)) return true
  // What it holds of somebody else's rows, the plan has from the table itself.
  if (run.options.connected?.includes(model.key)) return false
  const changesSums = tables.some(
    ({ rowCount, summaries }) =>
      rowCount > 0 && summaries.some(({ schema, table }) => isIt({ schema, name: table })),
  )
  return changesSums && runs.some((each) => each.tables.some(isIt))
}

/** @throws DownpourError `VERIFY_DIFFERS` */
async function samePlan(session: Session, project: Project, run: RunRecord): Promise<Plan> {
  const { plan, differences } = await planAgain(session, project, {
    run,
    reading: withinTransaction,
  })
  if (differences.length === 0) return plan
  throw new DownpourError({
    code: 'VERIFY_DIFFERS',
    message: `Cannot make the rows of run ${run.id} once more: they would be others`,
    why: tellDifferences(differences),
    fix: 'Verify with the schema and the seeders of that run; or compare with what they give now, with --no-ledger.',
  })
}

type Fate = Omit<TableOfPlan, 'plan' | 'table' | 'run'>

async function whatBecameOf(
  session: Session,
  { plan, table, run }: Pick<TableOfPlan, 'plan' | 'table'> & { readonly run: RunRecord },
  runs: readonly KnownRun[],
): Promise<Fate> {
  const rejected: number[] = []
  const incomplete = new Set<string>()
  for (const { run: each, tables } of runs) {
    for (const reject of await readRejects(session, each.id)) {
      if (!tables.some(({ key }) => key === reject.table)) continue
      incomplete.add(reject.table)
      if (reject.table === table.model.key && isWithin(table.rows, reject.row)) {
        rejected.push(reject.row)
      }
    }
  }
  const isOwn = ({ key }: RunTable) => key === table.model.key
  const own = runs.flatMap(({ tables }) => tables.filter(isOwn))
  return {
    loadedAt: runs.find(({ tables }) => tables.some(isOwn))?.run.startedAt,
    rejected: rejected.toSorted((one, other) => one - other),
    hasServerValues: own.some(({ strategy, rowCount }) => strategy === 'server' && rowCount > 0),
    unsureSums: summariesOf(plan)
      .filter(({ parent, child }) => parent === table && incomplete.has(child.model.key))
      .flatMap(({ column }) => (run.before === null ? [] : column.property)),
  }
}

function isWithin({ first, count }: RowRange, row: number): boolean {
  return row >= first && row < first + count
}

/** @throws DownpourError `VERIFY_UNFINISHED` */
function refuseUnfinished(runs: readonly KnownRun[], models: readonly TableModel[]): void {
  for (const { run, tables } of runs) {
    const table = tables.find((each) => models.some((model) => isTable(each, model)))
    if (!table) continue
    const isUndone = run.state === 'undoing'
    throw new DownpourError({
      code: 'VERIFY_UNFINISHED',
      message: `Cannot verify "${table.key}": run ${run.id} is ${isUndone ? 'half undone' : 'not finished'}`,
      why: isUndone ? 'Some of its rows are gone already.' : 'Some of its rows are not there yet.',
      fix: isUndone
        ? `Let it be undone first: npx downpour undo ${run.id}.`
        : 'Finish it with "npx downpour seed --resume", or leave its tables out with --except.',
      table: table.key,
    })
  }
}

/** @throws DownpourError `RUN_NONE`, `VERIFY_STATE` */
async function tablesLoadedBy(session: Session, id: string): Promise<readonly RunTable[]> {
  const run = await findRun(session, id)
  if (run && ['finished', 'running', 'undoing'].includes(run.state)) {
    return readRunTables(session, id)
  }
  throw new DownpourError({
    code: run ? 'VERIFY_STATE' : 'RUN_NONE',
    message: run ? `Cannot verify run ${id}: it is ${run.state}` : `There is no run ${id}`,
    why: run
      ? 'None of its rows are there any more.'
      : 'The ledger of this database does not know it.',
    fix: 'Name one that "npx downpour status" shows as finished.',
  })
}

function isTable(one: TableName, other: TableName): boolean {
  return one.schema === other.schema && one.name === other.name
}

function nothingToVerify(only: readonly string[] | undefined): DownpourError {
  const what = only === undefined ? 'the tables' : only.join(', ')
  return new DownpourError({
    code: 'VERIFY_NOTHING',
    message: `Nobody has written down what ${what} should hold`,
    why: 'The ledger of this database knows no finished run whose rows are still there.',
    fix: 'Seed first; or compare with what the options and the configuration say, with --no-ledger.',
  })
}
