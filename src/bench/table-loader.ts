import { loadedTables } from '../plan/plan.ts'
import type { RowRange } from '../plan/plan.ts'
import type { Session } from '../postgres/session.ts'
import { checkTargets } from '../run/check-target.ts'
import { createChunkLoader } from '../run/load-chunk.ts'
import type { LoadedChunk } from '../run/load-chunk.ts'
import { strategies } from '../write/choose-strategy.ts'
import { planTable } from './tables.ts'
import type { LoadTask } from './task.ts'

/** Loads rows of one table, in whatever transaction the session is in. */
export type TableLoader = (range: RowRange, signal: AbortSignal) => Promise<LoadedChunk>

/**
 * Prepares the load of a table of the benchmark's own, as `seed` does, but for the ledger.
 *
 * @throws DownpourError `STRATEGY_…` when the strategy cannot fill the table
 */
export async function openTableLoader(
  session: Session,
  task: Pick<LoadTask, 'schema' | 'table' | 'mostRows' | 'strategy' | 'chunkSize'>,
): Promise<TableLoader> {
  const { schema, table, mostRows, chunkSize } = task
  const strategy = strategies[task.strategy]
  const plan = await planTable(schema, table, mostRows)
  const [target] = await checkTargets(session, loadedTables(plan))
  await strategy.check?.(plan, target!)
  const load = createChunkLoader({
    plan,
    strategyFor: () => strategy,
    chunkSize,
    onError: 'stop',
  })
  return (range, signal) =>
    load(session, { target: target!, range, signal, rejectsLeft: 0, onRows: () => {} })
}
