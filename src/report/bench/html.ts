import type { BenchReport, Chart, ExperimentReport, Warning } from '../../bench/report.ts'
import { chartTable } from './chart-table.ts'
import { loadChartDrawing } from './charts.ts'
import type { DrawChart } from './charts.ts'
import { formatBenchCsv } from './csv.ts'
import { effortOf, legend, machineText, nothingMeasured, serverText, startText } from './figures.ts'
import { jsonForScript, markup, trusted } from './markup.ts'
import type { Markup } from './markup.ts'
import { measurementColumns } from './measurement-columns.ts'
import { costColumns } from './measurement-costs.ts'
import { pageStyle } from './page-style.ts'
import { pageTable } from './page-table.ts'

/**
 * The report as one page that asks nobody for anything: pictures, style and raw data are in it, and
 * it needs no script. Whoever reads the file itself finds the report in the element `#report`.
 *
 * @throws DownpourError BENCH_CHARTS when the packages that draw charts are not installed.
 * @example
 * await writeFile('report.html', await formatBenchHtml(report))
 */
export async function formatBenchHtml(report: BenchReport): Promise<string> {
  const draw = await loadChartDrawing()
  const sections = await Promise.all(
    report.experiments.map((experiment, index) =>
      experimentSection(experiment, { id: `experiment-${index + 1}`, draw }),
    ),
  )
  const names = report.experiments.map(({ name }) => name)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<title>Downpour benchmark: ${names.join(', ')}</title>
<link rel="icon" href="data:,">
<style>${trusted(pageStyle)}</style>
</head>
<body>
<header>
<h1>Downpour benchmark</h1>
<p class="muted">${report.server.name} on ${machineText(report.machine)}. Downpour ${report.version}, <time datetime="${report.startedAt}">${startText(report)}</time>.</p>
</header>
<main>
${report.experiments.length > 1 ? contents(report.experiments) : undefined}
${sections}
${circumstances(report)}
${rawData(report)}
</main>
<script type="application/json" id="report">${jsonForScript(report)}</script>
</body>
</html>
`.html
}

/** Where a part of the page stands, and what it is drawn with. */
interface Place {
  /** Begins every `id` of the part. */
  readonly id: string
  readonly draw: DrawChart
}

function contents(experiments: readonly ExperimentReport[]): Markup {
  return markup`<nav aria-labelledby="contents">
<h2 id="contents">What was found</h2>
<ol>
${experiments.map(
  (
    { question, conclusion, measurements },
    index,
  ) => markup`<li><a href="#experiment-${index + 1}">${question}</a>
<p>${conclusion[0] ?? (measurements.length === 0 ? nothingMeasured : undefined)}</p></li>
`,
)}</ol>
</nav>`
}

async function experimentSection(experiment: ExperimentReport, place: Place): Promise<Markup> {
  const { name, question, conclusion, notes, warnings, charts, measurements } = experiment
  const { id } = place
  const figures = await Promise.all(
    charts.map((chart, index) => chartPart(chart, { ...place, id: `${id}-chart-${index + 1}` })),
  )
  return markup`<section aria-labelledby="${id}">
<p class="eyebrow">${name}</p>
<h2 id="${id}">${question}</h2>
${conclusion.map(
  (sentence) => markup`<p class="conclusion">${sentence}</p>
`,
)}${
    warnings.length === 0
      ? undefined
      : markup`<p><a href="#${id}-warnings">${warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}</a></p>
`
  }${
    figures.length === 0
      ? undefined
      : markup`<div class="charts">
${figures}</div>
`
  }${
    measurements.length === 0
      ? markup`<p>${nothingMeasured}</p>
`
      : measurementTables(experiment, id)
  }${
    notes.length === 0
      ? undefined
      : markup`<ul class="notes">
${notes.map(
  (note) => markup`<li>Note: ${note}</li>
`,
)}</ul>
`
  }${
    warnings.length === 0
      ? undefined
      : markup`<ul class="warnings" id="${id}-warnings">
${warnings.map(warningItem)}</ul>
`
  }</section>
`
}

function warningItem({ code, message, remedy }: Warning): Markup {
  return markup`<li><strong>Warning:</strong> ${message} <code>${code}</code>
<p>${remedy}</p></li>
`
}

async function chartPart(chart: Chart, { id, draw }: Place): Promise<Markup> {
  const picture = await draw(chart, { labelledBy: `${id}-says` })
  const { titles, rows } = chartTable(chart)
  return markup`<div class="chart">
<figure>
<h3>${chart.title}</h3>
${picture === undefined ? undefined : trusted(picture)}
<figcaption id="${id}-says">${chart.says}</figcaption>
</figure>
<details>
<summary>The figures of this chart</summary>
${pageTable({ id: `${id}-table`, caption: chart.title, titles, rows })}
</details>
</div>
`
}

function measurementTables(experiment: ExperimentReport, id: string): Markup {
  const { name, measurements } = experiment
  const columns = measurementColumns(experiment)
  const costs = costColumns(measurements)
  return markup`<div class="measured">
${pageTable({
  id: `${id}-measurements`,
  caption: `What was measured: ${name}`,
  titles: columns.map(({ title }) => title),
  rows: measurements.map((measurement) => columns.map(({ cell }) => cell(measurement))),
})}
<p class="muted">${effortOf(experiment)} ${legend}</p>
</div>
${
  costs.length === 0
    ? undefined
    : markup`<details>
<summary>Where the time went, and what it cost the server</summary>
${pageTable({
  id: `${id}-costs`,
  caption: `Phases and server figures, medians: ${name}`,
  titles: ['measurement', ...costs.map(({ title }) => title)],
  rows: measurements.map((measurement) => [
    measurement.name,
    ...costs.map(({ cell }) => cell(measurement)),
  ]),
})}
</details>
`
}`
}

function circumstances(report: BenchReport): Markup {
  const { machine, server, command, version } = report
  const facts = [
    ['Machine', machineText(machine)],
    ['Server', serverText(server)],
    ['Measured by', `Downpour ${version}`],
    ['Started', startText(report)],
  ]
  const settings = Object.entries(server.settings)
  return markup`<section aria-labelledby="circumstances">
<h2 id="circumstances">How it was measured</h2>
<p>Each measurement ran in a process of its own, in turn with the others; the first round does not count.</p>
<dl>
${facts.map(
  ([term, text]) => markup`<dt>${term}</dt><dd>${text}</dd>
`,
)}</dl>
${
  settings.length === 0
    ? undefined
    : markup`<h3>The server’s settings</h3>
<dl>
${settings.map(
  ([name, value]) => markup`<dt><code>${name}</code></dt><dd><code>${value}</code></dd>
`,
)}</dl>
`
}<h3 id="repeat">To repeat it</h3>
<pre role="region" aria-labelledby="repeat" tabindex="0"><code>${command}</code></pre>
</section>`
}

function rawData(report: BenchReport): Markup {
  const json = JSON.stringify(report, undefined, 1)
  return markup`<section class="raw-data" aria-labelledby="raw-data">
<h2 id="raw-data">Raw data</h2>
<p>Every repetition with its phases and the server’s figures.</p>
<p class="downloads">
<a download="downpour-bench.json" href="${dataUrl('application/json', json)}">Download as JSON</a>
<a download="downpour-bench.csv" href="${dataUrl('text/csv', formatBenchCsv(report))}">Download as CSV</a>
</p>
<details>
<summary>Show as JSON</summary>
<pre class="raw" role="region" aria-labelledby="raw-data" tabindex="0"><code>${json}</code></pre>
</details>
</section>`
}

function dataUrl(type: string, text: string): string {
  return `data:${type};charset=utf-8;base64,${Buffer.from(text).toString('base64')}`
}
