import type { ColumnDistribution } from '../distribution/column-distribution.ts'
import { formatCount } from './format.ts'
import { escaped } from './preview.ts'
import { wrap } from './wrap.ts'

/** How the values of some columns of a table are spread. */
export interface TableDistribution {
  readonly name: string
  /** Rows that were looked at, and all that are planned. */
  readonly rows: number
  readonly total: number
  readonly columns: readonly ColumnDistribution[]
}

/**
 * Shows a line of facts for each column, and bars below it.
 *
 * @param width - characters a line; `Infinity` where nobody looks, and then bars are plain
 */
export function formatDistribution(table: TableDistribution, width: number): string {
  const { name, rows, total, columns } = table
  const looked =
    rows === total
      ? `all ${formatCount(total)} rows`
      : `${formatCount(rows)} of ${formatCount(total)} rows, drawn at random`
  return [
    `${name} (${looked})`,
    ...columns.flatMap((column) => columnLines(column, rows, width)),
    '',
    '',
  ].join('\n')
}

/** One object, by table and column. */
export function distributionJson(tables: readonly TableDistribution[]): string {
  const told = tables.map(({ name, rows, total, columns }) => [
    name,
    {
      rows,
      total,
      columns: Object.fromEntries(columns.map(({ column, ...rest }) => [column, rest])),
    },
  ])
  return JSON.stringify({ ok: true, tables: Object.fromEntries(told) as object })
}

function columnLines(column: ColumnDistribution, rows: number, width: number): readonly string[] {
  const { bars } = column
  const isTerminal = Number.isFinite(width)
  const room = isTerminal ? width : 80
  const most = Math.max(4, Math.floor(room / 2) - 4)
  const labels = bars.map(({ label }) => shortened(escaped(label), most))
  const labelWidth = Math.max(0, ...labels.map((label) => label.length))
  const barWidth = Math.max(4, Math.min(30, room - labelWidth - 14))
  const longest = Math.max(1, ...bars.map(({ count }) => count))
  return [
    '',
    ...wrap(factsOf(column, rows), isTerminal ? room - 4 : Infinity).map(
      (line, place) => `  ${place === 0 ? '' : '  '}${line}`,
    ),
    ...bars.map(({ count }, place) => {
      const bar = isTerminal
        ? smooth((count / longest) * barWidth)
        : '#'.repeat(Math.round((count / longest) * barWidth))
      return `    ${labels[place]!.padEnd(labelWidth)}  ${share(count, rows).padStart(6)}  ${bar}`.trimEnd()
    }),
  ]
}

function factsOf(column: ColumnDistribution, rows: number): string {
  const { nulls, distinct, isExact, minimum, maximum } = column
  const values = `${isExact ? '' : 'about '}${formatCount(isExact ? distinct : rounded(distinct))}`
  const facts = [
    `${values} different ${distinct === 1 ? 'value' : 'values'}`,
    nulls === 0 ? 'no NULL' : `${share(nulls, rows)} NULL`,
    ...(minimum === null || maximum === null
      ? []
      : [`from ${shortened(escaped(minimum), 40)} to ${shortened(escaped(maximum), 40)}`]),
  ]
  const by = column.by === 'length' && column.bars.length > 0 ? '; by length' : ''
  return `${column.column}  ${column.type}: ${facts.join(', ')}${by}`
}

/** In three digits: it is an estimate. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

function share(count: number, rows: number): string {
  const percent = (100 * count) / Math.max(1, rows)
  return percent > 0 && percent < 0.1 ? '<0.1%' : `${percent.toFixed(1)}%`
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}

/** Bars in eighths of a letter. */
function smooth(length: number): string {
  const whole = Math.floor(length)
  const eighths = Math.round((length - whole) * 8)
  return '█'.repeat(whole) + (eighths === 0 ? '' : (' ▏▎▍▌▋▊▉█'[eighths] ?? ''))
}
