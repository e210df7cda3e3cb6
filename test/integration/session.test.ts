import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSession, type Session } from '../../src/postgres/session.ts'
import { createTestDatabase, runFolder, type TestDatabase } from '../support/database.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

const KILLED =
  'The server said: terminating connection due to administrator command (SQLSTATE 57P01).'

let database: TestDatabase
let control: Session
let session: Session

// Before the hooks that close sessions, so that it looks after them.
expectNothingUnhandled()

beforeAll(async () => {
  database = await createTestDatabase()
  control = await openSession({ url: database.url })
  await control.query('create table items (id int primary key, label text)')
})

afterAll(async () => {
  await control.close()
  await database.drop()
})

beforeEach(async () => {
  session = await openSession({ url: database.url })
})

afterEach(async () => {
  await session.close()
  await control.query('truncate items')
})

describe('session', () => {
  it('knows its backend and names itself', async () => {
    const rows = await session.query(
      `select pg_backend_pid() as pid, current_setting('application_name') as name`,
    )
    expect(rows).toMatchObject([{ pid: session.pid, name: 'downpour' }])
    expect(session.pooled).toBe(false)
    expect(session.closed).toBe(false)
  })

  it('returns rows with the count and the command', async () => {
    const rows = await session.query('insert into items values ($1, $2), (2, null)', [1, 'a'])
    expect(rows.count).toBe(2)
    expect(rows.command).toBe('INSERT')
  })

  it('keeps a statement prepared when asked to', async () => {
    for (let i = 0; i < 3; i += 1) {
      await session.query('select $1::int as it', [i], { prepare: true })
    }
    await session.query('select $1::int as other', [1])
    const rows = await session.query('select statement from pg_prepared_statements')
    expect(rows.map((row) => row['statement'])).toEqual(['select $1::int as it'])
  })

  it('refuses parameters that would upset the driver, statements in flight included', async () => {
    const slow = session.query('select 1 as one from pg_sleep(0.05)')
    await expect(session.query('select $1, $2', ['a', undefined])).rejects.toThrow(
      'Parameter $2 is undefined; pass null instead',
    )
    await expect(session.query('select', Array<number>(65_534).fill(1))).rejects.toThrow(
      'A statement takes at most 65533 parameters, not 65534',
    )
    expect(await slow).toMatchObject([{ one: 1 }])
  })

  it('gives the server’s error and goes on', async () => {
    await expect(session.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
    expect(await session.query('select 1 as one')).toMatchObject([{ one: 1 }])
  })

  it('prints no notice', async () => {
    const rows = await session.query(`do $$ begin raise notice 'hello'; end $$`)
    expect(rows.command).toBe('DO')
  })

  it('commits and rolls back', async () => {
    await session.begin()
    await session.query('insert into items values (1)')
    await session.rollback()
    await session.begin()
    await session.query('insert into items values (2)')
    await session.commit()
    expect(await ids()).toEqual([2])
  })

  it('does not begin twice', async () => {
    await session.begin()
    await expect(session.begin()).rejects.toThrow('The session is in a transaction already')
  })

  it('does not call a commit done that the server turned into a rollback', async () => {
    await session.begin()
    await session.query('insert into items values (1)')
    await session.query('select 1/0').catch(() => {})
    await expect(session.commit()).rejects.toMatchObject({
      code: 'COMMIT_REFUSED',
      why: 'An earlier statement of the transaction failed, so the server rolled it back.',
      exitCode: 4,
    })
    await session.begin()
    await session.commit()
    expect(await ids()).toEqual([])
  })

  it('rolls an open transaction back and leaves no backend when closed', async () => {
    await session.begin()
    await session.query('insert into items values (1)')
    await session.close()
    await session.close()
    expect(session.closed).toBe(true)
    await expect(session.query('select 1')).rejects.toMatchObject({
      code: 'SESSION_CLOSED',
      why: 'The session was closed.',
    })
    await gone(session)
    expect(await ids()).toEqual([])
  })

  it('rejects what is in flight when closed', async () => {
    const slow = session.query('select pg_sleep(10)')
    const failed = expect(slow).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
    const started = performance.now()
    await session.close()
    await failed
    expect(performance.now() - started).toBeLessThan(2000)
    await control.query('select pg_terminate_backend($1, 5000)', [session.pid])
  })
})

describe('session.cancel', () => {
  it('ends the statement that the server is at, and the session goes on', async () => {
    const slow = session.query('select pg_sleep(20)').catch((error: unknown) => error)
    await pause(50)
    await session.cancel()
    expect(await slow).toMatchObject({ code: '57014' })
    expect(await session.query('select 1 as one')).toMatchObject([{ one: 1 }])
  })

  it('hits no statement that is sent after it', async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const cancelled = session.cancel()
      const [rows] = await Promise.all([
        session.query('select pg_sleep(0.01), 2 as two'),
        cancelled,
      ])
      expect(rows).toMatchObject([{ two: 2 }])
    }
  })

  it('ends a COPY that the server waits in', async () => {
    await control.query('begin; lock table items in access exclusive mode')
    const copying = session.copyIn('copy items from stdin').catch((error: unknown) => error)
    await pause(50)
    await session.cancel()
    expect(await copying).toMatchObject({ code: '57014' })
    await control.query('rollback')
  })

  it('does nothing once the session is closed', async () => {
    await session.close()
    await session.cancel()
  })
})

describe('session.beforeCommit', () => {
  it('keeps a transaction open that must not be committed, Drizzle’s too', async () => {
    const refusal = new Error('not now')
    session.beforeCommit(() => Promise.reject(refusal))
    await session.begin()
    await session.query('insert into items values (1)')
    await expect(session.commit()).rejects.toBe(refusal)
    await session.rollback()
    const insert = session.db.transaction((tx) => tx.execute(sql`insert into items values (2)`))
    await expect(insert).rejects.toBe(refusal)
    expect(await control.query('select from items')).toHaveLength(0)
  })
})

describe('session whose backend is killed', () => {
  it('rejects everything from then on when it was idle', async () => {
    await kill()
    await broken()
    expect(session.closed).toBe(true)
    const error = await session.query('select 1').catch((thrown: unknown) => thrown)
    const { hostname, port } = new URL(database.url)
    expect(error).toMatchObject({
      name: 'DownpourError',
      code: 'CONNECTION_LOST',
      message: `Lost the connection to database "${database.name}" on ${hostname}:${port}`,
      why: KILLED,
      exitCode: 4,
    })
    for (const again of [
      () => session.begin(),
      () => session.commit(),
      () => session.rollback(),
      () => session.copyIn('copy items from stdin'),
      () => session.query('select $1', [1]),
    ]) {
      await expect(again()).rejects.toBe(error)
    }
    await expect(session.db.execute(sql`select 1`)).rejects.toMatchObject({ cause: error })
  })

  it('stores nothing of a transaction', async () => {
    await session.begin()
    await session.query(`insert into items values (1, 'A')`)
    await kill()
    // Not waiting for the news: sent on a connection that is dying.
    const late = session.query(`insert into items values (2, 'B')`)
    await expect(late).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await expect(session.commit()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await gone(session)
    expect(await ids()).toEqual([])
  })

  it('rejects at once in the middle of a statement', async () => {
    const slow = session.query('select pg_sleep(20)')
    const failed = expect(slow).rejects.toMatchObject({ code: 'CONNECTION_LOST', why: KILLED })
    await pause(50)
    const started = performance.now()
    await kill()
    await failed
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('never runs statements that were queued, on this or another connection', async () => {
    const outcomes = [session.query('select pg_sleep(20)')]
    for (let i = 1; i <= 300; i += 1) {
      outcomes.push(session.query('insert into items values ($1)', [i]))
    }
    const settled = Promise.allSettled(outcomes)
    await pause(50)
    await kill()
    for (let i = 301; i <= 320; i += 1) {
      outcomes.push(session.query(`insert into items values (${i})`))
    }
    const late = await Promise.allSettled(outcomes.slice(301))
    for (const outcome of [...(await settled), ...late]) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CONNECTION_LOST' } })
    }
    await pause(300)
    expect(await ids()).toEqual([])
    expect(await control.query(`select from pg_stat_activity where pid = ${session.pid}`)).toEqual(
      [],
    )
    const backends = await control.query<{ count: number }>(
      `select count(*)::int from pg_stat_activity where application_name = 'downpour' and datname = current_database()`,
    )
    expect(backends[0]?.count).toBe(1)
  })

  it('tells a timeout of the server from a kill', async () => {
    await session.query(`set idle_in_transaction_session_timeout = '20ms'`)
    await session.begin()
    await broken()
    await expect(session.commit()).rejects.toMatchObject({
      why: 'The server said: terminating connection due to idle-in-transaction timeout (SQLSTATE 25P03).',
    })
  })

  it('rejects inside a Drizzle transaction', async () => {
    const transaction = session.db.transaction(async (tx) => {
      await tx.execute(sql`insert into items values (1)`)
      await kill()
      await tx.execute(sql`insert into items values (2)`)
    })
    await expect(transaction).rejects.toMatchObject({ cause: { code: 'CONNECTION_LOST' } })
    await gone(session)
    expect(await ids()).toEqual([])
  })
})

describe('session.db', () => {
  it('shares the session’s connection and its transaction', async () => {
    await session.begin()
    const rows = await session.db.execute(sql`select pg_backend_pid() as pid`)
    expect(rows).toMatchObject([{ pid: session.pid }])
    await session.db.execute(sql`insert into items values (1)`)
    await session.rollback()
    expect(await ids()).toEqual([])
  })

  it('runs transactions, and savepoints within them', async () => {
    await session.db.transaction(async (tx) => {
      await tx.execute(sql`insert into items values (1)`)
      const inner = tx.transaction(async (nested) => {
        await nested.execute(sql`insert into items values (2)`)
        await nested.execute(sql`select 1/0`)
      })
      await expect(inner).rejects.toMatchObject({ cause: { code: '22012' } })
      await tx.transaction((nested) => nested.execute(sql`insert into items values (3)`))
    })
    const refused = session.db.transaction(async (tx) => {
      await tx.execute(sql`insert into items values (4)`)
      throw new Error('no')
    })
    await expect(refused).rejects.toThrow('no')
    expect(await ids()).toEqual([1, 3])
  })

  it('does not end a transaction it did not begin', async () => {
    await session.begin()
    await session.db.transaction((tx) => tx.execute(sql`insert into items values (1)`))
    await session.rollback()
    expect(await ids()).toEqual([])
  })

  it('reads columns as Drizzle expects them', async () => {
    const [row] = await session.db
      .select({ day: sql<string>`date '2024-02-29'` })
      .from(sql`(select) as one`)
    expect(row).toEqual({ day: '2024-02-29' })
  })
})

describe('openSession', () => {
  const place = () => {
    const { hostname, port } = new URL(database.url)
    return `${hostname}:${port}`
  }

  async function failure(url: string | URL, connectTimeoutSeconds = 2) {
    const error = await openSession({ url: String(url), connectTimeoutSeconds }).catch(
      (thrown: unknown) => thrown,
    )
    expect(JSON.stringify(error) + String(error)).not.toContain('canary')
    return error
  }

  function urlWith(parts: Partial<Record<'pathname' | 'username' | 'password', string>>): URL {
    return Object.assign(new URL(database.url), { password: 'canary', ...parts })
  }

  it('names an unreachable server', async () => {
    const port = await closedPort()
    const started = performance.now()
    expect(await failure(`postgres://ada:canary@127.0.0.1:${port}/shop`)).toMatchObject({
      code: 'CONNECT_UNREACHABLE',
      message: `Cannot connect to database "shop" on 127.0.0.1:${port} as "ada"`,
      why: 'Nothing accepts connections there (ECONNREFUSED).',
      fix: 'Start the server, or correct host and port in the database URL.',
      exitCode: 2,
    })
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('names a missing socket', async () => {
    expect(await failure('postgres://ada:canary@%2Fnowhere/shop')).toMatchObject({
      code: 'CONNECT_UNREACHABLE',
      message: 'Cannot connect to database "shop" on /nowhere/.s.PGSQL.5432 as "ada"',
      why: 'There is no such socket (ENOENT).',
    })
  })

  it('names an unknown database', async () => {
    expect(await failure(urlWith({ pathname: '/missing', password: password() }))).toMatchObject({
      code: 'CONNECT_DATABASE',
      why: 'The server said: database "missing" does not exist (SQLSTATE 3D000).',
      exitCode: 2,
    })
  })

  it('names a refused password', async () => {
    expect(await failure(urlWith({}))).toMatchObject({
      code: 'CONNECT_AUTHENTICATION',
      message: `Cannot connect to database "${database.name}" on ${place()} as "postgres"`,
      why: 'The server said: password authentication failed for user "postgres" (SQLSTATE 28P01).',
      fix: 'Correct user and password in the database URL.',
      exitCode: 2,
    })
  })

  it('names a server without a free connection', async () => {
    const role = `limited_${database.name}`
    await control.query(`create role ${role} login password 'canary' connection limit 0`)
    expect(await failure(urlWith({ username: role }))).toMatchObject({
      code: 'CONNECT_TOO_MANY',
      why: `The server said: too many connections for role "${role}" (SQLSTATE 53300).`,
      exitCode: 4,
    })
    await control.query(`drop role ${role}`)
  })

  it('names a server without TLS', async () => {
    const url = new URL(database.url)
    url.searchParams.set('sslmode', 'require')
    expect(await failure(url)).toMatchObject({
      code: 'CONNECT_TLS',
      why: 'TLS failed: the server does not offer TLS.',
      exitCode: 2,
    })
  })

  it('does without TLS when it is only preferred', async () => {
    const url = new URL(database.url)
    url.searchParams.set('sslmode', 'prefer')
    const plain = await openSession({ url: url.href })
    expect(plain.closed).toBe(false)
    await plain.close()
  })

  it.each(['disable', 'require'])(
    'gives up on a server that says nothing (sslmode %s)',
    async (mode) => {
      const fake = await answering(undefined)
      const url = `postgres://ada:canary@127.0.0.1:${fake.port}/shop?sslmode=${mode}`
      const started = performance.now()
      expect(await failure(url, 0.3)).toMatchObject({
        code: 'CONNECT_TIMEOUT',
        why: 'The server did not answer within 0.3 s.',
        exitCode: 4,
      })
      expect(performance.now() - started).toBeLessThan(1000)
      await fake.close()
    },
  )

  it('names a server that closes the connection', async () => {
    const fake = await answering(Buffer.alloc(0))
    expect(await failure(`postgres://ada:canary@127.0.0.1:${fake.port}/shop`)).toMatchObject({
      code: 'CONNECT_CLOSED',
      why: 'The server closed the connection without a word.',
      exitCode: 4,
    })
    await fake.close()
  })

  it('waits for a server that starts up', async () => {
    const starting = errorResponse('57P03', 'the database system is starting up')
    const proxy = await listen((socket, connection) => {
      if (connection <= 3) socket.once('data', () => socket.end(starting))
      else tunnel(socket)
    })
    const late = await openSession({ url: through(proxy.port) })
    expect(await late.query('select 1 as one')).toMatchObject([{ one: 1 }])
    await late.close()
    await proxy.close()
  })

  it('does not wait for it longer than the deadline', async () => {
    const fake = await answering(errorResponse('57P03', 'the database system is starting up'))
    expect(await failure(`postgres://ada:canary@127.0.0.1:${fake.port}/shop`, 0.3)).toMatchObject({
      code: 'CONNECT_STARTING',
      why: 'The server said: the database system is starting up (SQLSTATE 57P03).',
      exitCode: 4,
    })
    await fake.close()
  })

  it('waits for a server that is not there yet when asked to', async () => {
    const port = await closedPort()
    const opening = openSession({ url: through(port), waitForServer: true })
    await pause(200)
    const proxy = await listen(tunnel, port)
    const late = await opening
    expect(await late.query('select 1 as one')).toMatchObject([{ one: 1 }])
    await late.close()
    await proxy.close()
  })

  it('loses a connection that is cut in the network', async () => {
    const proxy = await listen(tunnel)
    const cut = await openSession({ url: through(proxy.port) })
    const slow = cut.query('select pg_sleep(10)')
    const failed = expect(slow).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await pause(50)
    proxy.cut()
    await failed
    await control.query('select pg_terminate_backend($1, 5000)', [cut.pid])
    await proxy.close()
  })

  it('encrypts, and verifies the certificate when asked to', async () => {
    const { secureContext, certificate } = selfSigned()
    const proxy = await listen((socket) => {
      socket.once('data', () => {
        socket.write('S')
        tunnel(new TLSSocket(socket, { isServer: true, secureContext }))
      })
    })
    const encrypted = await openSession({ url: `${through(proxy.port)}?sslmode=require` })
    const copy = await encrypted.copyIn('copy items from stdin')
    await copy.write(Buffer.from('1\ta\n'))
    expect(await copy.finish()).toBe(1)
    await encrypted.close()
    expect(await failure(`${through(proxy.port)}?sslmode=verify-full`)).toMatchObject({
      code: 'CONNECT_TLS',
      why: 'TLS failed: self-signed certificate.',
      fix: 'Name the certificate of your own authority with sslrootcert=FILE in the database URL; or give up verification with sslmode=require, encryption with sslmode=disable.',
      exitCode: 2,
    })
    // The certificate is for localhost.
    const trusting = `sslrootcert=${encodeURIComponent(certificate)}`
    const verified = `${through(proxy.port)}?sslmode=verify-full&${trusting}`
    expect(await failure(verified)).toMatchObject({ code: 'CONNECT_TLS' })
    const byName = verified.replace('@127.0.0.1:', '@localhost:')
    const byAuthority = `${through(proxy.port)}?sslmode=verify-ca&${trusting}`
    for (const url of [byName, byAuthority]) await (await openSession({ url })).close()
    rmSync(certificate)
    expect(await failure(byName)).toMatchObject({
      code: 'CONNECT_TLS',
      why: `TLS failed: ${certificate} cannot be read (ENOENT).`,
    })
    await proxy.close()
  })
})

function through(port: number): string {
  const url = new URL(database.url)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

function password(): string {
  return new URL(database.url).password
}

async function ids(): Promise<number[]> {
  const rows = await control.query<{ id: number }>('select id from items order by id')
  return rows.map((row) => row.id)
}

/** Returns when the backend has ended. */
async function kill(): Promise<void> {
  await control.query('select pg_terminate_backend($1, 5000)', [session.pid])
}

async function broken(): Promise<void> {
  while (!session.closed) await pause(5)
}

async function gone(victim: Session): Promise<void> {
  for (;;) {
    const rows = await control.query('select from pg_stat_activity where pid = $1', [victim.pid])
    if (rows.count === 0) return
    await pause(10)
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

interface Listener {
  readonly port: number
  /** Resets every connection. */
  cut(): void
  close(): Promise<void>
}

async function listen(
  serve: (socket: Socket, connection: number) => void,
  port = 0,
): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket, sockets.size)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server that answers the first message with these bytes and hangs up, or never answers. */
function answering(answer: Buffer | undefined): Promise<Listener> {
  return listen((socket) => {
    socket.once('data', () => answer && socket.end(answer))
  })
}

/** Passes everything on to the real server and back. */
function tunnel(socket: Socket): void {
  const { hostname, port } = new URL(database.url)
  const server = connect(Number(port), hostname)
  socket.on('error', () => server.destroy()).on('close', () => server.destroy())
  server.on('error', () => socket.destroy())
  socket.pipe(server).pipe(socket)
}

function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

async function closedPort(): Promise<number> {
  const listener = await listen(() => {})
  await listener.close()
  return listener.port
}

function selfSigned() {
  const folder = mkdtempSync(join(runFolder(), 'tls-'))
  const key = join(folder, 'key.pem')
  const certificate = join(folder, 'cert.pem')
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes']
  const out = ['-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...out], {
    stdio: 'ignore',
  })
  const pem = { key: readFileSync(key), cert: readFileSync(certificate) }
  return { certificate, secureContext: createSecureContext(pem) }
}
