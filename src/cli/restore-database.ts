import { DownpourError } from '../errors.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import { readLanes } from '../ledger/overview.ts'
import { listRuns } from '../ledger/runs.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import { restoreDropped } from '../run/restore.ts'
import type { Restored } from '../run/restore.ts'
import { underLock } from '../run/under-lock.ts'

/**
 * Puts back what unfinished runs have dropped, under the lock, where that is allowed.
 *
 * @throws DownpourError `REFUSED_…`
 */
export async function restoreDatabase(request: {
  readonly url: string
  /** From `--confirm`. */
  readonly confirm: string | undefined
  readonly signal: AbortSignal
  /** Told what is back, once it is. */
  readonly onRestored: (name: string) => void
}): Promise<Restored> {
  const { url, confirm, signal, onRestored } = request
  const session = await openSession({ url })
  try {
    guardDatabase({ action: 'restore', server: await readServerFacts(session), confirm })
    return await underLock({ session, url, signal }, async () => {
      await refuseWork(session)
      return restoreDropped(session, onRestored)
    })
  } finally {
    await session.close()
  }
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
