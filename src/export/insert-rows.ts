import type { Vector } from '../generate/vector.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import type { TextStyle } from '../write/encode/copy-text.ts'
import { nulCharacter } from '../write/encode/refusal.ts'
import type { TextRows } from '../write/encode/row.ts'
import { appendAscii, reserve } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'
import { appendEncoded, appendUnmarked, markBytes } from './append-text.ts'

/** Rows of `VALUES`, each with the comma that leads to the next one. */
export const insertRows: TextRows = {
  styleOf: (column, vector) => (isBare(column, vector) ? bareStyle : literalStyle),
  before: (_column, place) => (place === 0 ? '(' : ', '),
  end: '),\n',
}

/** Makes the last row the end of its statement. */
export function endStatement(sink: ByteSink): void {
  sink.length -= ',\n'.length
  appendAscii(sink, ';\n')
}

const numbers = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric']

/** Whether values are SQL as they are. */
function isBare({ serverType: { kind, name } }: TargetColumn, vector: Vector): boolean {
  if (kind !== 'scalar') return false
  if (vector.kind === 'boolean') return name === 'bool'
  return (vector.kind === 'number' || vector.kind === 'decimal') && numbers.includes(name)
}

const nullCell = Buffer.from('NULL')

/** A constant without a type, which the server reads as the column's: with standard strings. */
const literalStyle: TextStyle = {
  nullCell,
  appendText(sink, value) {
    const start = sink.length
    appendAscii(sink, "'")
    if (appendUnmarked(sink, value, marks)) return appendAscii(sink, "'")
    sink.length = start
    appendEncoded(sink, value, { appendUtf8: appendLiteral })
  },
  appendUtf8: appendLiteral,
}

const bareStyle: TextStyle = {
  ...literalStyle,
  appendText(sink, value) {
    // NaN and the infinities are no numbers to SQL.
    if (/[ny]$/i.test(value)) literalStyle.appendText(sink, value)
    else appendAscii(sink, value)
  },
}

const quote = 39
const marks = markBytes("'")

function appendLiteral(sink: ByteSink, source: Uint8Array, start: number, end: number): void {
  reserve(sink, (end - start) * 2 + 2)
  const { bytes } = sink
  let position = sink.length
  bytes[position++] = quote
  for (let i = start; i < end; i++) {
    const byte = source[i]!
    if (byte === 0) throw nulCharacter()
    if (byte === quote) bytes[position++] = quote
    bytes[position++] = byte
  }
  bytes[position++] = quote
  sink.length = position
}
