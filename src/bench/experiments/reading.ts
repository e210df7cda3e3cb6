import { loadedTables } from '../../plan/plan.ts'
import { formatBytes, formatCount } from '../../report/format.ts'
import { checkTargets } from '../../run/check-target.ts'
import { createChunkLoader } from '../../run/load-chunk.ts'
import { inTransaction } from '../../run/transaction.ts'
import { strategies } from '../../write/choose-strategy.ts'
import type { Experiment, Setting } from '../experiment.ts'
import type { Chart, Measurement } from '../report.ts'
import { planTable } from '../tables.ts'
import type { ReadTask } from '../task.ts'
import { baselineOf, describeOrder, rateChart } from './conclusion.ts'
import { createTable, nothingToClose, usualChunk } from './load-case.ts'

const ways: readonly {
  readonly name: string
  readonly way: ReadTask['way']
  readonly size: number
}[] = [
  { name: 'fetch all', way: 'all', size: 0 },
  { name: 'LIMIT/OFFSET 1,000', way: 'pages', size: 1_000 },
  { name: 'cursor 100', way: 'cursor', size: 100 },
  { name: 'cursor 1,000', way: 'cursor', size: 1_000 },
  { name: 'cursor 10,000', way: 'cursor', size: 10_000 },
  { name: 'COPY TO', way: 'copy', size: 0 },
]

/** Document 002: results that do not fit in memory. */
export const readingExperiment: Experiment = {
  name: 'reading',
  async open(setting) {
    await createTable(setting, 'transactions')
    await fill(setting)
    const { url, schema, rows } = setting
    return {
      cases: ways.map(({ name, way, size }) => ({
        name,
        factors: { way, size },
        baseline: name === ways[0]!.name ? null : ways[0]!.name,
        rows,
        minimumRows: 1,
        task: { kind: 'read', url, schema, table: 'transactions', mostRows: rows, way, size },
      })),
      close: nothingToClose,
    }
  },
  conclude(measurements) {
    return {
      baseline: baselineOf(measurements),
      sentences: [...describeOrder(measurements), ...describeMemory(measurements)],
      charts:
        measurements.length === 0
          ? []
          : [rateChart('Rows read per second', measurements), memoryChart(measurements)],
    }
  },
}

async function fill({ session, schema, rows }: Setting): Promise<void> {
  const plan = await planTable(schema, 'transactions', rows)
  const [target] = await checkTargets(session, loadedTables(plan))
  const load = createChunkLoader({
    plan,
    strategyFor: () => strategies.copy,
    chunkSize: usualChunk,
    onError: 'stop',
  })
  await inTransaction(session, () =>
    load(session, {
      target: target!,
      range: { first: 0, count: rows },
      signal: new AbortController().signal,
      rejectsLeft: 0,
      onRows: () => {},
    }),
  )
  await session.query(`vacuum analyze ${target!.table.model.schema}.transactions`)
}

function describeMemory(measurements: readonly Measurement[]): readonly string[] {
  const order = measurements.toSorted((a, b) => a.peakRssBytes - b.peakRssBytes)
  const [least, most] = [order[0], order.at(-1)]
  if (!least || !most || least === most) return []
  return [
    `${most.name} takes the most memory, ${formatBytes(most.peakRssBytes)} for ${formatCount(most.rows)} rows; ${least.name} the least, ${formatBytes(least.peakRssBytes)}.`,
  ]
}

function memoryChart(measurements: readonly Measurement[]): Chart {
  return {
    title: 'Peak memory of the reading process',
    says: describeMemory(measurements)[0] ?? 'One way was measured.',
    kind: 'bars',
    x: { title: 'MiB', scale: 'linear' },
    y: { title: '', scale: 'names' },
    points: measurements.map(({ name, peakRssBytes }) => ({
      series: '',
      x: name,
      y: peakRssBytes / 2 ** 20,
    })),
  }
}
