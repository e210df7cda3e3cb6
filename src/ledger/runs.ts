import { and, asc, desc, eq, gt, inArray, ne, sql } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import type { Fingerprint } from '../plan/fingerprint.ts'
import type { Session } from '../postgres/session.ts'
import type { RowsBefore, RunOptions } from '../run/options.ts'
import type { Step } from './step.ts'
import { installation, runs, runTables, steps } from './tables.ts'
import type { RunState } from './tables.ts'

/** A run as the ledger knows it. */
export interface RunRecord {
  readonly id: string
  readonly ordinal: number
  readonly state: RunState
  readonly options: RunOptions
  readonly before: RowsBefore | null
  readonly fingerprint: Fingerprint
  readonly startedBy: string
  readonly startedAt: string
  readonly endedAt: string | null
}

/** A table of a run. */
export type RunTable = Omit<typeof runTables.$inferSelect, 'run'>

/** What is written down before anything is loaded. */
export interface NewRun {
  readonly id: string
  /** A run that has done everything already is `finished`. */
  readonly state: 'running' | 'finished'
  readonly options: RunOptions
  readonly before: RowsBefore | undefined
  readonly fingerprint: Fingerprint
  readonly startedBy: string
  readonly tables: readonly RunTable[]
  readonly steps: readonly Step[]
}

/**
 * Makes sure that no run has begun since the runs were looked at, nor can another begin before the
 * transaction that is open has ended: also where the database has no lock for that.
 *
 * @param known - those that were not finished then
 * @throws DownpourError `REFUSED_BUSY`
 */
export async function refuseOtherRuns(
  session: Session,
  known: readonly RunRecord[],
): Promise<void> {
  await session.db.select({ version: installation.version }).from(installation).for('update')
  const running = await listRuns(session, ['running'])
  const other = running.find(({ id }) => !known.some((one) => one.id === id))
  if (!other) return
  throw new DownpourError({
    code: 'REFUSED_BUSY',
    message: 'Another run is at work on this database',
    why: `Run ${other.id} of ${other.startedBy} has begun meanwhile.`,
    fix: 'Help it with --join latest, or wait until it has ended.',
  })
}

/** Writes a run down, with all of its steps, in whatever transaction is open. */
export async function recordRun(session: Session, run: NewRun): Promise<void> {
  const { id, state, options, before, fingerprint, startedBy } = run
  await session.db.insert(runs).values({
    id,
    state,
    options,
    before: before ?? null,
    fingerprint: fingerprint.digest,
    facts: fingerprint.facts,
    startedBy,
    ...(state === 'finished' ? { endedAt: sql`now()` } : {}),
  })
  if (run.tables.length > 0) {
    await session.db.insert(runTables).values(run.tables.map((table) => ({ ...table, run: id })))
  }
  await addSteps(session, id, run.steps)
}

/** Adds steps to a run, in whatever transaction is open. */
export async function addSteps(
  session: Session,
  run: string,
  added: readonly Step[],
): Promise<void> {
  for (let first = 0; first < added.length; first += stepsPerStatement) {
    await session.db.insert(steps).values(
      added.slice(first, first + stepsPerStatement).map((step) => ({
        run,
        phase: step.phase,
        number: step.number,
        kind: step.kind,
        position: step.position ?? null,
        firstRow: step.firstRow,
        rowCount: step.rowCount,
        task: step.task ?? null,
      })),
    )
  }
}

const stepsPerStatement = 1000

/** @returns `undefined` when there is no such run */
export async function findRun(session: Session, id: string): Promise<RunRecord | undefined> {
  const [row] = await session.db.select().from(runs).where(eq(runs.id, id))
  return row && recordOf(row)
}

/** Runs in some of the states, the latest first. */
export async function listRuns(
  session: Session,
  states?: readonly RunState[],
): Promise<readonly RunRecord[]> {
  const rows = await session.db
    .select()
    .from(runs)
    .where(states && inArray(runs.state, [...states]))
    .orderBy(desc(runs.ordinal))
  return rows.map(recordOf)
}

/** The tables of a run, parents first. */
export async function readRunTables(session: Session, run: string): Promise<readonly RunTable[]> {
  const rows = await session.db
    .select()
    .from(runTables)
    .where(eq(runTables.run, run))
    .orderBy(asc(runTables.position))
  return rows.map(({ run: _run, ...table }) => table)
}

/**
 * Locks a run's row, so that no step of it can be under way, in whatever transaction is open: every
 * step holds a share lock on it.
 *
 * @returns its state
 */
export async function lockRun(session: Session, run: string): Promise<RunState | undefined> {
  // In the order in which lanes lock: a step, then its run.
  await session.db
    .select({ number: steps.number })
    .from(steps)
    .where(and(eq(steps.run, run), eq(steps.isDone, false)))
    .orderBy(asc(steps.phase), asc(steps.number))
    .for('update')
  const [row] = await session.db
    .select({ state: runs.state })
    .from(runs)
    .where(eq(runs.id, run))
    .for('update')
  return row?.state
}

/** Changes a run's state, in whatever transaction is open. */
export async function setRunState(session: Session, run: string, state: RunState): Promise<void> {
  await session.db
    .update(runs)
    .set({ state, ...(state === 'undoing' ? {} : { endedAt: sql`now()` }) })
    .where(eq(runs.id, run))
}

/** Finished runs that came after another, oldest first. */
export async function laterRuns(
  session: Session,
  { id, ordinal }: RunRecord,
): Promise<readonly RunRecord[]> {
  const rows = await session.db
    .select()
    .from(runs)
    .where(
      and(
        gt(runs.ordinal, ordinal),
        ne(runs.id, id),
        inArray(runs.state, ['running', 'finished', 'undoing']),
      ),
    )
    .orderBy(asc(runs.ordinal))
  return rows.map(recordOf)
}

function recordOf({ facts, fingerprint, ...run }: typeof runs.$inferSelect): RunRecord {
  return { ...run, fingerprint: { digest: fingerprint, facts } }
}
