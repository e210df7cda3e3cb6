import { itemPointer, pageBytes, pageHeader, wordBytes } from './page.ts'
import { aligned } from './stored-type.ts'

/** What is known of a B-tree's entries. */
export interface BtreeEntries {
  /** How many rows are in it. */
  readonly entries: number
  /** Bytes of an entry, its header included. */
  readonly entryBytes: number
  /** How many different keys there are, where equal ones are stored once; else as many as entries. */
  readonly keys: number
  /** Percent; leaf pages that are filled in order are filled so far. */
  readonly fillFactor: number
  /**
   * In which order entries arrive: sorted, as when the index is built or keys count up, or at random,
   * when pages are split in the middle and are two thirds full on average.
   */
  readonly order: 'sorted' | 'random'
  /** Connections that insert entries side by side; 1 when the index is built. */
  readonly writers: number
}

/**
 * What a B-tree takes on disk: leaf pages, the levels above them, and a page of facts
 * (`src/backend/access/nbtree/README`).
 */
export function btreeSize(tree: BtreeEntries): number {
  const { entries, entryBytes } = tree
  // A B-tree without entries has no root.
  if (entries === 0) return pageBytes
  const room = pageBytes - pageHeader - specialBytes
  const bytes = entryBytesInAll(tree)
  const filled = leafBytes(tree, room)
  let pages = bytes <= room ? 1 : Math.ceil(bytes / filled)
  let all = pages
  while (pages > 1) {
    const perPage = Math.floor((room * innerFill) / (entryBytes + itemPointer))
    pages = Math.ceil(pages / Math.max(2, perPage))
    all += pages
  }
  return (all + 1) * pageBytes
}

/** Bytes of entries in a leaf page, on average. */
function leafBytes(tree: BtreeEntries, room: number): number {
  const { entryBytes, fillFactor, order, writers } = tree
  // A page but the last one holds a copy of the next one's first key.
  if (order === 'random') return room * randomFill - (entryBytes + itemPointer)
  const atTheEnd = room - (pageBytes * (100 - fillFactor)) / 100
  // Each writer counts up from a key of its own; only the one with the largest is at the end, where
  // pages are not split in the middle.
  const share = 1 / writers
  return 1 / (share / atTheEnd + (1 - share) / (room * middleFill))
}

/** Keys that several rows have are stored once, followed by six bytes a row, in pieces. */
function entryBytesInAll({ entries, entryBytes, keys }: BtreeEntries): number {
  const rowsPerKey = entries / keys
  if (rowsPerKey <= 1.01) return entries * (entryBytes + itemPointer)
  const alone = keys * shareOfSingles(rowsPerKey)
  const several = keys - alone
  const rowsOfSeveral = several === 0 ? 0 : (entries - alone) / several
  const perPiece = Math.floor((mostPiece - entryBytes) / rowPointer)
  const pieces = Math.ceil(rowsOfSeveral / perPiece)
  const ofSeveral =
    pieces * (entryBytes + itemPointer) + aligned(rowsOfSeveral * rowPointer, wordBytes)
  return alone * (entryBytes + itemPointer) + several * ofSeveral
}

/** Of keys that rows refer to at random: those with one row, where so many rows are the average. */
function shareOfSingles(rowsPerKey: number): number {
  // Rows per key are 1 and more: λ / (1 - exp(-λ)) on average.
  let lambda = rowsPerKey
  for (let step = 0; step < 20; step++) lambda = rowsPerKey * (1 - Math.exp(-lambda))
  return (lambda * Math.exp(-lambda)) / (1 - Math.exp(-lambda))
}

/** At the end of each page: its neighbours and its level. */
const specialBytes = 16
const rowPointer = 6
/** A tenth of a page: a list of rows is cut into such pieces. */
const mostPiece = 812
/** ln 2: where pages are split in the middle (Yao 1978). */
const randomFill = 0.69
/** Of pages that were split in the middle, and not filled up since. */
const middleFill = 0.55
/** `BTREE_NONLEAF_FILLFACTOR`. */
const innerFill = 0.7
