import type { Session } from '../postgres/session.ts'
import { takeRunLock } from './lock.ts'
import type { RunLock } from './lock.ts'

export interface Locked {
  /** To be asked before statements that commit by themselves; commits ask it anyway. */
  readonly lock: RunLock
  /** Aborted when the run is to stop, or when the lock is lost. */
  readonly signal: AbortSignal
}

/**
 * Does work on a session's database while nobody else changes it. When it is to stop, the statement
 * that the server is at is cancelled; nothing is committed after that or after the lock is lost.
 *
 * @param options - `signal`: aborted when the work is to stop
 * @throws DownpourError `REFUSED_BUSY`, `LOAD_LOCK_LOST`; the signal's reason once it is aborted
 */
export async function underLock<T>(
  options: { readonly session: Session; readonly url: string; readonly signal: AbortSignal },
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const { session, url } = options
  options.signal.throwIfAborted()
  const lock = await takeRunLock(url)
  const signal = AbortSignal.any([options.signal, lock.lost])
  const cancel = () => void session.cancel()
  signal.addEventListener('abort', cancel)
  session.beforeCommit(async () => {
    signal.throwIfAborted()
    await lock.assertHeld()
  })
  try {
    signal.throwIfAborted()
    return await work({ lock, signal })
  } catch (error) {
    // The server's words about a cancelled statement are no news; those of a lost connection are.
    throw signal.aborted && !session.closed ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', cancel)
    await lock.release()
  }
}
