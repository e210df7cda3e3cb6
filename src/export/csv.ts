import type { TargetColumn } from '../postgres/server-type.ts'
import type { TextStyle } from '../write/encode/copy-text.ts'
import { nulCharacter } from '../write/encode/refusal.ts'
import type { TextRows } from '../write/encode/row.ts'
import { appendBytes, createByteSink, reserve } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'
import { appendEncoded, appendUnmarked, hasMarks, markBytes } from './append-text.ts'

/**
 * CSV as RFC 4180 and PostgreSQL's COPY have it: NULL is nothing at all, and an empty text is `""`
 * (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.3).
 */
export const csvRows: TextRows = {
  styleOf: () => csvStyle,
  before: (_column, place) => (place === 0 ? '' : ','),
  end: '\n',
}

/** The names of the columns. */
export function appendCsvHeader(sink: ByteSink, columns: readonly TargetColumn[]): void {
  for (const [place, { name }] of columns.entries()) {
    if (place > 0) appendByte(sink, comma)
    csvStyle.appendText(sink, name)
  }
  appendByte(sink, newline)
}

/**
 * @example
 * csvText('say "hi"') // '"say ""hi"""'
 */
export function csvText(value: string): string {
  const sink = createByteSink(64)
  csvStyle.appendText(sink, value)
  return sink.bytes.toString('utf8', 0, sink.length)
}

const comma = 44
const quote = 34
const newline = 10
const carriageReturn = 13
const backslash = 92
const dot = 46

const marks = markBytes(',"\n\r')

const csvStyle: TextStyle = {
  nullCell: new Uint8Array(0),
  appendText(sink, value) {
    const isPlain = value !== '' && value !== endOfData && appendUnmarked(sink, value, marks)
    if (!isPlain) appendEncoded(sink, value, { appendUtf8 })
  },
  appendUtf8,
}

/** Alone in its line it would end the data. */
const endOfData = '\\.'

function appendUtf8(sink: ByteSink, source: Uint8Array, start: number, end: number): void {
  const isEndOfData = end - start === 2 && isEndMark(source, start)
  const isPlain = end > start && !isEndOfData && !hasMarks(source, { start, end }, marks)
  if (isPlain) appendBytes(sink, source, start, end)
  else appendQuoted(sink, source.subarray(start, end))
}

function appendQuoted(sink: ByteSink, source: Uint8Array): void {
  reserve(sink, source.length * 2 + 2)
  const { bytes } = sink
  let position = sink.length
  bytes[position++] = quote
  for (let i = 0; i < source.length; i++) {
    const byte = source[i]!
    if (byte === 0) throw nulCharacter()
    if (byte === quote) bytes[position++] = quote
    if (byte === backslash && isLine(source, i)) {
      // Before version 18 psql ends the data there, quoted or not; PostgreSQL takes quotes within.
      for (const part of [quote, backslash, dot, quote]) bytes[position++] = part
      i++
    } else {
      bytes[position++] = byte
    }
  }
  bytes[position++] = quote
  sink.length = position
}

/** Whether a line of the text is `\.` and nothing else. */
function isLine(source: Uint8Array, at: number): boolean {
  if (source[at - 1] !== newline || !isEndMark(source, at)) return false
  const next = source[at + 2]
  return next === newline || (next === carriageReturn && source[at + 3] === newline)
}

function isEndMark(source: Uint8Array, at: number): boolean {
  return source[at] === backslash && source[at + 1] === dot
}

function appendByte(sink: ByteSink, byte: number): void {
  reserve(sink, 1)
  sink.bytes[sink.length++] = byte
}
