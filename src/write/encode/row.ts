import { DownpourError } from '../../errors.ts'
import type { Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { bindBinary, hasBinaryEncoder } from './binary.ts'
import type { BoundColumn } from './bind.ts'
import type { Frame } from './column.ts'
import { bindText } from './copy-text.ts'
import { describeType } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { appendInt16, appendInt32, createByteSink, reserve } from './sink.ts'

export type CopyFormat = 'binary' | 'text'

/**
 * Appends rows of the slice that the vectors hold, from `first` up to `end`: as many as are worth
 * encoding together, and at least one.
 *
 * @returns the row after the last one that was appended
 */
export type RowEncoder = (sink: ByteSink, first: number, end: number) => number

export interface RowBinding {
  readonly format: CopyFormat
  readonly columns: readonly TargetColumn[]
  /** One for each column, in the same order. */
  readonly vectors: readonly Vector[]
}

/** `binary` when every column can be sent so. */
export function copyFormat(columns: readonly TargetColumn[]): CopyFormat {
  return columns.every(hasBinaryEncoder) ? 'binary' : 'text'
}

/**
 * Binds a table's columns to their vectors, once for all slices.
 *
 * @throws DownpourError `DATA_KIND` when a vector cannot become its column's type; `DATA_…`, exit
 * code 4, for a value that does not fit, with its row in the slice (see `withRowNumber`): the rows
 * before it have been appended then
 * @example
 * const encodeRows = bindRowEncoder({ format: 'text', columns: [id, name], vectors: [ids, names] })
 * encodeRows(sink, 0, 1) // 1; 1⇥Ada⏎
 */
export function bindRowEncoder({ format, columns, vectors }: RowBinding): RowEncoder {
  const bind = format === 'binary' ? requireBinary : bindText
  const bound = columns.map((column, i) => bind(column, vectors[i]!))
  const capacity = Math.max(1, ...vectors.map((vector) => vector.capacity))
  const encodeBlock =
    format === 'binary' ? binaryBlock(bound, capacity) : textBlock(bound, capacity)
  let blockRows = 1

  function encodeOneByOne(sink: ByteSink, first: number, end: number): void {
    for (let row = first; row < end; row++) encodeBlock(sink, row, 1)
  }

  return (sink, first, end) => {
    const count = Math.min(end - first, blockRows)
    const before = sink.length
    try {
      encodeBlock(sink, first, count)
    } catch (error) {
      // Which row is the first to be refused is not known of a block.
      if (count > 1) encodeOneByOne(sink, first, first + count)
      throw error
    }
    const rowBytes = (sink.length - before) / count
    blockRows = Math.max(1, Math.min(mostBlockRows, Math.floor(blockBytes / rowBytes)))
    return first + count
  }
}

/** A block stays in the cache from its first column to its last. */
const blockBytes = 64 * 1024
const mostBlockRows = 1024

/** Opens a COPY; the text format has nothing to open it with. */
export function writeCopyHeader(sink: ByteSink, format: CopyFormat): void {
  if (format === 'text') return
  reserve(sink, 11)
  sink.length += sink.bytes.write('PGCOPY\n\xff\r\n\0', sink.length, 'latin1')
  appendInt32(sink, 0)
  appendInt32(sink, 0)
}

/** Closes a COPY; the text format has nothing to close it with. */
export function writeCopyTrailer(sink: ByteSink, format: CopyFormat): void {
  if (format === 'binary') appendInt16(sink, -1)
}

/** Appends rows `[first, first + count)`; nothing, when a cell is refused. */
type BlockEncoder = (sink: ByteSink, first: number, count: number) => void

function binaryBlock(columns: readonly BoundColumn[], capacity: number): BlockEncoder {
  const frame = createFrame(capacity)
  return (sink, first, count) => {
    const end = layOut(frame, sink, { columns, first, count, rowBytes: 2 })
    const { at, view } = frame
    for (let row = first; row < first + count; row++) {
      view.setInt16(at[row]!, columns.length)
      at[row]! += 2
    }
    for (const column of columns) column.write(frame, first, first + count)
    sink.length = end
  }
}

const tab = 9
const newline = 10

function textBlock(columns: readonly BoundColumn[], capacity: number): BlockEncoder {
  const frame = createFrame(capacity)
  return (sink, first, count) => {
    const end = layOut(frame, sink, { columns, first, count, rowBytes: columns.length })
    const { at, bytes } = frame
    for (const [index, column] of columns.entries()) {
      column.write(frame, first, first + count)
      const mark = index === columns.length - 1 ? newline : tab
      for (let row = first; row < first + count; row++) bytes[at[row]!++] = mark
    }
    sink.length = end
  }
}

interface BlockFrame extends Frame {
  readonly sizes: Int32Array
}

function createFrame(capacity: number): BlockFrame {
  const { bytes, view } = createByteSink(0)
  return { bytes, view, at: new Int32Array(capacity), sizes: new Int32Array(capacity) }
}

interface Layout {
  readonly columns: readonly BoundColumn[]
  readonly first: number
  readonly count: number
  /** What a row takes besides its cells. */
  readonly rowBytes: number
}

/**
 * Puts rows one after the other.
 *
 * @returns where the last one ends
 */
function layOut(
  frame: BlockFrame,
  sink: ByteSink,
  { columns, first, count, rowBytes }: Layout,
): number {
  const { at, sizes } = frame
  sizes.fill(0, first, first + count)
  let inEach = rowBytes
  for (const column of columns) inEach += column.addSizes(sizes, first, first + count)
  let position = sink.length
  for (let row = first; row < first + count; row++) {
    at[row] = position
    position += sizes[row]! + inEach
  }
  reserve(sink, position - sink.length)
  frame.bytes = sink.bytes
  frame.view = sink.view
  return position
}

function requireBinary(column: TargetColumn, vector: Vector): BoundColumn {
  const bound = bindBinary(column, vector)
  if (bound) return bound
  const type = describeType(column.serverType)
  throw new DownpourError({
    code: 'DATA_KIND',
    message: `Cannot write "${column.table}": column "${column.name}" is ${type} and its generator gives ${vector.kind} values`,
    why: `COPY casts nothing, and ${vector.kind} values have no binary form as ${type}.`,
    fix: `Choose a generator that gives ${type}, or change the column's type.`,
    table: column.table,
    column: column.name,
  })
}
