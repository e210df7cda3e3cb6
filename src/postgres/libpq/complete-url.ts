import { homedir, userInfo } from 'node:os'
import path from 'node:path'
import { DownpourError } from '../../errors.ts'
import { isLocalHost, parseDatabaseUrl, takeUrlApart, writeUrl } from '../url.ts'
import type { UrlHost, UrlParts } from '../url.ts'
import { isThere, readConfiguration, readPrivate } from './files.ts'
import { findPassword } from './password-file.ts'
import { findService } from './service-file.ts'
import { variableError } from './variable-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A database URL with nothing left to be looked up. */
export interface CompleteUrl {
  /** Of its first host. */
  readonly url: string
  /** Of each of its hosts, or of those that were named in their place. */
  readonly nodes: readonly string[]
  /** What was found and is not heeded, in sentences. */
  readonly notes: readonly string[]
}

/**
 * The URL of the server that libpq's variables name, for `completeUrl`. Only a host or a service
 * names one: `PGUSER`, `PGPASSWORD` and the like are set for whatever server there may be.
 */
export function urlOfVariables(environment: Environment): string | undefined {
  return environment['PGHOST'] || environment['PGSERVICE'] ? 'postgres:///' : undefined
}

/**
 * Adds to a URL what it leaves out, as libpq does: from the service that it or `PGSERVICE` names, from
 * the variables, from the password file. What the URL says itself goes before all of them.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 *
 * @param hosts - for `nodes`, in place of the URL's
 * @throws DownpourError `URL_…`, without a value that may be a password
 * @example
 * await completeUrl('postgres://db/shop', { PGUSER: 'ada', HOME: '/home/ada' })
 * // { url: 'postgres://ada@db/shop', nodes: ['postgres://ada@db/shop'], notes: [] }
 */
export async function completeUrl(
  text: string,
  environment: Environment,
  hosts?: readonly UrlHost[],
): Promise<CompleteUrl> {
  const given = takeUrlApart(text)
  const service = await readService(given, environment)
  const complete = async (parts: UrlParts): Promise<readonly CompleteHost[]> => {
    const found = lookUp(parts, service, environment)
    if (found.hostaddr) throw unsupported(found.hostaddr.origin)
    return Promise.all(hostsOf(found).map((host) => completeHost(host, found, environment)))
  }
  const own = await complete(given)
  const nodes = hosts ? await complete({ ...given, hosts }) : own
  const notes = [...own, ...nodes].flatMap((host) => host.notes)
  return {
    url: own[0]!.url,
    nodes: nodes.map(({ url }) => url),
    notes: [...unheeded(service, environment), ...new Set(notes)],
  }
}

type CompleteHost = Omit<CompleteUrl, 'nodes'>

/** Whom to trust and the password may differ from host to host. */
async function completeHost(
  host: UrlHost,
  found: FoundByName,
  environment: Environment,
): Promise<CompleteHost> {
  const parts: UrlParts = {
    hosts: [host],
    database: found.dbname?.value ?? '',
    user: found.user?.value ?? '',
    password: found.password?.value ?? '',
    parameters: new Map(urlParameters.flatMap((name) => parameterOf(name, found))),
  }
  const { password, notes } = await passwordFor({ ...parts, ...host }, found.passfile, environment)
  const url = writeUrl(await withUsualRoot({ ...parts, password }, host, environment))
  checkFound(url, found)
  return { url, notes }
}

/** A value, and who says it: `the URL`, `PGPORT`, … */
interface Found {
  readonly value: string
  readonly origin: string
}

const urlParameters = [
  'application_name',
  'connect_timeout',
  'options',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
] as const

/** By libpq's name: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
const variables = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  options: 'PGOPTIONS',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
} as const

type Keyword = keyof typeof variables

/** What asks for more than is done here. Others, such as `PGTZ`, are about values that are ours. */
const unheededVariables = [
  'PGCHANNELBINDING',
  'PGGSSENCMODE',
  'PGLOADBALANCEHOSTS',
  'PGREQUIREAUTH',
  'PGREQUIREPEER',
  'PGREQUIRESSL',
  'PGSSLCRL',
  'PGSSLCRLDIR',
  'PGSSLMAXPROTOCOLVERSION',
  'PGSSLMINPROTOCOLVERSION',
  'PGSSLNEGOTIATION',
  'PGTARGETSESSIONATTRS',
]

interface Service {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
}

type FoundByName = { readonly [Name in Keyword]?: Found }

function parameterOf(
  name: (typeof urlParameters)[number],
  found: FoundByName,
): readonly (readonly [string, string])[] {
  const value = found[name]?.value
  // To libpq it means for ever, which is none of ours.
  const isNone = value === undefined || (name === 'connect_timeout' && value === '0')
  return isNone ? [] : [[name, value]]
}

function lookUp(
  { hosts, database, user, password, parameters }: UrlParts,
  service: Service | undefined,
  environment: Environment,
): FoundByName {
  const host = hosts.map((each) => each.host).join()
  const ports = hosts.map((each) => each.port)
  const port = ports.some((each) => each !== '') ? ports.join() : ''
  const said = new Map([
    ...parameters,
    ...Object.entries({ host, port, dbname: database, user, password }),
  ])
  const entries = Object.entries(variables).flatMap(([name, variable]): [string, Found][] => {
    const candidates = [
      { value: said.get(name), origin: 'the URL' },
      { value: service?.parameters.get(name), origin: `service "${service?.name}"` },
      { value: environment[variable], origin: variable },
    ]
    const first = candidates.find(({ value }) => value !== undefined && value !== '')
    return first ? [[name, { value: first.value!, origin: first.origin }]] : []
  })
  // An address is another way to say which host.
  return Object.fromEntries(entries.filter(([name]) => name !== 'hostaddr' || host === ''))
}

async function readService(
  { parameters }: UrlParts,
  environment: Environment,
): Promise<Service | undefined> {
  const name = parameters.get('service') || environment['PGSERVICE']
  if (!name) return undefined
  const own = environment['PGSERVICEFILE'] || path.join(homeOf(environment), '.pg_service.conf')
  const folder = environment['PGSYSCONFDIR']
  const files = [own, ...(folder ? [path.join(folder, 'pg_service.conf')] : [])]
  for (const file of files) {
    const text = await readConfiguration(file)
    const found = text === undefined ? undefined : findService(text, name, file)
    if (found) return { name, parameters: found }
  }
  throw variableError(
    `There is no service "${name}" in ${files.join(' or ')}.`,
    'Correct the service’s name, or define it there.',
  )
}

async function passwordFor(
  { host, port, database, user, password }: Omit<UrlParts, 'hosts'> & UrlHost,
  passfile: Found | undefined,
  environment: Environment,
): Promise<{ readonly password: string; readonly notes: readonly string[] }> {
  if (password !== '') return { password, notes: [] }
  const { text, problem } = await readPrivate(passfile?.value ?? usualPasswordFile(environment))
  if (text === undefined) {
    const isNews = passfile !== undefined || problem!.isThere
    return { password, notes: isNews ? [problem!.sentence] : [] }
  }
  const found = findPassword(text, {
    host: usualSocketFolders.includes(host) ? 'localhost' : host,
    port: port || '5432',
    database,
    user: user || userInfo().username,
  })
  return { password: found ?? '', notes: [] }
}

/** Debian's, the distributions', and PostgreSQL's own. */
const usualSocketFolders = ['/var/run/postgresql', '/run/postgresql', '/tmp']

function usualPasswordFile(environment: Environment): string {
  return process.platform === 'win32'
    ? path.join(environment['APPDATA'] ?? '', 'postgresql', 'pgpass.conf')
    : path.join(homeOf(environment), '.pgpass')
}

/** Where psql looks for whom to trust when nobody says it. */
async function withUsualRoot(
  parts: UrlParts,
  { host }: UrlHost,
  environment: Environment,
): Promise<UrlParts> {
  const { parameters } = parts
  const mode = parameters.get('sslmode') ?? 'verify-full'
  const isVerified = mode === 'verify-full' || mode === 'verify-ca'
  if (isLocalHost(host) || !isVerified || parameters.has('sslrootcert')) return parts
  const file = path.join(homeOf(environment), '.postgresql', 'root.crt')
  if (!(await isThere(file))) return parts
  return { ...parts, parameters: new Map([...parameters, ['sslrootcert', file]]) }
}

function homeOf(environment: Environment): string {
  return environment['HOME'] || homedir()
}

function unheeded(service: Service | undefined, environment: Environment): readonly string[] {
  const names = [
    ...[...(service?.parameters.keys() ?? [])].filter((name) => !(name in variables)),
    ...unheededVariables.filter((name) => environment[name]),
  ]
  return names.length === 0 ? [] : [`Not heeded: ${names.join(', ')}`]
}

/**
 * Hosts and ports may be lists: one port is that of all hosts, several are those of as many.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
function hostsOf({ host, port }: FoundByName): readonly UrlHost[] {
  const hosts = host?.value.split(',') ?? ['localhost']
  const ports = port?.value.split(',') ?? ['']
  if (hosts.includes('')) throw emptyHost(host!.origin)
  if (!ports.every((each) => /^([1-9]\d{0,4})?$/.test(each))) throw badPort(port!.origin)
  if (ports.length > 1 && ports.length !== hosts.length) {
    throw otherCount(port!.origin, ports.length, hosts.length)
  }
  return hosts.map((each, n) => ({ host: each, port: ports[ports.length > 1 ? n : 0]! }))
}

/** What the URL does not say itself is blamed on who says it. */
function checkFound(url: string, found: FoundByName): void {
  try {
    parseDatabaseUrl(url)
  } catch (error) {
    if (!(error instanceof DownpourError) || error.code !== 'URL_PARAMETER') throw error
    const blamed = urlParameters.find((name) => error.message.includes(`"${name}"`))
    const origin = blamed && found[blamed]?.origin
    if (origin === undefined || origin === 'the URL') throw error
    throw variableError(
      `The ${blamed} of ${origin} is not allowed. ${error.why}`,
      'Correct it, or remove it.',
      error,
    )
  }
}

function unsupported(origin: string): DownpourError {
  return variableError(
    `The hostaddr of ${origin} is not supported.`,
    'Give the address as the host: PGHOST, or in the URL.',
  )
}

function emptyHost(origin: string): DownpourError {
  return variableError(`One of the hosts of ${origin} is empty.`, 'Name each host of the list.')
}

function badPort(origin: string): DownpourError {
  return variableError(`The port of ${origin} is no number.`, 'Give a port, such as 5432.')
}

function otherCount(origin: string, ports: number, hosts: number): DownpourError {
  return variableError(
    `${origin} has ${ports} ports, and there ${hosts === 1 ? 'is 1 host' : `are ${hosts} hosts`}.`,
    'Give one port for all hosts, or one for each.',
  )
}
