import { latestWithRejects, readRejects } from '../ledger/overview.ts'
import type { RejectedRow } from '../ledger/overview.ts'
import { findRun } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import { noSuchRun, readLedger } from './read-ledger.ts'

/** What a run left out. */
export interface RejectsOfRun {
  readonly run: RunRecord
  readonly rejects: readonly RejectedRow[]
}

/**
 * Reads the rows that a run left out.
 *
 * @param request - `run`: the latest that has left rows out when left out
 * @returns `undefined` when no run has
 * @throws DownpourError `RUN_NONE`, `LEDGER_…`
 */
export async function readRejectsOf(request: {
  readonly url: string
  readonly run: string | undefined
  readonly signal: AbortSignal
}): Promise<RejectsOfRun | undefined> {
  let hasLedger = false
  const found = await readLedger(request, async (session) => {
    hasLedger = true
    const id = request.run ?? (await latestWithRejects(session))
    const run = id === undefined ? undefined : await findRun(session, id)
    return run && { run, rejects: await readRejects(session, run.id) }
  })
  if (request.run !== undefined && !found) throw noSuchRun(request.run, hasLedger)
  return found
}
