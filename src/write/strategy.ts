import type { Slice, TableSource } from '../generate/slices.ts'
import type { Plan, RowRange } from '../plan/plan.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from './target.ts'

/** A way of writing rows. All of them store the same, except `server`, which says so. */
export interface Strategy {
  readonly name: StrategyName
  /**
   * Makes sure that it can fill a table; left out where it can fill any.
   *
   * @throws DownpourError `STRATEGY_…`: before the first write
   */
  check?(plan: Plan, target: Target): Promise<void>
  /** Prepares what can be prepared once for all chunks of a table. */
  open(target: Target, source: TableSource): ChunkWriter
}

/** In the order in which help and reports list them. */
export const strategyNames = [
  'row',
  'row-tx',
  'pipeline',
  'batch',
  'values',
  'unnest',
  'json',
  'copy-text',
  'copy',
  'server',
] as const

export type StrategyName = (typeof strategyNames)[number]

/** `auto` leaves it to each table's size. */
export type StrategyChoice = StrategyName | 'auto'

export interface ChunkWriter {
  /**
   * Writes the rows of a chunk, inside whatever transaction the session is in. On an error nothing
   * of the chunk may be taken for stored: the session can be used again after a rollback (or is
   * closed), and slices are taken no further.
   *
   * @returns the rows that the *server* says it stored
   */
  write(session: Session, chunk: ChunkRows): Promise<number>
}

/** Rows to be written. */
export interface ChunkRows {
  readonly range: RowRange
  /** The range's values, computed as they are taken. */
  readonly slices: Iterable<Slice>
}
