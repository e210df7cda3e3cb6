import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'

export interface TestDatabase {
  readonly url: string
  readonly name: string
  /** Ends the sessions that are still in it, too. */
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /** The name of a database to copy; nobody may be connected to it. */
  readonly template?: string
  /** The server to make it on. @defaultValue `serverUrl()` */
  readonly server?: string
}

/** The run's PostgreSQL 18, as superuser, database `postgres`. */
export function serverUrl(): string {
  return inject('serverUrl')
}

/**
 * The run's PostgreSQL 15, or undefined where it is not installed; then skip and say why:
 * `describe.skipIf(postgres15Url() === undefined)('… (needs PostgreSQL 15)', …)`.
 */
export function postgres15Url(): string | undefined {
  return inject('postgres15Url')
}

/** The run's temporary folder: whatever is in it at the end of the run is removed. */
export function runFolder(): string {
  return inject('runFolder')
}

/** An empty database, or a copy of `template`, that no other test uses. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? serverUrl()
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = options.template ?? 'template0'
  await runOnServer(server, `create database "${name}" template "${template}" strategy file_copy`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    name,
    drop: () => runOnServer(server, `drop database if exists "${name}" with (force)`),
  }
}

async function runOnServer(server: string, statement: string): Promise<void> {
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
