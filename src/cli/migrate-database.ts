import { readServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import { takeRunLock } from '../run/lock.ts'
import { applyMigrations } from '../run/migrate.ts'

/**
 * Applies the pending migrations under the lock, where that is allowed.
 *
 * @param confirm - from `--confirm`
 * @returns how many were applied
 */
export async function migrateDatabase(
  url: string,
  folder: string,
  confirm: string | undefined,
): Promise<number> {
  const session = await openSession({ url })
  try {
    const server = await readServerFacts(session)
    guardDatabase({ action: 'migrate', server, confirm, environment: process.env['NODE_ENV'] })
    const lock = await takeRunLock(url)
    try {
      return await applyMigrations(session, folder)
    } finally {
      await lock.release()
    }
  } finally {
    await session.close()
  }
}
