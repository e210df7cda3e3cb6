import { randomBytes } from 'node:crypto'
import type { Project } from '../config/load-project.ts'
import type { NewRun, RunTable } from '../ledger/runs.ts'
import { checkGrowth } from '../plan/check-growth.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { fingerprintPlan } from '../plan/fingerprint.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { Session } from '../postgres/session.ts'
import { chooseStrategy } from '../write/choose-strategy.ts'
import type { Target } from '../write/target.ts'
import { checkSample } from './check-sample.ts'
import { checkTargets } from './check-target.ts'
import { trySample } from './try-sample.ts'
import { refuseCircles } from './circles.ts'
import type { Clock } from './clock.ts'
import { checkParentRows, refuseExistingRows } from './existing-rows.ts'
import type { RunOptions } from './options.ts'
import { planRun } from './prepare-run.ts'
import type { PreparedRun } from './prepare-run.ts'
import { processName } from './recorded-lane.ts'
import { readBefore } from './rows-before.ts'
import { planSteps } from './run-steps.ts'
import { summariesOver } from './summaries.ts'
import { readTableOrder } from './table-order.ts'

/** A run that is about to begin: what it does, and what is written down of it. */
export interface BeginningRun extends PreparedRun {
  readonly record: Omit<NewRun, 'state'>
}

/**
 * Plans a run and makes sure that it can be done: nothing is written yet.
 *
 * @param ledger - whether there is one to look into
 * @throws DownpourError `PLAN_…`, `TARGET_…`, `REFUSED_…`
 */
export async function planNewRun(
  session: Session,
  request: {
    readonly project: Project
    readonly options: RunOptions
    readonly ledger: 'ledger' | 'no ledger'
    readonly clock: Clock
  },
): Promise<BeginningRun> {
  const { project, options, ledger, clock } = request
  const isAppending = options.existing === 'append'
  const before = isAppending ? await readBefore(session, project, options, ledger) : undefined
  const plan = await clock.time('plan', async () => {
    const planned = await planRun(session, project, options, before?.rows)
    await checkPlan(planned)
    return planned
  })
  const targets = await clock.time('check', async () => {
    const tables = loadedTables(plan)
    const found = await checkTargets(session, tables)
    await checkSample(plan, found)
    if (!session.pooled) await trySample(session, plan, found)
    await checkParentRows(session, plan)
    if (before) await checkGrowth(plan, before.recorded)
    if (options.existing === 'refuse') await refuseExistingRows(session, tables)
    return found
  })
  const tables = await describeTables(session, { plan, targets, options, project })
  const isKept = options.indexes === 'keep' || isAppending
  await refuseCircles(session, tables, isKept ? 'may not drop' : 'may drop')
  return {
    plan,
    targets,
    tables,
    record: {
      id: randomBytes(4).toString('hex'),
      options,
      before: before?.rows,
      fingerprint: await fingerprintPlan(plan),
      startedBy: processName(),
      tables,
      steps: planSteps(
        targets.map(({ table }) => table),
        options,
      ),
    },
  }
}

async function describeTables(
  session: Session,
  run: {
    readonly plan: Plan
    readonly targets: readonly Target[]
    readonly options: RunOptions
    readonly project: Project
  },
): Promise<readonly RunTable[]> {
  const { plan, targets, options, project } = run
  const order = await readTableOrder(
    session,
    targets.map(({ table }) => table.model),
  )
  const strategies = targets.map((target) =>
    chooseStrategy(options.strategy, target, project.config.copyThreshold),
  )
  for (const [position, strategy] of strategies.entries()) {
    await strategy.check?.(plan, targets[position]!)
  }
  return targets.map(({ table }, position) => {
    const { model, rows, toLoad, key } = table
    return {
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
    }
  })
}
