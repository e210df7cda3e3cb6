import { DownpourError } from '../errors.ts'
import { openTable } from '../generate/slices.ts'
import type { Plan } from '../plan/plan.ts'
import { withRowNumber } from '../write/encode/refusal.ts'
import { bindRowEncoder, copyFormat } from '../write/encode/row.ts'
import { createByteSink } from '../write/encode/sink.ts'
import type { Target } from '../write/target.ts'

/** Rows of each table, or of one with sums over children, which are drawn as well. */
const sampleRows = 100
const sampleSums = 5

/**
 * Encodes some rows of each table for the types that its columns have on the server: a generator
 * whose values do not fit shows itself before anything is written.
 *
 * @throws DownpourError `DATA_…`, with table, column and row
 */
export async function checkSample(plan: Plan, targets: readonly Target[]): Promise<void> {
  for (const { table, columns } of targets) {
    const { toLoad } = table
    const isSum = table.columns.some(({ generator }) => generator.group.summary !== undefined)
    const count = Math.min(isSum ? sampleSums : sampleRows, toLoad.count)
    if (count === 0 || columns.length === 0) continue
    const source = await openTable(plan, table)
    const sink = createByteSink()
    for (const { first, count: size, vectors } of source.slices({ first: toLoad.first, count })) {
      const encode = bindRowEncoder({ format: copyFormat(columns), columns, vectors })
      try {
        withRowNumber(first, () => {
          for (let row = 0; row < size;) row = encode(sink, row, size)
        })
      } catch (error) {
        throw refusalOf(error)
      }
      sink.length = 0
    }
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
