import { openTable } from '../generate/slices.ts'
import type { Plan } from '../plan/plan.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from '../write/target.ts'
import { encodeSample } from './encode-sample.ts'
import { openSamples } from './sample.ts'
import type { Sample } from './sample.ts'
import { trySample } from './try-sample.ts'

/**
 * Draws some rows of each table, encodes them for its columns, and lets the server judge those of
 * tables that have checks: nothing is written.
 *
 * @param session - on which temporary tables can be made, or undefined behind a pooler
 * @throws DownpourError `DATA_…`, `PLAN_CHECK`
 */
export async function checkSamples(
  plan: Plan,
  targets: readonly Target[],
  session: Session | undefined,
): Promise<void> {
  await judgeSamples(await openSamples(targets, (table) => openTable(plan, table)), session)
}

/** As `checkSamples`, with samples that are open. */
export async function judgeSamples(
  samples: readonly Sample[],
  session: Session | undefined,
): Promise<void> {
  for (const sample of samples) encodeSample(sample)
  const checked = samples.filter(
    // CockroachDB makes temporary tables only where that experiment is switched on.
    ({ target }) => target.table.model.checks.length > 0 && target.engine.kind === 'postgres',
  )
  if (!session || checked.length === 0 || !(await mayHaveTemporaryTables(session))) return
  for (const sample of checked) await trySample(session, sample)
}

/** Whether the role may make temporary tables. */
export async function mayHaveTemporaryTables(session: Session): Promise<boolean> {
  const [right] = await session.query<{ may: boolean }>(
    `select has_database_privilege(current_database(), 'TEMPORARY') as may`,
  )
  return right!.may
}
