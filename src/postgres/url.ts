import { isIPv4 } from 'node:net'
import { userInfo } from 'node:os'
import { DownpourError } from '../errors.ts'

/** How a connection is encrypted: `prefer` and `require` do not verify the certificate. */
export type TlsMode = false | 'prefer' | 'require' | 'verify-full'

/** A database URL taken apart. `host` … `ssl` have the names postgres.js gives its options. */
export interface DatabaseUrl {
  /** A name, an address, or, when it begins with `/`, the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly ssl: TlsMode
  readonly applicationName: string | undefined
  readonly connectTimeoutSeconds: number | undefined
}

/**
 * Reads a database URL as libpq does, but strictly: one host, a database, known parameters only.
 * Without `sslmode` a connection to another machine is encrypted when the server can (`prefer`);
 * one to this machine is not.
 *
 * @param text - `postgres://user:password@host:port/database?sslmode=…`
 * @param environment - Where `PGUSER` and `PGPASSWORD` are looked up when the URL holds none.
 * @throws DownpourError `URL_INVALID`, `URL_DIALECT`, `URL_DATABASE`, `URL_PARAMETER`; none of them
 *   quotes a part of the URL that may be a password.
 * @example
 * parseDatabaseUrl('postgres://ada@db.example.com/shop').port // 5432
 */
export function parseDatabaseUrl(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): DatabaseUrl {
  const url = readUrl(text)
  if (url === undefined) throw unreadable(text)

  const parameters = readParameters(url)
  const host =
    decode(url.hostname).replace(/^\[(.*)\]$/, '$1') || parameters.get('host') || 'localhost'
  const database = decode(url.pathname.slice(1))
  if (database === '') throw noDatabase()

  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    database,
    user: decode(url.username) || environment['PGUSER'] || userInfo().username,
    password: decode(url.password) || environment['PGPASSWORD'] || '',
    ssl: tlsMode(parameters.get('sslmode'), host),
    applicationName: parameters.get('application_name'),
    connectTimeoutSeconds: seconds(parameters.get('connect_timeout')),
  }
}

/**
 * The URL without its password and without parameters this project does not know, safe to print
 * whatever the input is: of a URL that cannot be read nothing is shown.
 *
 * @example
 * displayUrl('postgres://ada:secret@localhost/shop') // 'postgres://ada@localhost/shop'
 */
export function displayUrl(text: string): string {
  const url = readUrl(text)
  if (url === undefined) return '(a database URL that cannot be read)'
  url.password = ''
  for (const name of new Set(url.searchParams.keys())) {
    if (!PARAMETERS.includes(name)) url.searchParams.delete(name)
  }
  return url.href
}

/**
 * Whether a URL's host is this machine by its very name: a socket's folder, `localhost` or a
 * loopback address.
 */
export function isLocalHost(host: string): boolean {
  if (host.startsWith('/') || host.toLowerCase() === 'localhost' || host === '::1') return true
  return isIPv4(host) && host.startsWith('127.')
}

const PARAMETERS = ['application_name', 'connect_timeout', 'host', 'sslmode']

const DIALECTS = ['file', 'libsql', 'mariadb', 'mongodb', 'mssql', 'mysql', 'mysql2', 'sqlite']

/**
 * `undefined` for everything in which a password could stand where none is expected. A password
 * with an unescaped `/`, `?` or `#` ends the host early, and its rest would be read (and printed)
 * as the path: an `@` after the host, a fragment, or a `:` in the user's name give that away.
 */
function readUrl(text: string): URL | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) return undefined
  const afterHost = text.slice(text.indexOf('://') + 3).replace(/^[^/?#]*/, '')
  if (afterHost.includes('@') || afterHost.includes('#')) return undefined
  try {
    const url = new URL(text)
    for (const part of [url.hostname, url.pathname, url.username, url.password]) decode(part)
    // A list of hosts, as libpq takes it, would make the session another one than the URL says.
    if (decode(url.hostname).includes(',')) return undefined
    return decode(url.username).includes(':') ? undefined : url
  } catch {
    return undefined
  }
}

function readParameters(url: URL): Map<string, string> {
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.includes(name)) throw unknownParameter(name)
  }
  const host = url.searchParams.get('host')
  if (host !== null && !host.startsWith('/')) {
    throw badParameter('host', 'Only the folder of a Unix socket can be given as a parameter.')
  }
  return new Map(url.searchParams)
}

function tlsMode(mode: string | undefined, host: string): TlsMode {
  switch (mode) {
    case undefined:
      return isLocalHost(host) ? false : 'prefer'
    case 'disable':
      return false
    case 'allow':
    case 'prefer':
      return 'prefer'
    case 'require':
    case 'verify-full':
      return mode
    default:
      throw badParameter('sslmode', 'It is one of disable, allow, prefer, require and verify-full.')
  }
}

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw badParameter('connect_timeout', 'It is a whole number of seconds, at least 1.')
  }
  return Number(text)
}

function decode(part: string): string {
  return decodeURIComponent(part)
}

function unreadable(text: string): DownpourError {
  const scheme = /^([a-z0-9]+):/.exec(text)?.[1]
  if (scheme !== undefined && DIALECTS.includes(scheme)) {
    return new DownpourError({
      code: 'URL_DIALECT',
      message: 'Cannot use the database URL',
      why: `It names a ${scheme} database, and Downpour loads PostgreSQL only.`,
      fix: 'Give a URL that begins with postgres://.',
    })
  }
  return new DownpourError({
    code: 'URL_INVALID',
    message: 'Cannot read the database URL',
    why: 'It is not of the form postgres://user:password@host:port/database.',
    fix: 'Check it, and percent-encode what is special in the user or password: %40 for @, %2F for /, %3F for ?, %23 for #, %25 for %.',
  })
}

function noDatabase(): DownpourError {
  return new DownpourError({
    code: 'URL_DATABASE',
    message: 'Cannot use the database URL',
    why: 'It names no database.',
    fix: 'Put the name of the database behind the host: postgres://host/database.',
  })
}

/** Only a name that looks like one is repeated: a broken URL's password may have landed here. */
function unknownParameter(name: string): DownpourError {
  const known = /^[a-z_]{1,40}$/i.test(name)
  return new DownpourError({
    code: 'URL_PARAMETER',
    message: 'Cannot use the database URL',
    why: known ? `Its parameter "${name}" is not supported.` : 'One of its parameters is unknown.',
    fix: PARAMETER_HINTS[name] ?? `Remove it; the known parameters are ${PARAMETERS.join(', ')}.`,
  })
}

const PARAMETER_HINTS: Readonly<Record<string, string>> = {
  ssl: 'Replace it with sslmode, for example sslmode=require.',
  sslrootcert: 'Remove it and name the certificate in the variable NODE_EXTRA_CA_CERTS instead.',
  schema: 'Remove it; the schema is part of each Drizzle table.',
}

function badParameter(name: string, why: string): DownpourError {
  return new DownpourError({
    code: 'URL_PARAMETER',
    message: `Cannot use the database URL: its parameter "${name}" has a value that is not allowed`,
    why,
    fix: `Correct ${name}, or remove it.`,
  })
}
