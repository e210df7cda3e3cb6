import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type ParameterOrJSON, type Sql } from 'postgres'
import { DownpourError } from '../errors.ts'
import {
  connectError,
  ConnectionClosed,
  isStartingUp,
  isUnreachable,
  serverName,
} from './connect-error.ts'
import { type CopyOut, copyOut } from './copy-out.ts'
import { type CopyChannel, copyIn, type CopyIn } from './copy.ts'
import { drizzleOver } from './drizzle-over.ts'
import { createLine, type Line } from './line.ts'
import { serverError, serverSaid } from './server-error.ts'
import { ConnectTimeout, openSocket } from './socket.ts'
import { type DatabaseUrl, parseDatabaseUrl } from './url.ts'

export interface SessionOptions {
  /** `postgres://…`, see {@link parseDatabaseUrl}. */
  readonly url: string
  /** @defaultValue the URL's `application_name`, or `downpour` */
  readonly applicationName?: string
  /** The deadline for everything up to the first answer. @defaultValue the URL's, or 10 */
  readonly connectTimeoutSeconds?: number
  /**
   * Go on trying until the deadline when nobody answers, as after a restart. A server that says it
   * is starting up is always waited for. @defaultValue false
   */
  readonly waitForServer?: boolean
}

export interface QueryOptions {
  /** Keep the statement prepared on the server; behind a pooler it is not. @defaultValue false */
  readonly prepare?: boolean
}

/** Rows, with the server's row count and command tag. */
export type Rows<T> = T[] & { readonly count: number; readonly command: string }

/**
 * One connection to one server, and never another: it does not reconnect. When the connection is
 * lost, everything in flight and everything asked later rejects at once with the same
 * `CONNECTION_LOST` error; open a new session then. Dates and JSON come and go as text.
 */
export interface Session {
  /** Shares this connection, transactions included; made by hand from `begin` on, never pooled. */
  readonly db: PostgresJsDatabase
  /** The server's process, as `pg_backend_pid()` told when the session was opened. */
  readonly pid: number
  /** Whether a pooler stands in between: then `pid` may differ from transaction to transaction. */
  readonly pooled: boolean
  /** The URL's host: a name, an address, or the folder of a Unix socket. */
  readonly host: string
  /** True once the connection is lost or the session closed: nothing can be asked any more. */
  readonly closed: boolean
  /** Whether it waits for the server, and a mark that changes with whatever is sent or received. */
  readonly activity: { readonly isWaiting: boolean; readonly mark: string }
  /** Gives the connection up as lost: everything in flight rejects. */
  lose(cause: Error): void
  /** Calls back once `closed` is true; returns what stops that. */
  onClosed(listener: (error: Error) => void): () => void
  /**
   * Sends a statement; several without parameters, separated by `;`. A string is sent as the
   * parameter's text, whatever its type.
   *
   * @throws the server's error as postgres.js gives it, or the session's when the connection is lost.
   */
  query<T extends object = Record<string, unknown>>(
    text: string,
    parameters?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<Rows<T>>
  begin(): Promise<void>
  /**
   * @throws DownpourError `COMMIT_REFUSED` when an earlier error made the server roll back instead;
   *   what `beforeCommit` throws, and then the transaction is still open
   */
  commit(): Promise<void>
  /** From now on `check` is asked before each commit; when it throws, nothing is committed. */
  beforeCommit(check: () => Promise<void>): void
  /** Does no harm when no transaction is open. */
  rollback(): Promise<void>
  /** Starts a COPY … FROM STDIN; no other statement can be sent until the server has answered it. */
  copyIn(statement: string): Promise<CopyIn>
  /** Starts a COPY … TO STDOUT; no other statement can be sent until all of it has been read. */
  copyOut(statement: string): Promise<CopyOut>
  /**
   * Makes the server end the statement it is at (57014), asking over a second connection. What is
   * sent meanwhile waits, so that it is not hit instead. Behind a pooler nothing is done, since the
   * server's process may be another session's. Never rejects.
   */
  cancel(): Promise<void>
  /** Ends the session at once; an open transaction is rolled back by the server. Never rejects. */
  close(): Promise<void>
}

/**
 * Opens a session.
 *
 * @throws DownpourError `URL_…` when the URL cannot be used, and `CONNECT_…`, see `connectError`.
 * @example
 * const session = await openSession({ url: 'postgres://ada@localhost/shop' })
 * const [row] = await session.query('select 1 as one') // row is { one: 1 }
 * await session.close()
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const address = parseDatabaseUrl(options.url)
  const applicationName = options.applicationName ?? address.applicationName ?? 'downpour'
  const timeoutSeconds = options.connectTimeoutSeconds ?? address.connectTimeoutSeconds ?? 10
  const deadline = performance.now() + timeoutSeconds * 1000

  for (let pause = 50; ; pause = Math.min(2 * pause, 1000)) {
    try {
      return await connect({ address, applicationName, deadline })
    } catch (error) {
      const mayRecover = isStartingUp(error) || (options.waitForServer && isUnreachable(error))
      if (mayRecover !== true || performance.now() + pause > deadline) {
        throw connectError({ error, address, timeoutSeconds })
      }
      await sleep(pause)
    }
  }
}

/** Opens a session for some work, and closes it whatever comes of that. */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(options)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

interface ConnectOptions {
  readonly address: DatabaseUrl
  readonly applicationName: string
  /** On the clock of `performance.now()`. */
  readonly deadline: number
}

async function connect(options: ConnectOptions): Promise<Session> {
  const { address, applicationName, deadline } = options
  const socket = await openSocket(address, deadline - performance.now())
  const line = createLine(socket, (cause) => connectionLost(address, cause))
  const client = createClient({ line, address, applicationName })
  const late = () => line.lose(new ConnectTimeout())
  const timer = setTimeout(late, Math.max(0, deadline - performance.now()))
  try {
    const result = await line.run(() => client.unsafe('select pg_backend_pid() as pid'))
    const pid = Number(result[0]?.['pid'])
    return createSession({ client, line, address, pid, pooled: result.state.pid !== pid })
  } catch (error) {
    line.lose(error)
    throw error instanceof Error && error === line.broken ? error.cause : error
  } finally {
    clearTimeout(timer)
  }
}

interface ClientOptions {
  readonly line: Line
  readonly address: DatabaseUrl
  readonly applicationName: string
}

/** Every option is given, since postgres.js takes missing ones from the environment. */
function createClient(options: ClientOptions): Sql {
  const { line, address, applicationName } = options
  const settings = {
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    password: address.password,
    // The socket arrives encrypted.
    ssl: false,
    socket: () => line.take(),
    // A timestamp without a zone means UTC, through INSERT as through COPY.
    connection: {
      application_name: applicationName,
      TimeZone: 'UTC',
      ...(address.options !== undefined && { options: address.options }),
    },
    max: 1,
    max_pipeline: PIPELINE,
    prepare: true,
    types: textTypes,
    fetch_types: false,
    onnotice: () => {},
    connect_timeout: 0,
    idle_timeout: 0,
    max_lifetime: 0,
    debug: false,
  }
  const client = postgres(settings)
  line.onBroken(() => void client.end({ timeout: 0 }))
  return client
}

/** A string is a value's text, whatever the type; the driver's own would send any string as false. */
const textTypes = {
  bool: {
    to: 16,
    from: [16],
    serialize: (value: unknown) => (typeof value === 'boolean' ? (value ? 't' : 'f') : value),
    parse: (text: string) => text === 't',
  },
  bytea: {
    to: 17,
    from: [17],
    serialize: (value: string | Uint8Array) =>
      typeof value === 'string' ? value : `\\x${Buffer.from(value).toString('hex')}`,
    parse: (text: string) => Buffer.from(text.slice(2), 'hex'),
  },
}

interface Parts {
  readonly client: Sql
  readonly line: Line
  readonly address: DatabaseUrl
  readonly pid: number
  readonly pooled: boolean
}

function createSession(parts: Parts): Session {
  const { client, line, address, pid, pooled } = parts
  let copying = false
  let inTransaction = false
  let savepoints = 0
  let sent = 0
  let waiting = 0
  let cancelling: Promise<void> | undefined
  let mayCommit = async (): Promise<void> => {}

  function run<T>(statement: () => PromiseLike<T>): Promise<T> {
    // Sent during a COPY a statement would make the server fail that COPY.
    if (copying) return Promise.reject(new Error('A COPY is in progress on this session'))
    if (cancelling === undefined) return awaited(() => line.run(statement))
    return cancelling.then(() => awaited(() => line.run(statement)))
  }

  async function awaited<T>(answer: () => Promise<T>): Promise<T> {
    sent++
    waiting++
    try {
      return await answer()
    } finally {
      waiting--
    }
  }

  async function beginCopy(): Promise<CopyChannel> {
    if (line.broken !== undefined) throw line.broken
    if (copying) throw new Error('A COPY is in progress on this session')
    copying = true
    await cancelling
    return {
      client,
      socket: line.socket,
      explain: (error) => line.explain(error),
      onLost: (listener) => line.onBroken(listener),
      onAnswered: () => {
        copying = false
      },
    }
  }

  function command(text: string) {
    return run(() => client.unsafe(text))
  }

  async function begin(): Promise<void> {
    // The server only warns, and the first COMMIT would end both.
    if (inTransaction) throw new Error('The session is in a transaction already')
    // The ledger is written for it: any other level would fail lanes that claim steps side by side.
    await command('begin isolation level read committed')
    inTransaction = true
  }

  async function commit(): Promise<void> {
    await mayCommit()
    inTransaction = false
    const result = await command('commit')
    if (result.command !== 'COMMIT') throw commitRefused(address)
  }

  async function rollback(): Promise<void> {
    inTransaction = false
    await command('rollback')
  }

  async function transaction<T>(work: () => Promise<T>): Promise<T> {
    const scope = inTransaction ? savepointScope(`downpour_${(savepoints += 1)}`) : outerScope
    await scope.enter()
    try {
      const result = await work()
      await scope.leave()
      return result
    } catch (error) {
      // What went wrong first is the news; a connection that cannot even roll back is lost.
      await scope.undo().catch(() => {})
      throw error
    }
  }

  const outerScope = { enter: begin, leave: commit, undo: rollback }
  const savepointScope = (name: string) => ({
    enter: () => command(`savepoint ${name}`),
    leave: () => command(`release savepoint ${name}`),
    undo: () => command(`rollback to savepoint ${name}`),
  })

  const db = drizzleOver(client, { run, transaction })

  return {
    db,
    pid,
    pooled,
    host: address.host,
    get closed() {
      return line.broken !== undefined
    },
    get activity() {
      const { bytesRead, writableLength } = line.socket
      return { isWaiting: waiting > 0, mark: [sent, bytesRead, writableLength].join() }
    },
    lose: (cause) => line.lose(cause),
    onClosed: (listener) => line.onBroken(listener),

    async query<T extends object>(
      text: string,
      parameters: readonly unknown[] = [],
      { prepare = false }: QueryOptions = {},
    ) {
      checkParameters(parameters)
      const rows = await run(() =>
        client.unsafe(text, parameters as ParameterOrJSON<never>[], {
          prepare: prepare && !pooled,
        }),
      )
      return rows as unknown as Rows<T>
    },

    begin,
    commit,
    rollback,
    beforeCommit(check) {
      mayCommit = check
    },

    async copyIn(statement) {
      const channel = await beginCopy()
      const copy = await awaited(() => copyIn(channel, statement))
      return {
        write: (bytes) => awaited(() => copy.write(bytes)),
        finish: () => awaited(() => copy.finish()),
        abort: (reason) => awaited(() => copy.abort(reason)),
      }
    },

    async copyOut(statement) {
      const channel = await beginCopy()
      const copy = copyOut(channel, statement)
      return { read: () => awaited(() => copy.read()) }
    },

    async cancel() {
      if (pooled || line.broken !== undefined) return
      cancelling ??= cancelBackend(address, pid).finally(() => {
        cancelling = undefined
      })
      await cancelling
    },

    async close() {
      await cancelling
      if (line.socket.closed) return
      const closed = once(line.socket, 'close').catch(() => {})
      // Sends Terminate, since the line's listener ends the client.
      line.hangUp(sessionClosed(address))
      await Promise.race([closed, sleep(CLOSE_MILLISECONDS, undefined, { ref: false })])
      line.socket.destroy()
    },
  }
}

/** Without a connection left for it, the statement goes on. */
async function cancelBackend(address: DatabaseUrl, pid: number): Promise<void> {
  const deadline = performance.now() + CANCEL_MILLISECONDS
  try {
    const session = await connect({ address, applicationName: 'downpour cancel', deadline })
    await session.query('select pg_cancel_backend($1::int)', [pid]).catch(() => {})
    await session.close()
  } catch {}
}

/** Statements that may be on the way before the first of them is answered. */
export const PIPELINE = 1000

/** How long a second connection may take. */
const CANCEL_MILLISECONDS = 3000

/** How long the server may take to end its side before the socket is destroyed. */
const CLOSE_MILLISECONDS = 1000

/** Both would fail inside the driver, where the error may hit another statement in flight. */
function checkParameters(parameters: readonly unknown[]): void {
  if (parameters.length > 65_533) {
    throw new Error(`A statement takes at most 65533 parameters, not ${parameters.length}`)
  }
  const missing = parameters.indexOf(undefined)
  if (missing !== -1) throw new Error(`Parameter $${missing + 1} is undefined; pass null instead`)
}

function connectionLost(address: DatabaseUrl, cause: unknown): DownpourError {
  return new DownpourError({
    code: 'CONNECTION_LOST',
    message: `Lost the connection to ${placeOf(address)}`,
    why: reasonOfLoss(cause),
    fix:
      serverError(cause)?.message === 'query_wait_timeout'
        ? 'Let the pooler have more connections to the server (default_pool_size): a run needs two, and one for each lane.'
        : 'Look into the server’s log; once it answers again, run the command again.',
    exitCode: 4,
    cause,
  })
}

function reasonOfLoss(cause: unknown): string {
  const server = serverError(cause)
  if (server !== undefined) return `${serverSaid(server)}.`
  if (cause instanceof ConnectionClosed) return 'The server closed the connection without a word.'
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? `The connection broke (${code}).` : 'The connection broke.'
}

function sessionClosed(address: DatabaseUrl): DownpourError {
  return new DownpourError({
    code: 'SESSION_CLOSED',
    message: `Cannot ask ${placeOf(address)}`,
    why: 'The session was closed.',
    fix: 'Open a new session.',
    exitCode: 4,
  })
}

function commitRefused(address: DatabaseUrl): DownpourError {
  return new DownpourError({
    code: 'COMMIT_REFUSED',
    message: `Cannot commit to ${placeOf(address)}`,
    why: 'An earlier statement of the transaction failed, so the server rolled it back.',
    fix: 'Handle the error of that statement, and roll back instead.',
    exitCode: 4,
  })
}

function placeOf(address: DatabaseUrl): string {
  return `database "${address.database}" on ${serverName(address)}`
}
