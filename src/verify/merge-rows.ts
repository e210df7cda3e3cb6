import type { ComparedTable } from './compared-table.ts'
import type { Differences, RowAt } from './differences.ts'
import type { ExpectedRows } from './expected-rows.ts'
import { areEqual, isNull, nextRow, rowHead } from './row-messages.ts'
import type { Rows } from './row-messages.ts'

/** Two streams of rows in the order of a key that counts up. */
export interface Merge {
  readonly compared: ComparedTable
  readonly expected: AsyncIterator<ExpectedRows, void>
  readonly found: AsyncIterator<Rows, void>
  readonly differences: Differences
  /** Told of how many planned rows have been compared. */
  readonly onRows: (rows: number) => void
}

/**
 * Compares rows with planned ones where both come in the order of a key that tells a row's number. As
 * long as nothing differs that is a comparison of memory, of as many rows at once as have arrived.
 *
 * @returns how many rows there were, and how many of them stand before those of the plan
 */
export async function mergeRows(merge: Merge): Promise<{ found: number; others: number }> {
  const { compared, differences, onRows } = merge
  const { rows: planned, table } = compared
  const start = table.key!.start
  const firstKey = start + planned.first
  const expected = new Side(merge.expected, ({ rows }) => rows)
  const found = new Side(merge.found, (rows) => rows)
  const told = { found: 0, others: 0 }

  function takeMissing(): void {
    differences.missing(keyOf(expected.rows, expected.at) - start, expected.row)
    expected.at = nextRow(expected.rows, expected.at)
  }

  function takeExtra(key: number): void {
    told.found++
    if (key < firstKey && compared.othersBefore > 0) told.others++
    else differences.extra(found.row)
    found.at = nextRow(found.rows, found.at)
  }

  /** Without a unique index two rows may have one key, the stranger in front of the planned one. */
  function isFollowedByPlanned(): boolean {
    const at = nextRow(found.rows, found.at)
    const end = nextRow(expected.rows, expected.at)
    const size = end - expected.at
    return (
      at + size <= found.rows.length && areEqual(expected.rows, [expected.at, end], found.rows, at)
    )
  }

  /** Both sides have a row, and what follows is not the same. */
  function takeUnequal(): void {
    for (;;) {
      const ends = [nextRow(expected.rows, expected.at), nextRow(found.rows, found.at)] as const
      const isSame =
        ends[0] - expected.at === ends[1] - found.at &&
        areEqual(expected.rows, [expected.at, ends[0]], found.rows, found.at)
      if (!isSame) break
      told.found++
      expected.at = ends[0]
      found.at = ends[1]
      if (expected.isEmpty || found.isEmpty) return
    }
    const plannedKey = keyOf(expected.rows, expected.at)
    const key = keyOf(found.rows, found.at)
    if (key > plannedKey) takeMissing()
    else if (key < plannedKey || isFollowedByPlanned()) takeExtra(key)
    else {
      told.found++
      differences.different(plannedKey - start, expected.row, found.row)
      expected.at = nextRow(expected.rows, expected.at)
      found.at = nextRow(found.rows, found.at)
    }
  }

  for (;;) {
    if (expected.isEmpty) {
      const block = await expected.next()
      if (block) onRows(block.first - planned.first)
    }
    if (found.isEmpty) await found.next()
    if (expected.isEmpty && found.isEmpty) break
    if (found.isEmpty) takeMissing()
    else if (expected.isEmpty) takeExtra(keyOf(found.rows, found.at))
    else {
      const size = Math.min(expected.left, found.left)
      const end = expected.at + size
      if (areEqual(expected.rows, [expected.at, end], found.rows, found.at)) {
        told.found += countRows(expected.rows, expected.at, end)
        expected.at = end
        found.at += size
      } else takeUnequal()
    }
  }
  onRows(planned.count)
  return told
}

/** Rows that have arrived, and where in them one is. */
class Side<Block> {
  rows: Rows = Buffer.alloc(0)
  at = 0
  readonly #source: AsyncIterator<Block, void>
  readonly #rowsOf: (block: Block) => Rows

  constructor(source: AsyncIterator<Block, void>, rowsOf: (block: Block) => Rows) {
    this.#source = source
    this.#rowsOf = rowsOf
  }

  get isEmpty(): boolean {
    return this.at === this.rows.length
  }

  get left(): number {
    return this.rows.length - this.at
  }

  get row(): RowAt {
    return { rows: this.rows, at: this.at }
  }

  /** Takes the next block; only when it is empty. */
  async next(): Promise<Block | undefined> {
    const { value, done } = await this.#source.next()
    if (done) return undefined
    this.rows = this.#rowsOf(value)
    this.at = 0
    return value
  }
}

function countRows(rows: Rows, first: number, end: number): number {
  let count = 0
  for (let at = first; at < end; at = nextRow(rows, at)) count++
  return count
}

const two32 = 2 ** 32

/** The first cell of a row, an integer; NULL comes behind all of them. */
export function keyOf(rows: Rows, at: number): number {
  const cell = at + rowHead
  if (isNull(rows, cell)) return Infinity
  switch (rows.readInt32BE(cell)) {
    case 2:
      return rows.readInt16BE(cell + 4)
    case 4:
      return rows.readInt32BE(cell + 4)
    default:
      return rows.readInt32BE(cell + 4) * two32 + rows.readUInt32BE(cell + 8)
  }
}
