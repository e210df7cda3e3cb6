import type { IndexSize } from './index-size.ts'
import { pageBytes } from './page.ts'
import type { TableSize } from './table-size.ts'

/** What of the server decides how much it logs. */
export interface WalSettings {
  /** At `minimal` an index that is built is not logged. */
  readonly level: string
  /** Whether the first change of a page after a checkpoint logs all of it. */
  readonly logsWholePages: boolean
  /** After so many bytes a checkpoint begins. */
  readonly checkpointBytes: number
}

/** A server's out of the box. */
export const usualWalSettings: WalSettings = {
  level: 'replica',
  logsWholePages: true,
  checkpointBytes: 2 ** 30,
}

/** How a table is written. */
export interface WalTable {
  readonly rows: number
  readonly size: TableSize
  /** Whether many rows come in one record, as in COPY, or each in its own, as in INSERT. */
  readonly isCopied: boolean
  readonly isUnlogged: boolean
  readonly indexes: readonly (IndexSize & { readonly isBuilt: boolean })[]
  /** Foreign keys that are checked with each row. */
  readonly foreignKeys: number
}

/**
 * The write-ahead log of a load: `heapam_xlog.h`, `nbtxlog.h` and `xlogrecord.h` say what a record
 * is made of.
 */
export function walSize(tables: readonly WalTable[], settings: WalSettings): number {
  const logged = tables.filter(({ isUnlogged }) => !isUnlogged)
  const records = logged.reduce((sum, table) => sum + recordBytes(table, settings), 0)
  if (!settings.logsWholePages) return records
  // Keys that come in no order touch all of an index between two checkpoints.
  const checkpoints = Math.floor(records / settings.checkpointBytes)
  const scattered = logged
    .flatMap(({ indexes }) => indexes)
    .filter(({ isBuilt, order }) => !isBuilt && order === 'random')
    .reduce((sum, { bytes }) => sum + bytes, 0)
  return records + (checkpoints * scattered) / 2
}

function recordBytes(table: WalTable, { level }: WalSettings): number {
  const { rows, size, isCopied, indexes, foreignKeys } = table
  const ofRows = isCopied
    ? rows * Math.max(0, size.rowBytes - copiedSaving) + (size.rows / pageBytes) * recordHeader
    : rows * (size.rowBytes + insertedExtra)
  const ofPieces = size.pieces * (size.movedOut / Math.max(1, size.pieces) + pieceExtra)
  const ofIndexes = indexes.map(({ bytes, entries, entryBytes, isBuilt, order }) => {
    if (isBuilt) return level === 'minimal' ? 0 : bytes
    const ofSplits = order === 'random' ? bytes / 2 : bytes / 20
    return entries * (entryBytes + entryExtra) + ofSplits
  })
  return (
    ofRows +
    (size.pieces === 0 ? 0 : ofPieces) +
    ofIndexes.reduce((sum, bytes) => sum + bytes, 0) +
    rows * foreignKeys * rowLock
  )
}

/** A row in a record of many is without most of its header. */
const copiedSaving = 14
/** What a record of one row or entry takes besides it. */
const insertedExtra = 36
const entryExtra = 52
const recordHeader = 60
/** Of a value that was moved out: the records of a piece and of its index. */
const pieceExtra = 100
/** A foreign key in force locks the row that it refers to, which is logged too. */
const rowLock = 60
