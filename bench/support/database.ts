import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { openEmbeddedServer } from '../../src/postgres/embedded/server.ts'

/** A database of the benchmark's own. */
export interface BenchDatabase {
  readonly url: string
  /** E.g. `PostgreSQL 18.4, embedded`. */
  readonly label: string
}

/**
 * Runs a benchmark on a database that is created for it and dropped afterwards, on `DATABASE_URL`'s
 * server or on the embedded one.
 */
export async function withBenchDatabase(
  work: (database: BenchDatabase) => Promise<void>,
): Promise<void> {
  const given = process.env['DATABASE_URL']
  if (given) return withOwnDatabase(given, 'DATABASE_URL', work)
  const server = await openEmbeddedServer({ folder: process.cwd() })
  try {
    await withOwnDatabase(server.url, 'embedded', work)
  } finally {
    await server.release()
  }
}

async function withOwnDatabase(
  serverUrl: string,
  origin: string,
  work: (database: BenchDatabase) => Promise<void>,
): Promise<void> {
  const name = `downpour_bench_${randomBytes(4).toString('hex')}`
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} })
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  try {
    await admin.unsafe(`create database ${name}`)
    const [row] = await admin`select current_setting('server_version') as version`
    await work({ url: url.href, label: `PostgreSQL ${row!['version']}, ${origin}` })
  } finally {
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
  }
}
