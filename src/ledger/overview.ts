import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import type { DefinitionKind } from '../postgres/definitions.ts'
import type { Session } from '../postgres/session.ts'
import { readRejectCounts } from './progress.ts'
import type { RunRecord } from './runs.ts'
import type { StepKind } from './step.ts'
import { dropped, rejects, runs, runTables, steps } from './tables.ts'
import type { RunState } from './tables.ts'

/** A run in a line. */
export interface RunSummary {
  readonly run: string
  readonly state: RunState
  /** UTC, to the second. */
  readonly startedAt: string
  readonly endedAt: string | null
  readonly startedBy: string
  readonly profile: string
  readonly seed: number
  /** That were loaded or left out, of all of them. */
  readonly rows: number
  readonly total: number
  readonly rejected: number
}

/** How far an unfinished run is. */
export interface RunDetails {
  readonly tables: readonly TableProgress[]
  readonly steps: readonly StepProgress[]
  /** Lately, while somebody was at work; `null` before the first chunk. */
  readonly rowsPerSecond: number | null
  /** For the rows that are left, at that rate. */
  readonly secondsLeft: number | null
  readonly dropped: readonly DroppedDefinition[]
  /** Who is at work on it now, e.g. `lane 1`. */
  readonly lanes: readonly string[]
}

export interface TableProgress {
  readonly table: string
  readonly rows: number
  readonly total: number
  readonly rejected: number
}

export interface StepProgress {
  readonly kind: StepKind
  readonly done: number
  readonly total: number
}

export interface DroppedDefinition {
  readonly name: string
  readonly kind: DefinitionKind
  readonly table: string
}

/**
 * Reads the runs, the latest first.
 *
 * @param only - one of them
 */
export async function readRunSummaries(
  session: Session,
  only?: string,
): Promise<readonly RunSummary[]> {
  const loaded = sql`(select coalesce(sum(${steps.rowCount}), 0) from ${steps}
    where ${steps.run} = ${runs.id} and ${steps.kind} = 'chunk' and ${steps.isDone})`
  const total = sql`(select coalesce(sum(${runTables.rowCount}), 0) from ${runTables}
    where ${runTables.run} = ${runs.id})`
  return session.db
    .select({
      run: runs.id,
      state: runs.state,
      startedAt: toTheSecond(sql`${runs.startedAt}`),
      endedAt: sql<string | null>`${toTheSecond(sql`${runs.endedAt}`)}`,
      startedBy: runs.startedBy,
      profile: sql<string>`${runs.options} ->> 'profile'`,
      seed: sql<number>`(${runs.options} ->> 'seed')::float8`,
      // A run that is one transaction has no steps.
      rows: sql<number>`(case when ${runs.state} in ('running', 'abandoned')
        then ${loaded} else ${total} end)::float8`,
      total: sql<number>`${total}::float8`,
      rejected: sql<number>`(select count(*) from ${rejects}
        where ${rejects.run} = ${runs.id})::float8`,
    })
    .from(runs)
    .where(only === undefined ? undefined : eq(runs.id, only))
    .orderBy(desc(runs.ordinal))
}

/** Reads what an unfinished run has done and has left to do. */
export async function readRunDetails(session: Session, run: string): Promise<RunDetails> {
  const tables = await readTableProgress(session, run)
  const rowsPerSecond = await readRate(session, run)
  const left = tables.reduce((sum, { rows, total }) => sum + total - rows, 0)
  return {
    tables,
    steps: await readStepProgress(session, run),
    rowsPerSecond,
    secondsLeft: rowsPerSecond === null ? null : left / rowsPerSecond,
    dropped: await readDropped(session, run),
    lanes: await readLanes(session, run),
  }
}

/**
 * Reads which lanes are at work on a run, in whatever process: their connections bear its name.
 *
 * @returns e.g. `['lane 1', 'lane 2']`
 */
export async function readLanes(session: Session, run: string): Promise<readonly string[]> {
  const rows = await session.query<{ lane: string }>(
    `select substr(application_name, length($1::text) + 1) as lane from pg_stat_activity
     where datname = current_database() and starts_with(application_name, $1::text)
     order by 1`,
    [`downpour ${run} `],
  )
  return rows.map(({ lane }) => lane)
}

/** A row that was left out, as a reject file tells it. */
export interface RejectedRow {
  readonly table: string
  readonly row: number
  readonly key: number | null
  readonly code: string
  readonly constraint: string | null
  readonly column: string | null
}

/** Reads the rows that a run left out, parents first. */
export async function readRejects(session: Session, run: string): Promise<readonly RejectedRow[]> {
  return session.db
    .select({
      table: rejects.tableKey,
      row: rejects.row,
      key: rejects.key,
      code: rejects.code,
      constraint: rejects.constraint,
      column: rejects.column,
    })
    .from(rejects)
    .leftJoin(runTables, and(eq(runTables.run, rejects.run), eq(runTables.key, rejects.tableKey)))
    .where(eq(rejects.run, run))
    .orderBy(asc(runTables.position), asc(rejects.row))
}

/** The latest run that has left rows out. */
export async function latestWithRejects(session: Session): Promise<RunRecord['id'] | undefined> {
  const [row] = await session.db
    .select({ run: runs.id })
    .from(runs)
    .where(inArray(runs.id, session.db.select({ run: rejects.run }).from(rejects)))
    .orderBy(desc(runs.ordinal))
    .limit(1)
  return row?.run
}

function toTheSecond(time: ReturnType<typeof sql>) {
  return sql<string>`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`
}

async function readTableProgress(session: Session, run: string): Promise<readonly TableProgress[]> {
  const rejected = await readRejectCounts(session, run)
  const rows = await session.db
    .select({
      table: runTables.key,
      rows: sql<number>`coalesce(sum(${steps.rowCount}) filter (where ${steps.isDone}), 0)::float8`,
      total: runTables.rowCount,
    })
    .from(runTables)
    .leftJoin(
      steps,
      and(
        eq(steps.run, runTables.run),
        eq(steps.kind, 'chunk'),
        eq(steps.position, runTables.position),
      ),
    )
    .where(eq(runTables.run, run))
    .groupBy(runTables.position, runTables.key, runTables.rowCount)
    .orderBy(asc(runTables.position))
  return rows.map((row) => ({ ...row, rejected: rejected.get(row.table) ?? 0 }))
}

async function readStepProgress(session: Session, run: string): Promise<readonly StepProgress[]> {
  return session.db
    .select({
      kind: steps.kind,
      done: sql<number>`count(*) filter (where ${steps.isDone})::float8`,
      total: sql<number>`count(*)::float8`,
    })
    .from(steps)
    .where(eq(steps.run, run))
    .groupBy(steps.kind)
    .orderBy(sql`min(${steps.phase})`)
}

async function readDropped(session: Session, run: string): Promise<readonly DroppedDefinition[]> {
  const rows = await session.db
    .select({ definition: dropped.definition })
    .from(dropped)
    .where(and(eq(dropped.run, run), eq(dropped.isRestored, false)))
    .orderBy(asc(dropped.number))
  return rows.map(({ definition: { name, kind, table } }) => ({ name, kind, table }))
}

/**
 * Rows a second over the last minutes in which chunks were being loaded: times in which the run
 * stood still do not count, nor does the same time of several lanes.
 */
async function readRate(session: Session, run: string): Promise<number | null> {
  const [row] = await session.query<{ rate: number | null }>(
    `with chunks as (
       select row_count, extract(epoch from done_at)::float8 - seconds as began,
         extract(epoch from done_at)::float8 as ended, max(done_at) over () as latest, done_at
       from downpour.steps where run = $1 and kind = 'chunk' and is_done and row_count > 0),
     recent as (
       select *, max(ended) over (order by began, ended
         rows between unbounded preceding and 1 preceding) as reached
       from chunks where done_at > latest - interval '5 minutes')
     select sum(row_count)::float8
       / nullif(sum(greatest(0, ended - greatest(began, coalesce(reached, began)))), 0) as rate
     from recent`,
    [run],
  )
  return row!.rate
}
