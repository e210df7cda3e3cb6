import type { CopyOut } from '../postgres/copy-out.ts'

/**
 * A row is the CopyData message that it arrives in: type, length, number of columns, and its cells, an
 * int32 length and the bytes of each, or -1 for NULL. Several stand one after the other in a buffer.
 */
export type Rows = Buffer

/** Type, length and number of columns. */
export const rowHead = 7

/** A cell of NULL: a length of -1 and no bytes. */
const nullLength = -1

/** Of the binary format, up to the length of its extension. */
const signatureLength = 15
const headerLength = signatureLength + 4
const trailerLength = rowHead

/** The rows of a binary COPY, without what stands before and behind them; never none of them. */
export async function* readRows(copy: CopyOut): AsyncGenerator<Rows, void, undefined> {
  // The trailer is known only by what follows it, which is nothing.
  let held: Buffer | undefined
  for (;;) {
    const next = await copy.read()
    if (held !== undefined) {
      const rows = next === undefined ? held.subarray(0, -trailerLength) : held
      if (rows.length > 0) yield rows
    }
    if (next === undefined) return
    held = held === undefined ? withoutHeader(next) : next
  }
}

/** The header stands in the first row's message. */
function withoutHeader(messages: Buffer): Buffer {
  const skipped = headerLength + messages.readInt32BE(5 + signatureLength)
  const length = messages.readInt32BE(1)
  messages[skipped] = messages[0]!
  messages.writeInt32BE(length - skipped, skipped + 1)
  return messages.subarray(skipped)
}

/** Where the row behind the one at `at` begins. */
export function nextRow(rows: Rows, at: number): number {
  return at + 1 + rows.readInt32BE(at + 1)
}

/** Where the cell behind the one at `at` begins. */
export function nextCell(rows: Rows, at: number): number {
  return at + 4 + Math.max(0, rows.readInt32BE(at))
}

/** Whether the cell at `at` is NULL. */
export function isNull(rows: Rows, at: number): boolean {
  return rows.readInt32BE(at) === nullLength
}

/**
 * The cells of the row at `at`, lengths included.
 *
 * @example
 * cellsOf(rows, 0).length // as many as there are columns
 */
export function cellsOf(rows: Rows, at: number): readonly Buffer[] {
  const cells: Buffer[] = []
  const end = nextRow(rows, at)
  for (let cell = at + rowHead; cell < end;) {
    const next = nextCell(rows, cell)
    cells.push(rows.subarray(cell, next))
    cell = next
  }
  return cells
}

/** Whether the bytes `[start, end)` of one buffer are those of another from `from` on. */
export function areEqual(
  left: Buffer,
  [start, end]: readonly [number, number],
  right: Buffer,
  from: number,
): boolean {
  return left.compare(right, from, from + end - start, start, end) === 0
}
