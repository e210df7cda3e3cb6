import { withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { guardDatabase } from './guard.ts'
import type { Guarded, GuardedAction } from './guard.ts'
import { underLock } from './under-lock.ts'
import type { Locked } from './under-lock.ts'

export interface ChangeRequest extends GuardedAction {
  readonly url: string
  readonly signal: AbortSignal
}

/**
 * Changes a database where that is allowed, while nobody else does.
 *
 * @throws DownpourError `REFUSED_…`, `CONNECT_…`, and what `underLock` throws
 */
export function changeDatabase<T>(
  { url, signal, ...action }: ChangeRequest,
  work: (session: Session, locked: Locked, guarded: Guarded) => Promise<T>,
): Promise<T> {
  return withSession({ url }, async (session) => {
    const guarded = await guardDatabase(session, action)
    return underLock({ session, url, signal }, (locked) => work(session, locked, guarded))
  })
}
