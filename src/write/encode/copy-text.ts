import type { Utf8Vector, Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { bindCell, dictionaryCells } from './bind.ts'
import { cellText } from './cell-text.ts'
import { checkJsonb } from './json.ts'
import { nulCharacter } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendAscii, reserve } from './sink.ts'
import { checkLength, checkWellFormed, textLimit } from './text.ts'

/**
 * Binds a column to its vector as `bindBinaryEncoder` does, for COPY's text format
 * (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2): every type has one, and
 * the server reads the values. The encoder appends the escaped cell, or `\N` for NULL.
 *
 * @throws DownpourError `DATA_…`, exit code 4, as `bindBinaryEncoder`; what only the type's reader
 * can tell, the server refuses
 * @example
 * bindTextEncoder(note, notes)(sink, 0) // 'a⇥b' → a\tb, four characters
 */
export function bindTextEncoder(column: TargetColumn, vector: Vector): CellEncoder {
  return bindCell({ column, vector, encode: encoderOf(column, vector), writeNull })
}

function encoderOf(column: TargetColumn, vector: Vector): CellEncoder {
  const check = textCheck(column)
  const writeText = (sink: ByteSink, value: string) => {
    check(value)
    appendEscaped(sink, value)
  }
  switch (vector.kind) {
    case 'dictionary':
      return dictionaryCells(column, vector, writeText)
    case 'text':
      return (sink, index) => writeText(sink, vector.values[index]!)
    case 'utf8':
      return utf8Cell(column, vector)
    default:
      return (sink, index) => {
        const text = cellText(column, vector, index)
        if (text === null) writeNull(sink)
        else writeText(sink, text)
      }
  }
}

function textCheck({ serverType }: TargetColumn): (value: string) => void {
  if (serverType.name === 'jsonb') return checkJsonb
  const limit = textLimit(serverType)
  return limit ? (value) => checkLength(value, limit) : () => {}
}

/** Escapes while copying; only a column with a limit needs the text itself. */
function utf8Cell(column: TargetColumn, vector: Utf8Vector): CellEncoder {
  const limit = textLimit(column.serverType)
  const { offsets } = vector
  return (sink, index) => {
    const start = offsets[index]!
    const end = offsets[index + 1]!
    if (limit && end - start > limit.size) {
      checkLength(Buffer.from(vector.bytes.subarray(start, end)).toString(), limit)
    }
    appendEscapedBytes(sink, vector.bytes, start, end)
  }
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

function writeNull(sink: ByteSink): void {
  appendAscii(sink, '\\N')
}

const backslash = 92

/** The letter behind the backslash, or 0 for a byte that stands for itself. */
const escapes = new Uint8Array(256)
escapes[backslash] = backslash
escapes[9] = 116
escapes[10] = 110
escapes[13] = 114
