import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import { refuseUnknownTables } from '../plan/build-plan.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError } from '../postgres/server-error.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { guardDatabase } from './guard.ts'
import { takeRunLock } from './lock.ts'

export interface ResetRequest {
  readonly url: string
  readonly tables: readonly TableModel[]
  /** Only these tables; all when left out. */
  readonly only: readonly string[] | undefined
  readonly confirm: string | undefined
  readonly environment: string | undefined
}

/**
 * Empties tables and restarts their sequences, all or none.
 *
 * @returns the keys of the tables
 * @throws DownpourError `REFUSED_…`, or `RESET_FAILED` with the server's reason
 */
export async function resetDatabase(request: ResetRequest): Promise<readonly string[]> {
  const { url, tables, only, confirm, environment } = request
  refuseUnknownTables(tables, only ?? [])
  const chosen = tables.filter(({ key }) => only?.includes(key) ?? true)
  const session = await openSession({ url })
  try {
    guardDatabase({ action: 'reset', server: await readServerFacts(session), confirm, environment })
    const lock = await takeRunLock(url)
    try {
      await resetTables(session, chosen)
    } finally {
      await lock.release()
    }
  } finally {
    await session.close()
  }
  return chosen.map(({ key }) => key)
}

/**
 * Empties tables and restarts their sequences, all or none.
 *
 * @throws DownpourError `RESET_FAILED` with the server's reason
 */
export async function resetTables(session: Session, tables: readonly TableModel[]): Promise<void> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  if (names.length === 0) return
  try {
    await session.query(`truncate ${names.join(', ')} restart identity`)
  } catch (error) {
    throw resetError(error)
  }
}

function resetError(error: unknown): unknown {
  const reason = serverError(error)
  if (!reason) return error
  const codes: Readonly<Record<string, string>> = {
    '0A000': 'Name the tables that refer to it too, or leave --only out.',
    '42P01': 'Apply the migrations: npm run migrate.',
    '42501': 'Use a role that may truncate these tables.',
  }
  return new DownpourError({
    code: 'RESET_FAILED',
    message: 'Cannot empty the tables',
    why: `The server said: ${reason.message} (SQLSTATE ${reason.code}).`,
    fix: codes[reason.code] ?? 'Remove the cause, then run it again; nothing was emptied.',
    exitCode: 4,
    cause: reason,
  })
}
