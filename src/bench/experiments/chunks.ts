import type { Experiment } from '../experiment.ts'
import type { Chart, Measurement } from '../report.ts'
import { formatBytes, formatCount, formatRows } from '../../report/format.ts'
import { fastestOf, ratePoint, strategiesOf, strategyOf } from './conclusion.ts'
import { createTable, fewest, loadCase, nothingToClose } from './load-case.ts'
import { refuseStrategies } from './refuse-strategies.ts'

const sizes = [1, 10, 100, 1_000, 10_000, 100_000]

/** Slower by less is not worth a larger chunk: what fails is done again, and takes memory meanwhile. */
const bearableLoss = 0.05

/** Document 003: how large a batch should be. */
export const chunksExperiment: Experiment = {
  name: 'chunks',
  rows: 'each its own',
  async check({ strategies }) {
    refuseStrategies('chunks', strategies, {
      row: 'it commits each row by itself, so that it has no chunks',
    })
  },
  async open(setting) {
    await createTable(setting, 'transactions')
    return {
      cases: setting.strategies.flatMap((strategy) =>
        sizes
          .filter((chunkSize) => chunkSize <= setting.rows)
          .map((chunkSize) =>
            loadCase(
              setting,
              { table: 'transactions', strategy, chunkSize },
              {
                name: nameOf(strategy, chunkSize),
                factors: { strategy, chunkSize },
                baseline: chunkSize === 1 ? null : nameOf(strategy, 1),
                // A chunk that is not full is a smaller one.
                minimumRows: Math.max(chunkSize, Math.min(fewest, setting.rows)),
              },
            ),
          ),
      ),
      close: nothingToClose,
    }
  },
  conclude(measurements) {
    const strategies = strategiesOf(measurements)
    const advice = strategies.map((strategy) =>
      recommend(measurements.filter((one) => strategyOf(one) === strategy)),
    )
    const overall = fastestOf(measurements)
    const best = advice.find((one) => strategyOf(one) === (overall && strategyOf(overall)))
    return {
      baseline: null,
      sentences: [
        ...advice.map(describe),
        ...(best
          ? [`Recommended: --strategy ${strategyOf(best)} --chunk-size ${sizeOf(best)}.`]
          : []),
      ],
      charts:
        measurements.length === 0
          ? []
          : [rateBySize(measurements, advice), memoryBySize(measurements)],
    }
  },
}

function nameOf(strategy: string, chunkSize: number): string {
  return `${strategy}, ${formatRows(chunkSize)}`
}

/** The smallest chunk that is nearly as fast as the fastest. */
function recommend(measurements: readonly Measurement[]): Measurement {
  const best = fastestOf(measurements)!.summary.rowsPerSecond.value
  return measurements.find(
    ({ summary }) => summary.rowsPerSecond.value >= best * (1 - bearableLoss),
  )!
}

function describe(measurement: Measurement): string {
  const { summary, peakRssBytes } = measurement
  return `${strategyOf(measurement)}: ${formatRows(sizeOf(measurement))} a chunk, ${formatCount(summary.rowsPerSecond.value)} rows/s with a process of ${formatBytes(peakRssBytes)}; no other size was more than ${bearableLoss * 100} % faster, by the medians.`
}

function rateBySize(measurements: readonly Measurement[], advice: readonly Measurement[]): Chart {
  return {
    title: 'Rows per second by chunk size',
    says: `By these medians ${advice.map((one) => `${strategyOf(one)} gains less than ${bearableLoss * 100} % beyond ${formatRows(sizeOf(one))} a chunk`).join(', ')}.`,
    kind: 'lines',
    x: { title: 'rows a chunk', scale: 'log' },
    y: { title: 'rows/s', scale: 'log' },
    points: measurements.map((one) => ratePoint(one, { series: strategyOf(one), x: sizeOf(one) })),
  }
}

function memoryBySize(measurements: readonly Measurement[]): Chart {
  const most = measurements.toSorted((a, b) => b.peakRssBytes - a.peakRssBytes)[0]!
  return {
    title: 'Peak memory by chunk size',
    says: `The largest process: ${most.name} a chunk, ${formatBytes(most.peakRssBytes)}.`,
    kind: 'lines',
    x: { title: 'rows a chunk', scale: 'log' },
    y: { title: 'MiB', scale: 'linear' },
    points: measurements.map((one) => ({
      series: strategyOf(one),
      x: sizeOf(one),
      y: one.peakRssBytes / 2 ** 20,
    })),
  }
}

function sizeOf({ factors }: Measurement): number {
  return factors['chunkSize'] as number
}
