import { readProgress } from '../ledger/progress.ts'
import { withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { setSequences } from './finish.ts'
import { runLanes } from './host-lanes.ts'
import type { HostLane } from './host-lanes.ts'
import type { Patience } from './lane.ts'
import { createLoadTracker } from './load-tracker.ts'
import type { LoadProgress } from './load-tracker.ts'
import type { PreparedRun } from './prepare-run.ts'
import { inTransaction } from './transaction.ts'

export interface RecordedRun {
  readonly run: string
  readonly url: string
  readonly prepared: PreparedRun
  readonly lanes: number
  readonly host: HostLane
  readonly signal: AbortSignal
  readonly patience: Patience
  readonly onProgress: (progress: LoadProgress) => void
}

export interface WorkedRun {
  /** That had a connection to the end. */
  readonly lanes: number
  /** What people should know of the others. */
  readonly notes: readonly string[]
}

/**
 * Works on a run of the ledger until all of its steps are done, by whomever.
 *
 * @param session - for looking at the ledger; it may be lost without harm
 * @throws DownpourError exit code 4 when a step cannot be done; those that are committed stay
 */
export async function workOnRun(session: Session, work: RecordedRun): Promise<WorkedRun> {
  const { run, url, prepared, lanes, host, signal, patience, onProgress } = work
  const { tables } = prepared
  const read = () => readProgress(session, run, tables.length)
  const tracker = createLoadTracker(tables, await read(), onProgress)
  const notes: string[] = []
  const noting: HostLane = async (start) => {
    const end = await host(start)
    if (end.kind === 'no connection' && !start.over.aborted) {
      const { message } = end.error as Error
      notes.push(`Lane ${start.number} has left its work to the others: ${message}`)
    }
    return end
  }
  // Other processes may be at work on the same run.
  let isReading = false
  const refreshing = setInterval(() => {
    if (isReading || session.closed) return
    isReading = true
    void read()
      .then((progress) => tracker.refresh(progress))
      .catch(() => {})
      .finally(() => (isReading = false))
  }, refreshMilliseconds)
  try {
    const worked = await runLanes(lanes, noting, {
      signal,
      patience,
      onEvent: (lane, event) => tracker.onEvent(lane, event),
    })
    // A session that is lost meanwhile, unnoticed so far, is no reason to fail: all steps are done.
    await read().then(
      (progress) => tracker.refresh(progress),
      () => {},
    )
    return { lanes: worked, notes }
  } catch (error) {
    await setSequencesSoon(url, prepared).catch(() => {})
    throw error
  } finally {
    clearInterval(refreshing)
  }
}

const refreshMilliseconds = 1000

/**
 * Chunks that are committed stay, and so must the sequences come after their keys. Whoever stopped
 * the run may have done so because a table is locked.
 */
async function setSequencesSoon(url: string, { targets }: PreparedRun): Promise<void> {
  await withSession({ url }, (session) =>
    inTransaction(session, async () => {
      await session.query(`set local lock_timeout = '1s'`)
      await setSequences(
        session,
        targets.map(({ table }) => table),
      )
    }),
  )
}
