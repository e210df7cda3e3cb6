import { formatBytes, formatCount } from '../../report/format.ts'
import { quoteTable } from '../../postgres/identifiers.ts'
import { chunksOf } from '../../run/chunks.ts'
import { inTransaction } from '../../run/transaction.ts'
import type { Experiment, Setting } from '../experiment.ts'
import { refuseFullDisk } from '../free-disk.ts'
import type { Chart, Measurement } from '../report.ts'
import { openTableLoader } from '../table-loader.ts'
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
  rows: 'the same',
  async open(setting) {
    await createTable(setting, 'transactions')
    const rows = await fill(setting)
    const { url, schema } = setting
    return {
      cases: ways.map(({ name, way, size }) => ({
        name,
        factors: { way, size },
        baseline: name === ways[0]!.name ? null : ways[0]!.name,
        rows,
        minimumRows: 1,
        task: { kind: 'read', url, schema, table: 'transactions', mostRows: rows, way, size },
      })),
      notes:
        rows === setting.rows
          ? []
          : [
              `The table has ${formatCount(rows)} rows instead of ${formatCount(setting.rows)}, to keep to the time limit of ${setting.limitSeconds} s.`,
            ],
      close: nothingToClose,
    }
  },
  conclude(measurements) {
    return {
      baseline: baselineOf(measurements),
      sentences: [
        ...describeOrder(measurements),
        ...describeMemory(measurements),
        'COPY TO counts rows and makes no values of them; LIMIT/OFFSET orders them by the key.',
      ],
      charts:
        measurements.length === 0
          ? []
          : [rateChart('Rows read per second', measurements), memoryChart(measurements)],
    }
  },
}

/** Of the time limit. */
const shareForFilling = 0.2

/** @returns the rows that are there, fewer than asked for where they take too long */
async function fill(setting: Setting): Promise<number> {
  const { session, schema, rows, limitSeconds, signal } = setting
  await refuseFullDisk(setting, [{ table: 'transactions', rows }])
  const load = await openTableLoader(session, {
    schema,
    table: 'transactions',
    mostRows: rows,
    strategy: 'copy',
    chunkSize: usualChunk,
  })
  const end = performance.now() + limitSeconds * 1000 * shareForFilling
  let filled = 0
  for (const range of chunksOf({ first: 0, count: rows }, usualChunk)) {
    if (filled > 0 && performance.now() >= end) break
    signal.throwIfAborted()
    await inTransaction(session, () => load(range, signal))
    filled += range.count
  }
  await session.query(`vacuum analyze ${quoteTable(schema, 'transactions')}`)
  return filled
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
