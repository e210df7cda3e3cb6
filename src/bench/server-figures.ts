import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { readFreeDisk, readWalPosition } from '../run/measure-server.ts'
import type { ServerFigures } from './report.ts'
import type { BenchTable } from './tables.ts'

/** The server's counters at one moment; `null` where it does not tell. */
export interface ServerCounters {
  readonly wal: number | null
  readonly hit: number | null
  readonly read: number | null
  readonly checkpoints: number | null
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
    checkpoints: await readCheckpoints(session),
    freeDisk: isLocal ? ((await readFreeDisk(session)) ?? null) : null,
  }
}

/** What happened between two moments. */
export async function figuresBetween(
  session: Session,
  { before, after }: { readonly before: ServerCounters; readonly after: ServerCounters },
  { schema, table }: { readonly schema: string; readonly table: BenchTable },
): Promise<ServerFigures> {
  const [size] = await session.query<{ bytes: number }>(
    'select pg_total_relation_size($1::text::regclass)::float8 as bytes',
    [quoteTable(schema, table)],
  )
  return {
    walBytes: difference(before.wal, after.wal),
    blocksHit: difference(before.hit, after.hit),
    blocksRead: difference(before.read, after.read),
    checkpoints: difference(before.checkpoints, after.checkpoints),
    relationBytes: size!.bytes,
    freeDiskBytesBefore: before.freeDisk,
    freeDiskBytesAfter: after.freeDisk,
  }
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before
}

/** Their view has another name from PostgreSQL 17 on. */
async function readCheckpoints(session: Session): Promise<number | null> {
  const [version] = await session.query<{ number: string }>(
    "select current_setting('server_version_num') as number",
  )
  const query =
    Number(version!.number) >= 170_000
      ? 'select (num_timed + num_requested)::float8 as count from pg_stat_checkpointer'
      : 'select (checkpoints_timed + checkpoints_req)::float8 as count from pg_stat_bgwriter'
  const [row] = await session.query<{ count: number }>(query).catch(() => [])
  return row?.count ?? null
}
