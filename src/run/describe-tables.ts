import type { RunTable } from '../ledger/runs.ts'
import type { Plan } from '../plan/plan.ts'
import type { Session } from '../postgres/session.ts'
import type { Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import { summariesOver } from './summaries.ts'
import { readTableOrder } from './table-order.ts'

/**
 * What is to be known of each table while it is loaded.
 *
 * @param strategyFor - how a table is written
 * @throws DownpourError `STRATEGY_…`
 */
export async function describeTables(
  session: Session,
  load: {
    readonly plan: Plan
    readonly targets: readonly Target[]
    readonly strategyFor: (target: Target) => Strategy
  },
): Promise<readonly RunTable[]> {
  const { plan, targets, strategyFor } = load
  const order = await readTableOrder(
    session,
    targets.map(({ table }) => table.model),
  )
  const strategies = targets.map(strategyFor)
  for (const [position, strategy] of strategies.entries()) {
    await strategy.check?.(plan, targets[position]!)
  }
  return targets.map(({ table: { model, rows, toLoad, key } }, position) => ({
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
  }))
}
