import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { drizzle as drizzleOverPg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleOverPglite } from 'drizzle-orm/pglite'
import { drizzle as drizzleOverPostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import type { SeedDatabase } from '../../src/index.ts'
import type { TableModel } from '../../src/model/table.ts'
import { quoteTable } from '../../src/postgres/identifiers.ts'
import type { TableChecksum } from './checksum.ts'
import { createTestDatabase } from './database.ts'
import { createTownDatabase, townMigrations } from './town-database.ts'

/** A database as its project has it: by Drizzle, on some driver. */
export interface DrizzleDatabase {
  readonly db: SeedDatabase
  /** Of the server; `undefined` where there is none. */
  readonly url: string | undefined
  close(): Promise<void>
}

export const driverNames = ['postgres.js', 'node-postgres', 'PGlite'] as const

export type DriverName = (typeof driverNames)[number]

/**
 * A database of its own, but for PGlite, of which there is one at a time.
 *
 * @param statements - that make its tables
 */
export async function openDatabase(
  driver: DriverName,
  statements: string,
): Promise<DrizzleDatabase> {
  if (driver === 'PGlite') return openPglite(statements)
  const { url, drop } = await createTestDatabase()
  const database = connect(driver, url, drop)
  await database.db.execute(sql.raw(statements))
  return database
}

/** The town, empty. */
export async function openTown(driver: DriverName): Promise<DrizzleDatabase> {
  const { url, drop } = await createTownDatabase()
  if (driver !== 'PGlite') return connect(driver, url, drop)
  await drop()
  return openPglite(await readFile(join(townMigrations(), '0000_town.sql'), 'utf8'))
}

/** To be called once after the tests of a file. */
export async function closePglite(): Promise<void> {
  await pglite?.close()
}

/** As `checksumsOf`, seen by a database or a transaction itself. */
export async function checksumsIn(
  db: SeedDatabase,
  tables: readonly TableModel[],
): Promise<Readonly<Record<string, TableChecksum>>> {
  const sums: Record<string, TableChecksum> = {}
  for (const { key, schema, name } of tables) {
    const [rows, sum] = await askIn(
      db,
      `select count(*)::text || ' ' ||
         coalesce(sum(hashtextextended("the whole row"::text, 0)::numeric), 0)::text
       from ${quoteTable(schema, name)} as "the whole row"`,
    ).then((text) => text.split(' '))
    sums[key] = { rows: Number(rows), sum: sum! }
  }
  return sums
}

/** One value, as text. */
export async function askIn(db: SeedDatabase, query: string): Promise<string> {
  const result: unknown = await db.execute(sql.raw(`select (${query})::text as answer`))
  const rows = Array.isArray(result) ? result : (result as { rows: unknown[] }).rows
  return String((rows[0] as { answer: unknown }).answer)
}

function connect(
  driver: 'postgres.js' | 'node-postgres',
  url: string,
  drop: () => Promise<void>,
): DrizzleDatabase {
  if (driver === 'node-postgres') {
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    // end() does not wait for the connections' own ends, which dropping the database forces.
    pool.on('connect', (client) => client.on('error', () => {}))
    return {
      db: drizzleOverPg(pool),
      url,
      async close() {
        await pool.end()
        await drop()
      },
    }
  }
  const client = postgres(url, { max: 2, onnotice: () => {} })
  return {
    db: drizzleOverPostgresJs(client),
    url,
    async close() {
      await client.end()
      await drop()
    },
  }
}

/** Takes seconds to start, so that a test file has one. */
let pglite: PGlite | undefined

/** Nothing is in it but what the statements make. */
export async function openPglite(statements: string): Promise<DrizzleDatabase> {
  pglite ??= new PGlite()
  await pglite.exec(`do $$ declare name text; begin
    for name in select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)' loop
      execute format('drop schema %I cascade', name);
    end loop;
  end $$;
  create schema public;`)
  await pglite.exec(statements.replaceAll('--> statement-breakpoint', ''))
  return { db: drizzleOverPglite(pglite), url: undefined, close: () => Promise.resolve() }
}
