import type { TableModel } from '../model/table.ts'
import { refuseUnknownTables } from '../plan/build-plan.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { changeDatabase } from './change-database.ts'
import { checkRights } from './check-rights.ts'
import type { Consent } from './guard.ts'
import { refuseProduction } from './refuse-production.ts'
import { resetTables } from './reset-tables.ts'
import { emptyTables } from './throw-away.ts'
import { inTransaction } from './transaction.ts'

export interface ResetRequest extends Consent {
  readonly url: string
  readonly tables: readonly TableModel[]
  /** Only these tables; all when left out. */
  readonly only: readonly string[] | undefined
  readonly signal: AbortSignal
  /** Told what people should know of how it was done. */
  readonly onNote?: (note: string) => void
}

/**
 * Empties tables and restarts their sequences, all or none.
 *
 * @returns the keys of the tables
 * @throws DownpourError `REFUSED_…`, or `RESET_FAILED` with the server's reason
 */
export async function resetDatabase(request: ResetRequest): Promise<readonly string[]> {
  const { tables, only, onNote, ...where } = request
  refuseProduction('reset', { nodeEnvironment: request.environment })
  refuseUnknownTables(tables, only ?? [])
  const chosen = tables.filter(({ key }) => only?.includes(key) ?? true)
  await changeDatabase({ action: 'reset', ...where }, (session, _locked, { guardRows }) =>
    inTransaction(session, async () => {
      const hasLedger = (await readLedgerVersion(session)) > 0
      await checkRights(
        session,
        'reset',
        chosen.map((table) => ({ table, right: 'TRUNCATE' })),
      )
      await guardRows(chosen)
      const notes = await (hasLedger
        ? emptyTables(session, chosen, { all: tables })
        : resetTables(session, chosen, tables))
      for (const note of notes) onNote?.(note)
    }),
  )
  return chosen.map(({ key }) => key)
}
