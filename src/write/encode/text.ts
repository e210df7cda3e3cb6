/// <reference lib="es2024.string" />
import type { Utf8Vector } from '../../generate/vector.ts'
import type { ServerType } from '../../postgres/server-type.ts'
import type { BinaryFamily } from './binary-type.ts'
import { describeType, loneSurrogate, nulCharacter, tooLong } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendBytes, closeField, openField, reserve } from './sink.ts'

/**
 * Types whose bytes are the text: text, varchar, bpchar, name, enums and citext. PostgreSQL source:
 * varlena.c, varchar.c, name.c, enum.c. xml is none of them: its receive function obeys an
 * encoding declaration inside the text.
 */
export const text: BinaryFamily = (type) => {
  const limit = textLimit(type)
  return {
    writeLiteral: (sink, literal) => {
      if (limit !== undefined) checkLength(literal, limit)
      appendText(sink, literal)
    },
    from: { utf8: (vector) => utf8Cell(vector, limit) },
  }
}

/** What a text type holds, in characters or, for `name`, in bytes. */
export interface TextLimit {
  readonly size: number
  readonly unit: 'characters' | 'bytes'
  /** For messages. */
  readonly type: string
}

export function textLimit(type: ServerType): TextLimit | undefined {
  if (type.kind === 'scalar' && type.name === 'name') {
    return { size: 63, unit: 'bytes', type: 'name' }
  }
  const isLimited = (type.name === 'varchar' || type.name === 'bpchar') && type.modifier >= 4
  return isLimited
    ? { size: type.modifier - 4, unit: 'characters', type: describeType(type) }
    : undefined
}

/**
 * @throws Refusal where the server says 22001; what stands over in blanks it cuts without a word
 * (SQL standard), through every way of writing, and so does this
 */
export function checkLength(value: string, { size, unit, type }: TextLimit): void {
  if (unit === 'bytes') {
    if (Buffer.byteLength(value) > size) throw tooLong(`${type} holds at most ${size} bytes.`)
    return
  }
  if (value.length <= size) return
  const characters = Array.from(value)
  if (characters.length <= size || /^ *$/.test(characters.slice(size).join(''))) return
  throw tooLong(`${type} holds at most ${size} characters.`)
}

/**
 * Appends a text as UTF-8.
 *
 * @throws Refusal for U+0000 and for half a surrogate pair
 */
export function appendText(sink: ByteSink, value: string): void {
  if (value.length > shortText || !appendShortAscii(sink, value)) {
    checkWellFormed(value)
    reserve(sink, value.length * 3)
    sink.length += sink.bytes.write(value, sink.length)
  }
}

/**
 * Appends `source[start .. end)`, which is UTF-8.
 *
 * @throws Refusal for U+0000
 */
function appendUtf8(sink: ByteSink, source: Uint8Array, start: number, end: number): void {
  if (end - start > shortText) {
    if (source.subarray(start, end).includes(0)) throw nulCharacter()
    return appendBytes(sink, source, start, end)
  }
  reserve(sink, end - start)
  const { bytes } = sink
  let position = sink.length
  for (let i = start; i < end; i++) {
    const byte = source[i]!
    if (byte === 0) throw nulCharacter()
    bytes[position++] = byte
  }
  sink.length = position
}

/** @throws Refusal for U+0000 and for half a surrogate pair */
export function checkWellFormed(value: string): void {
  if (value.includes('\0')) throw nulCharacter()
  if (!value.isWellFormed()) throw loneSurrogate()
}

/** Up to this length a loop beats the call into the engine's encoder (Node 20, x64). */
const shortText = 64

function appendShortAscii(sink: ByteSink, value: string): boolean {
  const { length } = value
  reserve(sink, length)
  const { bytes } = sink
  const start = sink.length
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code === 0 || code > 127) return false
    bytes[start + i] = code
  }
  sink.length = start + length
  return true
}

function utf8Cell(vector: Utf8Vector, limit: TextLimit | undefined): CellEncoder {
  const { offsets } = vector
  return (sink, index) => {
    const source = vector.bytes
    const start = offsets[index]!
    const end = offsets[index + 1]!
    if (limit !== undefined && end - start > limit.size) {
      checkLength(
        Buffer.from(source.buffer, source.byteOffset + start, end - start).toString(),
        limit,
      )
    }
    const field = openField(sink)
    appendUtf8(sink, source, start, end)
    closeField(sink, field)
  }
}
