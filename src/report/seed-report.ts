import type { SeedReport } from '../run/seed.ts'
import { formatBytes, formatCount, formatSeconds, formatShort } from './format.ts'
import { formatTable } from './text-table.ts'

/** The table and the figures that stand at the end of a run. */
export function formatSeedReport(report: SeedReport): string {
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
    `peak memory ${formatBytes(report.peakRssBytes)}`,
    report.walBytes === undefined ? undefined : `WAL written ${formatBytes(report.walBytes)}`,
    report.freeDiskBytes === undefined
      ? undefined
      : `free disk ${formatBytes(report.freeDiskBytes)}`,
  ].filter((fact) => fact !== undefined)
  return [
    ...formatTable(
      [
        { title: 'table', align: 'left' },
        { title: 'rows', align: 'right' },
        { title: 'strategy', align: 'left' },
        { title: 'time', align: 'right' },
        { title: 'rows/s', align: 'right' },
        { title: 'size', align: 'right' },
      ],
      rows,
    ),
    '',
    facts.join(', '),
    phases.join(', '),
    '',
  ].join('\n')
}
