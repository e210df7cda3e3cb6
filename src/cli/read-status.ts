import { readMark } from '../ledger/mark.ts'
import { readRunDetails, readRunSummaries } from '../ledger/overview.ts'
import type { LedgerStatus, RunStatus } from '../report/run-status.ts'
import { readLockHolder } from '../run/lock.ts'
import { noSuchRun, readLedger } from './read-ledger.ts'

/**
 * Reads how the runs of a database are. Nothing is written, and a role that may only read the ledger
 * is enough.
 *
 * @returns `undefined` when there is no ledger
 * @throws DownpourError `RUN_NONE`, `LEDGER_…`
 */
export async function readStatus(request: {
  readonly url: string
  /** Only this one. */
  readonly run: string | undefined
  readonly signal: AbortSignal
}): Promise<LedgerStatus | undefined> {
  const { run } = request
  const status = await readLedger(request, async (session): Promise<LedgerStatus> => {
    const runs: RunStatus[] = []
    for (const summary of await readRunSummaries(session, run)) {
      if (summary.state !== 'running') runs.push(summary)
      else runs.push({ ...summary, details: await readRunDetails(session, summary.run) })
    }
    return {
      runs,
      lockedBy: (await readLockHolder(session))?.name ?? null,
      environment: (await readMark(session)) ?? null,
    }
  })
  if (run !== undefined && !status?.runs.length) throw noSuchRun(run, status !== undefined)
  return status
}
