import { drizzle } from 'drizzle-orm/postgres-js'
import { seed } from 'drizzle-seed'
import postgres from 'postgres'
import { neverAbsent } from './peer.ts'
import type { Peer } from './peer.ts'
import { transactions } from './project/schema.ts'

export function drizzleSeed(url: string, rows: number): Peer {
  return {
    name: 'drizzle-seed',
    rows,
    from: 'nothing',
    absent: neverAbsent,
    prepare: async () => {},
    run: async () => {
      const client = postgres(url, { onnotice: () => {} })
      try {
        await seed(drizzle(client), { transactions }, { count: rows })
      } finally {
        await client.end()
      }
    },
  }
}
