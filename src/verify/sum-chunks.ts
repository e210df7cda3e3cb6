import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import type { ComparedTable } from './compared-table.ts'
import type { ExpectedTable } from './expected-rows.ts'
import { hashCells, hashedColumn } from './hash-cell.ts'
import type { HashCell } from './hash-cell.ts'
import { nextRow, rowHead } from './row-messages.ts'
import { addToRow } from './server-hash.ts'

/** Rows of a table that are summed up together. */
export interface ChunkSums {
  /** The planned rows' numbers; `undefined` for rows outside of the plan, or in no order. */
  readonly rows: { readonly first: number; readonly last: number } | undefined
  readonly planned: number
  readonly found: number
  /** Whether the rows are the same ones. */
  readonly isEqual: boolean
}

/** Planned rows whose hashes are added up, as long as their key tells which ones they are. */
export const chunkRows = 10_000

interface Sum {
  rows: number
  hash: bigint
}

/** The place of rows that are in front of all planned ones, or have no key. */
const outside = -1

/**
 * Compares sums: the server adds up a hash of each row per chunk of keys, and so do we of the planned
 * rows. Only the sums pass over the line. Rows without a key that counts up have one sum.
 *
 * @returns the chunks in which either side has rows
 */
export async function sumChunks(
  session: Session,
  compared: ComparedTable,
  expected: ExpectedTable,
  onRows: (rows: number) => void,
): Promise<readonly ChunkSums[]> {
  const { rows: planned, othersBefore, matching } = compared
  const isOrdered = matching === 'row number'
  // The server adds up while we do.
  const [found, sums] = await Promise.all([
    readSums(session, compared),
    planSums(expected, compared, onRows),
  ])
  if (!isOrdered && othersBefore > 0) {
    const rows = { planned: sums.get(0)?.rows ?? 0, found: found.get(0)?.rows ?? 0 }
    // Their bytes are in the sum as well.
    const isEqual = rows.found === rows.planned + othersBefore
    return [{ rows: undefined, planned: rows.planned, found: rows.found - othersBefore, isEqual }]
  }
  if (othersBefore > 0) found.delete(outside)
  const places = [...new Set([...sums.keys(), ...found.keys()])].toSorted((one, two) => one - two)
  return places.map((place): ChunkSums => {
    const [own, there] = [sums.get(place) ?? nothing, found.get(place) ?? nothing]
    const first = planned.first + place * chunkRows
    const last = Math.min(first + chunkRows, planned.first + planned.count) - 1
    const isPlanned = isOrdered && place !== outside && first <= last
    return {
      rows: isPlanned ? { first, last } : undefined,
      planned: own.rows,
      found: there.rows,
      isEqual: own.rows === there.rows && own.hash === there.hash,
    }
  })
}

const nothing: Sum = { rows: 0, hash: 0n }

async function planSums(
  expected: ExpectedTable,
  { rows: planned, matching, columns }: ComparedTable,
  onRows: (rows: number) => void,
): Promise<ReadonlyMap<number, Sum>> {
  const sums = new Map<number, Sum>()
  const size = matching === 'row number' ? chunkRows : Infinity
  const hashes = columns.map((column) => hashCells[hashedColumn(column).kind])
  for await (const { first, count, rows } of expected.all()) {
    onRows(first - planned.first)
    const view = new DataView(rows.buffer, rows.byteOffset, rows.length)
    let at = 0
    for (let row = first; row < first + count;) {
      const place = Math.floor((row - planned.first) / size)
      const end = Math.min(first + count, planned.first + (place + 1) * size)
      const sum = sums.get(place) ?? { rows: 0, hash: 0n }
      // Exact as doubles: a slice has a few thousand rows.
      let high = 0
      let low = 0
      sum.rows += end - row
      for (; row < end; row++) {
        hashRow(view, at + rowHead, hashes)
        high += rowHash.high
        low += rowHash.low >>> 0
        at = nextRow(rows, at)
      }
      sum.hash += BigInt(high) * two32 + BigInt(low)
      sums.set(place, sum)
    }
  }
  return sums
}

const two32 = 2n ** 32n

const rowHash = { high: 0, low: 0 }
const cellHash = { high: 0, low: 0 }

/** Into `rowHash`, from the row's first cell on. */
function hashRow(view: DataView, first: number, hashes: readonly HashCell[]): void {
  rowHash.high = 0
  rowHash.low = 0
  let at = first
  for (const hash of hashes) {
    const length = view.getInt32(at)
    at += 4
    cellHash.high = 0
    cellHash.low = 0
    if (length > 0) hash(view, at, length, cellHash)
    else if (length === 0) hashCells.bytes(view, at, 0, cellHash)
    addToRow(rowHash, cellHash)
    if (length > 0) at += length
  }
}

async function readSums(session: Session, compared: ComparedTable): Promise<Map<number, Sum>> {
  const { table, columns } = compared
  const values = columns.map((column) => hashedColumn(column).sql).join(', ')
  const rows = await session.query<{ place: number; rows: number; hash: string }>(
    `select place::float8 as place, count(*)::float8 as rows, sum(hash)::text as hash
     from (
       select ${placeOf(compared)} as place,
         hash_record_extended(row(${values}), 0) as hash
       from ${quoteTable(table.model.schema, table.model.name)}) as hashed
     group by place`,
  )
  return new Map(rows.map(({ place, ...sum }) => [place, { ...sum, hash: BigInt(sum.hash) }]))
}

function placeOf({ matching, columns, rows, table }: ComparedTable): string {
  if (matching !== 'row number') return '0'
  const key = `${quoteIdentifier(columns[0]!.model.name)}::int8`
  const first = table.key!.start + rows.first
  return `case when ${key} >= ${first} then (${key} - ${first}) / ${chunkRows} else ${outside} end`
}
