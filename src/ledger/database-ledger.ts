import { and, count, eq, inArray } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { addSteps, setRunState } from './runs.ts'
import type { Ledger } from './ledger.ts'
import { phases } from './step.ts'
import type { Step, StepKind, StepTask } from './step.ts'
import { dropped, rejects, runTables, steps } from './tables.ts'

/**
 * The ledger of a run, in the database. Any number of processes on any machines may work from it.
 *
 * @param worker - who does the steps, for `status`
 */
export function databaseLedger(run: string, worker: string): Ledger {
  const thisStep = (step: Step) =>
    and(eq(steps.run, run), eq(steps.phase, step.phase), eq(steps.number, step.number))

  async function claimBy(statement: string, session: Session): Promise<Step | undefined> {
    const [row] = await session.query<StepRow>(statement, [run], { prepare: true })
    return row && stepOf(row)
  }

  /**
   * Waits for the lowest open step: nothing comes before it, so it may always begin. Where it is done by
   * the time that it is free, others have become free as well.
   */
  async function awaitLowest(session: Session): Promise<Step | undefined> {
    await session.query('savepoint waiting')
    const step = await waitingLong(session, () => claimBy(lowestStep, session))
    // The server locks the row before it sees that the step is done, and whoever waits for it too
    // would do so until this lane has done another.
    await session.query(step ? 'release savepoint waiting' : 'rollback to savepoint waiting')
    return step
  }

  async function hasOpenSteps(session: Session): Promise<boolean> {
    return (await session.query(`select phase from ${lowestOpen}`, [run])).length > 0
  }

  /** Whoever takes the run over waits for this lock, and so for the step under way. */
  async function shareRun(session: Session): Promise<void> {
    const [row] = await session.query<{ state: string }>(sharedRun, [run], { prepare: true })
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
        const step =
          (await claimBy(freeChunk, session)) ??
          (await claimBy(freeOther, session)) ??
          (await awaitLowest(session))
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

    async complete(session, { phase, number }, { seconds, generateSeconds, notes = [] }) {
      await session.query(
        doneStep,
        [run, phase, number, worker, seconds, generateSeconds, JSON.stringify(notes)],
        { prepare: true },
      )
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

// What is asked for each step is prepared: the server plans it once, and answers in one round trip.

/** Of one index, that of open steps: what is done does not slow a claim down, nor do those that wait. */
const inOrder = 'order by phase, position, first_row, number'

const lowestOpen = `downpour.steps where run = $1 and not is_done ${inOrder} limit 1`

const stepColumns = 'phase, number, kind, position, first_row, row_count, task::text as task'

function firstOpenRow(position: string): string {
  return `(select min(first_row) from downpour.steps
    where run = $1 and not is_done and phase = ${phases.load} and position = ${position})`
}

/**
 * A chunk of the first table that may be loaded and has one that is not locked. The server looks into
 * one table after the other until it has found a chunk.
 */
const freeChunk = `select turn.*
  from (select position, waits_for, is_sequential from downpour.run_tables
    where run = $1 order by position) as tables
  cross join lateral (
    select ${stepColumns} from downpour.steps
    where run = $1 and not is_done and phase = ${phases.load} and position = tables.position
      and (select phase from ${lowestOpen}) = ${phases.load}
      and not exists (select 1 from unnest(tables.waits_for) as parent
        where ${firstOpenRow('parent')} is not null)
      and (not tables.is_sequential or first_row = ${firstOpenRow('tables.position')})
    order by first_row limit 1 for update skip locked) as turn
  limit 1`

const freeOther = `select ${stepColumns} from downpour.steps
  where run = $1 and not is_done and phase = (select phase from ${lowestOpen})
    and (select phase from ${lowestOpen}) <> ${phases.load}
  ${inOrder} limit 1 for update skip locked`

/**
 * That one alone: with a limit only, the server would go on from a step that was done meanwhile to the
 * next, at which another lane is, and wait for that one too.
 */
const lowestStep = `select ${stepColumns} from downpour.steps
  where run = $1 and not is_done
    and phase = (select phase from ${lowestOpen}) and number = (select number from ${lowestOpen})
  for update`

const sharedRun = 'select state from downpour.runs where id = $1 for share'

// Not clock_timestamp(): Citus takes no volatile function in an UPDATE.
const doneStep = `update downpour.steps
  set is_done = true, done_by = $4, seconds = $5, generate_seconds = $6, notes = $7::text::jsonb,
    done_at = statement_timestamp()
  where run = $1 and phase = $2 and number = $3`

interface StepRow {
  readonly phase: number
  readonly number: number
  readonly kind: StepKind
  readonly position: number | null
  readonly first_row: string | null
  readonly row_count: string | null
  /** JSON. */
  readonly task: string | null
}

function stepOf({ phase, number, kind, position, first_row, row_count, task }: StepRow): Step {
  return {
    phase,
    number,
    kind,
    position: position ?? undefined,
    firstRow: Number(first_row ?? 0),
    rowCount: Number(row_count ?? 0),
    task: task === null ? undefined : (JSON.parse(task) as StepTask),
  }
}
