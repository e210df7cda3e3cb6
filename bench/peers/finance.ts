import { drizzle } from 'drizzle-orm/postgres-js'
import { seed } from 'drizzle-seed'
import postgres from 'postgres'
import { median } from 'simple-statistics'
import { accounts, categories, transactions, users } from '../../schema/index.ts'
import { loadProject } from '../../src/config/load-project.ts'
import { withSession } from '../../src/postgres/session.ts'
import { formatRows, threeDigits } from '../../src/report/format.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import { reported } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { formatRates, measureInTurns } from '../support/measure.ts'
import { seedProject } from '../support/seed-project.ts'
import { reasonOf } from './reason-of.ts'
import type { PeerSizes } from './sizes.ts'

const tables = { users, accounts, categories, transactions }
const userCount = 100

/**
 * drizzle-seed sends 65,535 / 7 = 9,362 rows at a time to a table of seven columns, a parameter too
 * many for the driver with as many rows or more; below that it gets through.
 */
const [peerRows, tooManyRows] = [9_000, 20_000]

/** The project's own transactions, their primary key, foreign keys and indexes in place. */
export async function compareOnFinance(
  url: string,
  { rows, repetitions }: PeerSizes,
): Promise<readonly Limit[]> {
  const project = await loadProject(`${process.cwd()}/downpour.config.ts`)
  await withSession({ url }, (session) => applyMigrations(session, project.migrationsFolder))
  const client = postgres(url, { onnotice: () => {} })
  try {
    const prepare = async () => {
      await client`
        truncate users, accounts, categories, transactions, budgets restart identity`
      await client`checkpoint`
    }
    const drizzleSeed = (count: number) => seedByDrizzle(client, count)
    const ourRows = Math.min(rows, 200_000)
    const run = {
      project,
      counts: { users: userCount, transactions: ourRows },
      only: Object.keys(tables),
      lanes: 1,
      indexes: 'keep',
    } as const
    await prepare()
    const failure = await drizzleSeed(tooManyRows).then(
      () => undefined,
      (error: unknown) => `fails (${reasonOf(error)})`,
    )
    const [ours, theirs] = await measureInTurns(
      [
        { name: 'downpour', rows: ourRows, prepare, run: () => seedProject(url, run) },
        { name: 'drizzle-seed', rows: peerRows, prepare, run: () => drizzleSeed(peerRows) },
      ],
      repetitions,
    )
    console.log(`
Finance transactions, primary key, three foreign keys and two indexes in place
  Downpour, one lane, ${formatRows(ourRows).padEnd(14)}${formatRates(ours!)}
  drizzle-seed, ${formatRows(peerRows).padEnd(20)}${formatRates(theirs!)}
  drizzle-seed with ${formatRows(tooManyRows)}: ${failure ?? 'gets through'}`)
    const ratio = median(ours!.rates) / median(theirs!.rates)
    return [reported('Downpour over drizzle-seed, finance', `${threeDigits(ratio)} times`)]
  } finally {
    await client.end()
  }
}

async function seedByDrizzle(client: postgres.Sql, count: number): Promise<void> {
  await seed(drizzle(client), tables).refine((funcs) => ({
    users: { count: userCount },
    // The checks of the schema are unknown to it, so they are told here.
    accounts: { count: 200, columns: { currency: funcs.default({ defaultValue: 'EUR' }) } },
    categories: { count: 16 },
    transactions: { count },
  }))
}
