import type { DictionaryVector, Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { shortCells } from './column.ts'
import type { ColumnEncoder, Frame } from './column.ts'
import { isSqlExpression, refuseMapping, refuseSql } from './driver-text.ts'
import { placeRefusal } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { copyDoubles, copyShort, createByteSink, holdsNaN } from './sink.ts'

/** A column bound to the vector that holds its cells, slice after slice. */
export interface BoundColumn {
  /**
   * Adds what the cells of the rows `[first, end)` take to the rows' sizes.
   *
   * @returns what each of them takes on top
   */
  addSizes(sizes: Int32Array, first: number, end: number): number
  /** Writes these cells, see `ColumnEncoder`. */
  write(frame: Frame, first: number, end: number): void
}

export interface ColumnBinding {
  readonly column: TargetColumn
  readonly vector: Vector
  readonly encoder: ColumnEncoder
  /** The bytes of NULL. */
  readonly nullCell: Uint8Array
}

/**
 * Deals with NULL, so that `encoder` sees values only, and names the column of a refusal; its row is
 * that of the first cell, and so the right one where a single row was asked for.
 */
export function bindColumn({ column, vector, encoder, nullCell }: ColumnBinding): BoundColumn {
  function addSizes(sizes: Int32Array, first: number, end: number): number {
    const { nulls } = vector
    if (encoder.size === undefined) encoder.begin?.(first, end)
    if (nulls === null) {
      if (encoder.size !== undefined) return encoder.size
      encoder.addSizes(sizes, first, end)
      return 0
    }
    for (let row = first; row < end; row++) {
      sizes[row]! += nulls[row] === 1 ? nullCell.length : (encoder.size ?? 0)
    }
    if (encoder.size !== undefined) return 0
    for (let row = nextPresent(nulls, first, end); row < end;) {
      const next = nextNull(nulls, row, end)
      encoder.addSizes(sizes, row, next)
      row = nextPresent(nulls, next, end)
    }
    return 0
  }

  function write(frame: Frame, first: number, end: number): void {
    const { nulls } = vector
    if (nulls === null) return encoder.write(frame, first, end)
    for (let row = first; row < end;) {
      const present = nextPresent(nulls, row, end)
      for (; row < present; row++) {
        frame.bytes.set(nullCell, frame.at[row])
        frame.at[row]! += nullCell.length
      }
      row = nextNull(nulls, present, end)
      if (present < row) encoder.write(frame, present, row)
    }
  }

  /** Runs `work`, whose refusals know neither column nor row. */
  function placing<T>(row: number, work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw placeRefusal(error, column, row)
    }
  }
  return {
    addSizes: (sizes, first, end) => placing(first, () => addSizes(sizes, first, end)),
    write: (frame, first, end) => placing(first, () => write(frame, first, end)),
  }
}

function nextPresent(nulls: Uint8Array, from: number, end: number): number {
  let row = from
  while (row < end && nulls[row] === 1) row++
  return row
}

function nextNull(nulls: Uint8Array, from: number, end: number): number {
  let row = from
  while (row < end && nulls[row] === 0) row++
  return row
}

/**
 * Writes every word of a vocabulary once, so that a cell is a copy.
 *
 * @throws DownpourError for a word that the column cannot hold
 */
export function dictionaryCells(
  column: TargetColumn,
  vector: DictionaryVector,
  writeWord: (sink: ByteSink, word: string) => void,
): ColumnEncoder {
  const { dictionary } = vector
  const sink = createByteSink(dictionary.bytes.length + dictionary.words.length * 8 + 64)
  const offsets = new Int32Array(dictionary.words.length + 1)
  try {
    dictionary.words.forEach((word, code) => {
      writeWord(sink, word)
      offsets[code + 1] = sink.length
    })
  } catch (error) {
    throw placeRefusal(error, column, undefined)
  }
  const isDoubles = (_: string, code: number): boolean => {
    const size = offsets[code + 1]! - offsets[code]!
    return size >= 8 && size <= shortCells
  }
  const areDoubles = !holdsNaN(sink.bytes.subarray(0, sink.length))
  const cells: WordCells = { vector, sink, offsets, areDoubles }
  const writeWords = areDoubles && dictionary.words.every(isDoubles) ? writeDoubles : writeAnySize
  return {
    addSizes(sizes, first, end) {
      const { codes } = vector
      for (let row = first; row < end; row++) {
        const code = codes[row]!
        sizes[row]! += offsets[code + 1]! - offsets[code]!
      }
    },
    write: (frame, first, end) => writeWords(cells, frame, { first, end }),
  }
}

/** The cells of a vocabulary's words, and the vector that says which word each row has. */
interface WordCells {
  readonly vector: DictionaryVector
  /** That of word c is `sink.bytes[offsets[c] .. offsets[c + 1])`. */
  readonly sink: ByteSink
  readonly offsets: Int32Array
  readonly areDoubles: boolean
}

interface RowSpan {
  readonly first: number
  readonly end: number
}

/** Cells of 8 to `shortCells` bytes. */
function writeDoubles(
  { vector, sink, offsets }: WordCells,
  { view, at }: Frame,
  { first, end }: RowSpan,
): void {
  const { codes } = vector
  const source = sink.view
  for (let row = first; row < end; row++) {
    const code = codes[row]!
    const from = offsets[code]!
    const size = offsets[code + 1]! - from
    const position = at[row]!
    at[row] = position + size
    copyDoubles(view, position, source, from, size)
  }
}

function writeAnySize(
  { vector, sink, offsets, areDoubles }: WordCells,
  { bytes, view, at }: Frame,
  { first, end }: RowSpan,
): void {
  const { codes } = vector
  const { bytes: source, view: sourceView } = sink
  for (let row = first; row < end; row++) {
    const code = codes[row]!
    const from = offsets[code]!
    const size = offsets[code + 1]! - from
    const position = at[row]!
    at[row] = position + size
    if (size > shortCells) source.copy(bytes, position, from, from + size)
    else if (size < 8 || !areDoubles) copyShort(view, position, sourceView, from, size)
    else copyDoubles(view, position, sourceView, from, size)
  }
}

/**
 * One value as the driver would send it; `null` for NULL.
 *
 * @throws Refusal for SQL, and for what Drizzle cannot map
 */
export function toDriverValue(column: TargetColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (isSqlExpression(value)) throw refuseSql()
  const sent = mapValue(column, value)
  if (isSqlExpression(sent)) throw refuseSql()
  return sent ?? null
}

/** The error of a mapping may hold the value: it is not passed on. */
function mapValue(column: TargetColumn, value: unknown): unknown {
  try {
    return column.toDriver(value)
  } catch {
    throw refuseMapping()
  }
}
