import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'

/** A connection to the server's `postgres` database, for leases and questions about them. */
export interface ControlSession {
  readonly sql: Sql
  /** Whether the connection is gone; nothing may be sent then. */
  lost(): boolean
  end(): Promise<void>
}

/** Who uses the server besides the asking session. */
export interface OtherUsers {
  /** Commands that hold a lease. */
  readonly leases: number
  /** Client sessions of any kind, leases among them. */
  readonly sessions: number
}

/** The advisory lock that every lease shares: 'down' in ASCII, and 1. */
const LEASE_CLASS = 0x646f776e
const LEASE_OBJECT = 1

/** How long a lease, and any other session, may still show after its process has ended. */
const LEASE_LINGER_MS = 200
const SESSION_LINGER_MS = 500
const POLL_MS = 20
const CONNECT_TIMEOUT_S = 10
// The driver starts over without end when a server accepts and closes (porsager/postgres#1179).
const ANSWER_DEADLINE_MS = 15_000

/** Connects and runs a first statement, so that a session that cannot be used is never returned. */
export async function openControlSession(url: string): Promise<ControlSession> {
  // Loaded when it is used: to tell that no server runs, none is asked.
  const { default: postgres } = await import('postgres')
  let closed = false
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    // The driver would end the connection after half an hour or more, and the lease with it.
    max_lifetime: null,
    idle_timeout: 0,
    connect_timeout: CONNECT_TIMEOUT_S,
    ssl: false,
    // Nothing here has an array; and when the connection dies during that query of the driver's own,
    // the rejection is one that nobody can catch.
    fetch_types: false,
    onclose: () => (closed = true),
    connection: { application_name: 'downpour control' },
  })
  // Ending a connection that is broken already is no failure.
  const end = (timeout: number) => sql.end({ timeout }).catch(() => {})
  const overdue = new AbortController()
  try {
    await Promise.race([sql.unsafe('select 1'), failAfterDeadline(overdue.signal)])
  } catch (error) {
    await end(0)
    throw error
  } finally {
    overdue.abort()
  }
  return { sql, lost: () => closed, end: () => end(1) }
}

/** Marks this session as a lease; it vanishes with the session, however the process ends. */
export async function takeLease({ sql }: ControlSession): Promise<void> {
  await sql`select pg_advisory_lock_shared(${LEASE_CLASS}::int4, ${LEASE_OBJECT}::int4)`
}

/** Gives the lease back while the session goes on. */
export async function giveLeaseBack({ sql }: ControlSession): Promise<void> {
  await sql`select pg_advisory_unlock_shared(${LEASE_CLASS}::int4, ${LEASE_OBJECT}::int4)`
}

export async function countOthers({ sql }: ControlSession): Promise<OtherUsers> {
  const [row] = await sql<[{ leases: number; sessions: number }]>`
    select
      (select count(*)::int from pg_locks
        where locktype = 'advisory' and granted and pid <> pg_backend_pid()
          and classid = ${LEASE_CLASS} and objid = ${LEASE_OBJECT} and objsubid = 2
          and database = (select oid from pg_database where datname = current_database())
      ) as leases,
      (select count(*)::int from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()
      ) as sessions`
  return row
}

/** Counts until nobody is left or what is left is more than a session about to end. */
export async function countLastingOthers(session: ControlSession): Promise<OtherUsers> {
  const start = Date.now()
  for (;;) {
    const others = await countOthers(session)
    const linger = others.leases > 0 ? LEASE_LINGER_MS : SESSION_LINGER_MS
    if (others.sessions === 0 || Date.now() - start > linger) return others
    await sleep(POLL_MS)
  }
}

/** Makes the database unless it is there. Called by one command at a time. */
export async function ensureDatabase({ sql }: ControlSession, name: string): Promise<void> {
  const found = await sql`select 1 from pg_database where datname = ${name}`
  if (found.length === 0) await sql`create database ${sql(name)}`
}

export async function serverVersion({ sql }: ControlSession): Promise<string> {
  const [row] = await sql<[{ server_version: string }]>`show server_version`
  return row.server_version
}

async function failAfterDeadline(signal: AbortSignal): Promise<never> {
  await sleep(ANSWER_DEADLINE_MS, undefined, { signal })
  const error = new Error(`no answer within ${ANSWER_DEADLINE_MS / 1000} s`)
  throw Object.assign(error, { code: 'CONNECTION_DEADLINE' })
}
