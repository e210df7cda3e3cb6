import type { MigrationsTable } from '../config/drizzle-config.ts'
import type { Session } from '../postgres/session.ts'
import { applyMigrations } from './migrate.ts'
import { restoreDropped } from './restore.ts'

/**
 * Applies the pending migrations. What an unfinished run has dropped is put back before, since a
 * migration may be about it.
 *
 * @param folder - what drizzle-kit wrote
 * @param table - where it is noted what is applied
 * @returns how many were applied
 * @throws DownpourError `MIGRATE_…`, `REBUILD_VIOLATION`
 */
export async function restoreAndMigrate(
  session: Session,
  folder: string,
  table?: MigrationsTable,
): Promise<number> {
  const { failures } = await restoreDropped(session)
  if (failures[0]) throw failures[0]
  return applyMigrations(session, folder, table)
}
