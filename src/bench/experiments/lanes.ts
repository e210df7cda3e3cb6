import { availableParallelism } from 'node:os'
import type { Experiment } from '../experiment.ts'
import type { Measurement } from '../report.ts'
import { baselineOf, fastestOf, rateChart, strategiesOf, strategyOf } from './conclusion.ts'
import { describeSpeedUp } from '../describe-speed-up.ts'
import { fasterOf } from './difference.ts'
import { createTable, loadCase, nothingToClose, usualChunk } from './load-case.ts'
import { refuseStrategies } from './refuse-strategies.ts'

/** Up to twice the cores of this machine, eight at most. */
function laneCounts(): readonly number[] {
  const most = Math.min(8, Math.max(4, 2 * availableParallelism()))
  return [1, 2, 3, 4, 6, 8].filter((lanes) => lanes <= most)
}

/** So many can be shared out evenly among each of these numbers of lanes. */
const evenChunks = 24

/** Documents 002 and 004: what more connections give. */
export const lanesExperiment: Experiment = {
  name: 'lanes',
  rows: 'the same',
  async check({ strategies }) {
    refuseStrategies('lanes', strategies, {
      row: 'it commits each row by itself, so that lanes have no chunks to share out',
    })
  },
  async open(setting) {
    await createTable(setting, 'transactions')
    const rounds = Math.ceil(setting.rows / (evenChunks * usualChunk))
    const chunkSize = Math.ceil(setting.rows / (evenChunks * rounds))
    return {
      cases: setting.strategies.flatMap((strategy) =>
        laneCounts().map((lanes) =>
          loadCase(
            setting,
            { table: 'transactions', strategy, lanes, chunkSize },
            {
              name: nameOf(strategy, lanes),
              factors: { strategy, lanes },
              baseline: lanes === 1 ? null : nameOf(strategy, 1),
              // So that each lane has the same number of chunks.
              minimumRows: Math.min(setting.rows, chunkSize * evenChunks),
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
  const alone = measurements.find(({ summary }) => summary.speedUp === null)
  const strategy = strategyOf(best)
  if (!alone || best === alone) return `${strategy}: one connection is fastest.`
  if (fasterOf(best, alone) !== best) {
    return `${strategy}: these repetitions cannot show that more connections are faster than one.`
  }
  // Fewer that are as fast, as far as can be told, leave connections to others.
  const enough = measurements.find(
    (one) => fasterOf(one, alone) === one && (one === best || fasterOf(best, one) !== best),
  )!
  const how = describeSpeedUp(enough.summary.speedUp!)
  const beyond =
    enough === measurements.at(-1) ? '' : '; that more are faster these repetitions cannot show'
  return `${strategy}: ${enough.factors['lanes']} connections are ${how} as one${beyond}.`
}
