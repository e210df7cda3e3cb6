import { and, asc, eq } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import { databaseLedger } from '../ledger/database-ledger.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { listRuns, lockRun, readRunTables } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import type { Step } from '../ledger/step.ts'
import { steps } from '../ledger/tables.ts'
import type { Session } from '../postgres/session.ts'
import { rebuild } from './rebuild-step.ts'
import { processName } from './recorded-lane.ts'
import { readTableOrder } from './table-order.ts'
import { inTransaction } from './transaction.ts'

/** What was put back, and what could not be. */
export interface Restored {
  /** E.g. `ix_orders_day on orders`. */
  readonly restored: readonly string[]
  readonly failures: readonly DownpourError[]
}

/**
 * Puts back the indexes and constraints that unfinished runs have dropped, each in a transaction of
 * its own. Such a run can still be resumed: it loads the rest with them in place.
 */
export async function restoreDropped(session: Session): Promise<Restored> {
  const restored: string[] = []
  const failures: DownpourError[] = []
  if ((await readLedgerVersion(session)) === 0) return { restored, failures }
  for (const run of await listRuns(session, ['running'])) {
    for (const step of await readRebuildSteps(session, run.id)) {
      try {
        await inTransaction(session, async () => {
          // Waits for a lane that is at it, or for what is left of one.
          await lockRun(session, run.id)
          if (await restoreStep(session, run, step)) restored.push(step.task!.title)
        })
      } catch (error) {
        if (!(error instanceof DownpourError) || error.code !== 'REBUILD_VIOLATION') throw error
        failures.push(error)
      }
    }
  }
  return { restored, failures }
}

/**
 * Puts back what a run has dropped, in whatever transaction is open: to be called with the run
 * locked, and its tables empty if that is to be quick.
 */
export async function restoreRun(session: Session, run: RunRecord): Promise<void> {
  for (const step of await readRebuildSteps(session, run.id)) await restoreStep(session, run, step)
}

/** @returns whether it was still to be done */
async function restoreStep(session: Session, run: RunRecord, step: Step): Promise<boolean> {
  const ledger = databaseLedger(run.id, processName())
  const started = performance.now()
  if ((await ledger.reclaim(session, step)) === 'done') return false
  await rebuild(session, ledger, step.task!)
  // Rows that are loaded from now on have to keep to it.
  await ledger.setOrder(
    session,
    await readTableOrder(session, await readRunTables(session, run.id)),
  )
  const seconds = (performance.now() - started) / 1000
  await ledger.complete(session, step, { seconds, generateSeconds: 0 })
  return true
}

async function readRebuildSteps(session: Session, run: string): Promise<readonly Step[]> {
  const rows = await session.db
    .select()
    .from(steps)
    .where(and(eq(steps.run, run), eq(steps.kind, 'rebuild'), eq(steps.isDone, false)))
    .orderBy(asc(steps.phase), asc(steps.number))
  return rows.map(({ phase, number, kind, task }) => ({
    phase,
    number,
    kind,
    task: task ?? undefined,
    position: undefined,
    firstRow: 0,
    rowCount: 0,
  }))
}
