/**
 * Peak resident memory of the seeding process, at a million and at ten million transactions:
 * `npm run bench:memory`. `-- --rows 1000000 --times 10` changes the sizes. Exits 5 when a run needs
 * 250 MB or more, or the larger one more than 1.1 times the smaller one.
 */
import { parseArgs } from 'node:util'
import { command, seedCommand } from './support/command.ts'
import { withBenchDatabase } from './support/database.ts'
import { machineLabel } from './support/measure.ts'

const limitBytes = 250_000_000
const allowedGrowth = 1.1

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    times: { type: 'string', default: '10' },
  },
})

await withBenchDatabase(async ({ url, label }) => {
  console.log(`${machineLabel()}; ${label}`)
  await command(url, 'migrate')
  const small = await peakOf(url, Number(values.rows))
  const large = await peakOf(url, Number(values.rows) * Number(values.times))
  const growth = large / small
  console.log(`growth ${growth.toFixed(3)} (at most ${allowedGrowth} is asked for)`)
  if (growth > allowedGrowth || large >= limitBytes) process.exitCode = 5
})

async function peakOf(url: string, rows: number): Promise<number> {
  const { peakRssBytes, seconds } = await seedCommand(
    url,
    '--strategy',
    'copy',
    '--lanes',
    '1',
    '--count',
    `transactions=${rows}`,
  )
  console.log(
    `${rows} transactions: peak ${(peakRssBytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s`,
  )
  return peakRssBytes
}
