import { and, asc, eq, isNotNull, sql } from 'drizzle-orm'
import type { Session } from '../postgres/session.ts'
import type { StepKind } from './step.ts'
import { rejects, steps } from './tables.ts'

/** What is done of a run, by all processes. */
export interface RunProgress {
  /** Rows by the table's position; what was left out counts as done. */
  readonly rows: readonly number[]
  readonly rebuild: { readonly done: number; readonly total: number }
}

/** @param tables - how many the run has */
export async function readProgress(
  session: Session,
  run: string,
  tables: number,
): Promise<RunProgress> {
  const rows = await session.db
    .select({
      kind: steps.kind,
      position: steps.position,
      done: sql<number>`count(*) filter (where ${steps.isDone})::float8`,
      rows: sql<number>`coalesce(sum(${steps.rowCount}) filter (where ${steps.isDone}), 0)::float8`,
      total: sql<number>`count(*)::float8`,
    })
    .from(steps)
    .where(eq(steps.run, run))
    .groupBy(steps.kind, steps.position)
  const chunks = rows.filter(({ kind }) => kind === 'chunk')
  const rebuild = rows.find(({ kind }) => kind === 'rebuild')
  return {
    rows: Array.from(
      { length: tables },
      (_, position) => chunks.find((row) => row.position === position)?.rows ?? 0,
    ),
    rebuild: { done: rebuild?.done ?? 0, total: rebuild?.total ?? 0 },
  }
}

/** How long the steps of a kind took. */
export interface StepTimes {
  readonly kind: StepKind
  /** Of one table, or of all together. */
  readonly position: number | 'all'
  readonly steps: number
  /** During which at least one lane was at such a step. */
  readonly seconds: number
  /** Of all lanes together. */
  readonly generateSeconds: number
}

/** Reads how long the steps took, by kind and table, from when each was done and how long it was at. */
export async function readStepTimes(session: Session, run: string): Promise<readonly StepTimes[]> {
  // Steps of several lanes overlap: what an earlier one reaches does not count twice.
  const rows = await session.query<Omit<StepTimes, 'position'> & { position: number | null }>(
    `with spans as (
       select kind, position, generate_seconds, extract(epoch from done_at)::float8 - seconds as began,
         extract(epoch from done_at)::float8 as ended
       from downpour.steps where run = $1 and is_done),
     listed as (
       select * from spans where position is not null
       union all
       select kind, null, generate_seconds, began, ended from spans),
     reaches as (
       select *, max(ended) over (partition by kind, position order by began, ended
         rows between unbounded preceding and 1 preceding) as reached
       from listed)
     select kind, position::float8 as position, count(*)::float8 as steps,
       sum(greatest(0, ended - greatest(began, coalesce(reached, began)))) as seconds,
       coalesce(sum(generate_seconds), 0) as "generateSeconds"
     from reaches group by kind, position`,
    [run],
  )
  return rows.map((row) => ({ ...row, position: row.position ?? 'all' }))
}

/** What people should know of how the steps were done, in their order. */
export async function readNotes(session: Session, run: string): Promise<readonly string[]> {
  const rows = await session.db
    .select({ notes: steps.notes })
    .from(steps)
    .where(and(eq(steps.run, run), isNotNull(steps.notes)))
    .orderBy(asc(steps.phase), asc(steps.number))
  return rows.flatMap(({ notes }) => notes ?? [])
}

/** Rows that were left out, by the table's key. */
export async function readRejectCounts(
  session: Session,
  run: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.db
    .select({ table: rejects.tableKey, rows: sql<number>`count(*)::float8` })
    .from(rejects)
    .where(eq(rejects.run, run))
    .groupBy(rejects.tableKey)
  return new Map(rows.map(({ table, rows: count }) => [table, count]))
}
