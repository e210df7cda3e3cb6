import path from 'node:path'
import { access } from 'node:fs/promises'
import { DownpourError } from '../errors.ts'
import { loadModule } from './load-module.ts'

/** Which database, and who said so. */
export type DatabaseChoice =
  | { readonly kind: 'url'; readonly url: string; readonly source: string }
  | { readonly kind: 'embedded' }

/**
 * Decides which database is used: `--database-url`, then `DATABASE_URL`, then `drizzle.config.ts`,
 * then the embedded server.
 *
 * @param options - `flag`: from the command line; `environment`: `DATABASE_URL`; `folder`: where
 *   drizzle.config.ts would be
 * @throws DownpourError `CONFIG_MODULE`, `CONFIG_SSL`, `CONFIG_DIALECT`
 */
export async function chooseDatabase(options: {
  readonly flag: string | undefined
  readonly environment: string | undefined
  readonly folder: string
}): Promise<DatabaseChoice> {
  const { flag, environment, folder } = options
  if (flag !== undefined) return { kind: 'url', url: flag, source: '--database-url' }
  if (environment) return { kind: 'url', url: environment, source: 'DATABASE_URL' }
  const url = await readDrizzleConfig(path.join(folder, 'drizzle.config.ts'))
  return url === undefined
    ? { kind: 'embedded' }
    : { kind: 'url', url, source: 'drizzle.config.ts' }
}

interface DrizzleConfig {
  readonly dialect?: string
  readonly dbCredentials?: Credentials
}

interface Credentials {
  readonly url?: string
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** `require` and the like, as drizzle-kit takes them, or options of node's TLS. */
  readonly ssl?: boolean | string | object
}

async function readDrizzleConfig(file: string): Promise<string | undefined> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  const { default: config } = await loadModule(file, 'the Drizzle configuration')
  const { dialect, dbCredentials: credentials } = (config ?? {}) as DrizzleConfig
  if (dialect !== undefined && dialect !== 'postgresql') throw dialectError(file, dialect)
  if (credentials?.url) return credentials.url
  if (!credentials?.host || !credentials.database) return undefined
  const url = new URL(`postgres://${hostInUrl(credentials.host)}`)
  url.port = credentials.port === undefined ? '' : String(credentials.port)
  url.username = encodeURIComponent(credentials.user ?? '')
  url.password = encodeURIComponent(credentials.password ?? '')
  url.pathname = `/${encodeURIComponent(credentials.database)}`
  const mode = sslMode(credentials.ssl, file)
  if (mode !== undefined) url.searchParams.set('sslmode', mode)
  return url.href
}

/** An IPv6 address stands in brackets; the folder of a socket is escaped. */
function hostInUrl(host: string): string {
  if (host.startsWith('/')) return encodeURIComponent(host)
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

/** What drizzle-kit's drivers make of it: `true` verifies the certificate. */
function sslMode(ssl: Credentials['ssl'], file: string): string | undefined {
  if (typeof ssl !== 'object') return ssl === true ? 'verify-full' : ssl === false ? 'disable' : ssl
  throw new DownpourError({
    code: 'CONFIG_SSL',
    message: `Cannot use ${file}: its "ssl" is an object`,
    why: 'A database URL holds no options of that kind.',
    fix: 'Give "url" with sslmode in place of it, for example sslmode=verify-full; a certificate of your own authority is made known with NODE_EXTRA_CA_CERTS.',
  })
}

function dialectError(file: string, dialect: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_DIALECT',
    message: `Cannot use the database of ${file}`,
    why: `Its dialect is "${dialect}", and only PostgreSQL can be seeded.`,
    fix: 'Name a PostgreSQL server with --database-url or DATABASE_URL.',
  })
}
