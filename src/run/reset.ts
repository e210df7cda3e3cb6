import type { TableModel } from '../model/table.ts'
import { refuseUnknownTables } from '../plan/build-plan.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { changeDatabase } from './change-database.ts'
import { refuseProduction } from './guard.ts'
import { resetTables } from './reset-tables.ts'
import { emptyTables } from './throw-away.ts'
import { inTransaction } from './transaction.ts'

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
  await changeDatabase({ action: 'reset', url, confirm, signal }, (session) =>
    inTransaction(session, async () => {
      if ((await readLedgerVersion(session)) === 0) await resetTables(session, chosen, tables)
      else await emptyTables(session, chosen, { all: tables })
    }),
  )
  return chosen.map(({ key }) => key)
}
