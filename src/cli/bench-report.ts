import { access, constants, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchReport } from '../bench/report.ts'
import { DownpourError } from '../errors.ts'
import { loadChartDrawing } from '../report/bench/charts.ts'
import { formatBenchCsv } from '../report/bench/csv.ts'
import { formatBenchHtml } from '../report/bench/html.ts'
import { formatBenchMarkdown } from '../report/bench/markdown.ts'
import { formatBenchReport } from '../report/bench/text.ts'
import { terminalOf } from '../report/terminal.ts'
import type { Output } from './output.ts'

export type BenchFormat = 'text' | 'json' | 'csv' | 'markdown'

/**
 * Makes sure that a page can be written at the end, before minutes are spent on measuring.
 *
 * @throws DownpourError `BENCH_HTML`, `BENCH_CHARTS`
 */
export async function checkHtml(file: string): Promise<void> {
  const folder = path.dirname(file)
  try {
    const found = await stat(file).catch(() => undefined)
    if (found?.isDirectory()) throw unwritable(file, 'It is a folder.')
    if (!(await stat(folder)).isDirectory()) throw unwritable(file, `${folder} is no folder.`)
    await access(found ? file : folder, constants.W_OK)
  } catch (error) {
    if (error instanceof DownpourError) throw error
    const code = (error as NodeJS.ErrnoException).code
    const why =
      code === 'ENOENT' ? `There is no folder ${folder}.` : `It may not be written to (${code}).`
    throw unwritable(file, why, error)
  }
  await loadChartDrawing()
}

/**
 * Prints a report, and writes the page.
 *
 * @param how - `isWhole`: nothing failed; else the failure prints the one JSON object
 * @throws DownpourError `BENCH_HTML`
 */
export async function writeReport(
  output: Output,
  report: BenchReport,
  how: {
    readonly format: BenchFormat
    readonly html: string | undefined
    readonly isWhole: boolean
  },
): Promise<void> {
  const { format, html, isWhole } = how
  switch (format) {
    case 'json':
      if (isWhole) output.data(`${JSON.stringify({ ok: true, ...report })}\n`)
      break
    case 'csv':
      output.data(formatBenchCsv(report))
      break
    case 'markdown':
      output.data(formatBenchMarkdown(report))
      break
    case 'text':
      output.data(
        formatBenchReport(report, {
          width: output.width,
          terminal: terminalOf(process.stdout, process.env),
        }),
      )
  }
  if (html === undefined) return
  try {
    await writeFile(html, await formatBenchHtml(report))
  } catch (error) {
    if (error instanceof DownpourError) throw error
    throw unwritable(html, error instanceof Error ? `${error.message}.` : String(error), error)
  }
  output.note(`The report: ${html}`)
}

function unwritable(file: string, why: string, cause?: unknown): DownpourError {
  return new DownpourError({
    code: 'BENCH_HTML',
    message: `Cannot write the report ${file}`,
    why,
    fix: 'Name a file in a folder that is there and can be written to: --html report.html.',
    cause,
  })
}
