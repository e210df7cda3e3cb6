import type { Ledger } from '../ledger/ledger.ts'
import type { RunTable } from '../ledger/runs.ts'
import type { Step, StepOutcome } from '../ledger/step.ts'
import type { TableModel } from '../model/table.ts'
import type { Plan } from '../plan/plan.ts'
import type { OpenTable } from '../plan/table-sources.ts'
import { workInSequence } from '../postgres/citus.ts'
import type { Session } from '../postgres/session.ts'
import { strategies } from '../write/choose-strategy.ts'
import type { StrategyName } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import { deferIndexes } from './defer.ts'
import { settleTable } from './finish.ts'
import type { Statistics } from './finish.ts'
import type { Perform } from './lane.ts'
import { createChunkLoader } from './load-chunk.ts'
import type { RunOptions } from './options.ts'
import { rebuild } from './rebuild-step.ts'
import type { Builders } from './rebuild-step.ts'
import { resetTables } from './reset-tables.ts'
import { refreshSummaries } from './summaries.ts'
import { emptyTables } from './throw-away.ts'

/** What a lane has to know to do the steps of a run. */
export interface RunWork {
  /** Its name in the ledger, where there is one. */
  readonly run: string | undefined
  readonly plan: Plan
  /** As `ChunkLoaderOptions`. */
  readonly open?: OpenTable | undefined
  /** In the order of the run's tables. */
  readonly targets: readonly Target[]
  readonly tables: readonly RunTable[]
  readonly options: RunOptions
  /** Every table of the schema. */
  readonly schemaTables: readonly TableModel[]
  /** As `rebuild`. */
  readonly builders?: Builders
  readonly statistics: Statistics
  /** Rows of a step have been sent: a chunk's, counted from its beginning. */
  readonly onRows: (step: Step, rows: number) => void
}

const nothingGenerated = { generateSeconds: 0 }

/** Makes what does the steps of a run, for one lane. */
export function createPerform(work: RunWork, ledger: Ledger): Perform {
  const { plan, open, targets, tables, options, schemaTables } = work
  const strategyOf = new Map(targets.map((target, index) => [target, tables[index]!.strategy]))
  const load = createChunkLoader({
    plan,
    open,
    strategyFor: (target) => strategies[strategyOf.get(target) as StrategyName],
    chunkSize: options.chunkSize,
    onError: options.onError,
  })

  async function loadChunk(session: Session, step: Step, signal: AbortSignal): Promise<number> {
    const target = targets[step.position!]!
    const table = tables[step.position!]!
    const { generateSeconds, rejections } = await load(session, {
      target,
      range: { first: step.firstRow, count: step.rowCount },
      signal,
      rejectsLeft:
        options.onError === 'skip'
          ? Math.max(0, options.maxErrors - (await ledger.countRejects(session)))
          : 0,
      onRows: (rows) => work.onRows(step, rows),
    })
    await ledger.recordRejects(
      session,
      rejections.map(({ row, code, constraint, column }) => ({
        tableKey: table.key,
        row,
        key: table.keyStart === null ? null : table.keyStart + row,
        code,
        constraint: constraint ?? null,
        column: column ?? null,
      })),
    )
    return generateSeconds
  }

  function empty(session: Session): Promise<readonly string[]> {
    const emptied = emptiedTables(work)
    return work.run === undefined
      ? resetTables(session, emptied, schemaTables)
      : emptyTables(session, emptied, { all: schemaTables, current: work.run })
  }

  async function perform(
    session: Session,
    step: Step,
    { attempt, signal }: Parameters<Perform>[2],
  ): Promise<Omit<StepOutcome, 'seconds'>> {
    switch (step.kind) {
      case 'reset':
        return { generateSeconds: 0, notes: await empty(session) }
      case 'drop':
        return {
          generateSeconds: 0,
          notes: await deferIndexes(session, ledger, { tables, options, attempt }),
        }
      case 'chunk':
        return { generateSeconds: await loadChunk(session, step, signal) }
      case 'rebuild':
        await rebuild(session, ledger, step.task!, work.builders)
        return nothingGenerated
      case 'settle':
        return {
          generateSeconds: 0,
          notes: await settleTable(session, targets[step.position!]!.table, work.statistics),
        }
      case 'finish':
        await refreshSummaries(session, tables)
        await ledger.recordEnd(session)
        return nothingGenerated
    }
  }

  return async (session, step, circumstances): Promise<StepOutcome> => {
    const started = performance.now()
    if (step.kind !== 'chunk') await workInSequence(session)
    const done = await perform(session, step, circumstances)
    return { ...done, seconds: (performance.now() - started) / 1000 }
  }
}

/** What is loaded, and what `--only` names though no seeder fills it. */
function emptiedTables({ targets, options, schemaTables }: RunWork): readonly TableModel[] {
  const loaded = targets.map(({ table }) => table.model)
  const named = options.only ?? []
  return [
    ...loaded,
    ...schemaTables.filter((table) => named.includes(table.key) && !loaded.includes(table)),
  ]
}
