import { formatRows } from '../../report/format.ts'
import type { Experiment } from '../experiment.ts'
import type { Chart, Measurement } from '../report.ts'
import { sayHowFast } from '../describe-speed-up.ts'
import { ratePoint, strategiesOf, strategyOf } from './conclusion.ts'
import { createTable, loadCase, nothingToClose } from './load-case.ts'
import { refuseStrategies } from './refuse-strategies.ts'

/** Loads of these parts of the rows asked for. */
const parts = [0.001, 0.01, 0.1, 1]

/** Document 003: whether to drop indexes during a load and rebuild them. */
export const indexesExperiment: Experiment = {
  name: 'indexes',
  rows: 'each its own',
  async check({ strategies }) {
    refuseStrategies('indexes', strategies, {
      server: 'it cannot compute the products’ names, which are unique',
    })
  },
  async open(setting) {
    await createTable(setting, 'products')
    const sizes = [...new Set(parts.map((part) => Math.max(1, Math.round(setting.rows * part))))]
    return {
      cases: setting.strategies.flatMap((strategy) =>
        sizes.flatMap((rows) =>
          (['keep', 'defer'] as const).map((indexes) =>
            loadCase(
              setting,
              { table: 'products', strategy, indexes },
              {
                name: nameOf(strategy, indexes, rows),
                factors: { strategy, indexes, rows },
                baseline: indexes === 'keep' ? null : nameOf(strategy, 'keep', rows),
                rows,
                // The size of the load is the question.
                minimumRows: rows,
              },
            ),
          ),
        ),
      ),
      close: nothingToClose,
    }
  },
  conclude(measurements) {
    const deferred = measurements.filter(({ summary }) => summary.speedUp !== null)
    return {
      baseline: null,
      sentences: [...describeTurn(deferred), ...deferred.map(describe)],
      charts: measurements.length > 0 ? [rateBySize(measurements, deferred)] : [],
    }
  },
}

function nameOf(strategy: string, indexes: 'keep' | 'defer', rows: number): string {
  return `${strategy}, ${indexes === 'keep' ? 'kept' : 'rebuilt'}, ${formatRows(rows)}`
}

function describe(measurement: Measurement): string {
  return sayHowFast({
    name: `At ${formatRows(measurement.rows)}, dropping and rebuilding (${strategyOf(measurement)})`,
    baseline: 'keeping them',
    speedUp: measurement.summary.speedUp!,
  })
}

function describeTurn(deferred: readonly Measurement[]): readonly string[] {
  const strategies = strategiesOf(deferred)
  return strategies.map((strategy) => {
    const own = deferred.filter((one) => strategyOf(one) === strategy)
    const first = own[own.findLastIndex(({ summary }) => summary.speedUp!.low <= 1) + 1]
    return first
      ? `${strategy}: it pays from about ${formatRows(first.rows)} on.`
      : `${strategy}: that it pays at any of these sizes cannot be shown.`
  })
}

function rateBySize(measurements: readonly Measurement[], deferred: readonly Measurement[]): Chart {
  return {
    title: 'Rows per second by the size of the load',
    says: describeTurn(deferred).join(' ') || 'Indexes were not rebuilt in any of these loads.',
    kind: 'lines',
    x: { title: 'rows loaded', scale: 'log' },
    y: { title: 'rows/s', scale: 'log' },
    points: measurements.map((one) =>
      ratePoint(one, {
        series: `${strategyOf(one)}, indexes ${one.factors['indexes'] === 'keep' ? 'kept' : 'dropped and rebuilt'}`,
        x: one.rows,
      }),
    ),
  }
}
