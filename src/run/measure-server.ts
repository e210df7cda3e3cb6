import { statfs } from 'node:fs/promises'
import type { TableName } from '../postgres/catalog.ts'
import { readDistributions } from '../postgres/citus.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'

/** What a table takes on disk, its indexes and TOAST included, on all nodes where it is on several. */
export async function readTableBytes(
  session: Session,
  tables: readonly (TableName & { readonly key: string })[],
): Promise<ReadonlyMap<string, number>> {
  const distributions = await readDistributions(session, tables)
  const sizes = new Map<string, number>()
  for (const [index, { key, schema, name }] of tables.entries()) {
    const isHere = distributions[index]!.kind === 'local'
    const [row] = await session.query<{ bytes: number }>(
      `select ${isHere ? 'pg' : 'citus'}_total_relation_size($1::text::regclass)::float8 as bytes`,
      [quoteTable(schema, name)],
    )
    sizes.set(key, row!.bytes)
  }
  return sizes
}

/**
 * Where the server's write-ahead log ends; the difference of two is what was written between.
 *
 * @returns `undefined` where the server does not tell, as some hosted ones do not
 */
export async function readWalPosition(session: Session): Promise<number | undefined> {
  const [row] = await session
    .query<{ bytes: number }>(
      "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
    )
    .catch(() => [])
  return row?.bytes
}

/**
 * Free space of the disk that holds a local server's data.
 *
 * @returns `undefined` where the role may not ask, or this process cannot look
 */
export async function readFreeDisk(session: Session): Promise<number | undefined> {
  const [row] = await session
    .query<{ folder: string }>("select current_setting('data_directory') as folder")
    .catch(() => [])
  const disk = row && (await statfs(row.folder).catch(() => undefined))
  return disk && disk.bavail * disk.bsize
}
