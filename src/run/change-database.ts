import { readServerFacts } from '../postgres/catalog.ts'
import { withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { guardDatabase } from './guard.ts'
import type { GuardedAction } from './guard.ts'
import { underLock } from './under-lock.ts'
import type { Locked } from './under-lock.ts'

export interface ChangeRequest extends Pick<GuardedAction, 'action' | 'confirm'> {
  readonly url: string
  readonly signal: AbortSignal
}

/**
 * Changes a database where that is allowed, while nobody else does.
 *
 * @throws DownpourError `REFUSED_…`, `CONNECT_…`, and what `underLock` throws
 */
export function changeDatabase<T>(
  { action, confirm, url, signal }: ChangeRequest,
  work: (session: Session, locked: Locked) => Promise<T>,
): Promise<T> {
  return withSession({ url }, async (session) => {
    guardDatabase({ action, server: await readServerFacts(session), confirm })
    return underLock({ session, url, signal }, (locked) => work(session, locked))
  })
}
