import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Step } from '../ledger/step.ts'
import type { Definition } from '../postgres/definitions.ts'
import { loadError, serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { explainStep } from '../run/explain-step.ts'
import { createLoadTracker } from '../run/load-tracker.ts'
import type { LoadTracker } from '../run/load-tracker.ts'
import type { Perform } from '../run/lane.ts'
import type { RunOptions } from '../run/options.ts'
import { createPerform } from '../run/perform.ts'
import { planRebuild } from '../run/plan-rebuild.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { planSteps } from '../run/run-steps.ts'
import type { SeedSettings } from './options.ts'

/**
 * Loads all of a plan in whatever transaction is open.
 *
 * @param load - `dropped`: what is to be put back behind the rows. @defaultValue nothing
 */
export async function loadHere(
  session: Session,
  prepared: PreparedRun,
  load: { readonly settings: SeedSettings; readonly dropped?: readonly Definition[] },
): Promise<void> {
  const { settings, dropped = [] } = load
  const ledger = memoryLedger({
    tables: prepared.tables,
    steps: stepsOf(prepared, settings),
    recordEnd: () => Promise.resolve(),
  })
  await ledger.addSteps(session, planRebuild(dropped))
  const tracker = trackLoad(prepared, settings)
  const perform = performerOf(prepared, settings, {
    ledger,
    onRows: (step, rows) => tracker.onEvent(1, { kind: 'rows', step, rows }),
  })
  const { signal } = new AbortController()
  let latest: Step | undefined
  try {
    for (let step = await ledger.claim(session); step; step = await ledger.claim(session)) {
      latest = step
      const outcome = await perform(session, step, { attempt: 1, signal })
      await ledger.complete(session, step, outcome)
      ledger.committed(step)
      tracker.onEvent(1, { kind: 'committed', step })
    }
  } catch (error) {
    throw await explainStep(prepared.tables, { step: latest, error, session: undefined })
  }
}

/** What people are told of a commit that failed: deferred constraints are checked by it. */
export function explainCommit({ tables }: PreparedRun, error: unknown): unknown {
  const named = serverError(error)?.table_name
  const table = tables.find(({ name }) => name === named) ?? tables.at(-1)
  return table ? loadError({ error, table: table.key }) : error
}

export function stepsOf({ targets }: PreparedRun, settings: SeedSettings): readonly Step[] {
  return planSteps(
    targets.map(({ table }) => table),
    runOptions(settings),
  )
}

export function trackLoad(
  { tables }: PreparedRun,
  { onProgress }: Pick<SeedSettings, 'onProgress'>,
): LoadTracker {
  const nothing = { rows: tables.map(() => 0), rebuild: { done: 0, total: 0 } }
  return createLoadTracker(tables, nothing, ({ table, rows, total }) =>
    onProgress({ table, rows, total }),
  )
}

export function performerOf(
  prepared: PreparedRun,
  settings: SeedSettings,
  lane: { readonly ledger: Ledger; readonly onRows: (step: Step, rows: number) => void },
): Perform {
  return createPerform(
    {
      ...prepared,
      run: undefined,
      options: runOptions(settings),
      schemaTables: [],
      builders: noWorkers,
      statistics: 'by autovacuum',
      onRows: lane.onRows,
    },
    lane.ledger,
  )
}

/** What is built here is built before another process would be at work. */
const noWorkers = { lanes: 1, cores: 1 }

/** Across transactions indexes stay: without a ledger nothing would put them back after a crash. */
function runOptions({ seed, strategy, chunkSize }: SeedSettings): RunOptions {
  return {
    profile: '',
    seed,
    profileCounts: {},
    counts: {},
    scale: 1,
    only: null,
    existing: 'append',
    strategy,
    chunkSize,
    transaction: 'chunk',
    indexes: 'keep',
    onError: 'stop',
    maxErrors: 0,
  }
}
