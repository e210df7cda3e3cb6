import type { Experiment } from '../experiment.ts'
import { baselineOf, describeOrder, rateChart } from './conclusion.ts'
import { createTable, loadCase, nothingToClose } from './load-case.ts'

/** Document 001: the finance tracker's transactions, by every way there is. */
export const strategiesExperiment: Experiment = {
  name: 'strategies',
  rows: 'each its own',
  async open(setting) {
    await createTable(setting, 'transactions')
    const { strategies } = setting
    const baseline = strategies[0]!
    return {
      cases: strategies.map((strategy) =>
        loadCase(
          setting,
          { table: 'transactions', strategy },
          {
            name: strategy,
            factors: { strategy },
            baseline: strategy === baseline ? null : baseline,
          },
        ),
      ),
      close: nothingToClose,
    }
  },
  conclude(measurements) {
    const ownValues = measurements.some(({ name }) => name === 'server')
      ? ['server stores random values of the server, not the rows that all others store.']
      : []
    return {
      baseline: baselineOf(measurements),
      sentences: [...describeOrder(measurements), ...ownValues],
      charts: [rateChart('Rows per second by strategy', measurements)],
    }
  },
}
