import { DownpourError, type ExitCode } from '../errors.ts'
import { serverError, serverSaid, type ServerError } from './server-error.ts'
import { ConnectTimeout, TlsError } from './socket.ts'
import type { DatabaseUrl } from './url.ts'

export interface ConnectFailure {
  readonly error: unknown
  readonly address: DatabaseUrl
  /** The deadline that was kept, for the message. */
  readonly timeoutSeconds: number
}

/** Whether waiting may help: the server is starting up, or stopping to be started again. */
export function isStartingUp(error: unknown): boolean {
  return ['57P03', '57P01', '57P02'].includes(serverError(error)?.code ?? '')
}

/** Whether nobody was there to answer, as during a restart. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE[codeOf(error)] !== undefined || error instanceof ConnectionClosed
}

/** The server closed the connection during start-up and said nothing. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
}

/**
 * Why no connection came about. Exit code 2 where the URL, the user or the server's configuration
 * has to change (`CONNECT_UNREACHABLE`, `CONNECT_AUTHENTICATION`, `CONNECT_DATABASE`,
 * `CONNECT_TLS`), 4 where it is the server's state and the same command may succeed later
 * (`CONNECT_TOO_MANY`, `CONNECT_STARTING`, `CONNECT_TIMEOUT`, `CONNECT_CLOSED`, `CONNECT_SERVER`).
 * Any other error is a bug and comes back as it is.
 */
export function connectError(failure: ConnectFailure): Error {
  const { error, address } = failure
  const reason = reasonOf(failure)
  if (reason === undefined) return error instanceof Error ? error : new Error(String(error))
  const { database, user } = address
  return new DownpourError({
    ...reason,
    message: `Cannot connect to database "${database}" on ${serverName(address)} as "${user}"`,
    cause: error,
  })
}

/** Host and port, or the socket's path, for messages. */
export function serverName({ host, port }: DatabaseUrl): string {
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

interface Reason {
  readonly code: string
  readonly why: string
  readonly fix: string
  readonly exitCode: ExitCode
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing accepts connections there (ECONNREFUSED).',
  ECONNRESET: 'The connection was cut while it was being opened (ECONNRESET).',
  EPIPE: 'The connection was cut while it was being opened (EPIPE).',
  ENOENT: 'There is no such socket (ENOENT).',
  EACCES: 'This user may not open the socket (EACCES).',
  ENOTFOUND: 'No host has that name (ENOTFOUND).',
  EAI_AGAIN: 'The name of the host could not be looked up (EAI_AGAIN).',
  EHOSTUNREACH: 'No route leads to the host (EHOSTUNREACH).',
  ENETUNREACH: 'No route leads to the host’s network (ENETUNREACH).',
  ETIMEDOUT: 'The host did not answer (ETIMEDOUT).',
}

function reasonOf(failure: ConnectFailure): Reason | undefined {
  const { error, address, timeoutSeconds } = failure
  const server = serverError(error)
  if (server !== undefined) return serverReason(server, address)
  if (error instanceof TlsError) {
    return {
      code: 'CONNECT_TLS',
      why: `TLS failed: ${error.message}.`,
      fix: address.ssl === 'verify-full' ? verifiedFix : 'Check sslmode in the database URL.',
      exitCode: 2,
    }
  }
  if (error instanceof ConnectTimeout) {
    return {
      code: 'CONNECT_TIMEOUT',
      why: `The server did not answer within ${timeoutSeconds} s.`,
      fix: 'Check the host and port, and that no firewall is in between.',
      exitCode: 4,
    }
  }
  if (error instanceof ConnectionClosed) {
    return {
      code: 'CONNECT_CLOSED',
      why: 'The server closed the connection without a word.',
      fix: 'Check that PostgreSQL listens on that port, and look into its log.',
      exitCode: 4,
    }
  }
  const why = UNREACHABLE[codeOf(error)]
  if (why === undefined) return undefined
  return {
    code: 'CONNECT_UNREACHABLE',
    why,
    fix: 'Start the server, or correct host and port in the database URL.',
    exitCode: 2,
  }
}

/** Another machine's certificate is verified without being asked for. */
const verifiedFix =
  'Name the certificate of your own authority with sslrootcert=FILE in the database URL; or give up verification with sslmode=require, encryption with sslmode=disable.'

function serverReason(error: ServerError, address: DatabaseUrl): Reason {
  const why = `${serverSaid(error)}.`
  switch (error.code) {
    case '28000':
      // pg_hba.conf has no line for an unencrypted connection; the wording is PostgreSQL's.
      if (address.ssl === false && /no encryption|SSL off/.test(error.message)) {
        const fix = 'Add sslmode=require to the database URL if the server accepts TLS only.'
        return { code: 'CONNECT_TLS', why, fix, exitCode: 2 }
      }
      return authentication(why)
    case '28P01':
      return authentication(why)
    case '3D000':
    case '42501':
    case '55000':
      return {
        code: 'CONNECT_DATABASE',
        why,
        fix: 'Create the database or grant access to it, or correct its name in the database URL.',
        exitCode: 2,
      }
    case '53300':
      return tooMany(why, 'raise max_connections on the server')
    case '08P01':
      // PgBouncer has one code for everything; its word for the limit is the setting's name.
      if (/max_\w*client_conn/.test(error.message)) return tooMany(why, 'raise that limit')
      return { code: 'CONNECT_SERVER', why, fix: 'Look into the pooler’s log.', exitCode: 4 }
    case '57P01':
    case '57P02':
    case '57P03':
      return { code: 'CONNECT_STARTING', why, fix: 'Wait until the server is up.', exitCode: 4 }
    default:
      return { code: 'CONNECT_SERVER', why, fix: 'Look into the server’s log.', exitCode: 4 }
  }
}

function tooMany(why: string, remedy: string): Reason {
  const fix = `Close other connections, or ${remedy}.`
  return { code: 'CONNECT_TOO_MANY', why, fix, exitCode: 4 }
}

function authentication(why: string): Reason {
  return {
    code: 'CONNECT_AUTHENTICATION',
    why,
    fix: 'Correct user and password in the database URL.',
    exitCode: 2,
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}
