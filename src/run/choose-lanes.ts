import { availableParallelism } from 'node:os'
import type { Session } from '../postgres/session.ts'

/** Below so many rows a connection of its own costs as much as it gains. */
const rowsPerLane = 50_000

/** Beyond them a server gains little: more have to be asked for. */
const mostLanes = 8

/**
 * How many lanes a run gets when nobody says: as many as this machine has cores, as its rows are
 * worth, and as the server has connections to spare.
 *
 * @param options - `rows` that are to be loaded; `steps`: that can be done side by side
 */
export async function chooseLanes(
  session: Session,
  { rows, steps }: { readonly rows: number; readonly steps: number },
): Promise<number> {
  const free = await countFreeConnections(session)
  // One is left for whoever wants to look.
  const spare = free - 1
  const wanted = Math.min(availableParallelism(), mostLanes, Math.ceil(rows / rowsPerLane), steps)
  return Math.max(1, Math.min(wanted, spare))
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
