import type { Session } from '../postgres/session.ts'
import { chooseLanes } from '../run/choose-lanes.ts'
import { circularTables } from '../run/circles.ts'
import { explainOnEngine } from '../run/engine-rules.ts'
import { explainStep } from '../run/explain-step.ts'
import { setSequences } from '../run/finish.ts'
import { guardCall } from '../run/guard.ts'
import { runLanes } from '../run/host-lanes.ts'
import { defaultPatience, runLane } from '../run/lane.ts'
import { beginStep } from '../run/lane-session.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { inTransaction } from '../run/transaction.ts'
import { watchConnection } from '../run/watchdog.ts'
import { chooseStrategy } from '../write/choose-strategy.ts'
import { withoutCircles } from './break-circles.ts'
import { openLike } from './client-address.ts'
import type { ClientAddress } from './client-address.ts'
import { laneLedgers } from './lane-ledger.ts'
import { loadUnindexed } from './load-unindexed.ts'
import { explainCommit, loadHere, performerOf, stepsOf, trackLoad } from './load.ts'
import { explainLock } from './lock-error.ts'
import { prepareLoad } from './prepare-load.ts'
import type { SeedJob } from './prepare-load.ts'

/**
 * Loads over connections of our own: over one of them in one transaction, over several in a
 * transaction for each chunk.
 *
 * @returns `handed back` where a pooler would give settings of these connections to others
 */
export async function seedOverLanes(
  address: ClientAddress,
  job: SeedJob,
): Promise<'done' | 'handed back'> {
  const session = await openLike(address)
  const url = await address.url()
  const endWatch = watchConnection(session, url, defaultPatience.silenceSeconds)
  try {
    if (session.pooled && Object.keys(address.settings).length > 0) return 'handed back'
    await guardCall(session, 'seed')
    return await load(session, job, { address, url })
  } catch (error) {
    throw await explainOnEngine(session, await explainLock(error, job.tables, session))
  } finally {
    endWatch()
    await session.close()
  }
}

async function load(session: Session, job: SeedJob, server: Omit<Lanes, 'lanes'>): Promise<'done'> {
  const { settings } = job
  const prepared = await prepareLoad(session, job, {
    strategyFor: (target) => chooseStrategy(settings.strategy, target),
    reading: (read) => inTransaction(session, read),
  })
  const lanes = settings.lanes ?? (await lanesFor(session, prepared, job))
  // Whoever asks for several lanes means a transaction for each chunk.
  const mayBeAtOnce = settings.lanes === undefined || lanes === 1
  if (mayBeAtOnce && (await loadUnindexed(session, prepared, { settings, lanes })) === 'done') {
    return 'done'
  }
  // A circle is broken and closed again in one transaction.
  if (lanes > 1 && circularTables(prepared.tables).length === 0) {
    await loadSideBySide(prepared, job, { ...server, lanes })
  } else {
    await loadAtOnce(session, prepared, job)
  }
  return 'done'
}

function lanesFor(session: Session, { tables }: PreparedRun, { settings }: SeedJob) {
  return chooseLanes(session, {
    rows: tables.reduce((sum, { rowCount }) => sum + rowCount, 0),
    steps: tables.reduce((sum, { rowCount }) => sum + Math.ceil(rowCount / settings.chunkSize), 0),
  })
}

async function loadAtOnce(
  session: Session,
  prepared: PreparedRun,
  { settings }: SeedJob,
): Promise<void> {
  try {
    await beginStep(session)
    await withoutCircles(session, prepared, (open) => loadHere(session, open, { settings }))
    await session.commit()
  } catch (error) {
    await session.rollback().catch(() => {})
    throw explainCommit(prepared, error)
  }
}

interface Lanes {
  readonly address: ClientAddress
  readonly lanes: number
  readonly url: string
}

async function loadSideBySide(
  prepared: PreparedRun,
  { settings }: SeedJob,
  { address, lanes, url }: Lanes,
): Promise<void> {
  const ledgers = laneLedgers({ tables: prepared.tables, steps: stepsOf(prepared, settings) })
  const tracker = trackLoad(prepared, settings)
  try {
    await runLanes(
      lanes,
      async ({ number, signal, over, patience, onEvent }) => {
        const ledger = ledgers.open(signal)
        const name = { applicationName: `downpour (pid ${process.pid}) lane ${number}` }
        try {
          const stop = await runLane({
            url,
            open: ({ waitSeconds }) =>
              openLike(address, {
                ...name,
                ...(waitSeconds !== undefined && {
                  waitForServer: true,
                  connectTimeoutSeconds: waitSeconds,
                }),
              }),
            ledger,
            perform: performerOf(prepared, settings, {
              ledger,
              onRows: (step, rows) => onEvent({ kind: 'rows', step, rows }),
            }),
            signal,
            over,
            onCommitted: (step) => onEvent({ kind: 'committed', step }),
            onRolledBack: (step) => onEvent({ kind: 'rolled back', step }),
            explain: (failure) => explainStep(prepared.tables, failure),
            patience,
          })
          return stop.kind === 'left' ? { kind: 'done' } : stop
        } finally {
          ledger.close()
        }
      },
      {
        signal: new AbortController().signal,
        patience: defaultPatience,
        onEvent: (lane, event) => tracker.onEvent(lane, event),
      },
    )
  } catch (error) {
    await setSequencesSoon(address, prepared).catch(() => {})
    throw error
  }
}

/** Chunks that are committed stay, and so must the sequences come after their keys. */
async function setSequencesSoon(address: ClientAddress, { targets }: PreparedRun): Promise<void> {
  const session = await openLike(address)
  try {
    await inTransaction(session, async () => {
      await session.query(`set local lock_timeout = '1s'`)
      await setSequences(
        session,
        targets.map(({ table }) => table),
      )
    })
  } finally {
    await session.close()
  }
}
