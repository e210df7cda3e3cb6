import { is } from 'drizzle-orm'
import { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { openSession } from '../postgres/session.ts'
import type { Session, SessionOptions } from '../postgres/session.ts'
import type { Handed } from './database.ts'
import { limitLockWaits } from './lock-error.ts'

/** Where a client of postgres.js connects to, for connections of our own. */
export interface ClientAddress {
  /** With the password that the client would send now. */
  url(): Promise<string>
  /** Settings of each session, by name. */
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * Reads the options of the client that a database is on.
 *
 * @returns `undefined` where it is another than postgres.js', where a transaction is open, and where
 *   only the client itself can connect in that way
 */
export function addressOf({ database, isOpen }: Handed): ClientAddress | undefined {
  const client = isOpen ? undefined : clientOf(database)
  if (!client) return undefined
  const sslMode = sslModeOf(client.ssl)
  const { application_name: _name, options, replication, ...settings } = client.connection ?? {}
  const isOurs =
    sslMode !== undefined &&
    client.host.length === 1 &&
    !client.socket &&
    !client.user.includes(':') &&
    (client.sslnegotiation ?? 'postgres') === 'postgres' &&
    options === undefined &&
    replication === undefined
  if (!isOurs) return undefined
  const parameter = new URLSearchParams({
    sslmode: sslMode,
    ...(isTimeout(client.connect_timeout) && { connect_timeout: String(client.connect_timeout) }),
  })
  return {
    // Ours is UTC, in which timestamps are written.
    settings: Object.fromEntries(
      Object.entries(settings).filter(
        ([name, value]) => value != null && name.toLowerCase() !== 'timezone',
      ),
    ),
    async url() {
      const password = typeof client.pass === 'function' ? await client.pass() : client.pass
      const login = [client.user, password].map(encodeURIComponent).join(':')
      const database = encodeURIComponent(client.database)
      return `postgres://${login}@${hostOf(client)}/${database}?${parameter.toString()}`
    },
  }
}

/** Opens a session as the client would have it; behind a pooler without its settings. */
export async function openLike(
  address: ClientAddress,
  options: Omit<SessionOptions, 'url'> = {},
): Promise<Session> {
  const session = await openSession({
    applicationName: `downpour (pid ${process.pid})`,
    ...options,
    url: await address.url(),
  })
  try {
    if (!session.pooled) {
      await limitLockWaits(session, 'session')
      await session.query(
        `select set_config(key, value, false) from json_each_text($1::text::json)`,
        [JSON.stringify(address.settings)],
      )
    }
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

/** As postgres.js resolves them: hosts and ports are lists. */
interface ClientOptions {
  readonly host: readonly string[]
  readonly port: readonly number[]
  readonly path: string | false | undefined
  readonly database: string
  readonly user: string
  readonly pass: string | (() => string | Promise<string>)
  readonly ssl?: boolean | string | object | null
  readonly sslnegotiation?: string | null
  readonly connection?: Readonly<Record<string, unknown>>
  readonly connect_timeout?: number | null
  /** What opens the socket in its place. */
  readonly socket?: unknown
}

function clientOf(database: object): ClientOptions | undefined {
  const client: unknown =
    is(database, PostgresJsDatabase) && '$client' in database ? database.$client : undefined
  return typeof client === 'function' && 'options' in client
    ? (client.options as ClientOptions)
    : undefined
}

/** Certificates of one's own have no place in a URL. */
function sslModeOf(ssl: ClientOptions['ssl']): string | undefined {
  if (ssl === undefined || ssl === null || ssl === false) return 'disable'
  if (ssl === true) return 'verify-full'
  if (typeof ssl === 'string') return sslModes[ssl]
  const { rejectUnauthorized, ...others } = ssl as Readonly<Record<string, unknown>>
  if (Object.keys(others).length > 0) return undefined
  return rejectUnauthorized === false ? 'require' : 'verify-full'
}

const sslModes: Readonly<Record<string, string>> = {
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'verify-full': 'verify-full',
}

/** A socket's folder may stand in the place of the host. */
function hostOf({ host, port, path }: ClientOptions): string {
  const [name] = host
  const folder = path ? path.replace(/\/\.s\.PGSQL\.\d+$/, '') : undefined
  const socketPort = path ? /\.s\.PGSQL\.(\d+)$/.exec(path)?.[1] : undefined
  return `${encodeURIComponent(folder ?? name!)}:${socketPort ?? port[0]}`
}

function isTimeout(seconds: ClientOptions['connect_timeout']): boolean {
  return Number.isSafeInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= 99_999
}
