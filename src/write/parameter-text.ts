import type { Slice } from '../generate/slices.ts'
import type { DictionaryVector, Vector } from '../generate/vector.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { cellText } from './encode/cell-text.ts'
import { placeRefusal } from './encode/refusal.ts'
import { checkWellFormed } from './encode/text.ts'

/** A row as Drizzle takes it of a table whose columns are texts: by column name. */
export type TextRow = Record<string, string | null>

/** One cell of a column as a text, by its row in the slice; `null` for NULL. */
export type TextReader = (index: number) => string | null

/** @throws as `parameterText` */
export function textRow(
  target: { readonly columns: readonly TargetColumn[] },
  slice: Slice,
  index: number,
): TextRow {
  const row: TextRow = {}
  for (const [place, column] of target.columns.entries()) {
    row[column.name] = parameterText(target, slice, { place, index })
  }
  return row
}

/**
 * One cell as the text that a statement's parameter holds, or a piece of it; `null` for NULL. The
 * same for every strategy that sends parameters, so a value is mapped in one place.
 *
 * @param place - of the column in the target
 * @param index - of the row in the slice
 * @throws DownpourError `DATA_…` with column and row, exit code 4
 */
export function parameterText(
  { columns }: { readonly columns: readonly TargetColumn[] },
  { first, vectors }: Slice,
  { place, index }: { readonly place: number; readonly index: number },
): string | null {
  const column = columns[place]!
  try {
    return checkedText(column, vectors[place]!, index)
  } catch (error) {
    throw placeRefusal(error, column, first + index)
  }
}

/**
 * What `parameterText` gives, for all cells of a column in a vector: each word of a vocabulary is
 * looked at once, and not in each row.
 *
 * @param quote - what becomes of texts that may hold any character, as those of numbers, times and
 *   uuids may not. @defaultValue nothing
 * @throws DownpourError `DATA_…` from the reader, with the row in the slice: see `withRowNumber`
 * @example
 * textReader(amount, amounts)(0) // '12.34'
 */
export function textReader(
  column: TargetColumn,
  vector: Vector,
  quote: (text: string) => string = (text) => text,
): TextReader {
  switch (vector.kind) {
    case 'text':
    case 'utf8':
    case 'value':
      return quotedReader(column, vector, quote)
    case 'dictionary':
      return dictionaryReader(vector, quotedReader(column, vector, quote))
    default:
      return (index) => cellText(column, vector, index)
  }
}

/**
 * Readers for the columns of slices, made once for all slices that share their vectors.
 *
 * @param quote - see `textReader`
 */
export function textReaders(
  columns: readonly TargetColumn[],
  quote?: (text: string) => string,
): (slice: Slice) => readonly TextReader[] {
  const readers = new WeakMap<Slice['vectors'], readonly TextReader[]>()
  return ({ vectors }) => {
    const known = readers.get(vectors)
    if (known) return known
    const made = columns.map((column, place) => textReader(column, vectors[place]!, quote))
    readers.set(vectors, made)
    return made
  }
}

function quotedReader(
  column: TargetColumn,
  vector: Vector,
  quote: (text: string) => string,
): TextReader {
  return (index) => {
    try {
      const text = checkedText(column, vector, index)
      return text === null ? null : quote(text)
    } catch (error) {
      throw placeRefusal(error, column, index)
    }
  }
}

function dictionaryReader(vector: DictionaryVector, read: TextReader): TextReader {
  const { codes, dictionary } = vector
  const texts: (string | null | undefined)[] = Array.from({ length: dictionary.words.length })
  return (index) => {
    if (vector.nulls !== null && vector.nulls[index] === 1) return null
    const code = codes[index]!
    const known = texts[code]
    if (known !== undefined) return known
    return (texts[code] = read(index))
  }
}

function checkedText(column: TargetColumn, vector: Vector, index: number): string | null {
  const text = cellText(column, vector, index)
  // The driver would send U+FFFD in place of half a surrogate pair, and nobody would notice.
  if (text !== null) checkWellFormed(text)
  return text
}
