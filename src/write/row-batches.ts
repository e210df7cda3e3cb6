import type { Slice } from '../generate/slices.ts'
import { withRowNumber } from './encode/refusal.ts'
import { textReaders } from './parameter-text.ts'
import type { TextReader } from './parameter-text.ts'
import type { Target } from './target.ts'

/** Rows for one statement with a parameter for each value. */
export interface RowBatch {
  readonly rows: number
  /** Row after row, each in the order of the target's columns. */
  readonly parameters: (string | null)[]
}

/**
 * Groups a chunk's rows for statements, across its slices.
 *
 * @param most - rows in a batch: all but the last have as many
 * @returns to be called with the slices of each chunk
 * @throws as `parameterText`, from the iterator
 */
export function groupRows(
  { columns }: Target,
  most: number,
): (slices: Iterable<Slice>) => Generator<RowBatch> {
  const readersOf = textReaders(columns)
  return function* group(slices) {
    let batch: RowBatch = { rows: 0, parameters: [] }
    for (const slice of slices) {
      const readers = readersOf(slice)
      for (let from = 0; from < slice.count;) {
        const to = Math.min(slice.count, from + most - batch.rows)
        withRowNumber(slice.first, () => appendRows(batch.parameters, readers, { from, to }))
        batch = { rows: batch.rows + to - from, parameters: batch.parameters }
        from = to
        if (batch.rows < most) continue
        yield batch
        batch = { rows: 0, parameters: [] }
      }
    }
    if (batch.rows > 0) yield batch
  }
}

/** Rows `from` to below `to` of a slice. */
interface SliceRows {
  readonly from: number
  readonly to: number
}

function appendRows(
  parameters: (string | null)[],
  readers: readonly TextReader[],
  { from, to }: SliceRows,
): void {
  for (let index = from; index < to; index++) {
    for (const read of readers) parameters.push(read(index))
  }
}
