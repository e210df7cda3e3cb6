import { readServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import { applyMigrations } from '../run/migrate.ts'
import { restoreDropped } from '../run/restore.ts'
import { underLock } from '../run/under-lock.ts'

/**
 * Applies the pending migrations under the lock, where that is allowed. What an unfinished run has
 * dropped is put back before, since a migration may be about it.
 *
 * @returns how many were applied
 * @throws DownpourError `REFUSED_…`, `MIGRATE_…`, `REBUILD_VIOLATION`
 */
export async function migrateDatabase(request: {
  readonly url: string
  /** What drizzle-kit wrote. */
  readonly folder: string
  /** From `--confirm`. */
  readonly confirm: string | undefined
  readonly signal: AbortSignal
}): Promise<number> {
  const { url, folder, confirm, signal } = request
  const session = await openSession({ url })
  try {
    const server = await readServerFacts(session)
    guardDatabase({ action: 'migrate', server, confirm })
    return await underLock({ session, url, signal }, async () => {
      const { failures } = await restoreDropped(session)
      if (failures[0]) throw failures[0]
      return applyMigrations(session, folder)
    })
  } finally {
    await session.close()
  }
}
