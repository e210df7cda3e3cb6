import type { BoundColumn } from '../write/encode/bind.ts'
import { shortCells } from '../write/encode/column.ts'
import { copyShort, createByteSink } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'

/** The cells of a column, length and bytes, that have been made before their rows are encoded. */
export interface PreparedCells {
  readonly bound: BoundColumn
  /** Where their bytes are appended. */
  readonly sink: ByteSink
  /** Forgets them. */
  clear(): void
  /** Says that the cell of a row is the sink's bytes `[start, end)`, of which rows may share some. */
  place(row: number, start: number, end: number): void
}

/** @param capacity - rows of a slice at most */
export function createPreparedCells(capacity: number): PreparedCells {
  const sink = createByteSink(4096)
  const starts = new Int32Array(capacity)
  const ends = new Int32Array(capacity)
  return {
    sink,
    clear() {
      sink.length = 0
    },
    place(row, start, end) {
      starts[row] = start
      ends[row] = end
    },
    bound: {
      addSizes(sizes, first, end) {
        for (let row = first; row < end; row++) sizes[row]! += ends[row]! - starts[row]!
        return 0
      },
      write({ bytes, view, at }, first, end) {
        for (let row = first; row < end; row++) {
          const size = ends[row]! - starts[row]!
          if (size <= shortCells) copyShort(view, at[row]!, sink.view, starts[row]!, size)
          else sink.bytes.copy(bytes, at[row], starts[row], ends[row])
          at[row]! += size
        }
      },
    },
  }
}
