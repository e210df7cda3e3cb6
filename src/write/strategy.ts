import type { Slice } from '../generate/slices.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from './target.ts'

/** A way of writing rows. All of them store the same. */
export interface Strategy {
  readonly name: StrategyName
  /** Prepares what can be prepared once for all chunks of a table. */
  open(target: Target): ChunkWriter
}

export type StrategyName = 'batch' | 'copy'

export interface ChunkWriter {
  /**
   * Writes the rows of a chunk, inside whatever transaction the session is in. On an error nothing
   * of a COPY is stored, the session can be used again after a rollback (or is closed), and slices
   * are taken no further.
   *
   * @param slices - computed as they are taken
   * @returns the rows that the *server* says it stored
   */
  write(session: Session, slices: Iterable<Slice>): Promise<number>
}
