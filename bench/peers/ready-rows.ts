import type { Sql } from 'postgres'
import postgres from 'postgres'

/** A row of document 001's table, without its key. */
export interface ReadyRow {
  readonly user_id: number
  readonly account_id: number
  readonly amount: string
  readonly description: string
  readonly tx_date: string
}

/** Keeps the rows that the table has now, for peers that begin with rows. */
export async function keepReadyRows(sql: Sql): Promise<void> {
  await sql`create unlogged table ready_rows as table bench_transactions`
  await sql`analyze ready_rows`
}

/** The first rows that were kept. */
export async function readReadyRows(url: string, count: number): Promise<readonly ReadyRow[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql<ReadyRow[]>`
      select user_id, account_id, amount, description, tx_date::text
      from ready_rows order by id limit ${count}`
  } finally {
    await sql.end()
  }
}

/** @example batchesOf([1, 2, 3], 2) // [[1, 2], [3]] */
export function batchesOf<Row>(rows: readonly Row[], size: number): Row[][] {
  const batches: Row[][] = []
  for (let first = 0; first < rows.length; first += size)
    batches.push(rows.slice(first, first + size))
  return batches
}
