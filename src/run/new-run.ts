import { randomBytes } from 'node:crypto'
import type { Project } from '../config/load-project.ts'
import type { NewRun } from '../ledger/runs.ts'
import { checkGrowth } from '../plan/check-growth.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { fingerprintPlan } from '../plan/fingerprint.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { readEngine } from '../postgres/engine.ts'
import type { Session } from '../postgres/session.ts'
import { chooseStrategy } from '../write/choose-strategy.ts'
import { checkDistribution } from './check-distribution.ts'
import { checkRights, rightsForRun } from './check-rights.ts'
import { checkSamples } from './check-samples.ts'
import { checkTargets } from './check-target.ts'
import { describeTables } from './describe-tables.ts'
import { optionsOn } from './engine-rules.ts'
import { refuseCircles } from './circles.ts'
import type { Clock } from './clock.ts'
import { findConnected } from './connect.ts'
import { checkParentRows, refuseExistingRows } from './existing-rows.ts'
import type { RowsBefore, RunOptions } from './options.ts'
import { planRun } from './prepare-run.ts'
import type { PreparedRun } from './prepare-run.ts'
import { processName } from './recorded-lane.ts'
import { readBefore } from './rows-before.ts'
import { planSteps } from './run-steps.ts'

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
  const { project, ledger, clock } = request
  const engine = await readEngine(session)
  const isAppending = request.options.existing === 'append'
  const before = isAppending
    ? await readBefore(session, project, request.options, ledger)
    : undefined
  const { plan, options } = await clock.time('plan', async () => {
    const wanted = optionsOn(engine, request.options)
    const planned = await planOver(session, project, wanted, before?.rows)
    await checkPlan(planned.plan)
    return planned
  })
  const targets = await clock.time('check', async () => {
    const tables = loadedTables(plan)
    const found = await checkTargets(session, tables)
    await checkDistribution(
      session,
      plan.tables.map(({ model }) => model),
    )
    await checkRights(session, 'seed', rightsForRun(plan, options))
    await checkSamples(plan, found, session.pooled ? undefined : session)
    await checkParentRows(session, plan, options)
    if (before) await checkGrowth(plan, before.recorded)
    if (options.existing === 'refuse') await refuseExistingRows(session, tables)
    return found
  })
  const tables = await describeTables(session, {
    plan,
    targets,
    strategyFor: (target) => chooseStrategy(options.strategy, target, project.config.copyThreshold),
  })
  const staysInForce = options.indexes === 'keep' || options.onError === 'skip' || isAppending
  await refuseCircles(session, tables, staysInForce ? 'may not drop' : 'may drop')
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

/** Rows of somebody else in parents that are not loaded are found once, and then belong to the run. */
async function planOver(
  session: Session,
  project: Project,
  options: RunOptions,
  before: RowsBefore | undefined,
): Promise<{ readonly plan: Plan; readonly options: RunOptions }> {
  const plan = await planRun(session, project, { options, before })
  const connected = await findConnected(session, plan, options, before)
  if (connected.length === 0) return { plan, options }
  const found = { ...options, connected }
  return { plan: await planRun(session, project, { options: found, before }), options: found }
}
