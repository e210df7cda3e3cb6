import { workInSequence } from '../postgres/citus.ts'
import type { Session } from '../postgres/session.ts'

/** Does work in a transaction of the session: all of it or nothing. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    await session.begin()
    await workInSequence(session)
    const result = await work()
    await session.commit()
    return result
  } catch (error) {
    // A connection that cannot even roll back is lost, and the server rolls back by itself.
    await session.rollback().catch(() => {})
    throw error
  }
}

/** Does what has to see one moment: in the transaction that is open, or in one of its own. */
export type Reading = <Result>(read: () => Promise<Result>) => Promise<Result>

/** Where a transaction is open already. */
export const withinTransaction: Reading = (read) => read()
