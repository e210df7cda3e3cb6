import { readServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import { restoreAndMigrate } from '../run/restore-and-migrate.ts'
import { underLock } from '../run/under-lock.ts'

/**
 * Applies the pending migrations under the lock, where that is allowed.
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
    return await underLock({ session, url, signal }, () => restoreAndMigrate(session, folder))
  } finally {
    await session.close()
  }
}
