import type { Chart, ChartPoint } from '../../bench/report.ts'
import { formatFigure } from './figures.ts'

/** What a chart shows, as a table. */
export interface ChartTable {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A row for each place of the chart, a column for each of its series. */
export function chartTable({ x, y, points }: Chart): ChartTable {
  const places = [...new Set(points.map((point) => point.x))]
  const series = [...new Set(points.map((point) => point.series))]
  const titles = series.length === 1 ? [y.title] : series.map((name) => `${name}, ${y.title}`)
  const cells = new Map(points.map((point) => [keyOf(point), point]))
  return {
    titles: [x.title, ...titles],
    rows: places.map((place) => [
      String(place),
      ...series.map((name) => cellText(cells.get(keyOf({ x: place, series: name })))),
    ]),
  }
}

function cellText(point: ChartPoint | undefined): string {
  if (point === undefined) return ''
  const { y, low, high } = point
  if (low === undefined || high === undefined) return formatFigure(y)
  return `${formatFigure(y)} (${formatFigure(low)} to ${formatFigure(high)})`
}

function keyOf({ x, series }: Pick<ChartPoint, 'x' | 'series'>): string {
  return JSON.stringify([x, series])
}
