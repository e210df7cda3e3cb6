import type { IndexShape } from '../model/index-shape.ts'
import { estimateDistinct } from './distinct.ts'
import { itemPointer, pageBytes, pageHeader } from './page.ts'
import type { StoredCell } from './row-size.ts'

export interface OtherEntries {
  readonly entries: number
  readonly entryBytes: number
  /** Of the table's rows. */
  readonly tableBytes: number
  readonly isBuilt: boolean
  /** Of a sample. */
  readonly keys: readonly (readonly (StoredCell | null)[])[]
}

/**
 * What an index that is no B-tree takes on disk: more roughly, since much depends on what its values
 * have in common.
 */
export function otherIndexSize({ method, fillFactor }: IndexShape, of: OtherEntries): number {
  switch (method) {
    case 'hash':
      return hashSize(of.entries, fillFactor ?? 75)
    case 'brin':
      return brinSize(of)
    case 'gin':
      return ginSize(of)
    case 'hnsw':
    case 'ivfflat':
      // A page holds few vectors, and with each in hnsw its neighbours.
      return pagesFor(of.entries * (of.entryBytes + (method === 'hnsw' ? 250 : 24)), 1)
    default:
      return pagesFor(of.entries * (of.entryBytes + itemPointer), of.isBuilt ? 0.8 : 0.65)
  }
}

function pagesFor(bytes: number, fill: number): number {
  return (1 + Math.ceil(bytes / ((pageBytes - pageHeader - 16) * fill))) * pageBytes
}

/** The number of buckets doubles in four steps; an entry is a number of four bytes. */
function hashSize(entries: number, fillFactor: number): number {
  const perBucket = Math.floor((pageBytes * fillFactor) / 100 / 20)
  const wanted = Math.max(2, Math.ceil(entries / perBucket))
  const power = 2 ** Math.floor(Math.log2(wanted))
  const buckets = Math.ceil(wanted / (power / 4)) * (power / 4)
  return (2 + Math.max(2, Math.ceil(buckets))) * pageBytes
}

/** An entry for 128 pages of the table. */
function brinSize({ tableBytes, entryBytes }: OtherEntries): number {
  const ranges = Math.ceil(tableBytes / pageBytes / 128)
  const entry = 2 * entryBytes + 8
  return (2 + Math.max(1, Math.ceil((ranges * entry) / (pageBytes - pageHeader)))) * pageBytes
}

/** Each different item once, followed by its rows, each of which takes a byte or two. */
function ginSize({ entries, keys, isBuilt }: OtherEntries): number {
  const occurrences = new Map<string, number>()
  let items = 0
  let letters = 0
  for (const cell of keys.flat()) {
    for (const item of cell ? itemsOf(cell) : []) {
      items++
      if (!occurrences.has(item)) letters += item.length
      occurrences.set(item, (occurrences.get(item) ?? 0) + 1)
    }
  }
  const share = entries / Math.max(1, keys.length)
  const different = estimateDistinct(occurrences.values(), items * share)
  const perItem = 24 + letters / Math.max(1, occurrences.size)
  const perRow = (items * share) / Math.max(1, different) > 4 ? 1.5 : 6
  const sorted = different * perItem + items * share * perRow
  if (isBuilt) return pagesFor(sorted, 0.8)
  // Entries wait in a list until that is full, or a vacuum comes.
  const waiting = items * share * (24 + letters / Math.max(1, occurrences.size))
  return waiting < pendingBytes ? pagesFor(waiting, 1) : pagesFor(sorted, 0.6) + pendingBytes
}

/** `gin_pending_list_limit`, out of the box. */
const pendingBytes = 4 * 2 ** 20

/** Words of a text or a tsvector, values of an array, keys and values of a document. */
function itemsOf({ bytes }: StoredCell): readonly string[] {
  return bytes
    .toString('latin1')
    .split(/[^\w-]+/)
    .filter((item) => item !== '')
}
