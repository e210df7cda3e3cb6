import { finished } from 'node:stream/promises'
import { getTableName } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { quoteTable } from '../postgres/identifiers.ts'
import { tlsOptions } from '../postgres/socket.ts'
import { parseDatabaseUrl } from '../postgres/url.ts'
import { readTable } from '../read/read-table.ts'

/** A way of reading a table, as people do it. */
export interface ReadWay {
  /** E.g. `cursor, 1000 rows`. */
  readonly name: string
  /** Reads each of so many rows once, and keeps none. Returns how many there were. */
  read(connection: ReadConnection, most: number): Promise<number>
}

/** One connection to a server for as many readings as are wanted, one after the other. */
export interface ReadConnection {
  readonly db: PostgresJsDatabase
  /** Another client, which Drizzle has not changed; it connects when it is used. */
  readonly client: Sql
  /** Makes the server count now what the readings have cost it. */
  settle(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens nothing yet: the first reading connects, so it is the one to be discarded.
 *
 * @param applicationName - as the server is to know it
 */
export function openReadConnection(url: string, applicationName: string): ReadConnection {
  const drizzled = createClient(url, applicationName)
  const client = createClient(url, applicationName)
  return {
    db: drizzle(drizzled),
    client,
    async settle() {
      for (const each of [drizzled, client]) {
        // From PostgreSQL 15 on; without it the figures arrive later.
        await each.unsafe('select pg_stat_force_next_flush()').catch(() => {})
      }
    },
    async close() {
      await Promise.all([drizzled.end({ timeout: 1 }), client.end({ timeout: 1 })])
    },
  }
}

/** All rows in one array. */
export function fetchAll(table: PgTable): ReadWay {
  return {
    name: 'fetch all',
    async read({ db }, most) {
      const rows = await db.select().from(table).limit(most)
      return rows.length
    },
  }
}

/**
 * A query for each page, ordered by the primary key. The server goes through the rows of all earlier
 * pages each time.
 */
export function limitOffset(table: PgTable, options: { readonly pageRows: number }): ReadWay {
  const { pageRows } = options
  const key = primaryKey(table)
  return {
    name: `limit/offset, ${countOf(pageRows)}`,
    async read({ db }, most) {
      let count = 0
      for (;;) {
        const wanted = Math.min(pageRows, most - count)
        if (wanted === 0) return count
        const page = db
          .select()
          .from(table)
          .orderBy(...key)
        const rows = await page.limit(wanted).offset(count)
        count += rows.length
        if (rows.length < wanted) return count
      }
    },
  }
}

/** {@link readTable} */
export function byCursor(table: PgTable, options: { readonly fetchSize: number }): ReadWay {
  const { fetchSize } = options
  return {
    name: `cursor, ${countOf(fetchSize)}`,
    async read({ db }, most) {
      let count = 0
      for await (const rows of readTable(db, table, { fetchSize })) {
        count += rows.length
        if (count >= most) return most
      }
      return count
    },
  }
}

/** COPY TO STDOUT as text, of which the lines are counted: the bytes, without a value made of them. */
export function copyTo(table: PgTable): ReadWay {
  const name = quoteTable(getTableConfig(table).schema, getTableName(table))
  return {
    name: 'copy to',
    async read({ client }, most) {
      const query = `copy (select * from ${name} limit ${most}) to stdout`
      const stream = await client.unsafe(query).readable()
      let lines = 0
      stream.on('data', (bytes: Buffer) => {
        // A newline in a value is sent as \n, two characters.
        for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1
      })
      await finished(stream)
      // The driver may have paused its socket with the last bytes: no later answer would be heard.
      stream._read(0)
      return lines
    },
  }
}

function createClient(url: string, applicationName: string): Sql {
  const address = parseDatabaseUrl(url)
  const { host, port, database, user, password, ssl, options } = address
  return postgres({
    host,
    port,
    database,
    user,
    password,
    ssl: ssl === false || ssl === 'prefer' ? ssl : tlsOptions(address),
    max: 1,
    onnotice: () => {},
    connection: { application_name: applicationName, ...(options !== undefined && { options }) },
  })
}

function primaryKey(table: PgTable): PgColumn[] {
  const { columns, primaryKeys } = getTableConfig(table)
  const key = primaryKeys[0]?.columns ?? columns.filter((column) => column.primary)
  if (key.length === 0) throw new Error(`${getTableName(table)} has no primary key to page by`)
  return key
}

function countOf(rows: number): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'}`
}
