import { median } from 'simple-statistics'
import { formatCount, formatSeconds } from '../../src/report/format.ts'
import type { VerifyReport } from '../../src/verify/verify.ts'
import { command } from '../support/command.ts'
import { withBenchDatabase } from '../support/database.ts'
import { seedFinance } from '../support/finance.ts'
import { atLeast, atMost, reported, skipped } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { whyAbsent } from '../support/program.ts'
import { psql } from '../support/psql.ts'

/** Of transactions; the first size is for speed. */
const sizes = [2_000_000, 1_000_000, 4_000_000]
const repetitions = 5

/**
 * Comparing the transactions value by value, against psql reading the same table and throwing it away,
 * in turns; and the memory that this takes, at a million rows and at four.
 */
export async function measureVerify(): Promise<readonly Limit[]> {
  const absent = await whyAbsent('psql')
  const peaks: number[] = []
  let speed: readonly Limit[] = [skipped('verify, of the speed of psql’s COPY', absent ?? '')]
  await withBenchDatabase(async ({ url, label }) => {
    console.log(label)
    await command(url, 'migrate')
    for (const [index, rows] of sizes.entries()) {
      await seedFinance(url, rows)
      if (index === 0) speed = absent === undefined ? await measureSpeed(url, rows) : speed
      else peaks.push((await verify(url)).peakRssBytes / 1e6)
    }
  })
  const [small, large] = peaks
  return [
    ...speed,
    atMost({ name: 'peak memory at 4 million rows', value: large!, bound: 300, unit: 'MB' }),
    atMost({ name: 'of that at 1 million', value: large! / small!, bound: 1.1 }),
  ]
}

/** The first of each is discarded. */
async function measureSpeed(url: string, rows: number): Promise<readonly Limit[]> {
  const ratios: number[] = []
  const rates = { verify: [] as number[], quick: [] as number[], psql: [] as number[] }
  for (let round = 0; round <= repetitions; round++) {
    const copied = await secondsOf(() =>
      psql(url, [`\\copy transactions to '/dev/null' with (format binary)`]),
    )
    const compared = comparisonSeconds(await verify(url))
    const summed = comparisonSeconds(await verify(url, '--quick'))
    console.log(
      `psql ${formatSeconds(copied)}, verify ${formatSeconds(compared)}, verify --quick ${formatSeconds(summed)}`,
    )
    if (round === 0) continue
    ratios.push(copied / compared)
    rates.psql.push(rows / copied)
    rates.verify.push(rows / compared)
    rates.quick.push(rows / summed)
  }
  const said = (values: readonly number[]) => `${formatCount(median(values))} rows/s`
  return [
    atLeast({ name: 'verify, of the speed of psql’s COPY', value: median(ratios), bound: 0.5 }),
    reported('verify', said(rates.verify)),
    reported('verify --quick', said(rates.quick)),
    reported('psql, COPY to /dev/null', said(rates.psql)),
  ]
}

async function verify(url: string, ...args: readonly string[]): Promise<VerifyReport> {
  const printed = await command(url, 'verify', '--only', 'transactions', ...args)
  return JSON.parse(printed) as VerifyReport
}

/** Of the rows alone; psql looks at no indexes either. */
function comparisonSeconds({ tables }: VerifyReport): number {
  return tables[0]!.seconds
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
