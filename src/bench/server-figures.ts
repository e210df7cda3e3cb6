import type { Session } from '../postgres/session.ts'
import { readFreeDisk, readTableBytes, readWalPosition } from '../run/measure-server.ts'
import type { ServerFigures } from './report.ts'
import type { BenchTable } from './tables.ts'

/** The server's counters at one moment; `null` where it does not tell. */
export interface ServerCounters {
  readonly wal: number | null
  readonly hit: number | null
  readonly read: number | null
  /** Where the last one began. */
  readonly checkpoint: string | null
  readonly freeDisk: number | null
}

/** @param isLocal - whether the server's disk can be looked at from here */
export async function readCounters(session: Session, isLocal: boolean): Promise<ServerCounters> {
  const [blocks] = await session
    .query<{ hit: number; read: number }>(
      `select blks_hit::float8 as hit, blks_read::float8 as read from pg_stat_database
       where datname = current_database()`,
    )
    .catch(() => [])
  return {
    wal: (await readWalPosition(session)) ?? null,
    hit: blocks?.hit ?? null,
    read: blocks?.read ?? null,
    checkpoint: await readCheckpoint(session),
    freeDisk: isLocal ? ((await readFreeDisk(session)) ?? null) : null,
  }
}

/** What happened between two moments. */
export async function figuresBetween(
  session: Session,
  { before, after }: { readonly before: ServerCounters; readonly after: ServerCounters },
  { schema, table }: { readonly schema: string; readonly table: BenchTable },
): Promise<ServerFigures> {
  const sizes = await readTableBytes(session, [{ key: table, schema, name: table }])
  return {
    walBytes: difference(before.wal, after.wal),
    blocksHit: difference(before.hit, after.hit),
    blocksRead: difference(before.read, after.read),
    checkpoints:
      before.checkpoint === null || after.checkpoint === null
        ? null
        : Number(before.checkpoint !== after.checkpoint),
    relationBytes: sizes.get(table)!,
    freeDiskBytesBefore: before.freeDisk,
    freeDiskBytesAfter: after.freeDisk,
  }
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before
}

/** The statistics would count one that was asked for before, since they hear of it later. */
async function readCheckpoint(session: Session): Promise<string | null> {
  const [row] = await session
    .query<{ redo: string }>('select redo_lsn::text as redo from pg_control_checkpoint()')
    .catch(() => [])
  return row?.redo ?? null
}
