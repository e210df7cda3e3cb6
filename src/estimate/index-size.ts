import type { IndexShape } from '../model/index-shape.ts'
import type { IndexPart } from '../model/table.ts'
import { btreeSize } from './btree-size.ts'
import { cellReader } from './cell-reader.ts'
import type { CellReader } from './cell-reader.ts'
import { compressedSize } from './compressed-size.ts'
import { estimateDistinct } from './distinct.ts'
import { sampleExpression } from './expression-cells.ts'
import { otherIndexSize } from './other-index-size.ts'
import { pageBytes, wordBytes } from './page.ts'
import { dataSize } from './row-size.ts'
import type { StoredCell } from './row-size.ts'
import { aligned } from './stored-type.ts'
import type { TableSample } from './table-sample.ts'

/** What an index takes on disk, and what it is made of. */
export interface IndexSize {
  readonly bytes: number
  /** Rows that are in it. */
  readonly entries: number
  /** Of an entry. */
  readonly entryBytes: number
  /** In which order its keys come with the rows. */
  readonly order: 'sorted' | 'random'
}

/** The rows that are indexed. */
export interface IndexedRows {
  readonly rows: number
  /** Of their pages. */
  readonly tableBytes: number
  /** After the rows are there, from sorted keys, instead of with each row. */
  readonly isBuilt: boolean
  /** Connections that insert rows side by side. */
  readonly writers: number
}

/** What an index takes on disk. */
export async function indexSize(
  shape: IndexShape,
  sample: TableSample,
  options: IndexedRows,
): Promise<IndexSize> {
  const { rows, tableBytes, isBuilt, writers } = options
  const sampled = await sampleEntries(shape, sample)
  const { entryBytes, occurrences, isDeduplicated } = sampled
  const entries = Math.round((rows * sampled.keys.length) / Math.max(1, sample.rows))
  const order = orderOf(sampled.keys, (entries * entryBytes) / pageBytes)
  const keys = isDeduplicated ? estimateDistinct(occurrences, entries) : entries
  const bytes =
    shape.method === 'btree'
      ? btreeSize({
          entries,
          entryBytes,
          keys,
          fillFactor: shape.fillFactor ?? 90,
          order: isBuilt ? 'sorted' : order,
          writers: isBuilt ? 1 : Math.max(1, writers),
        })
      : otherIndexSize(shape, { entries, entryBytes, tableBytes, isBuilt, keys: sampled.keys })
  return { bytes, entries, entryBytes, order }
}

interface SampledEntries {
  /** The cells of each key. */
  readonly keys: readonly Key[]
  /** How often each key occurs. */
  readonly occurrences: Iterable<number>
  readonly entryBytes: number
  readonly isDeduplicated: boolean
}

type Key = readonly (StoredCell | null)[]

async function sampleEntries(shape: IndexShape, sample: TableSample): Promise<SampledEntries> {
  const parts: CellReader[] = []
  for (const part of shape.parts) parts.push(await readerOf(part, sample))
  const carried: CellReader[] = []
  for (const column of shape.carried) carried.push(await readerOf({ column }, sample))
  const where = shape.where === undefined ? undefined : await sampleExpression(shape.where, sample)
  const occurrences = new Map<string, number>()
  const keys: Key[] = []
  let bytes = 0
  let isDeduplicated = shape.isDeduplicated && !shape.isUnique && carried.length === 0
  for (let row = 0; row < sample.rows; row++) {
    if (where?.holds(row) === false) continue
    const key = parts.map((read) => read(row))
    keys.push(key)
    bytes += entrySize([...key, ...carried.map((read) => read(row))])
    const text = key.map((cell) => cell?.bytes.toString('latin1') ?? '\0∅').join('\0')
    occurrences.set(text, (occurrences.get(text) ?? 0) + 1)
    isDeduplicated &&= key.every((cell) => cell === null || cell.stored.isDeduplicated)
  }
  return {
    keys,
    occurrences: occurrences.values(),
    entryBytes: keys.length === 0 ? 16 : bytes / keys.length,
    isDeduplicated,
  }
}

async function readerOf(part: IndexPart, sample: TableSample): Promise<CellReader> {
  if ('sql' in part) {
    const expression = await sampleExpression(part.sql, sample)
    return (row) => expression.cell(row)
  }
  const column = sample.table.model.columns.find(({ name }) => name === part.column)
  // The schema need not know every column that the server has.
  return column ? cellReader(column, sample) : () => null
}

/** `index_form_tuple`: a header of eight bytes, sixteen where a value is NULL. */
function entrySize(cells: readonly (StoredCell | null)[]): number {
  const payloads = cells.map((cell) =>
    cell && cell.payload > longestPlain && cell.stored.isToastable
      ? Math.min(cell.payload, compressedSize(cell.bytes))
      : (cell?.payload ?? 0),
  )
  return aligned(dataSize(cells, payloads, { start: cells.includes(null) ? 16 : 8 }), wordBytes)
}

/** Longer values are compressed in an index. */
const longestPlain = 510

/**
 * In which order keys come with the rows. Neighbours may change places: what counts is whether an
 * entry goes to about the same page as the ones before it.
 *
 * @param pages - of the index, roughly
 */
function orderOf(keys: readonly Key[], pages: number): IndexSize['order'] {
  const step = Math.max(1, Math.floor(keys.length / mostCompared))
  const compared = keys.filter((_key, place) => place % step === 0)
  const sorted = compared
    .map((_key, place) => place)
    .toSorted((a, b) => compareKeys(compared[a]!, compared[b]!) || a - b)
  const near = (2 * compared.length) / Math.max(1, pages)
  const far = sorted.filter((place, rank) => Math.abs(place - rank) > near)
  return far.length <= compared.length * mostFar ? 'sorted' : 'random'
}

const mostCompared = 1000
const mostFar = 0.2

/** As far as bytes tell the order; NULL comes last. */
function compareKeys(left: Key, right: Key): number {
  for (const [place, cell] of left.entries()) {
    const other = right[place] ?? null
    if (cell === null || other === null) {
      if (cell === other) continue
      return cell === null ? 1 : -1
    }
    const order = Buffer.compare(cell.bytes, other.bytes)
    if (order !== 0) return order
  }
  return 0
}
