import { DownpourError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { formatBytes, formatCount } from '../report/format.ts'
import { readFreeDisk } from '../run/measure-server.ts'
import { bytesPerRow } from './tables.ts'
import type { BenchTable } from './tables.ts'

/**
 * Refuses loads that would fill the disk of the server's data, as far as that can be looked at: the
 * largest one counts, since each empties the table first.
 *
 * @throws DownpourError `BENCH_DISK`
 */
export async function refuseFullDisk(
  { session, isLocal }: { readonly session: Session; readonly isLocal: boolean },
  loads: readonly { readonly table: BenchTable; readonly rows: number }[],
): Promise<void> {
  const free = isLocal ? await readFreeDisk(session) : undefined
  if (free === undefined) return
  for (const { table, rows } of loads) {
    const needed = rows * bytesPerRow[table] * filesPerTable
    if (needed <= free) continue
    throw new DownpourError({
      code: 'BENCH_DISK',
      message: `Refusing to load ${formatCount(rows)} ${table}: the disk is too small`,
      why: `They would take about ${formatBytes(needed)} with what the server logs and sorts, and ${formatBytes(free)} are free.`,
      fix: 'Measure fewer rows with --rows, or in less time with --time-limit.',
    })
  }
}

/** The table, its write-ahead log, and files for sorting its indexes. */
const filesPerTable = 3
