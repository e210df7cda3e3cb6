import { isIPv4 } from 'node:net'
import { userInfo } from 'node:os'
import { DownpourError } from '../errors.ts'

/**
 * How a connection is encrypted: `prefer` and `require` do not verify the certificate, `verify-ca`
 * does not look at the host's name in it.
 */
export type TlsMode = false | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** A database URL taken apart. `host` … `ssl` have the names postgres.js gives its options. */
export interface DatabaseUrl {
  /** A name, an address, or, when it begins with `/`, the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly ssl: TlsMode
  /** PEM files: whom to trust, and the client's own certificate with its key. */
  readonly certificates: Certificates
  readonly applicationName: string | undefined
  readonly connectTimeoutSeconds: number | undefined
  /** Settings of the session, as `-c name=value`. */
  readonly options: string | undefined
}

export interface Certificates {
  readonly root?: string
  readonly own?: string
  readonly key?: string
}

/** What a database URL says itself. Parts that it leaves out are empty. */
export interface UrlParts {
  /** At least one. */
  readonly hosts: readonly UrlHost[]
  readonly database: string
  readonly user: string
  readonly password: string
  /** By libpq's names. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface UrlHost {
  readonly host: string
  readonly port: string
}

/**
 * Reads the URL of a session as libpq does, but strictly: one host, a database, known parameters only.
 * Without `sslmode` the server's certificate is verified on another machine (`verify-full`), and a
 * connection to this one is not encrypted. What libpq's variables and files add is `completeUrl`'s.
 *
 * @param text - `postgres://user:password@host:port/database?sslmode=…`
 * @throws DownpourError `URL_INVALID`, `URL_DIALECT`, `URL_HOSTS`, `URL_DATABASE`, `URL_PARAMETER`;
 *   none of them quotes a part of the URL that may be a password.
 * @example
 * parseDatabaseUrl('postgres://ada@db.example.com/shop').port // 5432
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const { hosts, database, user, password, parameters } = takeUrlApart(text)
  const [{ host: named, port }, second] = hosts as [UrlHost, ...UrlHost[]]
  if (second) throw severalHosts()
  if (database === '') throw noDatabase()
  const host = named || 'localhost'
  const certificates = certificatesOf(parameters)
  return {
    host,
    port: port === '' ? 5432 : Number(port),
    database,
    user: user || userInfo().username,
    password,
    ssl: tlsMode(parameters.get('sslmode'), host, certificates),
    certificates,
    applicationName: parameters.get('application_name'),
    connectTimeoutSeconds: seconds(parameters.get('connect_timeout')),
    options: parameters.get('options'),
  }
}

/**
 * Reads a database URL with any number of hosts, each with its port: `postgres://a:5432,b,[::1]/shop`.
 *
 * @throws DownpourError `URL_INVALID`, `URL_DIALECT`, `URL_PARAMETER`
 */
export function takeUrlApart(text: string): UrlParts {
  const urls = readUrls(text)
  if (urls === undefined) throw unreadable(text)
  const [url] = urls
  const { host: folder = '', ...parameters } = Object.fromEntries(readParameters(url))
  return {
    hosts: urls.map(({ hostname, port }) => ({ host: hostOf(hostname) || folder, port })),
    database: decode(url.pathname.slice(1)),
    user: decode(url.username),
    password: decode(url.password),
    parameters: new Map(Object.entries(parameters)),
  }
}

/**
 * Reads hosts as they stand in a URL, where a URL's list is replaced.
 *
 * @returns `undefined` for what is no such list
 * @example
 * readHosts('b:5433,[::1]') // [{ host: 'b', port: '5433' }, { host: '::1', port: '' }]
 */
export function readHosts(text: string): readonly UrlHost[] | undefined {
  const urls = /[@/?#\s]/.test(text) ? undefined : readUrls(`postgres://${text}`)
  const hosts = urls?.map(({ hostname, port }) => ({ host: hostOf(hostname), port }))
  return hosts?.every(({ host }) => host !== '') ? hosts : undefined
}

/**
 * The URL of some parts, whatever characters they hold.
 *
 * @param parts - no host is empty
 */
export function writeUrl({ hosts, database, user, password, parameters }: UrlParts): string {
  const login = [user, ...(password === '' ? [] : [password])].map(encodeURIComponent).join(':')
  const query = new URLSearchParams([...parameters]).toString()
  return [
    'postgres://',
    login === '' ? '' : `${login}@`,
    hosts.map(writeHost).join(','),
    `/${encodeURIComponent(database)}`,
    query === '' ? '' : `?${query}`,
  ].join('')
}

/**
 * What is told of a connection's encryption besides its URL.
 *
 * @returns `undefined` where none is expected: on this machine
 */
export function tlsWords({ ssl, host }: Pick<DatabaseUrl, 'ssl' | 'host'>): string | undefined {
  if (ssl === false) return isLocalHost(host) ? undefined : 'not encrypted'
  return tlsNames[ssl]
}

const tlsNames = {
  prefer: 'TLS if the server has it, not verified',
  require: 'TLS, not verified',
  'verify-ca': 'TLS verified, but for the host’s name',
  'verify-full': 'TLS verified',
} as const

/**
 * The URL without its password and without parameters this project does not know, safe to print
 * whatever the input is: of a URL that cannot be read nothing is shown.
 *
 * @example
 * displayUrl('postgres://ada:secret@localhost/shop') // 'postgres://ada@localhost/shop'
 */
export function displayUrl(text: string): string {
  const urls = readUrls(text)
  if (urls === undefined) return '(a database URL that cannot be read)'
  const [url] = urls
  for (const name of new Set(url.searchParams.keys())) {
    if (!SHOWN.includes(name)) url.searchParams.delete(name)
  }
  const login = url.username === '' ? '' : `${url.username}@`
  const hosts = urls.map(({ host }) => host).join()
  return `${url.protocol}//${login}${hosts}${url.pathname}${url.search}`
}

/**
 * Whether a URL's host is this machine by its very name: a socket's folder, `localhost` or a
 * loopback address.
 */
export function isLocalHost(host: string): boolean {
  if (host.startsWith('/') || host.toLowerCase() === 'localhost' || host === '::1') return true
  return isIPv4(host) && host.startsWith('127.')
}

const SHOWN = ['application_name', 'connect_timeout', 'host', 'service', 'sslmode']

const PARAMETERS = [...SHOWN, 'options', 'passfile', 'sslcert', 'sslkey', 'sslrootcert'].toSorted()

const DIALECTS = ['file', 'libsql', 'mariadb', 'mongodb', 'mssql', 'mysql', 'mysql2', 'sqlite']

/**
 * A URL for each host, which differ in nothing else. `undefined` for everything in which a password
 * could stand where none is expected. A password with an unescaped `/`, `?` or `#` ends the hosts
 * early, and its rest would be read (and printed) as the path: an `@` after the hosts, a fragment, or
 * a `:` in the user's name give that away.
 */
function readUrls(text: string): readonly [URL, ...URL[]] | undefined {
  const [, scheme, place, rest] = /^(postgres(?:ql)?:\/\/)([^/?#]*)([^]*)$/.exec(text) ?? []
  if (place === undefined || /[@#]/.test(rest!)) return undefined
  const afterLogin = place.lastIndexOf('@') + 1
  const login = place.slice(0, afterLogin)
  try {
    const urls = place
      .slice(afterLogin)
      .split(',')
      .map((host) => new URL(`${scheme}${login}${host}${rest}`))
    return urls.every((url) => isSafe(url) && (urls.length === 1 || url.hostname !== ''))
      ? (urls as [URL, ...URL[]])
      : undefined
  } catch {
    return undefined
  }
}

/** @throws URIError for a part that is not encoded as it must be */
function isSafe({ hostname, pathname, username, password }: URL): boolean {
  for (const part of [pathname, password]) decode(part)
  return !decode(hostname).includes(',') && !decode(username).includes(':')
}

function hostOf(hostname: string): string {
  return decode(hostname).replace(/^\[(.*)\]$/, '$1')
}

/** An address of version 6 stands in brackets; the folder of a socket is escaped. */
function writeHost({ host, port }: UrlHost): string {
  const written = host.includes(':') ? `[${host}]` : encodeURIComponent(host)
  return port === '' ? written : `${written}:${port}`
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

function tlsMode(
  mode: string | undefined,
  host: string,
  { root }: Pick<Certificates, 'root'>,
): TlsMode {
  switch (mode) {
    case undefined:
      return isLocalHost(host) ? false : 'verify-full'
    case 'disable':
      return false
    case 'allow':
    case 'prefer':
      return 'prefer'
    case 'require':
      // As libpq does: whoever names an authority wants it to be asked.
      return root === undefined ? mode : 'verify-ca'
    case 'verify-ca':
    case 'verify-full':
      return mode
    default:
      throw badParameter(
        'sslmode',
        'It is one of disable, allow, prefer, require, verify-ca and verify-full.',
      )
  }
}

/** `system` means whom Node trusts anyway. */
function certificatesOf(parameters: ReadonlyMap<string, string>): Certificates {
  const [root, own, key] = ['sslrootcert', 'sslcert', 'sslkey'].map((name) => parameters.get(name))
  return {
    ...(root && root !== 'system' && { root }),
    ...(own && { own }),
    ...(key && { key }),
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

/** Which of them would be up to chance, and a session must be that of its URL. */
function severalHosts(): DownpourError {
  return new DownpourError({
    code: 'URL_HOSTS',
    message: 'Cannot use the database URL',
    why: 'It names several hosts, and a session has one.',
    fix: 'Name one host.',
  })
}

function noDatabase(): DownpourError {
  return new DownpourError({
    code: 'URL_DATABASE',
    message: 'Cannot use the database URL',
    why: 'It names no database.',
    fix: 'Put the name of the database behind the host: postgres://host/database; or set PGDATABASE.',
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
