import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { neverAbsent } from './peer.ts'
import type { Peer } from './peer.ts'
import { transactions } from './project/schema.ts'
import { batchesOf, readReadyRows } from './ready-rows.ts'

/** More rows in one statement are no faster, and Drizzle's query builder recurses over them. */
const batchSize = 1_000

/** `db.insert(…).values(…)` in batches, in one transaction. */
export function drizzleBatch(url: string, rows: number): Peer {
  let batches: (typeof transactions.$inferInsert)[][] | undefined
  return {
    name: 'Drizzle, batches of 1,000',
    rows,
    from: 'rows in memory',
    absent: neverAbsent,
    prepare: async () => {
      batches ??= batchesOf(await readInserts(url, rows), batchSize)
    },
    run: async () => {
      const client = postgres(url, { max: 1, onnotice: () => {} })
      try {
        await drizzle(client).transaction(async (tx) => {
          for (const batch of batches!) await tx.insert(transactions).values(batch)
        })
      } finally {
        await client.end()
      }
    },
  }
}

async function readInserts(
  url: string,
  count: number,
): Promise<(typeof transactions.$inferInsert)[]> {
  const rows = await readReadyRows(url, count)
  return rows.map((row) => ({
    userId: row.user_id,
    accountId: row.account_id,
    amount: row.amount,
    description: row.description,
    txDate: row.tx_date,
  }))
}
