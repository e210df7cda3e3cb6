import type { Slice } from '../generate/slices.ts'
import type { ChunkWriter } from './strategy.ts'

/**
 * Writes a chunk with a statement for each of its slices.
 *
 * @param parametersOf - the statement's parameters, from a slice
 */
export function writeSlices(
  statement: string,
  parametersOf: (slice: Slice) => readonly string[],
): ChunkWriter {
  return {
    async write(session, { slices }) {
      let stored = 0
      for (const slice of slices) {
        const { count } = await session.query(statement, parametersOf(slice), { prepare: true })
        stored += count
      }
      return stored
    },
  }
}
