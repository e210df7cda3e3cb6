import type { IndexShape } from '../model/index-shape.ts'
import type { Plan } from '../plan/plan.ts'
import type { RunOptions } from '../run/options.ts'
import type { Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import type { LoadedTable, LoadPlan } from './load-plan.ts'
import { estimateTable } from './table-estimate.ts'
import type { TableEstimate } from './table-estimate.ts'
import { drawSample } from './table-sample.ts'
import type { WalSettings } from './wal-size.ts'
import { walSize } from './wal-size.ts'

/** A table that is to be loaded. */
export interface TableToLoad {
  readonly target: Target
  readonly strategy: Strategy
  readonly indexes: readonly IndexShape[]
  /** Names of indexes that are dropped and built again, and whether its foreign keys are. */
  readonly built: ReadonlySet<string>
  readonly keepsForeignKeys: boolean
  readonly fillFactor: number
  readonly mayMoveOut: boolean | undefined
  readonly isUnlogged: boolean
}

export interface LoadToDescribe {
  readonly plan: Plan
  readonly lanes: number
  readonly options: RunOptions
  readonly tables: readonly TableToLoad[]
  readonly wal: WalSettings
  readonly signal: AbortSignal
}

/** The figures that follow from the rows themselves. */
export type LoadFigures = Pick<
  LoadPlan,
  'profile' | 'seed' | 'tables' | 'rows' | 'bytes' | 'walBytes' | 'sortBytes' | 'neededBytes'
>

/** Draws a sample of each table and estimates what all of its rows will take. */
export async function describeLoad(load: LoadToDescribe): Promise<LoadFigures> {
  const { plan, options, wal, signal } = load
  const estimates: TableEstimate[] = []
  for (const table of load.tables) {
    const { target, strategy } = table
    const rows = target.table.toLoad.count
    const sample = await drawSample(plan, target, signal)
    const writers = Math.min(load.lanes, chunksOf(rows, options))
    const isCopied = strategy.name.startsWith('copy')
    estimates.push(await estimateTable(sample, rows, { ...table, writers, isCopied }))
    signal.throwIfAborted()
  }
  const tables = load.tables.map((table, n) => loadedTable(table, estimates[n]!, options))
  const bytes = sum(tables.map((table) => table.bytes))
  const walBytes = Math.round(walSize(walTables(load.tables, estimates), wal))
  const sortBytes = Math.round(largestSort(load.tables, estimates))
  return {
    profile: options.profile,
    seed: options.seed,
    tables,
    rows: sum(tables.map(({ rows }) => rows)),
    bytes,
    walBytes,
    sortBytes,
    neededBytes: bytes + Math.min(walBytes, wal.checkpointBytes) + sortBytes,
  }
}

function loadedTable(
  { target: { table }, strategy }: TableToLoad,
  { bytes, size, indexes }: TableEstimate,
  options: RunOptions,
): LoadedTable {
  const { model, toLoad } = table
  return {
    table: model.key,
    rows: toLoad.count,
    firstRow: toLoad.first,
    chunks: chunksOf(toLoad.count, options),
    strategy: strategy.name,
    refersTo: model.foreignKeys.map(({ parent, columns }) => ({ table: parent, columns })),
    bytes,
    rowBytes: size.rows,
    movedOutBytes: size.movedOut,
    indexes: indexes.map((index) => ({ name: index.name, bytes: index.bytes })),
  }
}

function chunksOf(rows: number, { transaction, chunkSize }: RunOptions): number {
  return transaction === 'chunk' ? Math.ceil(rows / chunkSize) : Math.min(1, rows)
}

function walTables(
  tables: readonly TableToLoad[],
  estimates: readonly TableEstimate[],
): Parameters<typeof walSize>[0] {
  return tables.map(({ target, strategy, built, keepsForeignKeys, isUnlogged }, n) => {
    const { size, indexes } = estimates[n]!
    const { model, toLoad } = target.table
    return {
      rows: toLoad.count,
      size,
      isCopied: strategy.name.startsWith('copy'),
      isUnlogged,
      indexes: indexes.map((index) => ({ ...index, isBuilt: built.has(index.name) })),
      foreignKeys: keepsForeignKeys ? model.foreignKeys.length : 0,
    }
  })
}

/** Keys of the largest index, where they do not fit into the memory that a rebuild asks for. */
function largestSort(tables: readonly TableToLoad[], estimates: readonly TableEstimate[]): number {
  const sorts = estimates.flatMap(({ indexes }, n) =>
    indexes.flatMap(({ name, entries, entryBytes }) =>
      tables[n]!.built.has(name) ? [entries * (entryBytes + sortedExtra)] : [],
    ),
  )
  const largest = Math.max(0, ...sorts)
  return largest > sortingMemoryBytes ? largest : 0
}

const sortedExtra = 8
/** As `rebuild-step.ts` asks for. */
const sortingMemoryBytes = 256 * 2 ** 20

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
