/// <reference lib="es2024.string" />
import type { Utf8Vector } from '../../generate/vector.ts'
import type { ServerType } from '../../postgres/server-type.ts'
import type { BinaryFamily } from './binary-type.ts'
import { shortCells } from './column.ts'
import type { ColumnEncoder } from './column.ts'
import { describeType, loneSurrogate, nulCharacter, tooLong } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { copyDoubles, reserve } from './sink.ts'

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
    from: { utf8: (vector) => utf8Cells(vector, limit) },
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

function utf8Cells(vector: Utf8Vector, limit: TextLimit | undefined): ColumnEncoder {
  const { offsets } = vector
  const most = limit?.size ?? Infinity
  return {
    addSizes(sizes, first, end) {
      for (let row = first; row < end; row++) {
        const size = offsets[row + 1]! - offsets[row]!
        if (size > most) checkLength(textAt(vector, row), limit!)
        sizes[row]! += 4 + size
      }
    },
    write({ bytes, view, at }, first, end) {
      const { bytes: source, isClean = false } = vector
      const sourceView = new DataView(source.buffer, source.byteOffset, source.length)
      for (let row = first; row < end; row++) {
        const from = offsets[row]!
        const size = offsets[row + 1]! - from
        const position = at[row]!
        view.setInt32(position, size)
        if (size > shortCells) {
          const text = source.subarray(from, from + size)
          if (!isClean && text.includes(0)) throw nulCharacter()
          bytes.set(text, position + 4)
        } else if (isClean && size >= 8) {
          // UTF-8 holds no NaN: see `holdsNaN`, whose second byte cannot follow its first.
          copyDoubles(view, position + 4, sourceView, from, size)
        } else {
          copyWithoutNul(view, position + 4, sourceView, from, size)
        }
        at[row] = position + 4 + size
      }
    },
  }
}

/**
 * As `copyShort`. That a word of four bytes has a zero byte is told by a subtraction
 * (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
 */
function copyWithoutNul(
  view: DataView,
  position: number,
  source: DataView,
  start: number,
  size: number,
): void {
  let zeros = 0
  const last = size - 4
  for (let k = 0; k < last; k += 4) {
    const word = source.getInt32(start + k, true)
    zeros |= (word - 0x01010101) & ~word
    view.setInt32(position + k, word, true)
  }
  if (last >= 0) {
    const word = source.getInt32(start + last, true)
    zeros |= (word - 0x01010101) & ~word
    view.setInt32(position + last, word, true)
  } else {
    for (let k = 0; k < size; k++) {
      const byte = source.getUint8(start + k)
      zeros |= (byte - 0x01) & ~byte
      view.setUint8(position + k, byte)
    }
  }
  if ((zeros & 0x80808080) !== 0) throw nulCharacter()
}

function textAt({ bytes, offsets }: Utf8Vector, row: number): string {
  return Buffer.from(bytes.subarray(offsets[row], offsets[row + 1])).toString()
}
