import { randomBytes } from 'node:crypto'
import { DownpourError } from '../errors.ts'
import { quoteIdentifier } from '../postgres/identifiers.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import { withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { inTransaction } from '../run/transaction.ts'

/** What a benchmark has of a database: a schema, which is gone afterwards. */
export interface OwnSchema {
  readonly name: string
  /** Nothing is timed on it. */
  readonly session: Session
}

/**
 * Works in a schema of its own, and removes it whatever becomes of the work; and those that killed
 * benchmarks have left behind.
 *
 * @param onLeftBehind - told when it could not be removed: what the work gave or threw is the news
 * @throws DownpourError `BENCH_NO_RIGHT`; what the work throws
 */
export async function withOwnSchema<T>(
  url: string,
  onLeftBehind: (error: DownpourError) => void,
  work: (own: OwnSchema) => Promise<T>,
): Promise<T> {
  const name = `downpour_bench_${randomBytes(4).toString('hex')}`
  return withSession({ url, applicationName: 'downpour bench' }, async (session) => {
    await removeAbandoned(session)
    await createSchema(session, name)
    try {
      return await work({ name, session })
    } finally {
      await removeSchema(url, session, name).catch((error: unknown) =>
        onLeftBehind(leftBehind(name, error)),
      )
    }
  })
}

/** How the sessions of a benchmark are known to the server. */
export function applicationName(schema: string): string {
  return schema.replaceAll('_', ' ')
}

/** The lock that shows that a schema is in use: 'benc' in ASCII, and the schema's oid. */
const lockClass = 0x62656e63

/** Nobody sees the schema before it is locked. */
async function createSchema(session: Session, name: string): Promise<void> {
  await inTransaction(session, async () => {
    try {
      await session.query(`create schema ${quoteIdentifier(name)}`)
    } catch (error) {
      if (serverError(error)?.code !== '42501') throw error
      throw new DownpourError({
        code: 'BENCH_NO_RIGHT',
        message: 'Cannot measure in this database: its role may not create a schema',
        why: 'A benchmark works in a schema of its own, which it removes again.',
        fix: 'Let the owner say GRANT CREATE ON DATABASE … TO this role, or measure on the embedded server.',
        cause: error,
      })
    }
    // A pooler's connection to the server would keep the lock for others.
    if (session.pooled) return
    await session.query(
      `select pg_advisory_lock(${lockClass}, $1::regnamespace::oid::int8::int4)`,
      [name],
    )
  })
}

/** Behind a pooler a lock says nothing about who is alive. */
async function removeAbandoned(session: Session): Promise<void> {
  if (session.pooled) return
  const schemas = await session.query<{ name: string; oid: number }>(
    `select nspname as name, oid::int8::float8 as oid from pg_namespace
     where nspname ~ '^downpour_bench_[0-9a-f]{8}$' and pg_has_role(nspowner, 'USAGE')`,
  )
  for (const { name, oid } of schemas) {
    const key = [lockClass, oid | 0]
    const [lock] = await session.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1::int4, $2::int4) as taken',
      key,
    )
    if (!lock!.taken) continue
    await dropSchema(session, name)
    await session.query('select pg_advisory_unlock($1::int4, $2::int4)', key)
  }
}

async function removeSchema(url: string, session: Session, name: string): Promise<void> {
  if (!session.closed) return dropSchema(session, name)
  // The connection that it began with is lost, perhaps to a server that is there again.
  await withSession({ url }, (reopened) => dropSchema(reopened, name))
}

/** Whoever was measured may still be at a statement, and holds locks. */
async function dropSchema(session: Session, name: string): Promise<void> {
  await session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = $1 and pid <> pg_backend_pid() and usename = current_user`,
    [applicationName(name)],
  )
  await session.query(
    `set lock_timeout = '10s'; drop schema if exists ${quoteIdentifier(name)} cascade; reset lock_timeout`,
  )
}

function leftBehind(name: string, error: unknown): DownpourError {
  const reason = serverError(error)
  const why = reason
    ? `${serverSaid(reason)}.`
    : error instanceof DownpourError
      ? error.why
      : String(error)
  return new DownpourError({
    code: 'BENCH_LEFT_BEHIND',
    message: `Cannot remove the schema ${name}`,
    why,
    fix: `The next benchmark on this database removes it; or say: DROP SCHEMA ${name} CASCADE.`,
    exitCode: 4,
    cause: error,
  })
}
