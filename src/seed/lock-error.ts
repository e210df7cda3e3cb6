import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { readLockHolders } from '../postgres/lock-holders.ts'
import { serverReason } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'

/**
 * Lets statements fail that wait for a lock for half a minute, where nothing else is set: whoever
 * holds it may be a transaction of the caller's, which waits for the load to end.
 *
 * @param extent - until the end of the session, or of the transaction that is open
 */
export async function limitLockWaits(
  session: Session,
  extent: 'session' | 'transaction',
): Promise<void> {
  await session.query(
    `select set_config('lock_timeout', '30s', $1::text::boolean)
     where current_setting('lock_timeout') = '0'`,
    [String(extent === 'transaction')],
  )
}

/**
 * What people are told of a lock that was not given back in time.
 *
 * @param session - that can be asked who holds it; `undefined` where none can be
 * @returns the error itself where it is another
 */
export async function explainLock(
  error: unknown,
  tables: readonly TableModel[],
  session: Session | undefined,
): Promise<unknown> {
  if (serverReason(error)?.code !== '55P03') return error
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  const holders = session ? await readLockHolders(session, names).catch(() => []) : []
  return new DownpourError({
    code: 'LOAD_LOCK',
    message: 'Cannot seed: another session holds a lock on the tables',
    why:
      holders.length === 0
        ? 'It did not give it back in time.'
        : `It did not give it back in time; there are locks of ${holders.join(', ')}.`,
    fix: 'End that session’s transaction; if it is your own, seed inside it: seed(tx, schema).',
    exitCode: 4,
    cause: error,
  })
}
