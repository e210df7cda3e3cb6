import type { Project } from '../config/load-project.ts'
import { declaredTarget } from '../export/declared-target.ts'
import type { TableOrder } from '../ledger/ledger.ts'
import { declaredShapes } from './declared-shapes.ts'
import type { IndexShape } from '../model/index-shape.ts'
import { isWithin } from '../model/keys.ts'
import type { TableModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { leftToServer, loadedTables } from '../plan/plan.ts'
import { checkSamples } from '../run/check-samples.ts'
import { wantedLanes, workloadOf } from '../run/choose-lanes.ts'
import { countsOf } from '../run/options.ts'
import type { RunOptions } from '../run/options.ts'
import { tablesToDefer } from '../run/tables-to-defer.ts'
import { chooseStrategy } from '../write/choose-strategy.ts'
import type { Target } from '../write/target.ts'
import { describeLoad } from './describe-load.ts'
import type { TableToLoad } from './describe-load.ts'
import type { DroppedDefinition, LoadPlan } from './load-plan.ts'
import { usualWalSettings } from './wal-size.ts'

export interface OfflineRequest {
  readonly project: Project
  readonly options: RunOptions
  readonly lanes: number | undefined
  readonly signal: AbortSignal
}

/**
 * Plans a run into empty tables, just as the schema declares them: no server is asked.
 *
 * @throws DownpourError `PLAN_…`, `DATA_…`, `STRATEGY_…`
 */
export async function planOffline(request: OfflineRequest): Promise<LoadPlan> {
  const { project, options, signal } = request
  const plan = await buildPlan({
    tables: project.tables,
    refinements: project.refinements,
    seed: options.seed,
    referenceDate: project.config.referenceDate,
    counts: countsOf(options),
    only: options.only ?? undefined,
    existing: undefined,
  })
  await checkPlan(plan)
  const targets = loadedTables(plan).map(declaredTarget)
  await checkSamples(plan, targets, undefined)
  const deferred = deferredTables(targets, options)
  const outside = project.tables.filter(
    ({ key }) => !targets.some((one) => one.table.model.key === key),
  )
  const referredTo = (model: TableModel, columns: readonly string[]) =>
    outside.some(({ foreignKeys }) =>
      foreignKeys.some(
        ({ parent, parentColumns }) => parent === model.key && isSameSet(parentColumns, columns),
      ),
    )
  // A key that others rely on stays, and under --on-error skip every key.
  const mayDrop = ({ isUnique, parts }: IndexShape, model: TableModel) =>
    !isUnique || (options.onError === 'stop' && !referredTo(model, namesOf(parts)))
  const tables: TableToLoad[] = []
  for (const target of targets) {
    const strategy = chooseStrategy(options.strategy, target, project.config.copyThreshold)
    await strategy.check?.(plan, target)
    const { model } = target.table
    const indexes = declaredShapes(model)
    const isDeferred = deferred.has(model)
    const built = isDeferred ? indexes.filter((index) => mayDrop(index, model)) : []
    tables.push({
      target,
      strategy,
      indexes,
      built: new Set(built.map(({ name }) => name)),
      keepsForeignKeys: !isDeferred || options.onError === 'skip',
      fillFactor: 100,
      mayMoveOut: undefined,
      isUnlogged: false,
    })
  }
  const rowCounts = targets.map(({ table }) => ({ rowCount: table.toLoad.count }))
  const lanes = request.lanes ?? wantedLanes(workloadOf(rowCounts, options))
  return {
    ...(await describeLoad({ plan, lanes, options, tables, wal: usualWalSettings, signal })),
    database: null,
    freeDiskBytes: null,
    lanes,
    time: null,
    dropped: tables.flatMap(droppedOf),
    warnings: [],
    notes: leftNotes(leftToServer(plan)),
  }
}

/** @param columns - as `leftToServer` gives them */
export function leftNotes(columns: readonly string[]): readonly string[] {
  if (columns.length === 0) return []
  return [`Left to the server, so not the same in every run: ${columns.join(', ')}`]
}

function namesOf(parts: IndexShape['parts']): readonly string[] {
  return parts.flatMap((part) => ('column' in part ? [part.column] : []))
}

function isSameSet(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && isWithin(names, others)
}

function deferredTables(
  targets: readonly Target[],
  { indexes }: RunOptions,
): ReadonlySet<TableModel> {
  const models = targets.map(({ table }) => table.model)
  const empty = targets.map(({ table }, position) => ({
    position,
    rowCount: table.toLoad.count,
  }))
  const chosen = tablesToDefer(empty, declaredOrder(models), indexes)
  return new Set(chosen.map(({ position }) => models[position]!))
}

/** As the server would tell once the tables are there. */
function declaredOrder(models: readonly TableModel[]): readonly TableOrder[] {
  return models.map(({ foreignKeys, key }, position) => {
    const parents = foreignKeys.map(({ parent }) => models.findIndex((one) => one.key === parent))
    return {
      position,
      waitsFor: parents.filter((parent) => parent >= 0 && parent !== position),
      isSequential: foreignKeys.some(({ parent }) => parent === key),
    }
  })
}

function droppedOf({
  target,
  indexes,
  built,
  keepsForeignKeys,
}: TableToLoad): readonly DroppedDefinition[] {
  const { schema, name: table, foreignKeys } = target.table.model
  return [
    ...(keepsForeignKeys
      ? []
      : foreignKeys.map(({ name }) => ({ schema, table, name, kind: 'foreign key' as const }))),
    ...indexes
      .filter(({ name }) => built.has(name))
      .map(({ name, isPrimaryKey, isUnique }) => ({
        schema,
        table,
        name,
        kind: isPrimaryKey || isUnique ? ('key' as const) : ('index' as const),
      })),
  ]
}
