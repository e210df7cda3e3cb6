import { DownpourError } from '../errors.ts'
import { openTable } from '../generate/slices.ts'
import type { Slice, TableSource } from '../generate/slices.ts'
import type { TableModel } from '../model/table.ts'
import type { Plan, RowRange } from '../plan/plan.ts'
import { loadError, serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import type { ChunkWriter, Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import { chunksOf } from './chunks.ts'
import { resetTables } from './reset.ts'
import { inTransaction } from './transaction.ts'

/** What one transaction covers. In `run` everything or nothing is there at the end. */
export type TransactionExtent = 'chunk' | 'table' | 'run'

export interface LoadOptions {
  readonly plan: Plan
  readonly targets: readonly Target[]
  /** Tables to empty first: in the run's transaction if it has one, else in one of their own. */
  readonly reset?:
    | {
        readonly tables: readonly TableModel[]
        /** Every table of the schema. */
        readonly all: readonly TableModel[]
      }
    | undefined
  readonly strategyFor: (target: Target) => Strategy
  /** Rows per chunk. */
  readonly chunkSize: number
  readonly transaction: TransactionExtent
  /** Aborted when the run is to stop: the open transaction is rolled back. */
  readonly signal: AbortSignal
  /** Called while rows are written, some hundred times a second at most. */
  readonly onProgress: (progress: LoadProgress) => void
}

export interface LoadProgress {
  readonly table: string
  readonly rows: number
  readonly total: number
}

/** How one table was loaded. */
export interface TableResult {
  readonly table: string
  readonly rows: number
  readonly strategy: string
  readonly chunks: number
  readonly seconds: number
  /** The part of `seconds` that generating took. */
  readonly generateSeconds: number
}

/**
 * Loads every table of the plan, parents first, chunk by chunk over one session.
 *
 * @throws DownpourError with a code `LOAD_…` or `DATA_…`, exit code 4; the open transaction has
 *   been rolled back then, and chunks committed before stay
 */
export async function loadPlan(
  session: Session,
  options: LoadOptions,
): Promise<readonly TableResult[]> {
  const { targets, reset, transaction } = options
  if (targets.length === 0 && !reset) return []
  const within = transactionsOver(session, transaction)
  return within.run(targets, async () => {
    if (reset) {
      const empty = () => resetTables(session, reset.tables, reset.all)
      await (transaction === 'run' ? empty() : inTransaction(session, empty))
    }
    const results: TableResult[] = []
    for (const target of targets) {
      options.signal.throwIfAborted()
      const load = () => loadTable(session, options, target, within.chunk)
      results.push(await within.table([target], load))
    }
    return results
  })
}

/** Does work on some tables. */
type Scope = <T>(targets: readonly Target[], work: () => Promise<T>) => Promise<T>

/** One of the three scopes opens a transaction, the other two do not. */
function transactionsOver(
  session: Session,
  extent: TransactionExtent,
): Readonly<Record<TransactionExtent, Scope>> {
  const open: Scope = async (targets, work) => {
    try {
      return await inTransaction(session, work)
    } catch (error) {
      throw transactionError(error, targets)
    }
  }
  const pass: Scope = (_targets, work) => work()
  return { chunk: pass, table: pass, run: pass, [extent]: open }
}

/** Deferred constraints fail at the commit, and a connection may be lost between two chunks. */
function transactionError(error: unknown, targets: readonly Target[]): unknown {
  const name = serverError(error)?.table_name
  const target = targets.find(({ table }) => table.model.name === name) ?? targets.at(-1)
  return target ? loadError({ error, table: target.table.model.key }) : error
}

async function loadTable(
  session: Session,
  options: LoadOptions,
  target: Target,
  inTransaction: Scope,
): Promise<TableResult> {
  const { plan, signal, onProgress } = options
  const { model, rows } = target.table
  const started = performance.now()
  const strategy = options.strategyFor(target)
  const source = await openTable(plan, target.table)
  const writer = strategy.open(target)
  const clock = { generateSeconds: 0 }
  let chunks = 0
  for (const chunk of chunksOf(rows, options.chunkSize)) {
    const watched = watch(source, chunk, {
      table: model.key,
      clock,
      signal,
      onSlice: (done) =>
        onProgress({
          table: model.key,
          rows: chunk.first - rows.first + done,
          total: rows.count,
        }),
    })
    await inTransaction([target], () =>
      loadChunk(session, { target, chunk, writer, slices: watched }),
    )
    chunks++
  }
  onProgress({ table: model.key, rows: rows.count, total: rows.count })
  return {
    table: model.key,
    rows: rows.count,
    strategy: strategy.name,
    chunks,
    seconds: (performance.now() - started) / 1000,
    generateSeconds: clock.generateSeconds,
  }
}

interface ChunkLoad {
  readonly target: Target
  readonly chunk: RowRange
  readonly writer: ChunkWriter
  readonly slices: Iterable<Slice>
}

async function loadChunk(session: Session, load: ChunkLoad): Promise<void> {
  const { target, chunk, writer, slices } = load
  const table = target.table.model.key
  let stored: number
  try {
    stored = await writer.write(session, slices)
  } catch (error) {
    throw loadError({ error, table, firstRow: chunk.first })
  }
  if (stored === chunk.count) return
  throw new DownpourError({
    code: 'LOAD_ROWS_MISSING',
    message: `Cannot load "${table}": the server stored ${stored} of ${chunk.count} rows`,
    why: `Rows ${chunk.first} to ${chunk.first + chunk.count - 1} were sent; a trigger or a rule left some out.`,
    fix: 'Disable that trigger or rule for the load; this chunk was rolled back.',
    exitCode: 4,
    table,
    row: chunk.first,
  })
}

interface Watch {
  readonly table: string
  readonly clock: { generateSeconds: number }
  readonly signal: AbortSignal
  readonly onSlice: (rowsDone: number) => void
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
    onSlice(next.value.first - chunk.first)
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
      why: `It threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}.`,
      fix: 'Correct the generator in the seeder; this chunk was rolled back.',
      exitCode: 4,
      table,
      row: chunk.first,
      cause: error,
    })
  }
}
