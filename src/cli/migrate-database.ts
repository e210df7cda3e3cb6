import type { MigrationsTable } from '../config/drizzle-config.ts'
import { changeDatabase } from '../run/change-database.ts'
import type { Consent } from '../run/guard.ts'
import { restoreAndMigrate } from '../run/restore-and-migrate.ts'

/**
 * Applies the pending migrations under the lock, where that is allowed.
 *
 * @returns how many were applied
 * @throws DownpourError `REFUSED_…`, `MIGRATE_…`, `REBUILD_VIOLATION`
 */
export async function migrateDatabase(
  request: Consent & {
    readonly url: string
    /** What drizzle-kit wrote. */
    readonly folder: string
    /** Where it is noted what is applied; Drizzle's own when left out. */
    readonly table?: MigrationsTable | undefined
    readonly signal: AbortSignal
  },
): Promise<number> {
  const { folder, table, ...where } = request
  return changeDatabase({ action: 'migrate', ...where }, (session) =>
    restoreAndMigrate(session, folder, table),
  )
}
