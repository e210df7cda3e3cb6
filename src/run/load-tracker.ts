import type { RunProgress } from '../ledger/progress.ts'
import type { RunTable } from '../ledger/runs.ts'
import type { LaneEvent } from './host-lanes.ts'

/** How far a table, or the work on indexes, is. */
export interface LoadProgress {
  /** The table's key, or what else is being done. */
  readonly table: string
  readonly rows: number
  readonly total: number
  /** What is counted. */
  readonly unit: 'rows' | 'steps'
}

/** Adds up what lanes do, and tells it table by table, in the plan's order. */
export interface LoadTracker {
  onEvent(lane: number, event: LaneEvent): void
  /** What the ledger knows to be done, by all processes. */
  refresh(progress: RunProgress): void
}

/**
 * @param tables - of the run, parents first
 * @param before - what was done when this process began
 */
export function createLoadTracker(
  tables: readonly RunTable[],
  before: RunProgress,
  onProgress: (progress: LoadProgress) => void,
): LoadTracker {
  const committed = [...before.rows]
  let { rebuild } = before
  const underWay = new Map<number, { position: number; rows: number }>()
  let place = 0

  /** Lanes may be at several tables; the first that is not whole is told about. */
  function tell(): void {
    for (; place < tables.length; place++) {
      const { key, rowCount } = tables[place]!
      const rows = Math.min(rowCount, rowsOf(place))
      if (rowCount > 0) onProgress({ table: key, rows, total: rowCount, unit: 'rows' })
      if (committed[place]! < rowCount) return
    }
    const { done, total } = rebuild
    if (total > 0) onProgress({ table: 'indexes', rows: done, total, unit: 'steps' })
  }

  function rowsOf(position: number): number {
    let rows = committed[position]!
    for (const chunk of underWay.values()) if (chunk.position === position) rows += chunk.rows
    return rows
  }

  return {
    onEvent(lane, { kind, step, ...event }) {
      if (step.kind === 'rebuild' && kind === 'committed') {
        rebuild = { ...rebuild, done: Math.min(rebuild.total, rebuild.done + 1) }
        tell()
      }
      if (step.kind !== 'chunk') return
      const position = step.position!
      if (kind === 'rows') underWay.set(lane, { position, rows: (event as { rows: number }).rows })
      else underWay.delete(lane)
      if (kind === 'committed') {
        committed[position] = Math.min(
          tables[position]!.rowCount,
          committed[position]! + step.rowCount,
        )
      }
      tell()
    },
    refresh(progress) {
      for (const [position, rows] of progress.rows.entries()) {
        committed[position] = Math.max(committed[position]!, rows)
      }
      ;({ rebuild } = progress)
      tell()
    },
  }
}
