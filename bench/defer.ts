/**
 * What it gains to drop indexes and foreign keys during the load: the project's own finance tables,
 * two million transactions with primary key, three foreign keys and two indexes, end to end:
 * `npm run bench:defer`. `-- --users 17800 --repeat 3` changes the size. Exits 5 when, with one lane
 * each, `--indexes defer` is less than 5 times as fast as `--indexes keep`, or less than 10 times as
 * fast as Drizzle's own multi-row inserts with everything in place. The same with as many lanes as
 * the command chooses is reported.
 */
import { median } from 'simple-statistics'
import type { SeedReport } from '../src/run/report-run.ts'
import { count, readArguments } from './support/arguments.ts'
import { command, seedCommand } from './support/command.ts'
import { withBenchDatabase } from './support/database.ts'
import { machineLabel } from './support/measure.ts'

const { users, peerUsers, repeat } = await readArguments('bench:defer', {
  users: count(17_800, 'Users, each with about 107 transactions'),
  'peer-users': count(900, 'Users where indexes stay'),
  repeat: count(3, 'How often each is measured'),
})

const oneLane = ['--lanes', '1']
const finance = ['--only', 'users,accounts,categories,transactions,budgets', '--count', 'budgets=0']
const ways = [
  { name: 'defer, one lane', users, args: ['--indexes', 'defer', ...oneLane] },
  { name: 'keep, one lane', users, args: ['--indexes', 'keep', ...oneLane] },
  {
    name: 'Drizzle multi-row',
    users: peerUsers,
    args: ['--indexes', 'keep', '--strategy', 'batch', ...oneLane],
  },
  { name: 'defer, lanes by default', users, args: ['--indexes', 'defer'] },
  { name: 'keep, lanes by default', users, args: ['--indexes', 'keep'] },
] as const

await withBenchDatabase(async ({ url, label }) => {
  console.log(`${machineLabel()}; ${label}`)
  await command(url, 'migrate')
  const rates = ways.map((): number[] => [])
  for (let round = 0; round < repeat; round++) {
    for (const [index, way] of ways.entries()) {
      const report = await seedCommand(
        url,
        ...finance,
        '--count',
        `users=${way.users}`,
        ...way.args,
      )
      rates[index]!.push(rateOf(report))
      console.log(describe(way.name, report))
    }
  }
  const [defer, keep, multiRow, deferByDefault, keepByDefault] = rates.map((each) => median(each))
  const [overKeep, overMultiRow] = [defer! / keep!, defer! / multiRow!]
  console.log(`
${ways.map(({ name }, index) => `${name}: ${Math.round(median(rates[index]!))} transactions/s`).join('\n')}
one lane: defer over keep ${overKeep.toFixed(1)} (at least 5 is asked for), over Drizzle multi-row ${overMultiRow.toFixed(1)} (at least 10)
lanes by default: defer over keep ${(deferByDefault! / keepByDefault!).toFixed(1)} (reported)`)
  if (overKeep < 5 || overMultiRow < 10) process.exitCode = 5
})

/** Transactions per second of the whole run: connecting, planning, rebuilding, statistics. */
function rateOf(report: SeedReport): number {
  return transactionsOf(report) / report.seconds
}

function transactionsOf({ tables }: SeedReport): number {
  return tables.find(({ table }) => table === 'transactions')!.rows
}

function describe(name: string, report: SeedReport): string {
  const phases = Object.entries(report.phases).map(
    ([phase, seconds]) => `${phase} ${seconds.toFixed(1)}`,
  )
  return `${name}: ${transactionsOf(report)} transactions, ${report.lanes} lanes, ${report.seconds.toFixed(1)} s (${phases.join(', ')})`
}
