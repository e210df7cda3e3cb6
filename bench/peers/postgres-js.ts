import postgres from 'postgres'
import { neverAbsent } from './peer.ts'
import type { Peer } from './peer.ts'
import { batchesOf, readReadyRows } from './ready-rows.ts'
import type { ReadyRow } from './ready-rows.ts'

const batchSize = 1_000

const columns = ['user_id', 'account_id', 'amount', 'description', 'tx_date'] as const

/** The driver's own helper for many rows, in batches, in one transaction. */
export function postgresJs(url: string, rows: number): Peer {
  let batches: ReadyRow[][] | undefined
  return {
    name: 'postgres.js, batches of 1,000',
    rows,
    from: 'rows in memory',
    absent: neverAbsent,
    prepare: async () => {
      batches ??= batchesOf(await readReadyRows(url, rows), batchSize)
    },
    run: async () => {
      const client = postgres(url, { max: 1, onnotice: () => {} })
      try {
        await client.begin(async (sql) => {
          for (const batch of batches!) {
            await sql`insert into bench_transactions ${sql(batch, ...columns)}`
          }
        })
      } finally {
        await client.end()
      }
    },
  }
}
