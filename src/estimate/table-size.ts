import { itemPointer, pageBytes, pageHeader } from './page.ts'
import type { RowSize } from './row-size.ts'
import { aligned } from './stored-type.ts'

/** A table without its indexes. */
export interface TableSize {
  /** Bytes of the rows' pages, and of the map of free space. */
  readonly rows: number
  /** Of values that were moved out, and the index by which they are found. */
  readonly movedOut: number
  /** How many pieces these were cut into. */
  readonly pieces: number
  /** Of an average row. */
  readonly rowBytes: number
}

/** What decides how many pages rows take. */
export interface TablePages {
  /** Up to how many percent a page is filled. */
  readonly fillFactor: number
  /** Whether the table has a place for values that are moved out, which is never quite empty. */
  readonly mayMoveOut: boolean
  /** Connections that COPY side by side; 0 where rows are inserted. */
  readonly writers: number
}

/**
 * What rows take on disk, from the sizes of some of them: their pages are filled one after the other.
 *
 * @param count - rows in all
 */
export function tableSize(
  sample: readonly RowSize[],
  count: number,
  { fillFactor, mayMoveOut, writers }: TablePages,
): TableSize {
  const least = mayMoveOut ? pageBytes : 0
  if (count === 0 || sample.length === 0) {
    return { rows: 0, movedOut: least, pieces: 0, rowBytes: 0 }
  }
  const scale = count / sample.length
  const room = pageBytes - pageHeader
  const filled = room - (pageBytes * (100 - fillFactor)) / 100
  let pages = 0
  let used = 0
  let bytes = 0
  for (const row of sample) {
    const taken = row.bytes + itemPointer
    bytes += row.bytes
    if (used > 0 && used + taken > filled) {
      pages++
      used = 0
    }
    used += taken
  }
  const full = Math.ceil((pages + used / filled) * scale)
  const rowPages = full + Math.ceil(writers * Math.min(spareOfWriter, full / 2))
  const moved = sample.flatMap(({ movedOut }) => movedOut)
  const pieces = moved.reduce((sum, size) => sum + Math.ceil(size / pieceBytes), 0) * scale
  const pieceRoom = moved.reduce((sum, size) => sum + sizeInPieces(size), 0) * scale
  const piecePages = Math.ceil(pieceRoom / room)
  return {
    rows: rowPages * pageBytes + freeSpaceMap(rowPages),
    movedOut:
      (piecePages === 0
        ? 0
        : piecePages * pageBytes + freeSpaceMap(piecePages) + Math.ceil(pieces / 366) * pageBytes) +
      least,
    pieces,
    rowBytes: bytes / sample.length,
  }
}

/** Each COPY adds up to 64 pages at once, and leaves some of the last ones empty. */
const spareOfWriter = 40

/** `TOAST_MAX_CHUNK_SIZE`: four pieces fill a page. */
const pieceBytes = 1996
const pieceHeader = 36

function sizeInPieces(size: number): number {
  const whole = Math.floor(size / pieceBytes)
  const rest = size - whole * pieceBytes
  const last = rest === 0 ? 0 : aligned(pieceHeader + rest, 8) + itemPointer
  return (whole * (pageBytes - pageHeader)) / 4 + last
}

/** Three pages, one upon the other, and one more for every 4,000; small tables do without. */
function freeSpaceMap(pages: number): number {
  return pages <= 2 ? 0 : (2 + Math.ceil(pages / 4000)) * pageBytes
}
