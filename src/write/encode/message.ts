import type { BoundColumn } from './bind.ts'
import { createFrame, inBlocks, layOut } from './row.ts'
import type { RowEncoder } from './row.ts'

/** CopyData */
const type = 'd'.charCodeAt(0)

/** The type, the length, and the number of the row's columns. */
export const messageHead = 7

/**
 * Encodes rows as the server sends them in `COPY … TO STDOUT (FORMAT binary)`: a CopyData message
 * each, https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 * @param columns - bound by `bindBinary`
 * @param capacity - rows of a slice at most
 */
export function messageEncoder(columns: readonly BoundColumn[], capacity: number): RowEncoder {
  const frame = createFrame(capacity)
  return inBlocks((sink, first, count) => {
    const end = layOut(frame, sink, { columns, first, count, rowBytes: messageHead })
    const { at, view } = frame
    for (let row = first; row < first + count; row++) {
      const begin = at[row]!
      const next = row + 1 < first + count ? at[row + 1]! : end
      view.setUint8(begin, type)
      // The length counts itself, and not the type.
      view.setInt32(begin + 1, next - begin - 1)
      view.setInt16(begin + 5, columns.length)
      at[row] = begin + messageHead
    }
    for (const column of columns) column.write(frame, first, first + count)
    sink.length = end
  })
}
