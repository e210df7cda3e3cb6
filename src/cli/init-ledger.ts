import { DownpourError } from '../errors.ts'
import { installLedger, ledgerVersion, readLedgerVersion } from '../ledger/install.ts'
import { markDatabase, readMark } from '../ledger/mark.ts'
import { openSession } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import type { Consent } from '../run/guard.ts'
import { inTransaction } from '../run/transaction.ts'

/** The ledger's versions. */
export interface Installation {
  /** 0 when there was none. */
  readonly before: number
  readonly version: number
  /** What the database is marked as. */
  readonly environment: string | null
}

/**
 * Installs the ledger, or brings it up to date, where that is allowed.
 *
 * @param request - `roles`: that may use it from then on, besides its owner; `mark`: the environment
 *   that the database belongs to from then on
 * @throws DownpourError `REFUSED_…`, `LEDGER_…`, `USAGE_ROLE`
 */
export async function initLedger(
  request: Consent & {
    readonly url: string
    readonly roles: readonly string[]
    readonly mark?: string | undefined
    readonly signal: AbortSignal
  },
): Promise<Installation> {
  const { url, roles, signal, ...guarded } = request
  const session = await openSession({ url })
  const cancel = () => void session.cancel()
  signal.addEventListener('abort', cancel)
  try {
    await guardDatabase(session, { action: 'prepare', ...guarded })
    const known = await session.query<{ name: string }>('select rolname as name from pg_roles')
    const unknown = roles.find((role) => !known.some(({ name }) => name === role))
    if (unknown !== undefined) throw unknownRole(unknown)
    signal.throwIfAborted()
    const before = await readLedgerVersion(session)
    await installLedger(session, roles)
    const { mark } = guarded
    if (mark !== undefined) await inTransaction(session, () => markDatabase(session, mark))
    return { before, version: ledgerVersion, environment: (await readMark(session)) ?? null }
  } finally {
    signal.removeEventListener('abort', cancel)
    await session.close()
  }
}

function unknownRole(role: string): DownpourError {
  return new DownpourError({
    code: 'USAGE_ROLE',
    message: `There is no role "${role}"`,
    why: 'The server does not know it, and nothing was changed.',
    fix: 'Create it first, or name another; upper and lower case matter.',
  })
}
