import { drizzle } from 'drizzle-orm/postgres-js'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { seed as drizzleSeed } from 'drizzle-seed'
import postgres from 'postgres'
import { forgetPeakMemory, peakMemory } from '../../src/bench/peak-memory.ts'
import { seed as downpourSeed } from '../../src/index.ts'
import { reasonOf } from './reason-of.ts'
import type { SeederAnswer, SeederName, SeederRequest } from './seeder-process.ts'
import { wideTable } from './wide-table.ts'
import type { WideTable } from './wide-table.ts'

process.on('disconnect', () => process.exit())
process.on('message', async (request: SeederRequest) => process.send!(await load(request)))

/** Timed from connecting to the last connection's end. */
async function load({ url, seeder, width, rows }: SeederRequest): Promise<SeederAnswer> {
  const wide = wideTable(width)
  forgetPeakMemory()
  const started = performance.now()
  const client = postgres(url, { onnotice: () => {} })
  try {
    await seeders[seeder](drizzle(client), wide, rows)
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) }
  } finally {
    await client.end()
  }
  const seconds = (performance.now() - started) / 1000
  return { kind: 'done', seconds, peakRssBytes: peakMemory() }
}

type Seed = (db: PostgresJsDatabase, wide: WideTable, count: number) => Promise<void>

const seeders: Readonly<Record<SeederName, Seed>> = {
  Downpour: (db, { table, generators }, count) =>
    downpourSeed(db, { table }, { count }).refine((f) => ({ table: { columns: generators(f) } })),
  'drizzle-seed': (db, { table, generators }, count) =>
    drizzleSeed(db, { table }, { count }).refine((f) => ({ table: { columns: generators(f) } })),
}
