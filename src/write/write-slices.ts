import type { Slice } from '../generate/slices.ts'
import { sendAhead } from './send-ahead.ts'
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
  function* parametersOfEach(slices: Iterable<Slice>): Generator<readonly string[]> {
    for (const slice of slices) yield parametersOf(slice)
  }
  return {
    write: (session, { slices }) =>
      sendAhead(parametersOfEach(slices), async (parameters) => {
        const { count } = await session.query(statement, parameters, { prepare: true })
        return count
      }),
  }
}
