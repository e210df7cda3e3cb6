import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import { refuseUnknownTables } from '../plan/build-plan.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { guardDatabase, refuseProduction } from './guard.ts'
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
      inTransaction(session, () => resetTables(session, chosen, tables)),
    )
  } finally {
    await session.close()
  }
  return chosen.map(({ key }) => key)
}

/**
 * Empties tables and restarts their sequences, all or none, in whatever transaction is open.
 *
 * @param all - every table of the schema
 * @throws DownpourError `RESET_FAILED` with the server's reason
 */
export async function resetTables(
  session: Session,
  tables: readonly TableModel[],
  all: readonly TableModel[],
): Promise<void> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  if (names.length === 0) return
  try {
    await session.query(`truncate ${names.join(', ')} restart identity`)
  } catch (error) {
    throw resetError(error, referringTo(tables, all))
  }
}

/** The tables that refer to some of these and are none of them. */
function referringTo(tables: readonly TableModel[], all: readonly TableModel[]): readonly string[] {
  const keys = new Set(tables.map(({ key }) => key))
  return all
    .filter(({ key, foreignKeys }) => {
      return !keys.has(key) && foreignKeys.some(({ parent }) => keys.has(parent))
    })
    .map(({ key }) => key)
}

function resetError(error: unknown, referring: readonly string[]): unknown {
  const reason = serverError(error)
  if (!reason) return error
  const codes: Readonly<Record<string, string>> = {
    '0A000':
      referring.length === 0
        ? 'Drop the foreign key of the table that refers to one of them, which is not in the schema.'
        : `Empty ${referring.join(', ')} too: name it in --only as well, or empty all tables with "npm run reset".`,
    '42P01': 'Apply the migrations: npm run migrate.',
    '42501': 'Use a role that may truncate these tables.',
  }
  return new DownpourError({
    code: 'RESET_FAILED',
    message: 'Cannot empty the tables',
    why: `${serverSaid(reason)}.`,
    fix: codes[reason.code] ?? 'Remove the cause, then run it again; nothing was emptied.',
    exitCode: 4,
    cause: reason,
  })
}
