import { checkWellFormed } from '../write/encode/text.ts'
import type { TextStyle } from '../write/encode/copy-text.ts'
import { reserve } from '../write/encode/sink.ts'
import type { ByteSink } from '../write/encode/sink.ts'

/**
 * A table of bytes that do not stand for themselves.
 *
 * @param characters - of ASCII; U+0000 is always one
 */
export function markBytes(characters: string): Uint8Array {
  const marks = new Uint8Array(256)
  marks[0] = 1
  for (const character of characters) marks[character.charCodeAt(0)] = 1
  return marks
}

/**
 * Appends a text of ASCII without any marked byte.
 *
 * @returns whether it is one; nothing is appended otherwise
 */
export function appendUnmarked(sink: ByteSink, value: string, marks: Uint8Array): boolean {
  const { length } = value
  reserve(sink, length)
  const { bytes } = sink
  const start = sink.length
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code > 127 || marks[code] === 1) return false
    bytes[start + i] = code
  }
  sink.length = start + length
  return true
}

/** Whether any byte of `source[start .. end)` is marked. */
export function hasMarks(
  source: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  marks: Uint8Array,
): boolean {
  for (let i = start; i < end; i++) if (marks[source[i]!] === 1) return true
  return false
}

/** Appends any text as UTF-8. */
export function appendEncoded(
  sink: ByteSink,
  value: string,
  { appendUtf8 }: Pick<TextStyle, 'appendUtf8'>,
): void {
  checkWellFormed(value)
  const bytes = Buffer.from(value)
  appendUtf8(sink, bytes, 0, bytes.length)
}
