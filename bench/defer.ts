/**
 * What it gains to drop indexes and foreign keys during the load: the project's own finance tables,
 * two million transactions with primary key, three foreign keys and two indexes, end to end:
 * `npm run bench:defer`. `-- --users 17800 --repeat 3` changes the size. Exits 5 when `--indexes
 * defer` is less than 5 times as fast as `--indexes keep`, or less than 10 times as fast as Drizzle's
 * own multi-row inserts with everything in place.
 */
import { parseArgs } from 'node:util'
import type { SeedReport } from '../src/run/report-run.ts'
import { command, seedCommand } from './support/command.ts'
import { withBenchDatabase } from './support/database.ts'
import { machineLabel, median } from './support/measure.ts'

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '17800' },
    'peer-users': { type: 'string', default: '900' },
    repeat: { type: 'string', default: '3' },
    lanes: { type: 'string' },
  },
})

const lanes = values.lanes === undefined ? [] : ['--lanes', values.lanes]
const finance = ['--only', 'users,accounts,categories,transactions,budgets', '--count', 'budgets=0']
const ways = [
  { name: '--indexes defer', users: values.users, args: ['--indexes', 'defer', ...lanes] },
  { name: '--indexes keep', users: values.users, args: ['--indexes', 'keep', ...lanes] },
  {
    name: 'Drizzle multi-row, keep',
    users: values['peer-users'],
    args: ['--indexes', 'keep', '--strategy', 'batch', '--lanes', '1'],
  },
]

await withBenchDatabase(async ({ url, label }) => {
  console.log(`${machineLabel()}; ${label}`)
  await command(url, 'migrate')
  const rates = ways.map((): number[] => [])
  for (let round = 0; round < Number(values.repeat); round++) {
    for (const [index, { name, users, args }] of ways.entries()) {
      const report = await seedCommand(url, ...finance, '--count', `users=${users}`, ...args)
      rates[index]!.push(rateOf(report))
      console.log(describe(name, report))
    }
  }
  const [defer, keep, batch] = rates.map(median)
  const [overKeep, overBatch] = [defer! / keep!, defer! / batch!]
  console.log(`
defer ${Math.round(defer!)} transactions/s, keep ${Math.round(keep!)}, Drizzle multi-row ${Math.round(batch!)}
defer over keep ${overKeep.toFixed(1)} (at least 5 is asked for)
defer over Drizzle multi-row ${overBatch.toFixed(1)} (at least 10 is asked for)`)
  if (overKeep < 5 || overBatch < 10) process.exitCode = 5
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
