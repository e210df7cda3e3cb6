import type { BenchReport, ExperimentReport, Warning } from '../../bench/report.ts'
import { styled } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'
import { formatTable } from '../text-table.ts'
import { wrap } from '../wrap.ts'
import {
  effortOf,
  legend,
  machineText,
  nothingMeasured,
  originText,
  serverText,
  settingsText,
} from './figures.ts'
import { measurementColumns } from './measurement-columns.ts'
import type { MeasurementColumn } from './measurement-columns.ts'
import { oneLine } from './one-line.ts'

export interface TextReportOptions {
  /** Characters a line; `Infinity` where nobody looks. A narrow window gets fewer columns. */
  readonly width: number
  /** Decides about colours. */
  readonly terminal: Terminal
}

/**
 * The report for reading in a terminal: the table of each experiment with bars, what it shows, and
 * where it was measured.
 *
 * @example
 * // strategies: Which way of writing is fastest?
 * // 7 repetitions of 20,000 rows each, after a warm-up that does not count.
 * //
 * // measurement     time        ±  rows/s  speed-up  peak memory
 * // row           18.2 s   210 ms   1.10k  baseline     98.1 MiB  ▏
 * // copy         61.2 ms  1.10 ms    327k      297×     91.5 MiB  ████████████
 */
export function formatBenchReport(report: BenchReport, options: TextReportOptions): string {
  const { machine, server, command } = report
  const { width } = options
  const settings = settingsText(server)
  const isMeasured = report.experiments.some(({ measurements }) => measurements.length > 0)
  const say = (label: string, text: string) =>
    labelled(styled(options.terminal, 'dim', label), { text, width, indent: 9 })
  return [
    ...report.experiments.flatMap((experiment) => [...experimentLines(experiment, options), '']),
    ...(isMeasured ? wrap(legend, width) : []),
    ...say('Machine  ', machineText(machine)),
    ...say('Server   ', `${serverText(server)}${settings === '' ? '' : `: ${settings}`}`),
    ...say('By       ', originText(report)),
    ...say('Repeat   ', command),
    '',
  ].join('\n')
}

function experimentLines(
  experiment: ExperimentReport,
  { width, terminal }: TextReportOptions,
): readonly string[] {
  const { name, question, conclusion, notes, warnings, measurements } = experiment
  const heading = wrap(oneLine(`${name}: ${question}`), width)
  const table = measurements.length === 0 ? [nothingMeasured] : tableLines(experiment, width)
  const effort = measurements.length === 0 ? [] : wrap(effortOf(experiment), width)
  const say = (text: string) => wrap(oneLine(text), width)
  return [
    ...heading.map((line) => styled(terminal, 'bold', line)),
    ...effort,
    '',
    ...table,
    ...(conclusion.length === 0 ? [] : ['', ...conclusion.flatMap(say)]),
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap((note) => say(`Note: ${note}`))]),
    ...warnings.flatMap((warning) => ['', ...warningLines(warning, { width, terminal })]),
  ]
}

function warningLines(
  { code, message, remedy }: Warning,
  { width, terminal }: TextReportOptions,
): readonly string[] {
  return [
    ...labelled(`${styled(terminal, 'red', '!')} `, {
      text: `${message}  (${code})`,
      width,
      indent: 2,
    }),
    ...labelled('  Fix  ', { text: remedy, width, indent: 7 }),
  ]
}

/** What is left out first where there is no room, and then next. */
const dispensable: readonly MeasurementColumn['name'][] = [
  'rows',
  'interval',
  'spread',
  'memory',
  'time',
  'speedUp',
]
const BAR_WIDTHS = { least: 6, most: 32 }

/** As many columns as there is room for, the bars in what is left. */
function tableLines(experiment: ExperimentReport, width: number): readonly string[] {
  let columns = measurementColumns(experiment)
  for (const name of [...dispensable, undefined]) {
    const lines = linesOf(experiment, columns)
    const room = width - Math.max(...lines.map((line) => line.length)) - 2
    if (room >= BAR_WIDTHS.least) return withBars(experiment, lines, room)
    if (name === undefined) return lines
    columns = columns.filter((column) => column.name !== name)
  }
  return []
}

function linesOf(
  { measurements }: ExperimentReport,
  columns: readonly MeasurementColumn[],
): readonly string[] {
  const rows = measurements.map((row) => columns.map(({ cell }) => oneLine(cell(row))))
  return formatTable(columns, rows)
}

function withBars(
  { measurements }: ExperimentReport,
  lines: readonly string[],
  room: number,
): readonly string[] {
  const widest = Math.max(...lines.map((line) => line.length))
  const speeds = measurements.map(({ summary }) => summary.rowsPerSecond.value)
  const fastest = Math.max(...speeds.filter((speed) => Number.isFinite(speed)))
  const most = Math.min(room, BAR_WIDTHS.most)
  return lines.map((line, index) => {
    const speed = speeds[index - 1]
    return speed === undefined ? line : `${line.padEnd(widest)}  ${bar((speed / fastest) * most)}`
  })
}

/** @param length - in characters; drawn in eighths of them, one at least */
function bar(length: number): string {
  const eighths = Math.max(1, Math.round(length * 8) || 0)
  return '█'.repeat(Math.floor(eighths / 8)) + ['', ...'▏▎▍▌▋▊▉'][eighths % 8]!
}

function labelled(
  label: string,
  {
    text,
    width,
    indent,
  }: { readonly text: string; readonly width: number; readonly indent: number },
): readonly string[] {
  return wrap(oneLine(text), width - indent).map(
    (line, index) => `${index === 0 ? label : ' '.repeat(indent)}${line}`,
  )
}
