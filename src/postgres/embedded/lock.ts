import { DownpourError } from '../../errors.ts'
import type { ServerPlace } from './home.ts'

const POLL_MS = 50
// A holder that was killed is recognised after this long; a living one renews its lock.
const STALE_MS = 5_000
// Longer than the slowest start (recovery after a crash) may take.
const DEADLINE_MS = 6 * 60_000

/**
 * Runs `work` while no other command starts or stops this place's server.
 *
 * @throws DownpourError EMBEDDED_BUSY when another command does so for more than six minutes.
 */
export async function withLock<T>(place: ServerPlace, work: () => Promise<T>): Promise<T> {
  const release = await acquire(place)
  try {
    return await work()
  } finally {
    // Its folder may have been removed meanwhile, and then there is nothing to release.
    await release().catch(() => {})
  }
}

async function acquire(place: ServerPlace): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile')
  const retries = { retries: DEADLINE_MS / POLL_MS, factor: 1, minTimeout: POLL_MS }
  try {
    return await lock(place.folder, {
      lockfilePath: place.lockFolder,
      stale: STALE_MS,
      retries,
      // Only after a standstill of seconds, and then PostgreSQL's own lock on the data folder still
      // holds. The default throws from a timer, which nobody can catch.
      onCompromised: () => {},
    })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ELOCKED') throw cause
    throw new DownpourError({
      code: 'EMBEDDED_BUSY',
      message: 'Cannot use the embedded server',
      why: `Another command has been starting or stopping it for ${DEADLINE_MS / 60_000} minutes.`,
      fix: `End that command; if there is none, remove ${place.lockFolder}.`,
      cause,
    })
  }
}
