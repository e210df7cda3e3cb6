import { compressedSize } from './compressed-size.ts'
import { aligned } from './stored-type.ts'
import type { StoredType } from './stored-type.ts'

/** A cell as it will be stored. */
export interface StoredCell {
  readonly stored: StoredType
  /** Bytes without a header. */
  readonly payload: number
  /** The value, for what compression makes of it. */
  readonly bytes: Buffer
}

/** What a row takes. */
export interface RowSize {
  /** In its page. */
  readonly bytes: number
  /** Of each value that is moved out of the row. */
  readonly movedOut: readonly number[]
}

/**
 * A row, with its header and what stays in it of long values, as `heap_form_tuple` and
 * `heap_toast_insert_or_update` lay it out: values are moved out of rows of more than 2 KiB, the
 * longest first.
 *
 * @param cells - in the order of the table's columns; `null` for NULL
 * @param compress - bytes that a value has once it is compressed
 */
export function rowSize(
  cells: readonly (StoredCell | null)[],
  compress: (cell: StoredCell) => number = ({ bytes, payload }) =>
    Math.ceil((compressedSize(bytes) / Math.max(1, bytes.length)) * payload),
): RowSize {
  const hasNulls = cells.includes(null)
  const start = aligned(rowHeader + (hasNulls ? Math.ceil(cells.length / 8) : 0), 8)
  const payloads = cells.map((cell) => cell?.payload ?? 0)
  const isOut = cells.map(() => false)
  const isTried = cells.map(() => false)
  const size = () => dataSize(cells, payloads, { start, isOut })
  const movedOut: number[] = []
  function longest(may: (place: number) => boolean): number {
    let found = -1
    for (const [place, cell] of cells.entries()) {
      if (!cell?.stored.isToastable || isOut[place] || !may(place)) continue
      if (payloads[place]! > (found < 0 ? pointerBytes : payloads[found]!)) found = place
    }
    return found
  }
  function moveOut(place: number): void {
    isOut[place] = true
    movedOut.push(payloads[place]!)
  }
  let bytes = size()
  while (bytes > longestRow) {
    const place = longest((candidate) => !isTried[candidate])
    if (place < 0) break
    isTried[place] = true
    payloads[place] = Math.min(payloads[place]!, compress(cells[place]!))
    // A value that would not fit by itself does not wait for the others.
    if (payloads[place] > longestRow) moveOut(place)
    bytes = size()
  }
  while (bytes > longestRow) {
    const place = longest(() => true)
    if (place < 0) break
    moveOut(place)
    bytes = size()
  }
  return { bytes: aligned(bytes, 8), movedOut }
}

/**
 * Where the data of a row or an index entry ends.
 *
 * @param payloads - of the cells, without headers
 */
export function dataSize(
  cells: readonly (Pick<StoredCell, 'stored'> | null)[],
  payloads: readonly number[],
  { start, isOut }: { readonly start: number; readonly isOut?: readonly boolean[] },
): number {
  let end = start
  for (let place = 0; place < cells.length; place++) {
    const cell = cells[place]
    if (!cell) continue
    const { align, length } = cell.stored
    const payload = payloads[place]!
    if (isOut?.[place]) end += pointerBytes
    else if (length !== undefined) end = aligned(end, align) + length
    else if (payload < shortPayload) end += 1 + payload
    else end = aligned(end, align) + 4 + payload
  }
  return end
}

const rowHeader = 23
/** `TOAST_TUPLE_TARGET`: four of them fill a page. */
const longestRow = 2032
/** What is left in the row of a value that was moved out. */
const pointerBytes = 18
/** Up to here a header is one byte, and no alignment is needed. */
const shortPayload = 127
