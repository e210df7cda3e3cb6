import type { Slice } from '../generate/slices.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { cellText } from './encode/cell-text.ts'
import { placeRefusal } from './encode/refusal.ts'
import { checkWellFormed } from './encode/text.ts'

/** A row as Drizzle takes it of a table whose columns are texts: by column name. */
export type TextRow = Record<string, string | null>

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
    const value = cellText(column, vectors[place]!, index)
    // The driver would send U+FFFD in place of half a surrogate pair, and nobody would notice.
    if (value !== null) checkWellFormed(value)
    return value
  } catch (error) {
    throw placeRefusal(error, column, first + index)
  }
}
