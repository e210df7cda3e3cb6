import { median } from 'simple-statistics'
import { formatCount, formatSeconds } from '../../src/report/format.ts'
import { command } from '../support/command.ts'
import { withBenchDatabase } from '../support/database.ts'
import { loadSeconds, seedFinance } from '../support/finance.ts'
import { atLeast, atMost } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'

const sizes = [1_000_000, 20_000_000]
const repetitions = 5

interface Sample {
  readonly peakMegabytes: number
  /** From the start of loading to the last index. */
  readonly rowsPerSecond: number
}

/** Neither memory nor speed may depend on the number of rows. */
export async function measureFlatness(): Promise<readonly Limit[]> {
  const samples = sizes.map((): Sample[] => [])
  await withBenchDatabase(async ({ url, label }) => {
    console.log(`${label}; two lanes, indexes deferred`)
    await command(url, 'migrate')
    for (let round = 0; round < repetitions; round++) {
      for (const [index, rows] of sizes.entries()) {
        samples[index]!.push(await seedOnce(url, rows))
      }
    }
  })
  const peakOf = (index: number) => median(samples[index]!.map((each) => each.peakMegabytes))
  const rateOf = (index: number) => median(samples[index]!.map((each) => each.rowsPerSecond))
  return [
    atMost({ name: 'peak memory', value: Math.max(peakOf(0), peakOf(1)), bound: 200, unit: 'MB' }),
    atMost({
      name: 'peak memory at 20 million, of that at 1 million',
      value: peakOf(1) / peakOf(0),
      bound: 1.1,
    }),
    atLeast({
      name: 'rows a second at 20 million, of those at 1 million',
      value: rateOf(1) / rateOf(0),
      bound: 0.9,
    }),
  ]
}

async function seedOnce(url: string, rows: number): Promise<Sample> {
  const report = await seedFinance(url, rows, '--lanes', '2', '--indexes', 'defer')
  const seconds = loadSeconds(report)
  const sample = { peakMegabytes: report.peakRssBytes / 1e6, rowsPerSecond: report.rows / seconds }
  const { indexes } = report.phases
  console.log(
    `${formatCount(rows).padStart(10)} transactions: ${formatSeconds(seconds)} (indexes ${formatSeconds(indexes!)}), ${formatCount(sample.rowsPerSecond)} rows/s, peak ${sample.peakMegabytes.toFixed(0)} MB`,
  )
  return sample
}
