import { DownpourError } from '../errors.ts'
import { upgradeLedger } from '../ledger/install.ts'
import { findRun, laterRuns, lockRun, readRunTables, setRunState } from '../ledger/runs.ts'
import type { RunRecord, RunTable } from '../ledger/runs.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { changeDatabase } from './change-database.ts'
import { checkRights } from './check-rights.ts'
import type { NeededRight } from './check-rights.ts'
import { chunksOf } from './chunks.ts'
import { deleteChunk } from './delete-chunk.ts'
import type { ChunkOfRows } from './delete-chunk.ts'
import { verdictOn } from './faults.ts'
import type { Consent } from './guard.ts'
import type { LoadProgress } from './load-tracker.ts'
import { countOutside, keysOf, readReferences } from './references.ts'
import type { Reference } from './references.ts'
import { refuseProduction } from './refuse-production.ts'
import { restoreDropped } from './restore.ts'
import { inTransaction } from './transaction.ts'

export interface UndoRequest extends Consent {
  readonly url: string
  readonly run: string
  readonly signal: AbortSignal
  /** Told before and after each chunk: rows that are gone. */
  readonly onProgress: (progress: LoadProgress) => void
}

/** What an undo took away. */
export interface UndoReport {
  readonly run: string
  /** Children first; rows that were there, which may be fewer than the run has loaded. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[]
  readonly rows: number
}

/**
 * Removes the rows of a finished run, children first, by the keys that the ledger has. Each chunk is
 * a transaction, in which sums of parents are lowered as well: an interrupted undo is continued by
 * another one. Sequences are not moved back.
 *
 * @throws DownpourError `RUN_…`, `UNDO_…` or `REFUSED_…` before anything is removed; `UNDO_FAILED`,
 *   exit code 4, with the server's reason
 */
export async function undoRun(request: UndoRequest): Promise<UndoReport> {
  const { run: _run, onProgress: _onProgress, ...where } = request
  const { signal } = where
  refuseProduction('undo a run', { nodeEnvironment: request.environment })
  try {
    return await changeDatabase({ action: 'undo', ...where }, (session, locked) =>
      undo(session, request, locked.signal),
    )
  } catch (error) {
    throw signal.aborted ? error : undoError(request.run, error)
  }
}

async function undo(
  session: Session,
  { run: id, onProgress }: UndoRequest,
  signal: AbortSignal,
): Promise<UndoReport> {
  const run = await findUndoable(session, id)
  const tables = await readRunTables(session, id)
  await refuseBuiltOn(session, run, tables)
  refuseKeyless(run, tables)
  // What another run has dropped may be a foreign key to these rows.
  const { failures } = await restoreDropped(session)
  if (failures[0]) throw failures[0]
  await refuseBuiltOn(session, run, tables)
  const there = await tablesThere(session, tables)
  const references = await readReferences(session, there)
  await refuseReferences(session, run, references)
  await checkRights(session, 'undo the run in', rightsFor(there))
  await inTransaction(session, async () => {
    const state = await lockRun(session, id)
    if (state === 'finished') await setRunState(session, id, 'undoing')
    else if (state !== 'undoing') throw notUndoable(id, state)
  })
  const removed: { table: string; rows: number }[] = []
  for (const table of childrenFirst(there, references)) {
    const rows = await removeRows(session, { run, table, tables, references, signal, onProgress })
    removed.push({ table: table.key, rows })
  }
  await inTransaction(session, () => setRunState(session, id, 'undone'))
  return { run: id, tables: removed, rows: removed.reduce((sum, { rows }) => sum + rows, 0) }
}

function rightsFor(tables: readonly RunTable[]): readonly NeededRight[] {
  const summed = tables.flatMap(({ summaries }) => summaries)
  return [
    ...tables.map((table) => ({ table, right: 'DELETE' as const })),
    ...summed.map(({ schema, table }) => ({
      table: { key: table, schema, name: table },
      right: 'UPDATE' as const,
    })),
  ]
}

/** @throws DownpourError `RUN_NONE`, `UNDO_STATE` */
async function findUndoable(session: Session, id: string): Promise<RunRecord> {
  const hasLedger = await upgradeLedger(session)
  const run = hasLedger ? await findRun(session, id) : undefined
  if (!run) {
    throw new DownpourError({
      code: 'RUN_NONE',
      message: `There is no run ${id} to undo`,
      why: hasLedger
        ? 'The ledger of this database does not know it.'
        : 'This database has no ledger: no run was written down here.',
      fix: 'Name one that "npx downpour status" shows, on the same database.',
    })
  }
  if (run.state !== 'finished' && run.state !== 'undoing') throw notUndoable(id, run.state)
  return run
}

function notUndoable(id: string, state: string | undefined): DownpourError {
  const isUnfinished = state === 'running'
  return new DownpourError({
    code: 'UNDO_STATE',
    message: isUnfinished
      ? `Cannot undo run ${id}: it is not finished`
      : `Cannot undo run ${id}: it is ${state ?? 'gone'}`,
    why: isUnfinished ? 'It can still go on.' : 'None of its rows are there any more.',
    fix: isUnfinished
      ? 'Throw it away with "npx downpour seed --restart", which begins again, or finish it with --resume.'
      : 'Nothing is left to do; "npx downpour status" shows the runs.',
  })
}

/**
 * @throws DownpourError `UNDO_BUILT_ON` when a later run shares a table, or has rows that may refer
 *   to this one's
 */
async function refuseBuiltOn(
  session: Session,
  run: RunRecord,
  tables: readonly RunTable[],
): Promise<void> {
  const own = tables.filter(hasRows)
  const parents = new Set(
    (await readReferences(session, await tablesThere(session, own))).map(
      ({ schema, table, parent }) => [quoteTable(schema, table), parent.key].join(' '),
    ),
  )
  for (const later of (await laterRuns(session, run)).toReversed()) {
    const others = (await readRunTables(session, later.id)).filter(hasRows)
    for (const { key, schema, name } of others) {
      const shared = own.find((table) => table.schema === schema && table.name === name)
      const parent = own.find((table) => parents.has(`${quoteTable(schema, name)} ${table.key}`))
      if (!shared && !parent) continue
      throw new DownpourError({
        code: 'UNDO_BUILT_ON',
        message: `Cannot undo run ${run.id}: run ${later.id} builds on it`,
        why: shared
          ? `It came later, and has loaded rows into "${key}" as well.`
          : `It came later, and its rows of "${key}" refer to "${parent!.key}".`,
        fix:
          later.state === 'running'
            ? 'It is not finished: throw it away with "npx downpour seed --restart", or finish it with --resume and undo it first.'
            : `Undo that one first: npx downpour undo ${later.id}.`,
        table: key,
      })
    }
  }
}

function refuseKeyless(run: RunRecord, tables: readonly RunTable[]): void {
  const table = tables.find((each) => hasRows(each) && each.keyColumn === null)
  if (!table) return
  throw new DownpourError({
    code: 'RUN_NO_KEY',
    message: `Cannot undo run ${run.id}: nothing tells its rows of "${table.key}" from others`,
    why: 'The table has no key that counts up with the rows.',
    fix: `Give it one; to be rid of these rows empty the table: npx downpour reset --only ${table.key}.`,
    table: table.key,
  })
}

/** @throws DownpourError `UNDO_REFERRED_TO` */
async function refuseReferences(
  session: Session,
  run: RunRecord,
  references: readonly Reference[],
): Promise<void> {
  for (const reference of references) {
    const found = await countOutside(session, reference)
    if (found.rows > 0) throw referredTo(run.id, reference, found)
  }
}

function referredTo(
  id: string,
  { schema, table, constraint, parent, onDelete }: Reference,
  { rows, isAll }: { readonly rows: number; readonly isAll: boolean },
): DownpourError {
  const name = schema === parent.schema ? `"${table}"` : `"${schema}.${table}"`
  const some = `${isAll ? '' : 'at least '}${rows} ${rows === 1 ? 'row' : 'rows'}`
  return new DownpourError({
    code: 'UNDO_REFERRED_TO',
    message: `Cannot undo run ${id}: rows of ${name} refer to its rows of "${parent.key}"`,
    why: `Foreign key "${constraint}" has ${some} that the run did not load${fates[onDelete] ?? ''}.`,
    fix: 'Remove these rows, or let them refer to others, and undo the run then.',
    table: parent.key,
  })
}

/** `pg_constraint.confdeltype` */
const fates: Readonly<Record<string, string>> = {
  c: ', and they would be deleted too (ON DELETE CASCADE)',
  n: ', and they would lose their reference (ON DELETE SET NULL)',
  d: ', and they would lose their reference (ON DELETE SET DEFAULT)',
}

interface Removal {
  readonly run: RunRecord
  readonly table: RunTable
  readonly tables: readonly RunTable[]
  readonly references: readonly Reference[]
  readonly signal: AbortSignal
  readonly onProgress: UndoRequest['onProgress']
}

/** The last rows first: rows of a table may refer to earlier ones of it. */
async function removeRows(session: Session, removal: Removal): Promise<number> {
  const { run, table, tables, references, signal, onProgress } = removal
  const { key, firstRow, rowCount } = table
  // Whoever inserts such a row meanwhile shall not lose it; all others the server itself refuses.
  const silent = references.filter(
    ({ parent, onDelete }) => parent === table && fates[onDelete] !== undefined,
  )
  const range = { first: firstRow, count: rowCount }
  let removed = 0
  let passed = 0
  for (const rows of [...chunksOf(range, run.options.chunkSize)].toReversed()) {
    signal.throwIfAborted()
    onProgress({ table: key, rows: passed, total: rowCount, unit: 'rows' })
    const chunk: ChunkOfRows = { table, tables, rows, isLocked: silent.length > 0 }
    await inTransaction(session, async () => {
      removed += await deleteChunk(session, chunk, async () => {
        for (const reference of silent) {
          const found = await countOutside(session, reference, rows)
          if (found.rows > 0) throw referredTo(run.id, reference, found)
        }
      })
    })
    passed += rows.count
  }
  onProgress({ table: key, rows: rowCount, total: rowCount, unit: 'rows' })
  signal.throwIfAborted()
  await refuseRowsLeft(session, run, table)
  // Parents are looked for by their children: in a table full of dead rows that takes long.
  await session.query(`vacuum (analyze) ${quoteTable(table.schema, table.name)}`)
  return removed
}

/** A trigger can keep rows without a word. */
async function refuseRowsLeft(session: Session, run: RunRecord, table: RunTable): Promise<void> {
  const [left] = await session.query<{ rows: number }>(
    `select count(*)::float8 as rows from ${quoteTable(table.schema, table.name)} as child
     where ${keysOf(table, 'child')}`,
  )
  if (left!.rows === 0) return
  throw new DownpourError({
    code: 'UNDO_ROWS_LEFT',
    message: `Run ${run.id} is not undone yet: ${left!.rows} of its rows of "${table.key}" are still there`,
    why: 'They were deleted, and a trigger or a rule has kept them.',
    fix: 'Disable it; the same command then goes on where it stopped.',
    exitCode: 4,
    table: table.key,
  })
}

/**
 * The tables in an order in which no row is referred to when it goes: the plan's, unless the
 * database has foreign keys that the schema does not know.
 */
function childrenFirst(
  tables: readonly RunTable[],
  references: readonly Reference[],
): readonly RunTable[] {
  const left = tables.toReversed()
  const ordered: RunTable[] = []
  while (left.length > 0) {
    const isFree = (table: RunTable) =>
      !references.some(
        ({ parent, child }) => parent === table && child !== table && left.includes(child!),
      )
    const next = Math.max(0, left.findIndex(isFree))
    ordered.push(...left.splice(next, 1))
  }
  return ordered
}

function hasRows({ rowCount, isEmptied }: RunTable): boolean {
  return rowCount > 0 && !isEmptied
}

/** The tables that hold rows of the run and have not been dropped since. */
async function tablesThere(
  session: Session,
  tables: readonly RunTable[],
): Promise<readonly RunTable[]> {
  const loaded = tables.filter(hasRows)
  const rows = await session.query<{ exists: boolean }>(
    `select to_regclass(name) is not null as exists
     from json_array_elements_text($1::text::json) with ordinality as listed(name, place)
     order by place`,
    [JSON.stringify(loaded.map(({ schema, name }) => quoteTable(schema, name)))],
  )
  return loaded.filter((_table, index) => rows[index]!.exists)
}

/** What the server said, for people; what passes is left to whoever calls. */
function undoError(id: string, error: unknown): unknown {
  const reason = serverError(error)
  if (!reason) return error
  return new DownpourError({
    code: 'UNDO_FAILED',
    message: `Run ${id} is not undone yet`,
    why: `${serverSaid(reason)}.`,
    fix:
      verdictOn(error) === 'retry'
        ? 'The same command goes on where it stopped.'
        : 'Remove the cause; the same command then goes on where it stopped.',
    exitCode: 4,
    cause: reason,
  })
}
