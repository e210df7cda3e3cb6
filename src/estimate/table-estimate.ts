import type { IndexShape } from '../model/index-shape.ts'
import { cellReader, isEnum } from './cell-reader.ts'
import type { CellReader } from './cell-reader.ts'
import { indexSize } from './index-size.ts'
import type { IndexSize } from './index-size.ts'
import { rowSize } from './row-size.ts'
import { storedTypeOf } from './stored-type.ts'
import { tableSize } from './table-size.ts'
import type { TableSize } from './table-size.ts'
import type { TableSample } from './table-sample.ts'

/** What is known of a table besides its rows. */
export interface TableShape {
  readonly indexes: readonly IndexShape[]
  /** Names of the indexes that are built once the rows are there. */
  readonly built: ReadonlySet<string>
  readonly fillFactor: number
  /** Whether it has a place for long values, where the server has been asked. */
  readonly mayMoveOut: boolean | undefined
  /** Connections that write side by side. */
  readonly writers: number
  /** Whether they COPY. */
  readonly isCopied: boolean
}

/** What a table will take on disk. */
export interface TableEstimate {
  readonly size: TableSize
  readonly indexes: readonly (IndexSize & { readonly name: string })[]
  /** All together. */
  readonly bytes: number
}

/**
 * Estimates what rows take on disk.
 *
 * @param rows - in all
 */
export async function estimateTable(
  sample: TableSample,
  rows: number,
  shape: TableShape,
): Promise<TableEstimate> {
  const readers = await cellReaders(sample)
  const sizes = Array.from({ length: sample.rows }, (_, row) =>
    rowSize(readers.map((read) => read(row))),
  )
  const { fillFactor, mayMoveOut = mayBeLong(sample), writers, isCopied } = shape
  const size = tableSize(sizes, rows, { fillFactor, mayMoveOut, writers: isCopied ? writers : 0 })
  const indexes: (IndexSize & { name: string })[] = []
  for (const index of shape.indexes) {
    const isBuilt = shape.built.has(index.name)
    const found = await indexSize(index, sample, { rows, tableBytes: size.rows, isBuilt, writers })
    indexes.push({ ...found, name: index.name })
  }
  const bytes = indexes.reduce((sum, index) => sum + index.bytes, size.rows + size.movedOut)
  return { size, indexes, bytes }
}

/** Of all columns, as they stand in the table. */
async function cellReaders(sample: TableSample): Promise<readonly CellReader[]> {
  const readers: CellReader[] = []
  for (const column of sample.table.model.columns) readers.push(await cellReader(column, sample))
  return readers
}

/** `needs_toast_table`: whether a row could be longer than a fourth of a page. */
function mayBeLong({ table }: TableSample): boolean {
  let most = 0
  for (const { base, type, enumValues } of table.model.columns) {
    const { name, modifiers, dimensions } = base ?? type
    const isLimited = ['varchar', 'bpchar'].includes(name) && modifiers[0] !== undefined
    if (dimensions > 0) return true
    if (isLimited) most += modifiers[0]! * 4 + 4
    else if (name === 'numeric' && modifiers[0] !== undefined) most += modifiers[0]
    else if (isEnum({ enumValues, type })) most += 4
    else {
      const stored = storedTypeOf(base ?? type)
      if (stored.isToastable && !['bit', 'varbit'].includes(name)) return true
      most += stored.length ?? 64
    }
  }
  return most > 1950
}
