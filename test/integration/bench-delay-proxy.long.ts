import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDelayProxy, type DelayProxy } from '../../src/bench/delay-proxy.ts'
import { openSession, type Session } from '../../src/postgres/session.ts'
import { createTestDatabase, runFolder, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

let server: Server
let proxy: DelayProxy
let client: Socket
/** What has arrived at the server. */
let served: Socket[]
let open: Socket[]
let serve: (socket: Socket) => void

expectNothingUnhandled()

beforeEach(async () => {
  open = []
  served = []
  serve = echo
  server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.push(socket.on('error', () => {}))
    served.push(socket)
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  await proxy.close()
  for (const socket of open) socket.destroy()
  server.close()
})

describe('a delay proxy', () => {
  it.for([0, 0.5, 1, 5, 20])('makes a round trip %s ms longer', { retry: 4 }, async (delay) => {
    await start(delay)
    const trips = await timeRoundTrips(delay === 20 ? 32 : 100)
    expect(trips[0]).toBeGreaterThanOrEqual(delay)
    // Others have the machine, too: only a quarter of the trips has to be undisturbed.
    expect(trips[trips.length / 4]).toBeLessThan(delay + 0.5)
    expect(trips[trips.length / 2]).toBeLessThan(delay + 1.5)
  })

  it('delays a burst once, not each of its parts', async () => {
    await start(50)
    const began = performance.now()
    for (let i = 0; i < 40; i += 1) {
      client.write('ping')
      await new Promise((resolve) => setImmediate(resolve))
    }
    await read(client, 160)
    const took = performance.now() - began
    expect(took).toBeGreaterThanOrEqual(50)
    expect(took).toBeLessThan(100)
  })

  it('passes 20 MB unharmed and in order, either way', async () => {
    await start(5)
    const bytes = randomBytes(20_000_000)
    client.end(bytes)
    const hash = createHash('sha256')
    for await (const chunk of client) hash.update(chunk as Buffer)
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  it('holds a bounded number of bytes, and goes on when they have left', async () => {
    const total = 120_000_000
    let accepted = 0
    serve = (socket) => {
      const chunk = Buffer.alloc(1_000_000)
      const more = () => {
        while (accepted < total) {
          accepted += chunk.length
          if (!socket.write(chunk)) return
        }
        socket.end()
      }
      socket.on('drain', more)
      more()
    }
    await start(1000)
    await waitUntil(() => accepted > 60_000_000)
    await sleep(300)
    expect(accepted).toBeLessThan(100_000_000)
    let received = 0
    for await (const chunk of client) received += (chunk as Buffer).length
    expect(received).toBe(total)
  })

  it('does nothing while nothing is on its way', async () => {
    await start(20)
    await timeRoundTrips(1)
    const before = process.cpuUsage()
    await sleep(400)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(100)
  })

  it('passes on the end of each side alone', async () => {
    serve = (socket) => {
      socket.end('last words')
      socket.on('data', () => {})
    }
    const began = performance.now()
    await start(30)
    const over = once(client, 'end')
    expect(String(await read(client, 10))).toBe('last words')
    await over
    expect(performance.now() - began).toBeGreaterThanOrEqual(30)

    const said = once(served[0]!, 'data')
    client.write('an answer all the same')
    expect(String((await said)[0])).toBe('an answer all the same')
    const ended = once(served[0]!, 'end')
    client.end()
    await ended
  })

  it('passes on a reset of the server, after its last bytes', async () => {
    serve = (socket) => {
      socket.write('bad news', () => setTimeout(() => socket.resetAndDestroy(), 10))
    }
    await start(30)
    const failed = reasonFor(once(client, 'end'))
    expect(String(await read(client, 8))).toBe('bad news')
    expect(await failed).toMatchObject({ code: 'ECONNRESET' })
  })

  it('passes on a reset of the client at once', async () => {
    await start(10_000)
    client.write('is held')
    await waitUntil(() => served.length === 1)
    await sleep(20)
    const failed = reasonFor(once(served[0]!, 'end'))
    const began = performance.now()
    client.resetAndDestroy()
    expect(await failed).toMatchObject({ code: 'ECONNRESET' })
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('resets its client when there is no server', async () => {
    await start(5)
    client.destroy()
    await new Promise((resolve) => server.close(resolve))
    client = connectTo(proxy.port)
    expect(await reasonFor(once(client, 'end'))).toMatchObject({ code: 'ECONNRESET' })
  })

  it('ends everything at once, whatever is on its way', async () => {
    await start(60_000)
    client.write('never arrives')
    await waitUntil(() => served.length === 1)
    await sleep(20)
    const over = [once(client.resume(), 'end'), once(served[0]!.resume(), 'end')]
    await proxy.close()
    await Promise.all(over)
    expect(await reasonFor(once(connectTo(proxy.port), 'connect'))).toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  it('leaves nothing behind that keeps a process alive', async () => {
    await start(0)
    client.destroy()
    await waitUntil(() => served.length === 1)
    const { port } = server.address() as AddressInfo
    const file = JSON.stringify(join(import.meta.dirname, '../../src/bench/delay-proxy.ts'))
    const script = `
      import { connect } from 'node:net'
      const { openDelayProxy } = await import(${file})
      const options = { host: '127.0.0.1', port: ${port}, roundTripMilliseconds: 60_000 }
      const proxy = await openDelayProxy(options)
      connect(proxy.port, '127.0.0.1').on('error', () => {}).write('never arrives')
      setTimeout(() => proxy.close().then(() => console.log('closed')), 200)`
    const child = promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      { timeout: 30_000 },
    )
    expect((await child).stdout).toBe('closed\n')
    expect(served).toHaveLength(2)
  })

  it('speaks to a Unix socket', async () => {
    const folder = runFolder()
    const local = createServer((socket) => void socket.pipe(socket))
    local.listen(join(folder, '.s.PGSQL.7'))
    await once(local, 'listening')
    proxy = await openDelayProxy({ host: folder, port: 7, roundTripMilliseconds: 10 })
    client = connectTo(proxy.port)
    const [trip] = await timeRoundTrips(1)
    expect(trip).toBeGreaterThanOrEqual(10)
    const ended = once(client, 'end')
    client.end()
    await ended
    local.close()
  })

  it.for([-1, Number.NaN, Infinity])('refuses %s ms', async (roundTripMilliseconds) => {
    await start(0)
    await expect(
      openDelayProxy({ host: '127.0.0.1', port: 1, roundTripMilliseconds }),
    ).rejects.toThrow(`A round trip of ${roundTripMilliseconds} ms`)
  })
})

describe('PostgreSQL behind a delay proxy', () => {
  let database: TestDatabase
  let session: Session

  beforeAll(async () => {
    database = await createTestDatabase()
  })

  afterAll(async () => {
    await database.drop()
  })

  beforeEach(async () => {
    const { hostname, port } = new URL(database.url)
    proxy = await openDelayProxy({
      host: hostname,
      port: Number(port),
      roundTripMilliseconds: 10,
    })
    session = await openSession({ url: proxied(database.url) })
  })

  afterEach(async () => {
    await session.close()
  })

  it('takes the delay to answer, once for each question', async () => {
    const began = performance.now()
    expect(await session.query('select 1 as one')).toEqual([{ one: 1 }])
    expect(performance.now() - began).toBeGreaterThanOrEqual(10)
  })

  it('takes a COPY, and refuses one', async () => {
    await session.query('create table items (id int, label text)')
    const copy = await session.copyIn('copy items from stdin')
    for (let i = 0; i < 100; i += 1) await copy.write(Buffer.from(`${i}\tlabel ${i}\n`))
    expect(await copy.finish()).toBe(100)
    const bad = await session.copyIn('copy items from stdin')
    await bad.write(Buffer.from('x\ty\n')).catch(() => {})
    expect(await reasonFor(bad.finish())).toMatchObject({ code: '22P02' })
  })

  it('tells of a connection that the server ends', async () => {
    const other = await openSession({ url: database.url })
    const failed = reasonFor(session.query('select pg_sleep(60)'))
    await sleep(50)
    await other.query('select pg_terminate_backend($1::int)', [session.pid])
    await other.close()
    expect(await failed).toMatchObject({
      code: 'CONNECTION_LOST',
      why: 'The server said: terminating connection due to administrator command (SQLSTATE 57P01).',
    })
  })
})

function echo(socket: Socket): void {
  socket.pipe(socket)
}

async function start(roundTripMilliseconds: number): Promise<void> {
  const { port } = server.address() as AddressInfo
  proxy = await openDelayProxy({ host: '127.0.0.1', port, roundTripMilliseconds })
  client = connectTo(proxy.port)
  await once(client, 'connect')
}

function connectTo(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
  open.push(socket.on('error', () => {}))
  return socket
}

/** Milliseconds of each, the shortest first; the first ones, which are slow, are left out. */
async function timeRoundTrips(count: number): Promise<number[]> {
  const trips: number[] = []
  for (let i = -3; i < count; i += 1) {
    const began = performance.now()
    client.write('ping')
    await once(client, 'data')
    if (i >= 0) trips.push(performance.now() - began)
  }
  return trips.toSorted((a, b) => a - b)
}

async function read(socket: Socket, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  while (bytes.length < length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    bytes = Buffer.concat([bytes, chunk])
  }
  return bytes
}

/** Why it failed. */
function reasonFor(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  )
}

function proxied(url: string): string {
  return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) }).href
}
