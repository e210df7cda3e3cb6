import { availableParallelism } from 'node:os'
import type { Session } from '../postgres/session.ts'
import type { RunOptions } from './options.ts'

/** What there is to be done by lanes. */
export interface Workload {
  readonly rows: number
  /** That can be done side by side. */
  readonly steps: number
}

/** Below so many rows a connection of its own costs as much as it gains. */
const rowsPerLane = 50_000

/** Beyond them a server gains little: more have to be asked for. */
const mostLanes = 8

/**
 * How many lanes a run gets when nobody says: as many as this machine has cores, as its rows are
 * worth, and as the server has connections to spare.
 */
export async function chooseLanes(session: Session, workload: Workload): Promise<number> {
  const free = await countFreeConnections(session)
  // One is left for whoever wants to look.
  return Math.max(1, Math.min(wantedLanes(workload), free - 1))
}

/** The same for a server that has connections to spare. */
export function wantedLanes({ rows, steps }: Workload): number {
  const worthwhile = Math.ceil(rows / rowsPerLane)
  return Math.max(1, Math.min(availableParallelism(), mostLanes, worthwhile, steps))
}

/** @param tables - with the rows that a run loads into each */
export function workloadOf(
  tables: readonly { readonly rowCount: number }[],
  { transaction, chunkSize }: RunOptions,
): Workload {
  const loaded = tables.filter(({ rowCount }) => rowCount > 0)
  return {
    rows: loaded.reduce((sum, { rowCount }) => sum + rowCount, 0),
    steps:
      transaction === 'table'
        ? loaded.length
        : loaded.reduce((sum, { rowCount }) => sum + Math.ceil(rowCount / chunkSize), 0),
  }
}

/** How many connections a role without special rights can still open. */
export async function countFreeConnections(session: Session): Promise<number> {
  const [free] = await session.query<{ connections: number }>(
    `select (current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
       - (select count(*) from pg_stat_activity))::float8 as connections`,
  )
  return free!.connections
}
