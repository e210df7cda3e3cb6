import type { Chart, ChartAxis, ChartPoint } from '../../bench/report.ts'
import { scaleFor } from './chart-scale.ts'
import type { Scale } from './chart-scale.ts'
import { seriesStyle } from './chart-style.ts'
import { formatFigure } from './figures.ts'
import { wrap } from '../wrap.ts'
import { oneLine } from './one-line.ts'

/** As wide as a phone, in CSS pixels. */
export const CHART_WIDTH = 360

/** A Vega-Lite specification. */
export type Specification = Readonly<Record<string, unknown>>

/**
 * A chart as Vega-Lite wants it, or undefined where there is no point that could be drawn.
 *
 * @see https://vega.github.io/vega-lite/docs/spec.html
 */
export function chartSpecification(chart: Chart): Specification | undefined {
  // What is no number has become `null` on its way through JSON.
  const points = chart.points.filter(({ y }) => Number.isFinite(y))
  if (points.length === 0) return undefined
  return { ...common, ...(chart.kind === 'bars' ? bars(chart, points) : lines(chart, points)) }
}

const TEXT_SIZE = 12
/** As Vega estimates it, which is more than it is in most fonts. */
const CHARACTER_WIDTH = 0.8 * TEXT_SIZE
/** In characters. */
const LINE_LENGTH = Math.floor(CHART_WIDTH / CHARACTER_WIDTH) - 1
const BAR = { step: 38, height: 11, below: 8, above: -8 }

/** No `aria`: the page names the picture as a whole, and its parts would be read one by one. */
const common = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  width: CHART_WIDTH,
  autosize: { type: 'fit-x', contains: 'padding' },
  padding: { left: 2, right: 2, top: 4, bottom: 4 },
  background: null,
  config: {
    aria: false,
    font: 'inherit',
    view: { stroke: null },
    text: { fill: 'currentColor', fontSize: TEXT_SIZE },
    axis: {
      labelColor: 'currentColor',
      titleColor: 'currentColor',
      tickColor: 'currentColor',
      domainColor: 'currentColor',
      gridColor: 'currentColor',
      gridOpacity: 0.14,
      tickOpacity: 0.5,
      domainOpacity: 0.5,
      labelFontSize: TEXT_SIZE,
      titleFontSize: TEXT_SIZE,
      titleFontWeight: 'normal',
      titlePadding: 8,
      labelOverlap: 'greedy',
    },
    title: {
      color: 'currentColor',
      fontSize: TEXT_SIZE,
      fontWeight: 'normal',
      anchor: 'start',
      frame: 'bounds',
      offset: 10,
    },
    legend: {
      labelColor: 'currentColor',
      labelFontSize: TEXT_SIZE,
      labelLimit: 330,
      symbolSize: 70,
      symbolStrokeWidth: 2,
      columnPadding: 14,
      rowPadding: 4,
    },
  },
}

/** Each name stands above its bar, which has all of the width so, on a phone too. */
function bars(chart: Chart, points: readonly ChartPoint[]): Specification {
  const scale = scaleFor(chart.y.scale === 'log' ? 'log' : 'linear', points.flatMap(extentOf))
  const series = seriesOf(points)
  const x = { field: 'value', type: 'quantitative', scale: vegaScale(scale) }
  return {
    height: { step: BAR.step },
    data: {
      values: points.map((point, index) => ({
        index,
        name: shortened(
          series.length > 1 ? `${point.x} · ${point.series}` : String(point.x),
          LINE_LENGTH,
        ),
        figure: formatFigure(point.y),
        series: oneLine(point.series),
        value: point.y,
        ...intervalOf(point),
      })),
    },
    encoding: { y: { field: 'index', type: 'ordinal', axis: null, sort: null } },
    layer: [
      {
        mark: { type: 'bar', height: BAR.height, yOffset: BAR.below },
        encoding: {
          x: { ...x, axis: vegaAxis(chart.y, scale) },
          // A logarithm has no 0 to begin at.
          x2: { datum: scale.type === 'log' ? scale.domain[0] : 0 },
          color: { ...byColour(series), legend: null },
        },
      },
      // In the colour of the text, and set off against the bar in that of the page.
      ...[
        { stroke: 'var(--paper, none)', strokeWidth: 4 },
        { stroke: 'currentColor', strokeWidth: 1.5 },
      ].map((style) => ({
        transform: [{ filter: 'isValid(datum.low)' }],
        mark: { type: 'rule', yOffset: BAR.below, ...style },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
      })),
      {
        mark: { type: 'text', align: 'left', yOffset: BAR.above, baseline: 'middle' },
        encoding: { x: { value: 0 }, text: { field: 'name' } },
      },
      {
        mark: {
          type: 'text',
          align: 'right',
          yOffset: BAR.above,
          baseline: 'middle',
          fontWeight: 600,
        },
        encoding: { x: { value: 'width' }, text: { field: 'figure' } },
      },
    ],
  }
}

function lines(chart: Chart, points: readonly ChartPoint[]): Specification {
  const series = seriesOf(points)
  const vertical = scaleFor(chart.y.scale === 'log' ? 'log' : 'linear', points.flatMap(extentOf))
  const x = horizontal(chart.x, points)
  const y = {
    field: 'value',
    type: 'quantitative',
    scale: vegaScale(vertical),
    axis: { ...vegaAxis(chart.y, vertical), title: null },
  }
  const legend = series.length > 1 ? vegaLegend(series) : null
  const colour = byColour(series)
  const styles = series.map((_, index) => seriesStyle(index))
  return {
    height: 250,
    // A title along the axis would take of the width, and be read with the head tilted.
    title: { text: axisTitle(chart.y) },
    data: {
      values: points.map((point) => ({
        place: point.x,
        series: oneLine(point.series),
        value: point.y,
        ...intervalOf(point),
      })),
    },
    encoding: { x },
    // Merged, the lines' dashes would be drawn around the shapes.
    resolve: { legend: { color: 'independent', shape: 'independent', strokeDash: 'independent' } },
    layer: [
      {
        transform: [{ filter: 'isValid(datum.low)' }],
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: {
          y: { ...y, field: 'low' },
          y2: { field: 'high' },
          color: { ...colour, legend: null },
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          y,
          color: { ...colour, legend: null },
          strokeDash: {
            field: 'series',
            type: 'nominal',
            scale: { domain: series, range: styles.map(({ dash }) => dash) },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 1 },
        encoding: {
          y,
          color: { ...colour, legend },
          shape: {
            field: 'series',
            type: 'nominal',
            scale: { domain: series, range: styles.map(({ shape }) => shape) },
            legend,
          },
        },
      },
    ],
  }
}

function horizontal(axis: ChartAxis, points: readonly ChartPoint[]): Specification {
  const places = [...new Set(points.map(({ x }) => x))]
  const numbers = places.filter((place) => typeof place === 'number')
  if (axis.scale === 'names' || numbers.length < places.length) {
    const longest = Math.max(...places.map((place) => String(place).length))
    const isRoomy = longest * CHARACTER_WIDTH * places.length < CHART_WIDTH - 50
    const turned = isRoomy ? { labelAngle: 0 } : { labelAngle: -40, labelOverlap: false }
    return {
      field: 'place',
      type: 'ordinal',
      sort: null,
      axis: { title: axisTitle(axis), ...turned },
    }
  }
  const scale = scaleFor(axis.scale, numbers)
  const ends = [Math.min(...numbers), Math.max(...numbers)]
  // Numbers stand where something was measured, unless that is everywhere.
  const ticks = numbers.length <= 8 ? numbers : scale.ticks
  return {
    field: 'place',
    type: 'quantitative',
    scale: { ...vegaScale(scale), domain: ends[0] === ends[1] ? scale.domain : ends, padding: 10 },
    axis: { ...vegaAxis(axis, { ...scale, ticks }), grid: false },
  }
}

function vegaScale({ type, domain, constant }: Scale): Specification {
  return {
    type,
    domain,
    nice: type === 'linear',
    ...(constant === undefined ? {} : { constant }),
  }
}

function vegaAxis(axis: ChartAxis, scale: Scale): Specification {
  return {
    title: axisTitle(axis),
    labelExpr:
      "abs(datum.value) < 1000 ? format(datum.value, '.3~r') : format(datum.value, '.3~s')",
    ...(scale.ticks === undefined ? { tickCount: 5 } : { values: scale.ticks }),
  }
}

/** Below the chart, in as many columns as its names leave room for. */
function vegaLegend(series: readonly string[]): Specification {
  const longest = Math.max(...series.map((name) => name.length))
  const most = Math.max(1, Math.floor(CHART_WIDTH / (longest * CHARACTER_WIDTH + 36)))
  const lines = Math.ceil(series.length / most)
  const columns = Math.ceil(series.length / lines)
  return { title: null, orient: 'bottom', columns, symbolLimit: 0 }
}

function byColour(series: readonly string[]): Specification {
  return {
    field: 'series',
    type: 'nominal',
    scale: { domain: series, range: series.map((_, index) => seriesStyle(index).colour) },
  }
}

function seriesOf(points: readonly ChartPoint[]): readonly string[] {
  return [...new Set(points.map(({ series }) => oneLine(series)))]
}

function extentOf({ y, low, high }: ChartPoint): readonly number[] {
  return [y, ...(low === undefined ? [] : [low]), ...(high === undefined ? [] : [high])].filter(
    (value) => Number.isFinite(value),
  )
}

function intervalOf({ low, high }: ChartPoint): Specification {
  return low === undefined || high === undefined ? {} : { low, high }
}

/** In lines that are no wider than the chart. */
function axisTitle({ title, scale }: ChartAxis): readonly string[] {
  const text = scale === 'log' ? `${oneLine(title)} (logarithmic)` : oneLine(title)
  return wrap(text, LINE_LENGTH).map((line) => shortened(line, LINE_LENGTH))
}

/** The tables hold names in full. */
function shortened(text: string, most: number): string {
  const line = oneLine(text)
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}
