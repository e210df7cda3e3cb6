import type { TableModel } from '../model/table.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { readLockHolder } from '../run/lock.ts'
import type { WalSettings } from './wal-size.ts'

/** What the server tells of itself and of its other users. */
export interface ServerLook {
  readonly wal: WalSettings
  readonly archives: boolean
  /** Names of replication slots that nobody reads. */
  readonly idleSlots: readonly string[]
  /** Other sessions of this database, e.g. `psql (2)`. */
  readonly sessions: readonly string[]
  /** Who holds the lock of a run. */
  readonly lockedBy: string | null
  /** Keys of tables that hold rows. */
  readonly full: readonly string[]
}

/** Looks at the server, and changes nothing. */
export async function lookAtServer(
  session: Session,
  tables: readonly TableModel[],
): Promise<ServerLook> {
  const [row] = await session.query<SettingsRow>(settingsQuery)
  const sessions = await session.query<{ name: string; count: number }>(sessionsQuery)
  const full: string[] = []
  for (const { key, schema, name } of tables) {
    const [found] = await session.query<{ full: boolean }>(
      `select exists (select 1 from ${quoteTable(schema, name)}) as full`,
    )
    if (found!.full) full.push(key)
  }
  const { level, whole_pages, checkpoint_bytes, archives, idle_slots } = row!
  return {
    wal: { level, logsWholePages: whole_pages, checkpointBytes: checkpoint_bytes },
    archives,
    idleSlots: JSON.parse(idle_slots) as string[],
    sessions: sessions.map(({ name, count }) => (count === 1 ? name : `${name} (${count})`)),
    lockedBy: (await readLockHolder(session))?.name ?? null,
    full,
  }
}

interface SettingsRow {
  readonly level: string
  readonly whole_pages: boolean
  readonly checkpoint_bytes: number
  readonly archives: boolean
  /** A JSON array. */
  readonly idle_slots: string
}

const settingsQuery = `
  select current_setting('wal_level') as level,
    current_setting('full_page_writes') = 'on' as whole_pages,
    pg_size_bytes(current_setting('max_wal_size'))::float8 as checkpoint_bytes,
    current_setting('archive_mode') <> 'off' as archives,
    (select coalesce(json_agg(slot_name order by slot_name), '[]')::text
      from pg_replication_slots where not active) as idle_slots`

/** Downpour's own are told by the lock, and Citus' own do what somebody else's ask for. */
const sessionsQuery = `
  select coalesce(nullif(application_name, ''), 'without a name') as name, count(*)::float8 as count
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend' and application_name not like 'downpour%'
    and application_name not like 'citus\\_internal%'
  group by 1
  order by 1`
