import { DownpourError } from '../errors.ts'
import { withRowNumber } from '../write/encode/refusal.ts'
import { bindRowEncoder, copyFormat } from '../write/encode/row.ts'
import { createByteSink } from '../write/encode/sink.ts'
import type { Sample } from './sample.ts'

/**
 * Encodes a sample for the types that its columns have on the server: a generator whose values do
 * not fit shows itself before anything is written.
 *
 * @throws DownpourError `DATA_…`, with table, column and row
 */
export function encodeSample({ target: { columns }, source, range }: Sample): void {
  const sink = createByteSink()
  for (const { first, count, vectors } of source.slices(range)) {
    const encode = bindRowEncoder({ format: copyFormat(columns), columns, vectors })
    try {
      withRowNumber(first, () => {
        for (let row = 0; row < count;) row = encode(sink, row, count)
      })
    } catch (error) {
      throw refusalOf(error)
    }
    sink.length = 0
  }
}

/** Nothing has been written: the input is refused, and no load has failed. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof DownpourError)) return error
  const { code, message, why, fix, table, column, row } = error
  return new DownpourError({
    code,
    message,
    why,
    fix,
    ...(table !== undefined && { table }),
    ...(column !== undefined && { column }),
    ...(row !== undefined && { row }),
    cause: error.cause,
  })
}
