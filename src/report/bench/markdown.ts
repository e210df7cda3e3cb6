import type { BenchReport, ExperimentReport } from '../../bench/report.ts'
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
import { oneLine } from './one-line.ts'

/**
 * The report as GitHub shows it, fit to be pasted into a README.
 *
 * @see https://github.github.com/gfm/
 */
export function formatBenchMarkdown(report: BenchReport): string {
  const { machine, server, command } = report
  const settings = settingsText(server)
  const parts = [
    ...report.experiments.flatMap(experimentParts),
    ...(report.experiments.some(({ measurements }) => measurements.length > 0)
      ? [`<sub>${escaped(legend)}</sub>`]
      : []),
    [
      `- Machine: ${escaped(machineText(machine))}`,
      `- Server: ${escaped(serverText(server))}${settings === '' ? '' : `: ${escaped(settings)}`}`,
      `- Measured by ${escaped(originText(report))}, to be repeated with:`,
    ].join('\n'),
    codeBlock(command),
  ]
  return `${parts.join('\n\n')}\n`
}

function experimentParts(experiment: ExperimentReport): readonly string[] {
  const { name, question, conclusion, notes, warnings } = experiment
  return [
    `### ${escaped(name)}: ${escaped(question)}`,
    ...conclusion.map((sentence) => escapedLine(sentence)),
    table(experiment),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- Note: ${escaped(note)}`).join('\n')]),
    ...warnings.map(({ code, message, remedy }) =>
      ['> [!WARNING]', `> ${escaped(message)} (${escaped(code)})`, `> ${escapedLine(remedy)}`].join(
        '\n',
      ),
    ),
  ]
}

function table(experiment: ExperimentReport): string {
  const { measurements } = experiment
  if (measurements.length === 0) return nothingMeasured
  const columns = measurementColumns(experiment)
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    effortOf(experiment),
    '',
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : ':--'))),
    ...measurements.map((measurement) =>
      line(columns.map(({ cell }) => escaped(cell(measurement)))),
    ),
  ].join('\n')
}

/** As it stands, whatever it holds. An underscore inside a word means nothing to GitHub. */
function escaped(text: string): string {
  return oneLine(text)
    .replaceAll(/[\\`*[\]<>|~&#]/g, '\\$&')
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
}

/** What would begin a list or a rule at the start of a line, too. */
function escapedLine(text: string): string {
  return escaped(text)
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
}

/** Its fence is longer than any that it holds. */
function codeBlock(code: string): string {
  const runs = [...code.matchAll(/`+/g)].map(([run]) => run.length)
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)))
  return `${fence}sh\n${oneLine(code)}\n${fence}`
}
