import { DownpourError } from '../../errors.ts'
import type { Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { bindBinaryEncoder, hasBinaryEncoder } from './binary.ts'
import { bindTextEncoder } from './copy-text.ts'
import { describeType } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendInt16, appendInt32, reserve } from './sink.ts'

export type CopyFormat = 'binary' | 'text'

/** Appends row `index` of the slice that the vectors hold. */
export type RowEncoder = (sink: ByteSink, index: number) => void

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
 * Binds a table's columns to their vectors, once for all slices. The sink is left as it was before
 * the row when a cell is refused.
 *
 * @throws DownpourError `DATA_KIND` when a vector cannot become its column's type; `DATA_…`, exit
 * code 4, for a value that does not fit, with its row in the slice (see `withRowNumber`)
 * @example
 * const encodeRow = bindRowEncoder({ format: 'text', columns: [id, name], vectors: [ids, names] })
 * encodeRow(sink, 0) // 1⇥Ada⏎
 */
export function bindRowEncoder({ format, columns, vectors }: RowBinding): RowEncoder {
  const bind = format === 'binary' ? requireBinaryEncoder : bindTextEncoder
  const cells = columns.map((column, i) => bind(column, vectors[i]!))
  return format === 'binary' ? binaryRow(cells) : textRow(cells)
}

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

function binaryRow(cells: readonly CellEncoder[]): RowEncoder {
  const count = cells.length
  return (sink, index) => {
    const before = sink.length
    try {
      appendInt16(sink, count)
      for (let i = 0; i < count; i++) cells[i]!(sink, index)
    } catch (error) {
      sink.length = before
      throw error
    }
  }
}

const tab = 9
const newline = 10

function textRow(cells: readonly CellEncoder[]): RowEncoder {
  const count = cells.length
  return (sink, index) => {
    const before = sink.length
    try {
      for (let i = 0; i < count; i++) {
        cells[i]!(sink, index)
        reserve(sink, 1)
        sink.bytes[sink.length++] = i === count - 1 ? newline : tab
      }
    } catch (error) {
      sink.length = before
      throw error
    }
  }
}

function requireBinaryEncoder(column: TargetColumn, vector: Vector): CellEncoder {
  const encode = bindBinaryEncoder(column, vector)
  if (encode) return encode
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
