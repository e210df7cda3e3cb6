import type { SeedReport } from '../run/report-run.ts'
import { formatBytes, formatCount, formatSeconds, formatShort } from './format.ts'
import { fittingTable } from './text-table.ts'
import type { TextColumn } from './text-table.ts'
import { wrap } from './wrap.ts'

const columns: readonly TextColumn[] = [
  { title: 'table', align: 'left' },
  { title: 'rows', align: 'right' },
  { title: 'strategy', align: 'left' },
  { title: 'time', align: 'right' },
  { title: 'rows/s', align: 'right' },
  { title: 'size', align: 'right' },
]

/**
 * The table and the figures that stand at the end of a run.
 *
 * @param width - characters a line; a narrow window gets fewer columns
 */
export function formatSeedReport(report: SeedReport, width: number): string {
  const rows = report.tables.map((table) => [
    table.table,
    formatCount(table.rows),
    table.strategy,
    formatSeconds(table.seconds),
    formatShort(table.rowsPerSecond),
    formatBytes(table.bytes),
  ])
  const phases = Object.entries(report.phases)
    .filter(([, seconds]) => seconds >= 0.005)
    .map(([phase, seconds]) => `${phase} ${formatSeconds(seconds)}`)
  const facts = [
    `${formatCount(report.rows)} rows in ${formatSeconds(report.seconds)}`,
    report.lanes === 1 ? undefined : `${report.lanes} lanes`,
    report.rejected === 0 ? undefined : `${formatCount(report.rejected)} rows left out`,
    `peak memory ${formatBytes(report.peakRssBytes)}`,
    report.walBytes === undefined ? undefined : `WAL written ${formatBytes(report.walBytes)}`,
    report.freeDiskBytes === undefined
      ? undefined
      : `free disk ${formatBytes(report.freeDiskBytes)}`,
  ].filter((fact) => fact !== undefined)
  return [
    ...fittingTable(columns, rows, { width, least: 2 }),
    '',
    ...wrap(facts.join(', '), width),
    ...wrap(phases.join(', '), width),
    '',
  ].join('\n')
}
