import { and, eq, inArray } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import { readProgress, readRejectCounts } from '../ledger/progress.ts'
import { listRuns, lockRun, readRunTables, setRunState } from '../ledger/runs.ts'
import type { RunRecord, RunTable } from '../ledger/runs.ts'
import { runTables } from '../ledger/tables.ts'
import type { RunState } from '../ledger/tables.ts'
import type { TableModel } from '../model/table.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { keysOf } from './references.ts'
import { resetTables } from './reset-tables.ts'
import { restoreRun } from './restore.ts'
import { inTransaction } from './transaction.ts'

/**
 * Throws an unfinished run away: its rows, and what it has dropped is put back. All or nothing; steps
 * under way are waited for.
 *
 * @param all - every table of the schema
 * @throws DownpourError `RUN_STRANGE_ROWS`, `RUN_NO_KEY`
 */
export async function throwAwayRun(
  session: Session,
  run: RunRecord,
  all: readonly TableModel[],
): Promise<void> {
  await inTransaction(session, async () => {
    if ((await lockRun(session, run.id)) !== 'running') return
    const tables = await readRunTables(session, run.id)
    if (run.options.existing === 'append') await deleteRows(session, tables)
    else {
      await refuseStrangeRows(session, run, tables)
      const keys = tables.map(({ key }) => key)
      await resetTables(
        session,
        all.filter(({ key }) => keys.includes(key)),
        all,
      )
    }
    await restoreRun(session, run)
    await setRunState(session, run.id, 'abandoned')
  })
}

/**
 * Empties tables and makes the ledger forget their rows, in whatever transaction is open: unfinished
 * runs of theirs cannot go on, and what those have dropped is put back.
 *
 * @param options - `all`: every table of the schema; `current`: the run that does it, which goes on
 * @returns as `resetTables`
 */
export async function emptyTables(
  session: Session,
  emptied: readonly TableModel[],
  options: { readonly all: readonly TableModel[]; readonly current?: string },
): Promise<readonly string[]> {
  const names = new Set(emptied.map(({ schema, name }) => quoteTable(schema, name)))
  const isEmptied = ({ schema, name }: RunTable) => names.has(quoteTable(schema, name))
  const concerned: { run: RunRecord; state: RunState; tables: readonly RunTable[] }[] = []
  for (const run of await listRuns(session, ['running', 'finished', 'undoing'])) {
    const tables = await readRunTables(session, run.id)
    if (run.id === options.current || !tables.some(isEmptied)) continue
    // Before the tables: a lane locks its run first, too.
    const state = await lockRun(session, run.id)
    if (state) concerned.push({ run, state, tables })
  }
  const notes = await resetTables(session, emptied, options.all)
  for (const { run, state, tables } of concerned) {
    const positions = tables.filter(isEmptied).map(({ position }) => position)
    await session.db
      .update(runTables)
      .set({ isEmptied: true })
      .where(and(eq(runTables.run, run.id), inArray(runTables.position, positions)))
    if (state === 'running') {
      await restoreRun(session, run)
      await setRunState(session, run.id, 'abandoned')
    } else if (tables.every((table) => table.isEmptied || isEmptied(table))) {
      await setRunState(session, run.id, 'emptied')
    }
  }
  return notes
}

/** Rows that came into the tables besides the run's are not thrown away with them. */
async function refuseStrangeRows(
  session: Session,
  run: RunRecord,
  tables: readonly RunTable[],
): Promise<void> {
  const { rows } = await readProgress(session, run.id, tables.length)
  const rejected = await readRejectCounts(session, run.id)
  for (const { position, key, schema, name } of tables) {
    const own = rows[position]! - (rejected.get(key) ?? 0)
    const [found] = await session.query<{ rows: number }>(
      `select count(*)::float8 as rows from ${quoteTable(schema, name)}`,
    )
    if (found!.rows === own) continue
    throw new DownpourError({
      code: 'RUN_STRANGE_ROWS',
      message: `Cannot throw run ${run.id} away: "${key}" holds other rows as well`,
      why: `The run has loaded ${own} rows, and the table holds ${found!.rows}.`,
      fix: 'Go on with --resume, or empty the tables with --reset, whoever’s rows they hold.',
      table: key,
    })
  }
}

/** Children first. */
async function deleteRows(session: Session, tables: readonly RunTable[]): Promise<void> {
  for (const table of tables.toReversed()) {
    const { key, schema, name, keyColumn, rowCount } = table
    if (rowCount === 0) continue
    if (keyColumn === null) {
      throw new DownpourError({
        code: 'RUN_NO_KEY',
        message: `Cannot take rows out of "${key}" again`,
        why: 'It has no key that tells which rows a run has added.',
        fix: 'Go on with --resume, or empty the tables with --reset.',
        table: key,
      })
    }
    await session.query(
      `delete from ${quoteTable(schema, name)} as child where ${keysOf(table, 'child')}`,
    )
  }
}
