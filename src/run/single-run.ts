import type { Ledger } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { MemoryLedger } from '../ledger/memory-ledger.ts'
import { markOnce } from '../ledger/mark.ts'
import { recordRun } from '../ledger/runs.ts'
import type { Step } from '../ledger/step.ts'
import type { Session } from '../postgres/session.ts'
import { explainStep } from './explain-step.ts'
import { runLane } from './lane.ts'
import type { Patience } from './lane.ts'
import { openerOf } from './lane-session.ts'
import { createLoadTracker } from './load-tracker.ts'
import type { LoadProgress } from './load-tracker.ts'
import type { BeginningRun } from './new-run.ts'
import { createPerform } from './perform.ts'
import type { RunWork } from './perform.ts'
import { inTransaction } from './transaction.ts'
import type { Locked } from './under-lock.ts'

/** A run that one process does alone, with one lane, while it holds the lock. */
export interface SingleRun {
  readonly url: string
  readonly run: BeginningRun
  /** That the database belongs to after it. */
  readonly environment: string
  readonly schemaTables: RunWork['schemaTables']
  readonly locked: Locked
  readonly patience: Patience
  readonly onProgress: (progress: LoadProgress) => void
}

/**
 * Does a run in one transaction: everything or nothing, the ledger's record included.
 *
 * @param ledger - whether there is one to write into
 */
export async function runInOneTransaction(
  session: Session,
  single: SingleRun,
  ledger: 'ledger' | 'no ledger',
): Promise<MemoryLedger> {
  const { run, environment, locked, onProgress } = single
  const memory = memoryLedger({
    ...run.record,
    async recordEnd(open) {
      if (ledger === 'no ledger') return
      await recordRun(open, { ...run.record, steps: [], state: 'finished' })
      await markOnce(open, environment)
    },
  })
  const tracker = trackerOf(single, onProgress)
  const perform = performOf(single, memory, tracker, ledger)
  let latest: Step | undefined
  try {
    await inTransaction(session, async () => {
      for (let step = await memory.claim(session); step; step = await memory.claim(session)) {
        const { signal } = locked
        signal.throwIfAborted()
        latest = step
        const outcome = await perform(session, step, { attempt: 1, signal })
        await memory.complete(session, step, outcome)
        memory.committed(step)
        tracker.onEvent(1, { kind: 'committed', step })
      }
    })
  } catch (error) {
    // Deferred constraints are checked by the commit.
    throw await explainStep(run.tables, { step: latest, error, session: undefined })
  }
  return memory
}

/** Does a run without a ledger, a transaction for each step: for databases that cannot have one. */
export async function runWithoutLedger(single: SingleRun): Promise<MemoryLedger> {
  const { url, run, locked, patience, onProgress } = single
  const memory = memoryLedger({ ...run.record, recordEnd: () => Promise.resolve() })
  const tracker = trackerOf(single, onProgress)
  const open = openerOf(`downpour ${run.record.id}`)
  await runLane({
    url,
    open: async (options) => {
      const session = await open(options)
      // Nothing else would notice that another run has begun.
      session.beforeCommit(() => locked.lock.assertHeld())
      return session
    },
    ledger: memory,
    perform: performOf(single, memory, tracker, 'no ledger'),
    signal: locked.signal,
    patience,
    onCommitted: (step) => tracker.onEvent(1, { kind: 'committed', step }),
    onRolledBack: (step) => tracker.onEvent(1, { kind: 'rolled back', step }),
    explain: (failure) => explainStep(run.tables, failure),
  })
  return memory
}

type Tracker = ReturnType<typeof createLoadTracker>

function trackerOf({ run }: SingleRun, onProgress: (progress: LoadProgress) => void): Tracker {
  const nothing = { rows: run.tables.map(() => 0), rebuild: { done: 0, total: 0 } }
  return createLoadTracker(run.tables, nothing, onProgress)
}

function performOf(
  { run, schemaTables }: SingleRun,
  ledger: Ledger,
  tracker: Tracker,
  record: 'ledger' | 'no ledger',
) {
  return createPerform(
    {
      ...run,
      run: record === 'ledger' ? run.record.id : undefined,
      options: run.record.options,
      schemaTables,
      statistics: 'now',
      onRows: (step, rows) => tracker.onEvent(1, { kind: 'rows', step, rows }),
    },
    ledger,
  )
}
