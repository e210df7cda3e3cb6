import { DownpourError } from '../errors.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { readLanes } from '../ledger/overview.ts'
import { listRuns } from '../ledger/runs.ts'
import type { Session } from '../postgres/session.ts'
import { changeDatabase } from '../run/change-database.ts'
import type { Consent } from '../run/guard.ts'
import { restoreDropped } from '../run/restore.ts'
import type { Restored } from '../run/restore.ts'

/**
 * Puts back what unfinished runs have dropped, under the lock, where that is allowed.
 *
 * @throws DownpourError `REFUSED_…`
 */
export async function restoreDatabase(
  request: Consent & {
    readonly url: string
    readonly signal: AbortSignal
    /** Told what is back, once it is. */
    readonly onRestored: (name: string) => void
  },
): Promise<Restored> {
  const { onRestored, ...where } = request
  return changeDatabase({ action: 'restore', ...where }, async (session) => {
    await refuseWork(session)
    return restoreDropped(session, onRestored)
  })
}

/** Those that help a run hold no lock. */
async function refuseWork(session: Session): Promise<void> {
  if ((await readLedgerVersion(session)) === 0) return
  for (const { id } of await listRuns(session, ['running'])) {
    const lanes = await readLanes(session, id)
    if (lanes.length === 0) continue
    throw new DownpourError({
      code: 'REFUSED_BUSY',
      message: `Somebody is at work on run ${id}`,
      why: `Its ${lanes.join(', ')} ${lanes.length === 1 ? 'is' : 'are'} connected, and will put everything back at the end.`,
      fix: 'Wait until the run has ended, or stop it first.',
    })
  }
}
