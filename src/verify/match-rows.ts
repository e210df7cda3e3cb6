import type { ComparedTable } from './compared-table.ts'
import { expectedCount } from './compared-table.ts'
import type { Differences } from './differences.ts'
import type { ExpectedTable } from './expected-rows.ts'
import type { Rows } from './row-messages.ts'
import { hashRows } from './row-hash.ts'
import type { RowHashes } from './row-hash.ts'
import { createRowTable } from './row-table.ts'

/** Rows in any order, found among planned ones by hashes. */
export interface Match {
  readonly compared: ComparedTable
  readonly expected: ExpectedTable
  /** Reads the rows that are there, each time anew and each time the same. */
  readonly found: () => AsyncIterable<Rows>
  readonly differences: Differences
  /** Told of how many planned rows have been looked at, of how many. */
  readonly onRows: (rows: number, total: number) => void
}

/**
 * Compares rows with planned ones where nothing tells a row's number. At first each side is added up:
 * a count and a sum of hashes for each of 4,096 partitions, into which rows fall by the hash of their
 * key. Only partitions that differ are looked into row by row, as many at a time as hold a million
 * rows: so memory does not grow with the table, and where nothing differs each side is read once.
 *
 * @returns how many rows there were, and how many of them may be those of another origin
 */
export async function matchRows(match: Match): Promise<{ found: number; others: number }> {
  const { compared, expected, found, differences, onRows } = match
  const { keyColumns, othersBefore, rows: planned } = compared
  const sums = createSums()
  async function addPlanned(): Promise<void> {
    for await (const { first, rows } of expected.all()) {
      onRows(first - planned.first, planned.count)
      hashRows(rows, keyColumns, (row) => sums.addPlanned(row))
    }
  }
  let foundRows = 0
  async function addFound(): Promise<void> {
    for await (const rows of found()) {
      hashRows(rows, keyColumns, (row) => {
        sums.addFound(row)
        foundRows++
      })
    }
  }
  // The server reads while we generate.
  await Promise.all([addPlanned(), addFound()])
  const batches = sums.batches()
  const extras = foundRows - expectedCount(compared)
  // Which of the rows that nobody planned were there before is not known.
  let others = Math.min(othersBefore, Math.max(0, extras))
  const spared = others
  for (const [index, isWanted] of batches.entries()) {
    onRows(0, planned.count)
    const extraRows = await matchBatch(match, isWanted)
    for (const row of extraRows) {
      if (others > 0) others--
      else differences.extra({ rows: row ?? noRow, at: 0 })
    }
    onRows(Math.floor((planned.count * (index + 1)) / batches.length), planned.count)
  }
  onRows(planned.count, planned.count)
  return { found: foundRows, others: spared }
}

/** A row of which the bytes were not kept. */
const noRow: Rows = Buffer.alloc(0)

const partitions = 4096

/** Rows of both sides that are looked into at a time. */
const mostRows = 1_000_000

function partitionOf({ keyHigh }: RowHashes): number {
  return keyHigh >>> 20
}

/** Whether a row is among those that are looked into. */
type Wanted = (row: RowHashes) => boolean

function createSums() {
  const plannedRows = new Float64Array(partitions)
  const foundRows = new Float64Array(partitions)
  const low = new Int32Array(partitions)
  const high = new Int32Array(partitions)
  return {
    addPlanned(row: RowHashes): void {
      const partition = partitionOf(row)
      plannedRows[partition]! += 1
      low[partition]! += row.rowLow
      high[partition]! += row.rowHigh
    },
    addFound(row: RowHashes): void {
      const partition = partitionOf(row)
      foundRows[partition]! += 1
      low[partition]! -= row.rowLow
      high[partition]! -= row.rowHigh
    },
    /** The partitions that differ, so many at a time as may be looked into together. */
    batches(): readonly Wanted[] {
      const batches: Uint8Array[] = []
      let size = Infinity
      for (let partition = 0; partition < partitions; partition++) {
        const isEqual = plannedRows[partition] === foundRows[partition]
        if (isEqual && low[partition] === 0 && high[partition] === 0) continue
        const rows = plannedRows[partition]! + foundRows[partition]!
        if (size + rows > mostRows) {
          batches.push(new Uint8Array(partitions))
          size = 0
        }
        batches.at(-1)![partition] = 1
        size += rows
      }
      return batches.map((marks) => (row) => marks[partitionOf(row)] === 1)
    },
  }
}

/** Bytes of rows that are kept to be shown; of others only their hashes are. */
const mostKeptBytes = 4 << 20

/** @returns the rows that nobody planned, as far as their bytes were kept */
async function matchBatch(
  { compared, expected, found, differences }: Match,
  isWanted: Wanted,
): Promise<readonly (Rows | undefined)[]> {
  const { keyColumns } = compared
  const planned = createRowTable()
  for await (const { first, rows } of expected.all()) {
    let number = first - 1
    hashRows(rows, keyColumns, (row) => {
      number++
      if (isWanted(row)) planned.add(row, number)
    })
  }
  const strange = createRowTable()
  const kept = new Map<number, Rows>()
  let bytesLeft = mostKeptBytes
  let strangers = 0
  for await (const rows of found()) {
    hashRows(rows, keyColumns, (row) => {
      if (!isWanted(row) || planned.takeEqual(row)) return
      const { at, end } = row
      bytesLeft -= end - at
      if (bytesLeft > 0) kept.set(strangers, Buffer.from(rows.subarray(at, end)))
      strange.add(row, strangers++)
    })
  }
  async function plannedRow(number: number): Promise<Rows> {
    if (bytesLeft <= 0) return noRow
    const row = await expected.one(number)
    bytesLeft -= row.length
    return row
  }
  const extra: (Rows | undefined)[] = []
  for (const { number: place, key } of strange.left()) {
    const number = keyColumns === 0 ? undefined : planned.takeKey(key)
    const row = kept.get(place)
    if (number === undefined) extra.push(row)
    else {
      const rows = row === undefined ? noRow : await plannedRow(number)
      const hasBoth = rows.length > 0
      differences.different(number, { rows, at: 0 }, { rows: hasBoth ? row! : noRow, at: 0 })
    }
  }
  for (const { number } of planned.left()) {
    differences.missing(number, { rows: await plannedRow(number), at: 0 })
  }
  return extra
}
