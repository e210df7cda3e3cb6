import { DownpourError } from '../errors.ts'
import { thrownName, valuesAreShown } from '../shown-values.ts'
import { openTable } from '../generate/slices.ts'
import type { Slice, TableSource } from '../generate/slices.ts'
import type { Plan, RowRange } from '../plan/plan.ts'
import type { OpenTable } from '../plan/table-sources.ts'
import { loadError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import type { ChunkRows, ChunkWriter, Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import { chunksOf } from './chunks.ts'
import { writeSkipping } from './isolate.ts'
import type { Rejection } from './isolate.ts'

export interface ChunkLoaderOptions {
  readonly plan: Plan
  /** @defaultValue prepares the tables of the plan */
  readonly open?: OpenTable | undefined
  readonly strategyFor: (target: Target) => Strategy
  /** Rows per statement, where a transaction covers more than a chunk. */
  readonly chunkSize: number
  readonly onError: 'stop' | 'skip'
}

export interface ChunkLoad {
  readonly target: Target
  readonly range: RowRange
  readonly signal: AbortSignal
  /** Rows that may be left out under `skip`. */
  readonly rejectsLeft: number
  /** Told between two slices how many rows of the range have been sent. */
  readonly onRows: (rows: number) => void
}

export interface LoadedChunk {
  readonly generateSeconds: number
  readonly rejections: readonly Rejection[]
}

/** Loads rows of any table in whatever transaction is open; what a table needs is prepared once. */
export type ChunkLoader = (session: Session, load: ChunkLoad) => Promise<LoadedChunk>

interface OpenedTable {
  readonly source: TableSource
  readonly writer: ChunkWriter
}

/**
 * Makes a loader for one lane.
 *
 * @throws DownpourError with a code `LOAD_…` or `DATA_…`, exit code 4, from the loader: nothing of
 *   the statement is stored then, and the transaction has to be rolled back
 */
export function createChunkLoader(options: ChunkLoaderOptions): ChunkLoader {
  const { plan, open = (table) => openTable(plan, table) } = options
  const tables = new Map<Target, OpenedTable>()

  async function openOnce(target: Target): Promise<OpenedTable> {
    const opened = tables.get(target)
    if (opened) return opened
    const source = await open(target.table)
    const table = { source, writer: options.strategyFor(target).open(target, source) }
    tables.set(target, table)
    return table
  }

  return async (session, { target, range, signal, rejectsLeft, onRows }) => {
    const { source, writer } = await openOnce(target)
    const clock = { generateSeconds: 0 }
    const rejections: Rejection[] = []
    const table = target.table.model.key
    const write = (rows: RowRange) => {
      const slices = watch(source, rows, {
        table,
        clock,
        signal,
        onSlice: (row) => onRows(row - range.first),
      })
      return writeRows(session, { table, writer, chunk: { range: rows, slices } })
    }
    for (const rows of chunksOf(range, options.chunkSize)) {
      if (options.onError === 'stop') await write(rows)
      else {
        const limit = rejectsLeft - rejections.length
        rejections.push(...(await writeSkipping(session, { range: rows, write, limit })))
      }
    }
    return { generateSeconds: clock.generateSeconds, rejections }
  }
}

interface RowsWrite {
  readonly table: string
  readonly writer: ChunkWriter
  readonly chunk: ChunkRows
}

async function writeRows(session: Session, write: RowsWrite): Promise<void> {
  const { table, writer, chunk } = write
  const { range: rows } = chunk
  let stored: number
  try {
    stored = await writer.write(session, chunk)
  } catch (error) {
    throw loadError({ error, table, firstRow: rows.first })
  }
  if (stored === rows.count) return
  throw new DownpourError({
    code: 'LOAD_ROWS_MISSING',
    message: `Cannot load "${table}": the server stored ${stored} of ${rows.count} rows`,
    why: `Rows ${rows.first} to ${rows.first + rows.count - 1} were sent; a trigger or a rule left some out.`,
    fix: 'Disable that trigger or rule for the load; this chunk was rolled back.',
    exitCode: 4,
    table,
    row: rows.first,
  })
}

interface Watch {
  readonly table: string
  readonly clock: { generateSeconds: number }
  readonly signal: AbortSignal
  /** Told the first row of each slice. */
  readonly onSlice: (row: number) => void
}

/** Passes slices on, timing their generation and stopping between two of them when asked to. */
function* watch(source: TableSource, chunk: RowRange, options: Watch): Iterable<Slice> {
  const { table, clock, signal, onSlice } = options
  const slices = source.slices(chunk)[Symbol.iterator]()
  for (;;) {
    signal.throwIfAborted()
    const started = performance.now()
    const next = generate(() => slices.next(), { table, chunk })
    clock.generateSeconds += (performance.now() - started) / 1000
    if (next.done) return
    onSlice(next.value.first)
    yield next.value
  }
}

/** A generator of somebody's own may throw anything. */
function generate<T>(next: () => T, place: { table: string; chunk: RowRange }): T {
  try {
    return next()
  } catch (error) {
    if (error instanceof DownpourError) throw error
    const { table, chunk } = place
    throw new DownpourError({
      code: 'LOAD_GENERATOR',
      message: `Cannot load "${table}": a generator failed between rows ${chunk.first} and ${chunk.first + chunk.count - 1}`,
      why: `It threw ${thrownName(error)}.`,
      fix: `Correct the generator in the seeder; this chunk was rolled back.${valuesAreShown() ? '' : ' With --show-values the error is told as a whole.'}`,
      exitCode: 4,
      table,
      row: chunk.first,
      cause: error,
    })
  }
}
