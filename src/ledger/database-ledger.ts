import { and, asc, count, eq, inArray, sql } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { addSteps, setRunState } from './runs.ts'
import type { Ledger } from './ledger.ts'
import type { Step } from './step.ts'
import { dropped, rejects, runs, runTables, steps } from './tables.ts'

/**
 * The ledger of a run, in the database. Any number of processes on any machines may work from it.
 *
 * @param worker - who does the steps, for `status`
 */
export function databaseLedger(run: string, worker: string): Ledger {
  const thisStep = (step: Step) =>
    and(eq(steps.run, run), eq(steps.phase, step.phase), eq(steps.number, step.number))

  /** The first step that may begin, unless it is locked. */
  async function claimFree(session: Session): Promise<Step | undefined> {
    const [row] = await session.db
      .select(stepColumns)
      .from(steps)
      .where(
        and(
          eq(steps.run, run),
          eq(steps.isDone, false),
          sql`${steps.phase} = (select min(phase) from ${steps} where run = ${run} and not is_done)`,
          sql`not exists (
            select from ${steps} as earlier
            join ${runTables} on ${runTables.run} = ${run}
              and ${runTables.position} = ${steps.position}
            where earlier.run = ${run} and not earlier.is_done and ${steps.kind} = 'chunk'
              and earlier.phase = ${steps.phase}
              and (earlier.position = any (${runTables.waitsFor})
                or ${runTables.isSequential} and earlier.position = ${steps.position}
                  and earlier.number < ${steps.number}))`,
        ),
      )
      .orderBy(asc(steps.phase), asc(steps.number))
      .limit(1)
      .for('update', { skipLocked: true })
    return row && stepOf(row)
  }

  /** Nothing comes before the lowest open step, so it may always begin. */
  async function claimLowest(session: Session): Promise<Step | undefined> {
    const [row] = await waitingLong(session, () =>
      session.db
        .select(stepColumns)
        .from(steps)
        .where(and(eq(steps.run, run), eq(steps.isDone, false)))
        .orderBy(asc(steps.phase), asc(steps.number))
        .limit(1)
        .for('update'),
    )
    return row && stepOf(row)
  }

  async function hasOpenSteps(session: Session): Promise<boolean> {
    const [row] = await session.db
      .select({ open: count() })
      .from(steps)
      .where(and(eq(steps.run, run), eq(steps.isDone, false)))
    return row!.open > 0
  }

  /** Whoever takes the run over waits for this lock, and so for the step under way. */
  async function shareRun(session: Session): Promise<void> {
    const [row] = await session.db
      .select({ state: runs.state })
      .from(runs)
      .where(eq(runs.id, run))
      .for('share')
    if (row?.state === 'running') return
    throw new DownpourError({
      code: 'RUN_TAKEN_OVER',
      message: `Cannot go on with run ${run}: it is ${row?.state ?? 'gone'}`,
      why: 'Another command threw it away, or emptied its tables, while this process was at work on it.',
      fix: 'Nothing is left to do here; "npx downpour status" shows the runs.',
      exitCode: 4,
    })
  }

  return {
    async claim(session) {
      for (;;) {
        const step = (await claimFree(session)) ?? (await claimLowest(session))
        if (step) {
          // After the step's lock and never before it: the last step locks the run itself.
          await shareRun(session)
          return step
        }
        if (!(await hasOpenSteps(session))) return undefined
      }
    },

    async reclaim(session, step) {
      const [row] = await waitingLong(session, () =>
        session.db.select({ isDone: steps.isDone }).from(steps).where(thisStep(step)).for('update'),
      )
      // Without a row it was put back by `restore` meanwhile.
      if (!row || row.isDone) return 'done'
      await shareRun(session)
      return 'open'
    },

    async complete(session, step, { seconds, generateSeconds, notes = [] }) {
      await session.db
        .update(steps)
        .set({
          isDone: true,
          doneBy: worker,
          seconds,
          generateSeconds,
          notes,
          doneAt: sql`clock_timestamp()`,
        })
        .where(thisStep(step))
    },

    committed: () => {},

    addSteps: (session, added) => addSteps(session, run, added),

    async setOrder(session, tables) {
      for (const { position, waitsFor, isSequential } of tables) {
        await session.db
          .update(runTables)
          .set({ waitsFor, isSequential })
          .where(and(eq(runTables.run, run), eq(runTables.position, position)))
      }
    },

    async recordDropped(session, definitions) {
      if (definitions.length === 0) return
      await session.db
        .insert(dropped)
        .values(definitions.map((definition, number) => ({ run, number, definition })))
    },

    async recordRestored(session, numbers) {
      if (numbers.length === 0) return
      await session.db
        .update(dropped)
        .set({ isRestored: true })
        .where(and(eq(dropped.run, run), inArray(dropped.number, [...numbers])))
    },

    async recordRejects(session, rejected) {
      for (let first = 0; first < rejected.length; first += rejectsPerStatement) {
        const part = rejected.slice(first, first + rejectsPerStatement)
        await session.db.insert(rejects).values(part.map((reject) => ({ run, ...reject })))
      }
    },

    async countRejects(session) {
      const [row] = await session.db
        .select({ rows: count() })
        .from(rejects)
        .where(eq(rejects.run, run))
      return row!.rows
    },

    recordEnd: (session) => setRunState(session, run, 'finished'),
  }
}

/** A statement takes 65,533 parameters. */
const rejectsPerStatement = 1000

/** Another lane may be at a step for long, whatever the role's timeouts are. */
async function waitingLong<T>(session: Session, ask: () => PromiseLike<T>): Promise<T> {
  await session.query('set local statement_timeout = 0; set local lock_timeout = 0')
  const answer = await ask()
  await session.query('set local statement_timeout to default; set local lock_timeout to default')
  return answer
}

const stepColumns = {
  phase: steps.phase,
  number: steps.number,
  kind: steps.kind,
  position: steps.position,
  firstRow: steps.firstRow,
  rowCount: steps.rowCount,
  task: steps.task,
}

type StepRow = { readonly [Key in keyof typeof stepColumns]: (typeof steps.$inferSelect)[Key] }

function stepOf({ position, firstRow, rowCount, task, ...step }: StepRow): Step {
  return {
    ...step,
    position: position ?? undefined,
    firstRow: firstRow ?? 0,
    rowCount: rowCount ?? 0,
    task: task ?? undefined,
  }
}
