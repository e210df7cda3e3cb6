import { appendCsvHeader, csvRows } from '../export/csv.ts'
import { declaredTarget } from '../export/declared-target.ts'
import type { Vector } from '../generate/vector.ts'
import { withRowNumber } from '../write/encode/refusal.ts'
import { bindTextRows } from '../write/encode/row.ts'
import type { RowEncoder } from '../write/encode/row.ts'
import { createByteSink } from '../write/encode/sink.ts'
import { readSlices } from './preview-tables.ts'
import type { RowChoice, ShownTable } from './preview-tables.ts'

/**
 * Generates rows as CSV, in the forms that PostgreSQL reads, below a line with the names that the
 * columns have in the database.
 *
 * @param write - told the next part of it
 */
export async function previewCsv(
  shown: ShownTable,
  options: { readonly wanted: RowChoice; readonly write: (text: string) => void },
): Promise<void> {
  const { columns } = declaredTarget({ ...shown.table, columns: shown.columns })
  const sink = createByteSink()
  const encoders = new Map<readonly Vector[], RowEncoder>()
  const flush = () => {
    options.write(sink.bytes.toString('utf8', 0, sink.length))
    sink.length = 0
  }
  appendCsvHeader(sink, columns)
  await readSlices(shown, options.wanted, ({ vectors, first, count }) => {
    const encode = encoders.get(vectors) ?? bindTextRows(csvRows, { columns, vectors })
    encoders.set(vectors, encode)
    withRowNumber(first, () => {
      for (let row = 0; row < count;) row = encode(sink, row, count)
    })
    flush()
  })
  if (sink.length > 0) flush()
}
