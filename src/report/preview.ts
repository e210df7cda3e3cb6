import { jsonText } from '../generate/json-text.ts'
import { formatCount } from './format.ts'
import { formatTable } from './text-table.ts'

/** Some rows of a table, as they would be written. */
export interface PreviewedTable {
  readonly name: string
  /** All rows that are planned. */
  readonly total: number
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[]
  /** The rows' numbers, counted from 0; left out, they are the first rows. */
  readonly numbers?: readonly number[] | undefined
  readonly rows: readonly PreviewRow[]
}

export type PreviewRow = Readonly<Record<string, unknown>>

/**
 * Shows rows as a table or, where the terminal is too narrow for that, a line per value.
 *
 * @param width - characters a line; `Infinity` where nobody looks
 */
export function formatPreview(table: PreviewedTable, width: number): string {
  const { columns, rows } = table
  const cells = rows.map((row) => columns.map((column) => cellText(row[column.name])))
  const lines = formatTable(
    columns.map((column) => ({ title: column.name, align: column.isNumber ? 'right' : 'left' })),
    cells,
  ).map((line) => `  ${line}`)
  const fits = lines.every((line) => line.length <= width)
  return [titleOf(table), ...(fits ? lines : oneLineAValue(columns, cells)), '', ''].join('\n')
}

export function previewJson(tables: readonly PreviewedTable[]): string {
  const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]))
  return jsonText({ ok: true, tables: rows })
}

function titleOf({ name, total, numbers, rows }: PreviewedTable): string {
  if (numbers === undefined) {
    return `${name} (${formatCount(rows.length)} of ${formatCount(total)} rows)`
  }
  const word = numbers.length === 1 ? 'row' : 'rows'
  return `${name} (${word} ${numbers.join(', ')} of ${formatCount(total)}, counted from 0)`
}

function oneLineAValue(
  columns: PreviewedTable['columns'],
  cells: readonly (readonly string[])[],
): string[] {
  const width = Math.max(...columns.map(({ name }) => name.length))
  return cells.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...row.map((cell, column) => `  ${columns[column]!.name.padEnd(width)}  ${cell}`),
  ])
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '∅'
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (typeof value === 'string') return escaped(value)
  return typeof value === 'bigint' ? String(value) : escaped(JSON.stringify(value) ?? '')
}

/** Line breaks would tear the table, and escape sequences the terminal. */
export function escaped(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    if (character === '\n') return '\\n'
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
