/**
 * Downpour's COPY against drizzle-seed, on the same tables in the same run: `npm run bench:peers`.
 * `-- --rows 1000000 --repeat 3` changes the size. Exits 5 when the first ratio is below 15.
 */
import { parseArgs } from 'node:util'
import { sql } from 'drizzle-orm'
import { date, integer, numeric, pgTable, serial, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { seed as drizzleSeed } from 'drizzle-seed'
import postgres from 'postgres'
import { median } from 'simple-statistics'
import { loadProject } from '../src/config/load-project.ts'
import * as f from '../src/generate/generators/index.ts'
import { pooled } from '../src/generate/vocabulary.ts'
import { readSchema } from '../src/model/read-schema.ts'
import type { Refinements } from '../src/plan/refinement.ts'
import { openSession } from '../src/postgres/session.ts'
import { applyMigrations } from '../src/run/migrate.ts'
import { withBenchDatabase } from './support/database.ts'
import { formatRates, machineLabel, measureInTurns } from './support/measure.ts'
import { seedTables } from './support/seed-tables.ts'

const requiredRatio = 15

/** The table of the brief's document 001: a serial key, five columns, no foreign keys. */
const benchTransactions = pgTable('bench_transactions', {
  id: serial('id').primaryKey(),
  userId: integer('user_id'),
  accountId: integer('account_id'),
  amount: numeric('amount', { precision: 12, scale: 2 }),
  description: text('description'),
  txDate: date('tx_date'),
})

const createBenchTable = `create table bench_transactions (
  id serial primary key, user_id integer, account_id integer, amount numeric(12, 2),
  description text, tx_date date)`

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    'peer-rows': { type: 'string', default: '100000' },
    repeat: { type: 'string', default: '3' },
  },
})

await withBenchDatabase(async ({ url, label }) => {
  console.log(`${machineLabel()}; ${label}`)
  const ratio = await compareOnDocument001(url)
  await compareOnFinance(url)
  if (ratio < requiredRatio) process.exitCode = 5
})

async function compareOnDocument001(url: string): Promise<number> {
  const client = postgres(url, { onnotice: () => {} })
  const db = drizzle(client)
  await db.execute(sql.raw(createBenchTable))
  const empty = async () => {
    await db.execute(sql`truncate bench_transactions restart identity`)
    await db.execute(sql`checkpoint`)
  }
  const tables = readSchema({ benchTransactions })
  const refinements: Refinements = {
    benchTransactions: {
      columns: {
        userId: f.int({ minValue: 1, maxValue: 1000 }),
        accountId: f.int({ minValue: 1, maxValue: 3000 }),
        amount: f.decimal({ minValue: -500, maxValue: 500 }),
        description: f.words(pooled((faker) => faker.finance.transactionDescription(), 1000)),
        txDate: f.date(),
      },
    },
  }
  const rows = Number(values.rows)
  const peerRows = Number(values['peer-rows'])
  const [ours, theirs] = await measureInTurns(
    [
      {
        name: 'downpour copy',
        rows,
        prepare: empty,
        run: () => seedTables(url, tables, refinements, { benchTransactions: rows }),
      },
      {
        name: 'drizzle-seed 0.3.1',
        rows: peerRows,
        prepare: empty,
        run: () => drizzleSeed(db, { benchTransactions }, { count: peerRows }),
      },
    ],
    Number(values.repeat),
  )
  const ratio = median(ours!.rates) / median(theirs!.rates)
  console.log(`\nTable of document 001 (serial key, five columns, no foreign keys)
  downpour copy, ${rows} rows       ${formatRates(ours!)}
  drizzle-seed 0.3.1, ${peerRows} rows   ${formatRates(theirs!)}
  ratio ${ratio.toFixed(1)} (at least ${requiredRatio} is asked for)`)
  await client.end()
  return ratio
}

/** Keys, foreign keys and indexes in place on both sides. */
async function compareOnFinance(url: string): Promise<void> {
  const project = await loadProject(`${process.cwd()}/downpour.config.ts`)
  const session = await openSession({ url })
  await applyMigrations(session, project.migrationsFolder)
  await session.close()
  const client = postgres(url, { onnotice: () => {} })
  const db = drizzle(client)
  const schema = Object.fromEntries(project.tables.map(({ key, drizzle: table }) => [key, table]))
  const names = project.tables.map(({ name }) => `"${name}"`).join(', ')
  const empty = async () => {
    await db.execute(sql.raw(`truncate ${names} restart identity`))
    await db.execute(sql`checkpoint`)
  }
  const users = 100
  // drizzle-seed sends 65,535 / 7 = 9,363 rows at a time to a table of seven columns, six parameters
  // too many for the driver; below that number it gets through.
  const peerRows = 9_000
  const finance = ['users', 'accounts', 'categories', 'transactions']
  const peerSchema = Object.fromEntries(
    Object.entries(schema).filter(([key]) => finance.includes(key)),
  )
  const peer = (transactions: number) =>
    drizzleSeed(db, peerSchema).refine((funcs) => ({
      users: { count: users },
      // The checks of the schema are unknown to it, so they are told here.
      accounts: {
        count: 200,
        columns: { currency: funcs.default({ defaultValue: 'EUR' }) },
      },
      categories: { count: 16 },
      transactions: { count: transactions },
    }))

  await empty()
  const failure = await peer(20_000).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? ((error.cause as Error) ?? error) : error),
  )
  const [ours, theirs] = await measureInTurns(
    [
      {
        name: 'downpour copy',
        rows: 200_000,
        prepare: empty,
        run: () =>
          seedTables(
            url,
            project.tables,
            Object.fromEntries(
              Object.entries(project.refinements).filter(([key]) => finance.includes(key)),
            ),
            { users, transactions: 200_000 },
          ),
      },
      { name: 'drizzle-seed', rows: peerRows, prepare: empty, run: () => peer(peerRows) },
    ],
    Number(values.repeat),
  )
  const ratio = median(ours!.rates) / median(theirs!.rates)
  const why = failure instanceof Error ? failure.message.split('\n')[0] : undefined
  console.log(`\nFinance transactions, primary key, three foreign keys and two indexes in place
  downpour copy, 200000 rows     ${formatRates(ours!)}
  drizzle-seed 0.3.1, ${peerRows} rows  ${formatRates(theirs!)}
  ratio ${ratio.toFixed(1)} (reported, not judged)
  drizzle-seed at 20000 rows of seven columns: ${why === undefined ? 'got through' : `fails (${why})`}`)
  await client.end()
}
