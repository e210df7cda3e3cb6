import type { TargetColumn } from '../postgres/server-type.ts'
import type { TextStyle } from '../write/encode/copy-text.ts'
import type { TextRows } from '../write/encode/row.ts'
import { appendAscii, appendBytes, reserve } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'
import { checkWellFormed } from '../write/encode/text.ts'
import { appendUnmarked, hasMarks, markBytes } from './append-text.ts'
import { isJsonText, toJson } from './json-value.ts'
import type { ToJson } from './json-value.ts'

/** An object a row, by the names of the columns: https://jsonlines.org */
export const jsonRows: TextRows = {
  styleOf: ({ serverType }) =>
    isJsonText(serverType) ? textStyle : valueStyle(toJson(serverType)),
  before: ({ name }: TargetColumn, place) => `${place === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  end: '}\n',
}

/** A row of a table none of whose columns is written. */
export const emptyObject = '{}\n'

const nullCell = Buffer.from('null')

const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')
const marks = markBytes(`"\\${controls}`)

const noMarks = markBytes('')

const textStyle: TextStyle = {
  nullCell,
  appendText(sink, value) {
    const start = sink.length
    appendAscii(sink, '"')
    if (appendUnmarked(sink, value, marks)) return appendAscii(sink, '"')
    sink.length = start
    appendValue(sink, value, JSON.stringify)
  },
  appendUtf8(sink, source, start, end) {
    if (hasMarks(source, { start, end }, marks)) {
      return appendValue(sink, decode(source, start, end), JSON.stringify)
    }
    appendAscii(sink, '"')
    appendBytes(sink, source, start, end)
    appendAscii(sink, '"')
  },
}

function valueStyle(write: ToJson): TextStyle {
  return {
    nullCell,
    appendText: (sink, value) => appendValue(sink, value, write),
    appendUtf8: (sink, source, start, end) => appendValue(sink, decode(source, start, end), write),
  }
}

function appendValue(sink: ByteSink, value: string, write: ToJson): void {
  checkWellFormed(value)
  const json = write(value)
  if (appendUnmarked(sink, json, noMarks)) return
  reserve(sink, json.length * 3)
  sink.length += sink.bytes.write(json, sink.length)
}

function decode(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString()
}
