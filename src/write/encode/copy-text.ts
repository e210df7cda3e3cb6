import type { Utf8Vector, Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { bindColumn, dictionaryCells } from './bind.ts'
import type { BoundColumn } from './bind.ts'
import { cellText } from './cell-text.ts'
import { appended } from './column.ts'
import type { ColumnEncoder } from './column.ts'
import { checkJsonb } from './json.ts'
import { nulCharacter } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendBytes, reserve } from './sink.ts'
import { checkLength, checkWellFormed, textLimit } from './text.ts'

/** How the cells of a column are written as text. */
export interface TextStyle {
  /** The bytes of NULL. */
  readonly nullCell: Uint8Array
  /**
   * Appends a value.
   *
   * @throws Refusal for U+0000 and for half a surrogate pair
   */
  appendText(sink: ByteSink, value: string): void
  /** The same of `source[start .. end)`, which is UTF-8. */
  appendUtf8(sink: ByteSink, source: Uint8Array, start: number, end: number): void
}

/**
 * Binds a column to its vector as `bindBinary` does, for a format of texts: every type has one, and
 * the server reads the values.
 *
 * @param style - how they are written. @defaultValue COPY's text format
 * @throws DownpourError `DATA_…`, exit code 4, as `bindBinary`; what only the type's reader can
 * tell, the server refuses
 */
export function bindText(
  column: TargetColumn,
  vector: Vector,
  style: TextStyle = copyTextStyle,
): BoundColumn {
  const encoder = encoderOf(column, vector, style)
  return bindColumn({ column, vector, encoder, nullCell: style.nullCell })
}

function encoderOf(column: TargetColumn, vector: Vector, style: TextStyle): ColumnEncoder {
  const { capacity } = vector
  const { nullCell } = style
  const check = textCheck(column)
  const writeText = (sink: ByteSink, value: string) => {
    check(value)
    style.appendText(sink, value)
  }
  switch (vector.kind) {
    case 'dictionary':
      return dictionaryCells(column, vector, writeText)
    case 'text':
      return appended((sink, index) => writeText(sink, vector.values[index]!), capacity)
    case 'utf8':
      return appended(utf8Cell(column, vector, style), capacity)
    default:
      return appended((sink, index) => {
        const text = cellText(column, vector, index)
        if (text === null) appendBytes(sink, nullCell, 0, nullCell.length)
        else writeText(sink, text)
      }, capacity)
  }
}

function textCheck({ serverType }: TargetColumn): (value: string) => void {
  if (serverType.name === 'jsonb') return checkJsonb
  const limit = textLimit(serverType)
  return limit ? (value) => checkLength(value, limit) : () => {}
}

/** Escapes while copying; only a column with a limit needs the text itself. */
function utf8Cell(column: TargetColumn, vector: Utf8Vector, style: TextStyle): CellEncoder {
  const limit = textLimit(column.serverType)
  const { offsets } = vector
  return (sink, index) => {
    const start = offsets[index]!
    const end = offsets[index + 1]!
    if (limit && end - start > limit.size) {
      checkLength(Buffer.from(vector.bytes.subarray(start, end)).toString(), limit)
    }
    style.appendUtf8(sink, vector.bytes, start, end)
  }
}

const backslash = 92

/** Cells are escaped, NULL is `\N`: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */
const copyTextStyle: TextStyle = {
  nullCell: Uint8Array.of(backslash, 78),
  appendText: appendEscaped,
  appendUtf8: appendEscapedBytes,
}

function appendEscaped(sink: ByteSink, value: string): void {
  reserve(sink, value.length * 2)
  const { bytes } = sink
  let position = sink.length
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code > 127) return appendEncoded(sink, value)
    if (code === 0) throw nulCharacter()
    const letter = escapes[code]!
    if (letter !== 0) bytes[position++] = backslash
    bytes[position++] = letter === 0 ? code : letter
  }
  sink.length = position
}

function appendEncoded(sink: ByteSink, value: string): void {
  checkWellFormed(value)
  const encoded = Buffer.from(value)
  appendEscapedBytes(sink, encoded, 0, encoded.length)
}

function appendEscapedBytes(sink: ByteSink, source: Uint8Array, start: number, end: number): void {
  reserve(sink, (end - start) * 2)
  const { bytes } = sink
  let position = sink.length
  for (let i = start; i < end; i++) {
    const byte = source[i]!
    if (byte === 0) throw nulCharacter()
    const letter = escapes[byte]!
    if (letter !== 0) bytes[position++] = backslash
    bytes[position++] = letter === 0 ? byte : letter
  }
  sink.length = position
}

/** The letter behind the backslash, or 0 for a byte that stands for itself. */
const escapes = new Uint8Array(256)
escapes[backslash] = backslash
escapes[9] = 116
escapes[10] = 110
escapes[13] = 114
