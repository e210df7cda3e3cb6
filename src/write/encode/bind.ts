import type { DictionaryVector, Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { isSqlExpression, refuseMapping, refuseSql } from './driver-text.ts'
import { placeRefusal } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendBytes, createByteSink } from './sink.ts'

export interface CellBinding {
  readonly column: TargetColumn
  readonly vector: Vector
  readonly encode: CellEncoder
  readonly writeNull: (sink: ByteSink) => void
}

/**
 * Deals with NULL, so that `encode` sees values only; names the column and the row of a refusal, and
 * leaves the sink as it was before the cell then. One closure, since each costs a call per cell.
 */
export function bindCell({ column, vector, encode, writeNull }: CellBinding): CellEncoder {
  return (sink, index) => {
    const { nulls } = vector
    if (nulls !== null && nulls[index] === 1) return writeNull(sink)
    const before = sink.length
    try {
      encode(sink, index)
    } catch (error) {
      sink.length = before
      throw placeRefusal(error, column, index)
    }
  }
}

/**
 * Writes every word of a vocabulary once, so that a cell is a copy.
 *
 * @throws DownpourError for a word that the column cannot hold
 */
export function dictionaryCells(
  column: TargetColumn,
  { dictionary, codes }: DictionaryVector,
  writeWord: (sink: ByteSink, word: string) => void,
): CellEncoder {
  const cells = createByteSink(dictionary.bytes.length + dictionary.words.length * 8 + 64)
  const offsets = new Int32Array(dictionary.words.length + 1)
  try {
    dictionary.words.forEach((word, code) => {
      writeWord(cells, word)
      offsets[code + 1] = cells.length
    })
  } catch (error) {
    throw placeRefusal(error, column, undefined)
  }
  const { bytes } = cells
  return (sink, index) => {
    const code = codes[index]!
    appendBytes(sink, bytes, offsets[code]!, offsets[code + 1]!)
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
