import { DownpourError } from '../errors.ts'
import { ensureLedger, ledgerVersion, readLedgerVersion } from '../ledger/install.ts'
import { serverReason, serverSaid } from '../postgres/server-error.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'

/**
 * Looks into the ledger: as it is at one moment, and without a right to change anything.
 *
 * @returns `undefined` when there is none
 * @throws DownpourError `LEDGER_NEWER`, `LEDGER_UNREADABLE`
 */
export async function readLedger<T>(
  { url, signal }: { readonly url: string; readonly signal: AbortSignal },
  read: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  const session = await openSession({ url })
  const cancel = () => void session.cancel()
  signal.addEventListener('abort', cancel)
  try {
    await session.begin()
    await session.query('set transaction isolation level repeatable read, read only')
    const version = await readLedgerVersion(session)
    if (version === 0) return undefined
    // Which refuses it.
    if (version > ledgerVersion) await ensureLedger(session)
    return await read(session)
  } catch (error) {
    const reason = serverReason(error)
    if (!reason || signal.aborted) throw error
    throw new DownpourError({
      code: 'LEDGER_UNREADABLE',
      message: 'Cannot read the ledger, the tables in which runs are written down',
      why: `${serverSaid(reason)}.`,
      fix: 'Use a role that may: GRANT USAGE ON SCHEMA downpour and SELECT ON ALL TABLES IN SCHEMA downpour TO the role.',
      cause: reason,
    })
  } finally {
    signal.removeEventListener('abort', cancel)
    await session.close()
  }
}

/** @throws DownpourError `RUN_NONE` */
export function noSuchRun(run: string, hasLedger: boolean): DownpourError {
  return new DownpourError({
    code: 'RUN_NONE',
    message: `There is no run ${run}`,
    why: hasLedger
      ? 'The ledger of this database does not know it.'
      : 'This database has no ledger: no run was written down here.',
    fix: 'Name one that "npx downpour status" shows, on the same database.',
  })
}
