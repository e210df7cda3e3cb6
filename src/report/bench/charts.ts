import { DownpourError } from '../../errors.ts'
import type { Chart } from '../../bench/report.ts'
import { chartSpecification } from './chart-spec.ts'

/** Draws a chart as SVG, byte for byte the same each time; undefined where it has no points. */
export type DrawChart = (
  chart: Chart,
  options: {
    /** The `id` of the element of the page that says in words what the chart shows. */
    readonly labelledBy: string
  },
) => Promise<string | undefined>

/**
 * Loads what draws charts: the optional packages `vega` and `vega-lite`. Whoever is going to measure
 * for minutes calls it before.
 *
 * @throws DownpourError BENCH_CHARTS when one of them is not installed.
 * @example
 * const draw = await loadChartDrawing()
 * await draw(chart, { labelledBy: 'says' }) // '<svg role="img" aria-labelledby="says" class="marks" …'
 */
export async function loadChartDrawing(): Promise<DrawChart> {
  const { vega, vegaLite } = await loadVega()
  return async (chart, { labelledBy }) => {
    const specification = chartSpecification(chart)
    if (specification === undefined) return undefined
    const compiled = vegaLite.compile(specification as unknown as TopLevelSpecification, {
      // Its hints are for who wrote the specification, not for who reads the report.
      logger: vega.logger(vega.Error),
    })
    const view = new vega.View(vega.parse(compiled.spec), {
      renderer: 'none',
      logLevel: vega.Error,
    })
    try {
      const svg = await view.toSVG()
      return withoutRoles(svg).replace('<svg ', `<svg role="img" aria-labelledby="${labelledBy}" `)
    } finally {
      view.finalize()
    }
  }
}

/** The parts of a picture that is named as a whole have no names to be read out. */
function withoutRoles(svg: string): string {
  return svg.replaceAll(/ (?:role|aria-[a-z]+)="[^"<>]*"(?=[^<>]*>)/g, '')
}

type TopLevelSpecification = Parameters<typeof import('vega-lite').compile>[0]

async function loadVega() {
  try {
    const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
    // Where the package `canvas` is installed, Vega would measure texts in this machine's fonts.
    const { textMetrics } = vega as unknown as { textMetrics: { canvas(isUsed: boolean): void } }
    textMetrics.canvas(false)
    return { vega, vegaLite }
  } catch (cause) {
    throw new DownpourError({
      code: 'BENCH_CHARTS',
      message: 'Cannot draw the charts of the report: vega and vega-lite are not installed',
      why: `They are optional packages, and could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}.`,
      fix: 'Run: npm install --save-dev vega@6.4.0 vega-lite@6.4.3, or leave out --html.',
      cause,
    })
  }
}
