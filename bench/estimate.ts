/**
 * How near the estimate of `plan` is to what a load takes on disk: each of the project's own seeders
 * at a million rows, seeded for real: `npm run bench:estimate`. `-- --rows 100000` changes the size.
 * Exits 5 where a seeder's tables together are off by more than 25 %.
 */
import postgres from 'postgres'
import type { LoadPlan } from '../src/estimate/load-plan.ts'
import { formatBytes, formatCount } from '../src/report/format.ts'
import { formatTable } from '../src/report/text-table.ts'
import type { SeedReport } from '../src/run/report-run.ts'
import { count, readArguments } from './support/arguments.ts'
import { command } from './support/command.ts'
import { withBenchDatabase } from './support/database.ts'
import { machineLabel } from './support/measure.ts'

const { rows } = await readArguments('bench:estimate', {
  rows: count(1_000_000, 'Rows of the largest table of each seeder'),
})

/** Finance has about 107 transactions a user; the users themselves are seeded before. */
const seeders = [
  { name: 'users', args: ['--only', 'users', '--count', `users=${rows}`] },
  {
    name: 'finance',
    args: [
      '--only',
      'users,accounts,categories,budgets,transactions',
      '--count',
      `users=${Math.ceil(rows / 107)}`,
    ],
  },
  {
    name: 'catalog',
    args: ['--only', 'brands,products', '--count', `products=${rows}`, '--count', 'brands=2000'],
  },
] as const

/** Of a seeder's tables together. */
const tolerance = 0.25

for (const { name, args } of seeders) {
  await withBenchDatabase(async ({ url, label }) => {
    console.log(`${name}: ${machineLabel()}; ${label}`)
    await command(url, 'migrate')
    const plan = JSON.parse(await command(url, 'plan', ...args)) as LoadPlan
    const report = JSON.parse(await command(url, 'seed', ...args)) as SeedReport
    const found = await readSizes(url, plan)
    console.log(describe(plan, found))
    console.log(describeRun(plan, report))
    const error = Math.abs(plan.bytes / sum(found) - 1)
    if (error > tolerance) process.exitCode = 5
  })
}

async function readSizes(url: string, { tables }: LoadPlan): Promise<readonly number[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const sizes: number[] = []
    for (const { table } of tables) {
      const [row] = await sql<[{ bytes: number }]>`
        select pg_total_relation_size(${table}::text::regclass)::float8 as bytes`
      sizes.push(row.bytes)
    }
    return sizes
  } finally {
    await sql.end()
  }
}

function describe({ tables, bytes }: LoadPlan, found: readonly number[]): string {
  const columns = ['table', 'rows', 'estimated', 'on disk', 'off by']
  return formatTable(
    columns.map((title, place) => ({ title, align: place === 0 ? 'left' : 'right' })),
    [
      ...tables.map((table, place) => [
        table.table,
        formatCount(table.rows),
        ...difference(table.bytes, found[place]!),
      ]),
      ['together', '', ...difference(bytes, sum(found))],
    ],
  ).join('\n')
}

function describeRun({ walBytes, time }: LoadPlan, report: SeedReport): string {
  const range = time && `${time.leastSeconds.toFixed(1)} s to ${time.mostSeconds.toFixed(1)} s`
  const log = report.walBytes === undefined ? '' : difference(walBytes, report.walBytes).join(', ')
  return `write-ahead log: ${log}; time: ${range ?? 'not told'}, it took ${report.seconds.toFixed(1)} s\n`
}

function difference(estimated: number, real: number): string[] {
  const percent = (100 * (estimated / real - 1)).toFixed(1)
  return [formatBytes(estimated), formatBytes(real), `${percent} %`]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}
