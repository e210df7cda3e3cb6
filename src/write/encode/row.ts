import { DownpourError } from '../../errors.ts'
import type { Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { bindBinary, hasBinaryEncoder } from './binary.ts'
import type { BoundColumn } from './bind.ts'
import type { Frame } from './column.ts'
import { bindText } from './copy-text.ts'
import type { TextStyle } from './copy-text.ts'
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
  if (format === 'text') return bindTextRows(copyText, { columns, vectors })
  const bound = columns.map((column, i) => requireBinary(column, vectors[i]!))
  return inBlocks(binaryBlock(bound, capacityOf(vectors)))
}

/** How rows are written as text: what stands around their cells. */
export interface TextRows {
  /** How the cells of a column are written. */
  styleOf(column: TargetColumn, vector: Vector): TextStyle | undefined
  /** What stands before the cell of this column, by its place. */
  before(column: TargetColumn, place: number): string
  /** What ends a row. */
  readonly end: string
}

/**
 * Binds as `bindRowEncoder` does, for any format of texts.
 *
 * @throws as `bindRowEncoder`
 */
export function bindTextRows(
  { styleOf, before, end }: TextRows,
  { columns, vectors }: Omit<RowBinding, 'format'>,
): RowEncoder {
  const bound = columns.map((column, i): TextColumn => ({
    ...bindText(column, vectors[i]!, styleOf(column, vectors[i]!)),
    before: Buffer.from(before(column, i)),
  }))
  return inBlocks(textBlock(bound, { end: Buffer.from(end), capacity: capacityOf(vectors) }))
}

/** https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */
const copyText: TextRows = {
  styleOf: () => undefined,
  before: (_column, place) => (place === 0 ? '' : '\t'),
  end: '\n',
}

function capacityOf(vectors: readonly Vector[]): number {
  return Math.max(1, ...vectors.map((vector) => vector.capacity))
}

export function inBlocks(encodeBlock: BlockEncoder): RowEncoder {
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
export type BlockEncoder = (sink: ByteSink, first: number, count: number) => void

function binaryBlock(columns: readonly BoundColumn[], capacity: number): BlockEncoder {
  const frame = createFrame(capacity)
  return (sink, first, count) => {
    const end = layOut(frame, sink, { columns, first, count, rowBytes: 2 })
    const { at, view } = frame
    const fields = columns.length
    for (let row = first; row < first + count; row++) {
      const position = at[row]!
      at[row] = position + 2
      view.setInt16(position, fields)
    }
    for (const column of columns) column.write(frame, first, first + count)
    sink.length = end
  }
}

/** A column of texts, and what stands before each of its cells. */
interface TextColumn extends BoundColumn {
  readonly before: Uint8Array
}

function textBlock(
  columns: readonly TextColumn[],
  { end: rowEnd, capacity }: { readonly end: Uint8Array; readonly capacity: number },
): BlockEncoder {
  const frame = createFrame(capacity)
  const rowBytes = columns.reduce((sum, { before }) => sum + before.length, rowEnd.length)
  return (sink, first, count) => {
    const end = layOut(frame, sink, { columns, first, count, rowBytes })
    for (const column of columns) {
      writeAll(frame, column.before, { first, count })
      column.write(frame, first, first + count)
    }
    writeAll(frame, rowEnd, { first, count })
    sink.length = end
  }
}

/** The same bytes in each row. */
function writeAll(
  { at, bytes }: Frame,
  written: Uint8Array,
  { first, count }: { readonly first: number; readonly count: number },
): void {
  for (const byte of written) {
    for (let row = first; row < first + count; row++) bytes[at[row]!++] = byte
  }
}

interface BlockFrame extends Frame {
  readonly sizes: Int32Array
}

export function createFrame(capacity: number): BlockFrame {
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
export function layOut(
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
