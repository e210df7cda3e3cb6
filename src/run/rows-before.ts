import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { readRejectCounts } from '../ledger/progress.ts'
import { listRuns, readRunTables } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import type { RecordedRows } from '../plan/check-growth.ts'
import { digestsIn } from '../plan/fingerprint.ts'
import type { Session } from '../postgres/session.ts'
import { readExistingRows } from './existing-rows.ts'
import type { RowsBefore, RunOptions } from './options.ts'

/**
 * What finished runs have put into a table, without a gap from row 0 on; range and digests are those
 * of the latest one's plan.
 */
interface Coverage extends RecordedRows {
  readonly run: RunRecord
  readonly rows: number
  readonly rejected: number
}

/** What tables hold, and what of that the ledger knows to be rows of ours. */
export interface Before {
  readonly rows: RowsBefore
  readonly recorded: ReadonlyMap<string, RecordedRows>
}

/**
 * Reads what is there before a run that grows tables.
 *
 * @param ledger - whether there is one to look into
 * @throws DownpourError `APPEND_OTHER_SEED`, `REFUSED_UNDOING`
 */
export async function readBefore(
  session: Session,
  project: Project,
  options: RunOptions,
  ledger: 'ledger' | 'no ledger',
): Promise<Before> {
  const coverage = ledger === 'ledger' ? await readCoverage(session) : new Map<string, Coverage>()
  const recorded = new Map<string, RecordedRows>()
  const rows: Record<string, RowsBefore[string]> = {}
  for (const table of project.tables) {
    const found = await readExistingRows(session, table)
    const known = coverage.get(table.key)
    // Rows of somebody else among them, or rows that are gone: then nothing is known.
    if (known && known.rows - known.rejected === found.rows && found.rows > 0) {
      if (known.run.options.seed !== options.seed) throw otherSeed(table.key, known.run, options)
      recorded.set(table.key, known)
      rows[table.key] = { ...found, ours: known.rows }
    } else {
      rows[table.key] = found
    }
  }
  return { rows, recorded }
}

async function readCoverage(session: Session): Promise<Map<string, Coverage>> {
  const [undoing] = await listRuns(session, ['undoing'])
  if (undoing) throw halfUndone(undoing)
  const coverage = new Map<string, Coverage>()
  for (const run of (await listRuns(session, ['finished'])).toReversed()) {
    const rejected = await readRejectCounts(session, run.id)
    for (const table of await readRunTables(session, run.id)) {
      const known = coverage.get(table.key)
      const follows = table.firstRow === (known?.rows ?? 0) && table.planFirst === 0
      if (table.isEmptied || !follows) continue
      coverage.set(table.key, {
        run,
        rows: table.firstRow + table.rowCount,
        rejected: (known?.rejected ?? 0) + (rejected.get(table.key) ?? 0),
        range: { first: table.planFirst, count: table.planCount },
        digests: digestsIn(run.fingerprint, table.key),
      })
    }
  }
  return coverage
}

function otherSeed(table: string, run: RunRecord, options: RunOptions): DownpourError {
  return new DownpourError({
    code: 'APPEND_OTHER_SEED',
    message: `Cannot append to "${table}" with seed ${options.seed}`,
    why: `Its rows are those of run ${run.id}, seed ${run.options.seed}; rows of two seeds may repeat each other’s unique values.`,
    fix: `Append with --seed ${run.options.seed}, or begin again with --reset.`,
    table,
  })
}

function halfUndone({ id }: RunRecord): DownpourError {
  return new DownpourError({
    code: 'REFUSED_UNDOING',
    message: `Cannot append: run ${id} is half undone`,
    why: 'Some of its rows are still there, and will not be later.',
    fix: `Let it be undone first: npx downpour undo ${id}.`,
  })
}
