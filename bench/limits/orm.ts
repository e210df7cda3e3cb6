/**
 * The ways through Drizzle and through the driver on the table of document 001: `batch` against
 * drizzle-seed, `values` and `unnest` against what one would write by hand with postgres.js. Those
 * have the rows ready in memory, and ours generate them: the very same ones.
 */
import { drizzle } from 'drizzle-orm/postgres-js'
import { seed as drizzleSeed } from 'drizzle-seed'
import postgres from 'postgres'
import type { Sql, TransactionSql } from 'postgres'
import { median } from 'simple-statistics'
import { sliceCapacity } from '../../src/generate/read-columns.ts'
import { withSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import type { StrategyName } from '../../src/write/strategy.ts'
import { maxRows } from '../../src/write/values.ts'
import { loadPeersProject } from '../peers/downpour.ts'
import { transactions } from '../peers/project/schema.ts'
import { withBenchDatabase } from '../support/database.ts'
import { atLeast } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { formatRates, measureInTurns } from '../support/measure.ts'
import type { Contestant, Measurement } from '../support/measure.ts'
import { seedProject } from '../support/seed-project.ts'

const repetitions = 5
const rows = 300_000
/** As many as drizzle-seed is given: it slows down with more. */
const peerRows = 100_000

/** A row as one would give it to postgres.js. */
interface Row {
  readonly id: number
  readonly user_id: number
  readonly account_id: number
  readonly amount: string
  readonly description: string
  readonly tx_date: string
}

/**
 * Measures five ways of filling one table, all in one transaction but drizzle-seed, which uses none.
 *
 * @throws where a way stores other rows than the others
 */
export async function measureOrm(): Promise<readonly Limit[]> {
  const limits: Limit[] = []
  await withBenchDatabase(async ({ url, label }) => {
    console.log(label)
    const client = postgres(url, { max: 1, onnotice: () => {} })
    // Drizzle changes the client that it is given.
    const peer = postgres(url, { max: 1, onnotice: () => {} })
    try {
      limits.push(...(await compare(url, client, peer)))
    } finally {
      await Promise.all([client.end(), peer.end()])
    }
  })
  return limits
}

async function compare(url: string, client: Sql, peer: Sql): Promise<readonly Limit[]> {
  const empty = async () => {
    await client`truncate bench_transactions restart identity`
    await client`checkpoint`
  }
  const project = await loadPeersProject()
  await withSession({ url }, (session) => applyMigrations(session, project.migrationsFolder))
  const seed = (strategy: StrategyName, count: number) =>
    seedProject(url, {
      project,
      counts: { transactions: count },
      only: ['transactions'],
      lanes: 1,
      indexes: 'keep',
      strategy,
      chunkSize: count,
    })

  await empty()
  await seed('copy', rows)
  const ready = await client<Row[]>`
    select id, user_id, account_id, amount, description, tx_date::text
    from bench_transactions order by id`
  const sum = await checksum(client)

  const ours = (strategy: StrategyName, count = rows): Contestant => ({
    name: `downpour ${strategy}`,
    rows: count,
    prepare: empty,
    run: () => seed(strategy, count),
  })
  const byHand = (name: string, insert: (sql: TransactionSql) => Promise<void>): Contestant => ({
    name: `${name} by hand`,
    rows,
    prepare: empty,
    run: async () => {
      await client.begin(insert)
    },
  })
  const same = [
    ours('values'),
    byHand('values', (sql) => insertValues(sql, ready)),
    ours('unnest'),
    byHand('unnest', (sql) => insertUnnest(sql, ready)),
  ]
  for (const { name, run } of [...same, ours('batch')]) {
    await empty()
    await run()
    if ((await checksum(client)) !== sum) throw new Error(`${name} has stored other rows`)
  }

  const [batch, drizzled, values, valuesByHand, unnest, unnestByHand] = await measureInTurns(
    [
      ours('batch', peerRows),
      {
        name: 'drizzle-seed',
        rows: peerRows,
        prepare: empty,
        run: () => drizzleSeed(drizzle(peer), { transactions }, { count: peerRows }),
      },
      ...same,
    ],
    repetitions,
  )
  return [
    judge(batch!, drizzled!, 3),
    judge(values!, valuesByHand!, 0.9),
    judge(unnest!, unnestByHand!, 0.9),
  ]
}

/** postgres.js' own helper, as its documentation shows it. */
async function insertValues(sql: TransactionSql, ready: readonly Row[]): Promise<void> {
  for (let from = 0; from < ready.length; from += maxRows) {
    await sql`insert into bench_transactions ${sql(ready.slice(from, from + maxRows))}`
  }
}

/** An array for each column, as many rows at a time as our slices have. */
async function insertUnnest(sql: TransactionSql, ready: readonly Row[]): Promise<void> {
  for (let from = 0; from < ready.length; from += sliceCapacity) {
    const part = ready.slice(from, from + sliceCapacity)
    await sql`insert into bench_transactions (id, user_id, account_id, amount, description, tx_date)
      select * from unnest(
        ${part.map((row) => row.id)}::int[], ${part.map((row) => row.user_id)}::int[],
        ${part.map((row) => row.account_id)}::int[], ${part.map((row) => row.amount)}::numeric[],
        ${part.map((row) => row.description)}::text[], ${part.map((row) => row.tx_date)}::date[])`
  }
}

async function checksum(client: Sql): Promise<string> {
  const [row] = await client<{ sum: string }[]>`
    select sum(hashtextextended(t::text, 0)::numeric)::text as sum from bench_transactions t`
  return row!.sum
}

function judge(ours: Measurement, theirs: Measurement, bound: number): Limit {
  for (const one of [ours, theirs]) console.log(`${one.name.padEnd(16)}  ${formatRates(one)}`)
  const value = median(ours.rates) / median(theirs.rates)
  return atLeast({ name: `${ours.name} over ${theirs.name}`, value, bound, unit: 'times' })
}
