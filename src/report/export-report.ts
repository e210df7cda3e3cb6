import type { ExportReport } from '../export/run-export.ts'
import { formatBytes, formatCount, formatSeconds, formatShort } from './format.ts'
import { formatTable } from './text-table.ts'
import { wrap } from './wrap.ts'

/**
 * What an export has written, a line a table.
 *
 * @param width - characters a line
 */
export function formatExportReport(report: ExportReport, width: number): string {
  const { part, tables, filesKept } = report
  const lines = formatTable(
    [
      { title: 'table', align: 'left' },
      { title: 'rows', align: 'right' },
      { title: 'files', align: 'right' },
      { title: 'size', align: 'right' },
    ],
    tables.map(({ table, rows, files, bytes }) => [
      table,
      formatCount(rows),
      formatCount(files),
      formatBytes(bytes),
    ]),
  )
  const facts = [
    `${formatCount(report.rows)} rows, ${formatBytes(report.bytes)} in ${formatSeconds(report.seconds)}`,
    `${formatShort(report.rowsPerSecond)} rows/s`,
    report.lanes === 1 ? undefined : `${report.lanes} lanes`,
    part.of === 1 ? undefined : `part ${part.number} of ${part.of}`,
    filesKept === 0 ? undefined : `${formatCount(filesKept)} files were there already`,
    `peak memory ${formatBytes(report.peakRssBytes)}`,
  ].filter((fact) => fact !== undefined)
  return [...lines, '', ...wrap(facts.join(', '), width), ''].join('\n')
}
