import type { UndoReport } from '../run/undo.ts'
import { formatCount } from './format.ts'
import { formatTable } from './text-table.ts'

/** What has been removed, table by table. */
export function formatUndoReport({ run, tables }: UndoReport): string {
  const lines = formatTable(
    [
      { title: 'table', align: 'left' },
      { title: 'rows removed', align: 'right' },
    ],
    tables.map(({ table, rows }) => [table, formatCount(rows)]),
  )
  return [...lines, '', `Run ${run} is undone.`, ''].join('\n')
}
