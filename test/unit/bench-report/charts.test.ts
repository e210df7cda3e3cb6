import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Chart } from '../../../src/bench/report.ts'
import { scaleFor } from '../../../src/report/bench/chart-scale.ts'
import { seriesColours, seriesStyle } from '../../../src/report/bench/chart-style.ts'
import { chartTable } from '../../../src/report/bench/chart-table.ts'
import { loadChartDrawing } from '../../../src/report/bench/charts.ts'
import { hostileReport, sampleReport } from '../../support/bench-report.ts'

const charts = sampleReport.experiments.flatMap((experiment) => experiment.charts)
const repository = join(import.meta.dirname, '../../..')

const bars: Chart = {
  title: 'Rows per second',
  says: 'b is faster.',
  kind: 'bars',
  x: { title: 'way', scale: 'names' },
  y: { title: 'rows/s', scale: 'linear' },
  points: [
    { series: 'rows/s', x: 'b', y: 200_000, low: 190_000, high: 210_000 },
    { series: 'rows/s', x: 'a', y: 100_000 },
  ],
}

const lines: Chart = {
  title: 'Seconds by round-trip time',
  says: 'a grows.',
  kind: 'lines',
  x: { title: 'ms', scale: 'log' },
  y: { title: 's', scale: 'log' },
  points: [0, 0.5, 20].flatMap((x) => [
    { series: 'a', x, y: 1 + x, low: 0.9 + x, high: 1.2 + x },
    { series: 'b', x, y: 0.5 },
  ]),
}

async function drawn(chart: Chart): Promise<string> {
  const draw = await loadChartDrawing()
  return (await draw(chart, { labelledBy: 'says' }))!
}

function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)
}

describe(loadChartDrawing, () => {
  it('draws the same a second time, byte for byte', async () => {
    for (const chart of [bars, lines]) expect(await drawn(chart)).toBe(await drawn(chart))
  })

  it('draws for a page: as wide as a phone, in its colours, named by it, nothing else with a name or an id', async () => {
    for (const chart of charts) {
      const svg = await drawn(chart)
      expect(svg).toMatch(/^<svg role="img" aria-labelledby="says" [^>]* width="360"/)
      expect(svg).not.toMatch(/ id="|url\(|<title|<style|<image/)
      expect(svg.match(/ (role|aria-[a-z]+)=/g)).toHaveLength(2)
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, colour]) => colour!)
      const others = colours.filter(
        (colour) =>
          !/^(none|transparent|currentColor|var\(--series-\d, #[0-9a-f]{6}\)|var\(--paper, none\))$/.test(
            colour,
          ),
      )
      expect(others).toEqual([])
    }
  })

  it('writes names and figures at the bars, in the order given, and round numbers at the axis', async () => {
    const svg = await drawn(bars)
    const texts = textsOf(svg)
    expect(texts).toEqual(['0', '50k', '100k', '150k', '200k', 'rows/s', 'b', 'a', '200k', '100k'])
    // The bar of b, its interval, and no interval for a.
    expect(svg.match(/class="mark-rect/g)).toHaveLength(1)
    expect(svg).toMatch(
      /class="mark-rule role-mark[^>]*><line [^>]*stroke="currentColor"[^>]*\/><\/g>/,
    )
  })

  it('writes the series at the bars where there are several', async () => {
    const points = bars.points.map((point, index) => ({
      ...point,
      series: ['kept', 'rebuilt'][index]!,
    }))
    const svg = await drawn({ ...bars, points })
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['b · kept', 'a · rebuilt']))
    expect(svg).toContain('var(--series-1, ')
    expect(svg).toContain('var(--series-2, ')
  })

  it('tells lines apart by dashes and by shapes that a legend explains', async () => {
    const svg = await drawn(lines)
    expect(textsOf(svg).filter((text) => text === 'a' || text === 'b')).toEqual(['a', 'b'])
    expect(new Set(svg.match(/stroke-dasharray="[^"]*"/g))).toEqual(
      new Set(['stroke-dasharray="1,0"', 'stroke-dasharray="6,3"']),
    )
    expect(textsOf(await drawn({ ...lines, points: lines.points.slice(0, 1) }))).not.toContain('a')
  })

  it('has a place for 0 on a logarithmic axis, and numbers where something was measured', async () => {
    const texts = textsOf(await drawn(lines))
    expect(texts).toEqual(expect.arrayContaining(['0', '0.5', '20', 'ms (logarithmic)']))
    expect(await drawn(lines)).not.toMatch(/NaN|Infinity/)
  })

  it('draws names along lines in the order given', async () => {
    const x = { title: 'size', scale: 'names' } as const
    const points = ['small', 'large', 'huge'].map((name, index) => ({
      series: 'a',
      x: name,
      y: index,
    }))
    const svg = await drawn({ ...lines, x, points })
    const names = textsOf(svg).filter((text) => points.some((point) => point.x === text))
    expect(names).toEqual(['small', 'large', 'huge'])
    // From left to right, without going back.
    const path = /class="mark-line[^>]*><path d="M([^"]*)"/.exec(svg)![1]!
    const places = path.split('L').map((pair) => Number(pair.split(',')[0]))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('draws what there is, and nothing where there are no points', async () => {
    const draw = await loadChartDrawing()
    const empty = { ...lines, points: [{ series: 'a', x: 1, y: NaN }] }
    expect(await draw(empty, { labelledBy: 'says' })).toBeUndefined()
    const zero = { ...bars, points: [{ series: 'a', x: 'a', y: 0 }] }
    expect(await drawn(zero)).not.toMatch(/NaN|Infinity/)
    const zeroLog = { ...zero, y: { title: 'rows/s', scale: 'log' } } as const
    expect(await drawn(zeroLog)).not.toMatch(/NaN|Infinity/)
    const one = { ...lines, points: lines.points.slice(2, 3) }
    expect(await drawn(one)).not.toMatch(/NaN|Infinity/)
  })

  it('escapes names', async () => {
    for (const chart of hostileReport().experiments[0]!.charts) {
      const svg = await drawn(chart)
      expect(svg).toContain('&lt;script&gt;')
      expect(svg).not.toMatch(/<(script|img|!--)/)
    }
  })

  it('names the command that installs what is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'downpour-charts-'))
    try {
      await mkdir(join(folder, 'src'))
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
      for (const name of ['errors.ts', 'report']) {
        await cp(join(repository, 'src', name), join(folder, 'src', name), { recursive: true })
      }
      const charts = pathToFileURL(join(folder, 'src/report/bench/charts.ts')).href
      const script = `import(${JSON.stringify(charts)})
        .then(({ loadChartDrawing }) => loadChartDrawing())
        .catch((error) => console.log(JSON.stringify({ ...error, message: error.message })))`
      const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
      const { stdout } = spawnSync(process.execPath, ['--import', tsx, '-e', script], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect(JSON.parse(stdout)).toMatchObject({
        name: 'DownpourError',
        code: 'BENCH_CHARTS',
        exitCode: 2,
        message: 'Cannot draw the charts of the report: vega and vega-lite are not installed',
        fix: 'Run: npm install --save-dev vega@6.4.0 vega-lite@6.4.3, or leave out --html.',
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe(scaleFor, () => {
  it('begins at 0 where it is linear', () => {
    expect(scaleFor('linear', [3, 8])).toEqual({ type: 'linear', domain: [0, 8], ticks: undefined })
    expect(scaleFor('linear', [-2, -1]).domain).toEqual([-2, 1])
  })

  it('ends on powers of ten, or on steps between them where there are few', () => {
    expect(scaleFor('log', [1_100, 327_000]).ticks).toEqual([1_000, 10_000, 100_000, 1_000_000])
    expect(scaleFor('log', [0.018, 40.8]).ticks).toEqual([0.01, 0.1, 1, 10, 100])
    expect(scaleFor('log', [30, 180]).ticks).toEqual([20, 50, 100, 200])
    expect(scaleFor('log', [10, 10_000]).domain).toEqual([1, 10_000])
  })

  it('is never of no length', () => {
    for (const values of [[0], [1], [5], [10], [0.1], [100_000]]) {
      for (const kind of ['linear', 'log'] as const) {
        const [from, to] = scaleFor(kind, values).domain
        expect(to).toBeGreaterThan(from)
      }
    }
  })

  it('is linear below the smallest number where 0 is among them', () => {
    expect(scaleFor('log', [0, 0.5, 20])).toEqual({
      type: 'symlog',
      domain: [0, 20],
      ticks: [0, 0.5, 1, 2, 5, 10, 20],
      constant: 0.5,
    })
  })
})

describe(seriesStyle, () => {
  it('differs between any two of twelve series without their colours', () => {
    const styles = Array.from({ length: 12 }, (_, index) => seriesStyle(index))
    expect(new Set(styles.map(({ shape }) => shape)).size).toBe(12)
    expect(new Set(styles.map(({ colour, dash }) => `${colour} ${dash.join()}`)).size).toBe(12)
  })

  it('has colours that can be seen on white as on near-black', () => {
    for (const { any, light, dark } of seriesColours) {
      expect(contrast(any, '#ffffff')).toBeGreaterThanOrEqual(3)
      expect(contrast(any, '#111111')).toBeGreaterThanOrEqual(3)
      expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(4.5)
      expect(contrast(dark, '#111111')).toBeGreaterThanOrEqual(4.5)
    }
  })
})

describe(chartTable, () => {
  it('has a row for each place and a column for each series', () => {
    expect(chartTable(lines)).toEqual({
      titles: ['ms', 'a, s', 'b, s'],
      rows: [
        ['0', '1 (0.900 to 1.20)', '0.500'],
        ['0.5', '1.50 (1.40 to 1.70)', '0.500'],
        ['20', '21 (20.9 to 21.2)', '0.500'],
      ],
    })
    expect(chartTable(bars)).toEqual({
      titles: ['way', 'rows/s'],
      rows: [
        ['b', '200k (190k to 210k)'],
        ['a', '100k'],
      ],
    })
  })
})

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(first: string, second: string): number {
  const [dark, light] = [luminance(first), luminance(second)].toSorted((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
