import type { TableModel } from '../model/table.ts'
import { refuseUnknownTables } from '../plan/build-plan.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { guardDatabase, refuseProduction } from './guard.ts'
import { resetTables } from './reset-tables.ts'
import { emptyTables } from './throw-away.ts'
import { inTransaction } from './transaction.ts'
import { underLock } from './under-lock.ts'

export interface ResetRequest {
  readonly url: string
  readonly tables: readonly TableModel[]
  /** Only these tables; all when left out. */
  readonly only: readonly string[] | undefined
  readonly confirm: string | undefined
  readonly environment: string | undefined
  readonly signal: AbortSignal
}

/**
 * Empties tables and restarts their sequences, all or none.
 *
 * @returns the keys of the tables
 * @throws DownpourError `REFUSED_…`, or `RESET_FAILED` with the server's reason
 */
export async function resetDatabase(request: ResetRequest): Promise<readonly string[]> {
  const { url, tables, only, confirm, environment, signal } = request
  refuseProduction('reset', environment)
  refuseUnknownTables(tables, only ?? [])
  const chosen = tables.filter(({ key }) => only?.includes(key) ?? true)
  const session = await openSession({ url })
  try {
    guardDatabase({ action: 'reset', server: await readServerFacts(session), confirm })
    await underLock({ session, url, signal }, () =>
      inTransaction(session, async () => {
        if ((await readLedgerVersion(session)) === 0) await resetTables(session, chosen, tables)
        else await emptyTables(session, chosen, { all: tables })
      }),
    )
  } finally {
    await session.close()
  }
  return chosen.map(({ key }) => key)
}
