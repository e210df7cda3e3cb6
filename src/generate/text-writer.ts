/**
 * Writes composed text a slice at a time. All words that a column can need stand in one dictionary,
 * so that writing a piece of a text is two look-ups and a copy. A copy moves 16 bytes whatever the
 * word's length, and 8 more while they are not enough: what it writes too much, the next piece
 * overwrites. That is about three times as fast as byte by byte.
 */
import type { Segment } from './template.ts'
import { createDictionary } from './vector.ts'
import type { Utf8Vector } from './vector.ts'

/** What a slice of rows has chosen: part p of row i is at p × `capacity` + i. */
export interface Choices {
  readonly capacity: number
  /** A word's number, or an integer's distance from its `min`. */
  readonly numbers: Float64Array
  /** The same as an index, where it is below 2^31. One part more than there are: all 0. */
  readonly indices: Int32Array
}

export interface TextWriter {
  /** No text is longer. */
  readonly mostBytes: number
  /** Bytes that `out` needs for a slice of so many rows. */
  room(rows: number): number
  /** Writes `count` texts from the beginning of `out`. */
  write(choices: Choices, count: number, out: Utf8Vector): void
}

/** @param parts - how many a row chooses */
export function createChoices(parts: number, capacity: number): Choices {
  return {
    capacity,
    numbers: new Float64Array(parts * capacity),
    indices: new Int32Array((parts + 1) * capacity),
  }
}

/** Texts that others begin with, as an address does with a user's name: written before them. */
export interface BegunTexts {
  readonly mostBytes: number
  readonly texts: Utf8Vector
}

/**
 * @param segments - what the texts are composed of, after those of `begun`
 * @param parts - how many parts a row chooses
 * @param begun - texts of the same rows. @defaultValue the texts begin with nothing
 * @example
 * const writer = createTextWriter(compileTemplate('{first} {last}', names, parts), 2)
 * writer.write(choices, 4096, vector)
 */
export function createTextWriter(
  segments: readonly Segment[],
  parts: number,
  begun?: BegunTexts,
): TextWriter {
  const pieces = joinLiterals(segments, parts)
  const { bytes, offsets } = createDictionary(pieces.flatMap(({ words }) => words))
  const padded = new Uint8Array(bytes.length + overreach)
  padded.set(bytes)
  const source = new DataView(padded.buffer)
  const partOf = Int32Array.from(pieces, ({ part }) => part)
  const firstWords = Int32Array.from(pieces, (_, index) => countWords(pieces.slice(0, index)))
  const isNumber = Uint8Array.from(pieces, ({ words }) => (words.length === 0 ? 1 : 0))
  const mins = Float64Array.from(pieces, ({ min }) => min)
  const mostBytes = pieces.reduce(
    (sum, piece, index) => sum + widest(piece, offsets, firstWords[index]!),
    begun?.mostBytes ?? 0,
  )
  return {
    mostBytes,
    room: (rows) => rows * mostBytes + overreach,
    write({ capacity, numbers, indices }, count, out) {
      const { bytes: target, offsets: ends } = out
      const view = viewOf(target)
      const starts = begun?.texts.offsets
      const start = begun && viewOf(begun.texts.bytes)
      let position = 0
      for (let i = 0; i < count; i++) {
        if (starts && start) {
          const from = starts[i]!
          const size = starts[i + 1]! - from
          copyText(view, position, start, from, size)
          position += size
        }
        for (let piece = 0; piece < partOf.length; piece++) {
          const place = partOf[piece]! * capacity + i
          if (isNumber[piece] === 1) {
            position = writeInteger(target, position, mins[piece]! + numbers[place]!)
            continue
          }
          const word = firstWords[piece]! + indices[place]!
          const from = offsets[word]!
          const size = offsets[word + 1]! - from
          copyText(view, position, source, from, size)
          position += size
        }
        ends[i + 1] = position
      }
    },
  }
}

/** A copy reads and writes so far beyond a text. */
const overreach = 16

/**
 * Never a NaN, whose bits need not survive: that would take a byte 0xF0 or above before 0x7F, or 0xFF,
 * and UTF-8 has neither.
 */
function copyText(view: DataView, to: number, source: DataView, from: number, size: number): void {
  view.setFloat64(to, source.getFloat64(from, true), true)
  view.setFloat64(to + 8, source.getFloat64(from + 8, true), true)
  for (let at = 16; at < size; at += 8) {
    view.setFloat64(to + at, source.getFloat64(from + at, true), true)
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Ranges of at most so many integers are written as words; larger ones digit by digit. */
const mostNumerals = 10_000
/** Literals of at most so many characters are appended to each of the words before them. */
const mostAppended = 16

interface Piece {
  readonly part: number
  /** None for integers that are written digit by digit. */
  readonly words: readonly string[]
  readonly min: number
  readonly max: number
}

function joinLiterals(segments: readonly Segment[], parts: number): readonly Piece[] {
  const pieces: Piece[] = []
  for (const segment of segments) {
    const last = pieces.at(-1)
    if (segment.kind !== 'literal') pieces.push(toPiece(segment))
    else if (last && last.words.length > 0 && segment.text.length <= mostAppended) {
      pieces[pieces.length - 1] = { ...last, words: last.words.map((word) => word + segment.text) }
    } else pieces.push({ part: parts, words: [segment.text], min: 0, max: 0 })
  }
  return pieces
}

function toPiece(segment: Exclude<Segment, { kind: 'literal' }>): Piece {
  if (segment.kind === 'words') return { part: segment.part, words: segment.words, min: 0, max: 0 }
  const { part, min, max } = segment
  const count = max - min + 1
  const words =
    count <= mostNumerals ? Array.from({ length: count }, (_, index) => String(min + index)) : []
  return { part, words, min, max }
}

function countWords(pieces: readonly Piece[]): number {
  return pieces.reduce((count, { words }) => count + words.length, 0)
}

function widest({ words, max }: Piece, offsets: Int32Array, firstWord: number): number {
  if (words.length === 0) return String(max).length
  let longest = 0
  for (let word = firstWord; word < firstWord + words.length; word++) {
    longest = Math.max(longest, offsets[word + 1]! - offsets[word]!)
  }
  return longest
}

/** @returns the position after the last digit */
function writeInteger(bytes: Uint8Array, start: number, value: number): number {
  if (value <= 0x7fffffff) return writeDigits(bytes, start, digitsOf(value), value)
  const above = Math.floor(value / 1e9)
  const middle = writeDigits(bytes, start, digitsOf(above), above)
  return writeDigits(bytes, middle, 9, value - above * 1e9)
}

/** 32-bit arithmetic: a division of doubles is several times as slow. */
function writeDigits(bytes: Uint8Array, start: number, digits: number, value: number): number {
  let rest = value | 0
  for (let position = start + digits - 1; position >= start; position--) {
    const above = (rest / 10) | 0
    bytes[position] = 48 + rest - above * 10
    rest = above
  }
  return start + digits
}

function digitsOf(value: number): number {
  let digits = 1
  for (let reach = 10; value >= reach; reach *= 10) digits++
  return digits
}
