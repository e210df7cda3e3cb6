import { getTableColumns, getTableName, is, type SQL, sql } from 'drizzle-orm'
import { type PgColumn, type PgTable, PgTransaction } from 'drizzle-orm/pg-core'
import { DownpourError } from '../errors.ts'
import {
  type AnyPgDatabase,
  type AnyPgTransaction,
  holdTransaction,
  joinTransaction,
} from './held-transaction.ts'
import { readError } from './read-error.ts'

export interface ReadOptions {
  /** Rows that the server sends at a time: the most that one step of the loop gets. @defaultValue 1000 */
  readonly fetchSize?: number
  /** Which rows; all of them when it is missing. */
  readonly where?: SQL | undefined
  /** In which order; any when it is missing. */
  readonly orderBy?: PgColumn | SQL | readonly (PgColumn | SQL)[]
}

/**
 * Reads a table of any size in constant memory, through a cursor on the server. The rows are what
 * `db.select().from(table)` gives, `fetchSize` of them at a time; all are of one moment, the one in
 * which the loop begins.
 *
 * The reading holds one connection, in a read-only transaction, until the loop is over or left
 * (`break`, `throw`, `return`). While the loop works on some rows the next ones are fetched: at most
 * one fetch ahead. A pool of one connection has none left for other statements of the loop's body;
 * give a transaction as `db` then.
 *
 * With a transaction as `db` its own changes are read too, nothing is fetched ahead, since the
 * connection is the loop's body's as well, and it stays open in the end.
 *
 * @param db - Whose `transaction` is called, or a transaction.
 * @param table - A Drizzle table.
 * @throws DownpourError `READ_FETCH_SIZE` at once; in the loop `READ_SCHEMA`, `READ_PERMISSION`,
 *   `READ_SERVER` with the server's reason, and `READ_CONNECTION` when the connection is lost.
 * @example
 * let spent = 0
 * for await (const rows of readTable(db, transactions, { fetchSize: 5000 })) {
 *   for (const row of rows) spent += row.amount
 * }
 */
export function readTable<T extends PgTable>(
  db: AnyPgDatabase,
  table: T,
  options: ReadOptions = {},
): AsyncGenerator<T['$inferSelect'][], void, undefined> {
  const { fetchSize = 1000, where, orderBy = [] } = options
  if (!Number.isInteger(fetchSize) || fetchSize < 1 || fetchSize > LARGEST_FETCH) {
    throw fetchSizeError(fetchSize)
  }
  return read(db, { table, fetchSize, where, orderBy: [orderBy].flat() })
}

interface Reading<T extends PgTable> {
  readonly table: T
  readonly fetchSize: number
  readonly where: SQL | undefined
  readonly orderBy: (PgColumn | SQL)[]
}

type Chunk<T extends PgTable> = T['$inferSelect'][]

/** FETCH takes a signed number of 32 bits. */
const LARGEST_FETCH = 2 ** 31 - 1

async function* read<T extends PgTable>(
  db: AnyPgDatabase,
  reading: Reading<T>,
): AsyncGenerator<Chunk<T>, void, undefined> {
  const isJoined = is(db, PgTransaction)
  const transaction = isJoined ? joinTransaction(db) : holdTransaction(db)
  let cursor: Cursor<Chunk<T>> | undefined
  let next: Promise<Chunk<T>> | undefined
  let failure: { readonly error: unknown } | undefined
  try {
    const opened = (cursor = await transaction.ask((tx) => openCursor(tx, reading)))
    for (let isLast = false; !isLast;) {
      const rows = await (next ?? transaction.ask(opened.fetch))
      isLast = rows.length < reading.fetchSize
      next = isLast || isJoined ? undefined : transaction.ask(opened.fetch)
      // Its error is the next step's; nobody's, when the loop is left before.
      next?.catch(() => {})
      if (rows.length > 0) yield rows
    }
  } catch (error) {
    failure = { error }
    throw readError(error, getTableName(reading.table))
  } finally {
    // No driver likes to be asked for the end while it is at something.
    await next?.catch(() => {})
    // With the transaction the cursor ends too; one that failed takes no statement any more.
    if (isJoined && failure === undefined) await cursor?.close().catch(() => {})
    await transaction.end(failure)
  }
}

interface Cursor<Rows> {
  fetch(): Promise<Rows>
  close(): Promise<unknown>
}

let cursors = 0

async function openCursor<T extends PgTable>(
  tx: AnyPgTransaction,
  reading: Reading<T>,
): Promise<Cursor<Chunk<T>>> {
  const { table, fetchSize, where, orderBy } = reading
  // Several may be open in one transaction.
  const name = `downpour_read_${(cursors += 1)}`
  const query = tx
    .select()
    .from<PgTable>(table)
    .where(where)
    .orderBy(...orderBy)
  await tx.execute(sql`declare ${sql.raw(name)} no scroll cursor for ${query.getSQL()}`)

  // Prepared by hand, for Drizzle to map the rows as it maps those of a select, whatever the driver.
  const fields = Object.entries(getTableColumns(table)).map(([property, column]) => ({
    path: [property],
    field: column,
  }))
  const fetch = tx._.session.prepareQuery<{ execute: Chunk<T>; all: unknown; values: unknown }>(
    { sql: `fetch forward ${fetchSize} from ${name}`, params: [] },
    fields,
    undefined,
    true,
  )
  return {
    fetch: () => fetch.execute(),
    close: () => tx.execute(sql.raw(`close ${name}`)),
  }
}

function fetchSizeError(fetchSize: unknown): DownpourError {
  return new DownpourError({
    code: 'READ_FETCH_SIZE',
    message: `Cannot fetch ${String(fetchSize)} rows at a time`,
    why: `A fetch size is a whole number from 1 to ${LARGEST_FETCH}.`,
    fix: 'Leave fetchSize out, which makes it 1000, or give such a number.',
  })
}
