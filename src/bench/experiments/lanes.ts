import { availableParallelism } from 'node:os'
import type { Experiment } from '../experiment.ts'
import type { Measurement } from '../report.ts'
import { baselineOf, fastestOf, rateChart, strategiesOf, strategyOf } from './conclusion.ts'
import { describeSpeedUp } from '../describe-speed-up.ts'
import { fasterOf } from './difference.ts'
import { createTable, loadCase, nothingToClose } from './load-case.ts'
import { refuseStrategies } from './refuse-strategies.ts'

/** Up to twice the cores of this machine, eight at most. */
function laneCounts(): readonly number[] {
  const most = Math.min(8, Math.max(4, 2 * availableParallelism()))
  return [1, 2, 3, 4, 6, 8].filter((lanes) => lanes <= most)
}

/** Documents 002 and 004: what more connections give. */
export const lanesExperiment: Experiment = {
  name: 'lanes',
  async check({ strategies }) {
    refuseStrategies('lanes', strategies, {
      row: 'it commits each row by itself, so that lanes have no chunks to share out',
    })
  },
  async open(setting) {
    await createTable(setting, 'transactions')
    return {
      cases: setting.strategies.flatMap((strategy) =>
        laneCounts().map((lanes) =>
          loadCase(
            setting,
            { table: 'transactions', strategy, lanes },
            {
              name: nameOf(strategy, lanes),
              factors: { strategy, lanes },
              baseline: lanes === 1 ? null : nameOf(strategy, 1),
              // So that no lane is left without a chunk.
              minimumRows: Math.min(setting.rows, lanes * 10_000),
            },
          ),
        ),
      ),
      close: nothingToClose,
    }
  },
  conclude(measurements) {
    const strategies = strategiesOf(measurements)
    return {
      baseline: baselineOf(measurements),
      sentences: strategies.map((strategy) =>
        describe(measurements.filter((one) => strategyOf(one) === strategy)),
      ),
      charts: [rateChart('Rows per second by number of connections', measurements)],
    }
  },
}

function nameOf(strategy: string, lanes: number): string {
  return `${strategy}, ${lanes} ${lanes === 1 ? 'lane' : 'lanes'}`
}

function describe(measurements: readonly Measurement[]): string {
  const best = fastestOf(measurements)!
  // Fewer that are as fast, as far as can be told, leave connections to others.
  const enough = measurements.find(
    (one) =>
      one.summary.speedUp !== null &&
      one.summary.speedUp.low > 1 &&
      (one === best || fasterOf(one, best) !== best),
  )
  if (!enough) return `${strategyOf(best)}: more connections are no faster than one here.`
  const how = describeSpeedUp(enough.summary.speedUp!)
  return `${enough.name} are ${how} as one; more are no faster, as far as the measurements can tell.`
}
