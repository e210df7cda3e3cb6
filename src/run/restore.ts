import { and, asc, eq } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import { databaseLedger } from '../ledger/database-ledger.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { addSteps, listRuns, lockRun, readRunTables } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import type { Step } from '../ledger/step.ts'
import { dropped, steps } from '../ledger/tables.ts'
import type { Definition } from '../postgres/definitions.ts'
import { readRestored } from '../postgres/restored.ts'
import { serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { planRebuild } from './plan-rebuild.ts'
import { rebuild } from './rebuild-step.ts'
import { processName } from './recorded-lane.ts'
import { readTableOrder } from './table-order.ts'
import { inTransaction } from './transaction.ts'

/** What was put back, and what could not be. */
export interface Restored {
  /** E.g. `ix_orders_day on orders`. */
  readonly restored: readonly string[]
  /** Those that the rows do not keep to, … */
  readonly failures: readonly DownpourError[]
  /** … and those that rely on them, as a foreign key does on the key that it refers to. */
  readonly waiting: readonly string[]
}

/**
 * Puts back the indexes and constraints that unfinished runs have dropped, each in a transaction of
 * its own. Such a run can still be resumed: it loads the rest with them in place.
 *
 * @param onRestored - told what is back, once it is
 * @throws the server's error when it is not for the rows that something cannot be put back
 */
export async function restoreDropped(
  session: Session,
  onRestored: (name: string) => void = () => {},
): Promise<Restored> {
  const all = { restored: [], failures: [], waiting: [] } as {
    readonly restored: string[]
    readonly failures: DownpourError[]
    readonly waiting: string[]
  }
  if ((await readLedgerVersion(session)) === 0) return all
  const failed = new Set<string>()
  for (const run of await listRuns(session, ['running'])) {
    // Some may be back already, put there by hand.
    await inTransaction(session, async () => {
      if (await lockUnfinished(session, run)) await planTheRest(session, run)
    })
    for (const step of await planSingly(session, run)) {
      try {
        const isRestored = await inTransaction(
          session,
          async () => (await lockUnfinished(session, run)) && restoreStep(session, run, step),
        )
        if (!isRestored) continue
        all.restored.push(step.task!.title)
        onRestored(step.task!.title)
      } catch (error) {
        if (error instanceof DownpourError && error.code === 'REBUILD_VIOLATION') {
          all.failures.push(error)
          failed.add(step.task!.title)
        } else if (failed.size > 0 && missing.has(serverError(error)?.code)) {
          // A key is the second step of what its index has failed at.
          if (!failed.has(step.task!.title)) all.waiting.push(step.task!.title)
        } else throw error
      }
    }
  }
  return { ...all, waiting: [...new Set(all.waiting)] }
}

/** An index or a constraint that is not there; no unique one that a foreign key could refer to. */
const missing: ReadonlySet<string | undefined> = new Set(['42704', '42830'])

/**
 * Puts back what a run has dropped, in whatever transaction is open: to be called with the run
 * locked, and its tables empty if that is to be quick.
 */
export async function restoreRun(session: Session, run: RunRecord): Promise<void> {
  for (const step of await planSingly(session, run)) await restoreStep(session, run, step)
}

/**
 * Waits for a lane that is at a step, or for what is left of it.
 *
 * @returns whether the run is still unfinished
 */
async function lockUnfinished(session: Session, run: RunRecord): Promise<boolean> {
  return (await lockRun(session, run.id)) === 'running'
}

/** @returns whether what it is about is complete now */
async function restoreStep(session: Session, run: RunRecord, { task }: Step): Promise<boolean> {
  const ledger = databaseLedger(run.id, processName())
  await rebuild(session, ledger, task!)
  await planTheRest(session, run)
  // Rows that are loaded from now on have to keep to it.
  await ledger.setOrder(
    session,
    await readTableOrder(session, await readRunTables(session, run.id)),
  )
  return task!.completes.length > 0
}

/**
 * The steps that are left, one definition each: a key that the rows do not keep to does not hold up
 * the others of its table.
 */
async function planSingly(session: Session, run: RunRecord): Promise<readonly Step[]> {
  const definitions = await readDropped(session, run)
  const restored = await readRestored(session, definitions)
  return definitions
    .flatMap((definition, number) =>
      planRebuild([definition], { restored: [restored[number]!], steps: [] }).map((step) => ({
        ...step,
        task: { ...step.task!, completes: step.task!.completes.map(() => number) },
      })),
    )
    .toSorted((one, other) => one.phase - other.phase)
}

/** Lanes that go on with the run do what is left, and nothing twice. */
async function planTheRest(session: Session, run: RunRecord): Promise<void> {
  const definitions = await readDropped(session, run)
  const restored = await readRestored(session, definitions)
  await databaseLedger(run.id, processName()).recordRestored(
    session,
    [...definitions.keys()].filter((number) => restored[number] === 'present'),
  )
  await session.db.delete(steps).where(openRebuilds(run))
  const done = await session.db
    .select({ phase: steps.phase, number: steps.number })
    .from(steps)
    .where(and(eq(steps.run, run.id), eq(steps.kind, 'rebuild')))
  await addSteps(session, run.id, planRebuild(definitions, { restored, steps: done }))
}

/** All of them, in the order of their numbers. */
async function readDropped(session: Session, run: RunRecord): Promise<readonly Definition[]> {
  const rows = await session.db
    .select({ definition: dropped.definition })
    .from(dropped)
    .where(eq(dropped.run, run.id))
    .orderBy(asc(dropped.number))
  return rows.map(({ definition }) => definition)
}

function openRebuilds(run: RunRecord) {
  return and(eq(steps.run, run.id), eq(steps.kind, 'rebuild'), eq(steps.isDone, false))
}
