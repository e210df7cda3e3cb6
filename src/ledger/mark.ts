import { isNull } from 'drizzle-orm'
import type { Session } from '../postgres/session.ts'
import { installation } from './tables.ts'

/**
 * The environment that a database bears as a mark, so that commands of another one refuse it.
 *
 * @returns `undefined` where it has none, or one that the role may not see
 */
export async function readMark(session: Session): Promise<string | undefined> {
  // Asked for first, since an error would end a transaction of the caller's.
  const [found] = await session.query<{ readable: boolean }>(
    `select exists (
       select from pg_attribute a join pg_class c on c.oid = a.attrelid
         join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'downpour' and c.relname = 'installation' and a.attname = 'environment'
         and not a.attisdropped and has_schema_privilege(n.oid, 'USAGE')
         and has_column_privilege(c.oid, a.attnum, 'SELECT')) as readable`,
  )
  if (!found!.readable) return undefined
  const [row] = await session.query<{ environment: string | null }>(
    'select environment from downpour.installation',
  )
  return row?.environment ?? undefined
}

/** Marks a database that has no mark yet, in whatever transaction is open. */
export async function markOnce(session: Session, environment: string): Promise<void> {
  await session.db.update(installation).set({ environment }).where(isNull(installation.environment))
}

/** Marks a database, whatever mark it has. */
export async function markDatabase(session: Session, environment: string): Promise<void> {
  await session.db.update(installation).set({ environment })
}
