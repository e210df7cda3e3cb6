import type { TableModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { ExistingRows } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Refinements } from '../plan/refinement.ts'
import type { Session } from '../postgres/session.ts'
import { checkSample } from '../run/check-sample.ts'
import { checkTargets } from '../run/check-target.ts'
import { trySample } from '../run/try-sample.ts'
import { readExistingRows } from '../run/existing-rows.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { withDomains } from '../run/read-domains.ts'
import { summariesOver } from '../run/summaries.ts'
import { readTableOrder } from '../run/table-order.ts'
import type { Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import type { SeedSettings } from './options.ts'

/** What `seed` was asked for, apart from where. */
export interface SeedJob {
  readonly tables: readonly TableModel[]
  readonly refinements: Refinements
  readonly settings: SeedSettings
}

/**
 * Plans a load and makes sure that it can be done: nothing is written yet.
 *
 * Rows that are there stay, and new ones come behind them: keys go on after the largest one, and rows
 * are numbered on, so that unique values of the same seed do not come again. New rows refer to new
 * rows only, since nothing is known of who wrote the others.
 *
 * @param strategyFor - how a table is written
 * @throws DownpourError `PLAN_…`, `TARGET_…`, `STRATEGY_…`
 */
export async function prepareLoad(
  session: Session,
  { tables: declared, refinements, settings }: SeedJob,
  strategyFor: (target: Target) => Strategy,
): Promise<PreparedRun> {
  const tables = await withDomains(session, declared)
  const existing = new Map<string, ExistingRows>()
  for (const table of tables) {
    // Without the smallest key nobody refers to rows that are there.
    const found = { ...(await readExistingRows(session, table)), smallestKey: undefined }
    if (found.rows > 0) existing.set(table.key, found)
  }
  const { seed, referenceDate, count } = settings
  const plan = await buildPlan({
    tables,
    refinements,
    seed,
    referenceDate,
    counts: {
      explicit: countsBehind(existing, refinements, count),
      profile: {},
      scale: 1,
      otherwise: count,
    },
    only: undefined,
    existing: existing.size > 0 ? existing : undefined,
  })
  await checkPlan(plan)
  const targets = await checkTargets(session, loadedTables(plan))
  await checkSample(plan, targets)
  await trySample(session, plan, targets)
  const order = await readTableOrder(
    session,
    targets.map(({ table }) => table.model),
  )
  const strategies = targets.map(strategyFor)
  for (const [position, strategy] of strategies.entries()) {
    await strategy.check?.(plan, targets[position]!)
  }
  return {
    plan,
    targets,
    tables: targets.map(({ table: { model, rows, toLoad, key } }, position) => ({
      ...order[position]!,
      position,
      key: model.key,
      schema: model.schema,
      name: model.name,
      planFirst: rows.first,
      planCount: rows.count,
      firstRow: toLoad.first,
      rowCount: toLoad.count,
      strategy: strategies[position]!.name,
      keyColumn: key?.column.name ?? null,
      keyStart: key?.start ?? null,
      isEmptied: false,
      summaries: summariesOver(plan, model.key),
    })),
  }
}

/** A plan counts the rows that are there as well. */
function countsBehind(
  existing: ReadonlyMap<string, ExistingRows>,
  refinements: Refinements,
  otherwise: number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...existing].flatMap(([table, { rows }]) => {
      const { count, each, rows: known } = refinements[table] ?? {}
      return each ? [] : [[table, rows + (count ?? known?.length ?? otherwise)]]
    }),
  )
}
