import type { Slice } from '../generate/slices.ts'
import type { Vector } from '../generate/vector.ts'
import { withRowNumber } from '../write/encode/refusal.ts'
import {
  bindRowEncoder,
  bindTextRows,
  writeCopyHeader,
  writeCopyTrailer,
} from '../write/encode/row.ts'
import type { RowEncoder } from '../write/encode/row.ts'
import { reserve } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'
import { insertStatement } from '../write/insert-statement.ts'
import type { Target } from '../write/target.ts'
import { maxRows } from '../write/values.ts'
import { appendCsvHeader, csvRows } from './csv.ts'
import type { ExportFormat } from './format.ts'
import { endStatement, insertRows } from './insert-rows.ts'
import { emptyObject, jsonRows } from './json-rows.ts'
import { beginAlone, endAlone } from './transaction-alone.ts'

/** Encodes one file after the other of a table. */
export interface FileEncoder {
  /** @param rows - that the file will have */
  begin(sink: ByteSink, rows: number): void
  /**
   * Appends rows of a slice from `index` on, at least one.
   *
   * @returns the row after the last one that was appended
   * @throws DownpourError `DATA_…` with the row's number
   */
  encode(sink: ByteSink, slice: Slice, index: number): number
  end(sink: ByteSink): void
}

/** @throws DownpourError `DATA_…` for a vocabulary's word that a column cannot hold */
export function createFileEncoder(target: Target, format: ExportFormat): FileEncoder {
  const bind = binderOf(target, format)
  const encoders = new Map<readonly Vector[], RowEncoder>()

  function encodeRows(sink: ByteSink, { first, vectors }: Slice, [from, to]: Rows): number {
    const encode = encoders.get(vectors) ?? bind(vectors)
    encoders.set(vectors, encode)
    return withRowNumber(first, () => encode(sink, from, to))
  }

  if (format === 'sql') return insertStatements(target, encodeRows)
  return {
    begin(sink) {
      if (format === 'csv') appendCsvHeader(sink, target.columns)
      if (format === 'binary') writeCopyHeader(sink, 'binary')
    },
    encode: (sink, slice, index) => encodeRows(sink, slice, [index, slice.count]),
    end(sink) {
      if (format === 'binary') writeCopyTrailer(sink, 'binary')
    },
  }
}

/** From one to below another. */
type Rows = readonly [from: number, to: number]

function binderOf(
  { columns }: Target,
  format: ExportFormat,
): (vectors: readonly Vector[]) => RowEncoder {
  switch (format) {
    case 'copy':
      return (vectors) => bindRowEncoder({ format: 'text', columns, vectors })
    case 'binary':
      return (vectors) => bindRowEncoder({ format: 'binary', columns, vectors })
    case 'csv':
      return (vectors) => bindTextRows(csvRows, { columns, vectors })
    case 'sql':
      return (vectors) => bindTextRows(insertRows, { columns, vectors })
    case 'jsonl':
      return columns.length === 0
        ? () => encodeEmptyObjects
        : (vectors) => bindTextRows(jsonRows, { columns, vectors })
  }
}

function encodeEmptyObjects(sink: ByteSink, first: number, end: number): number {
  append(sink, emptyObject.repeat(end - first))
  return end
}

function insertStatements(
  target: Target,
  encodeRows: (sink: ByteSink, slice: Slice, rows: Rows) => number,
): FileEncoder {
  const statement = `${insertStatement(target, 'values')}\n`
  let written = 0
  let total = 0
  return {
    begin(sink, rows) {
      written = 0
      total = rows
      append(sink, beginAlone)
    },
    encode(sink, slice, index) {
      const inStatement = written % maxRows
      if (inStatement === 0) append(sink, statement)
      const to = Math.min(slice.count, index + maxRows - inStatement)
      const next = encodeRows(sink, slice, [index, to])
      written += next - index
      if (written % maxRows === 0 || written === total) endStatement(sink)
      return next
    },
    end: (sink) => append(sink, endAlone),
  }
}

function append(sink: ByteSink, text: string): void {
  reserve(sink, text.length * 3)
  sink.length += sink.bytes.write(text, sink.length)
}
