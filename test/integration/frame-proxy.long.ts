import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSession, type Session } from '../../src/postgres/session.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { startFrameProxy, type Fault, type Frame, type FrameProxy } from '../support/frame-proxy.ts'
import { ask, change, failureFrom } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

let database: TestDatabase
let proxy: FrameProxy
let session: Session

expectNothingUnhandled()

beforeAll(async () => {
  database = await createTestDatabase()
  await change(database.url, 'create table items (id int, label text)')
})

afterAll(async () => {
  await database.drop()
})

describe('a frame proxy that lets everything pass', () => {
  beforeEach(async () => {
    await start()
  })

  afterEach(stop)

  it('has the URL with its own host and port', () => {
    const url = new URL(proxy.url)
    const real = new URL(database.url)
    expect(url.port).not.toBe(real.port)
    url.port = real.port
    expect(url.href).toBe(real.href)
  })

  it('harms nothing', async () => {
    await exercise(session)
    const failing = await session.copyIn('copy items from stdin')
    await failing.write(Buffer.from('one\tx\n')).catch(() => {})
    await expect(failing.finish()).rejects.toMatchObject({ code: '22P02' })
    expect(await session.query('select from items')).toHaveLength(0)
  })

  it('names what it sees', async () => {
    const before = proxy.frames.length
    await session.query('select 1 as one')
    await session.query('select $1::int as it', [2])
    await session.begin()
    await session.commit()
    expect(proxy.frames.slice(before).map(named)).toEqual([
      '> Q: select 1 as one',
      '< T',
      '< D',
      '< C: SELECT 1',
      '< Z',
      '> P: select $1::int as it',
      '> D',
      '> H',
      '< 1',
      '< t',
      '< T',
      '> B',
      '> E',
      '> S',
      '< 2',
      '< D',
      '< C: SELECT 1',
      '< Z',
      '> Q: begin isolation level read committed',
      '< C: BEGIN',
      '< Z',
      '> Q: commit, a commit',
      '< C: COMMIT, a commit',
      '< Z',
    ])
  })

  it('calls no commit what the server turns into a rollback', async () => {
    await session.begin()
    await session.query('select 1/0').catch(() => {})
    await session.commit().catch(() => {})
    expect(proxy.frames.slice(-3).map(named)).toEqual([
      '> Q: commit, a commit',
      '< C: ROLLBACK',
      '< Z',
    ])
  })

  it('counts over all, and within each connection', async () => {
    const other = await openSession({ url: proxy.url })
    await session.query('select 1')
    await other.close()
    const { frames } = proxy
    expect(frames.map(({ index }) => index)).toEqual(frames.map((_, index) => index))
    for (const connection of [0, 1]) {
      const own = frames.filter((frame) => frame.connection === connection)
      expect(own.map(({ place }) => place)).toEqual(own.map((_, place) => place))
      expect(own[0]?.type).toBe('startup')
    }
    expect(frames.at(-1)).toMatchObject({ type: 'X', connection: 1 })
  })

  it('takes the answer to a request for encryption for what it is', async () => {
    const url = new URL(proxy.url)
    url.searchParams.set('sslmode', 'prefer')
    const other = await openSession({ url: url.href })
    await exercise(other)
    await other.close()
    const own = proxy.frames.filter(({ connection }) => connection === 1)
    expect(own.slice(0, 3).map(named)).toEqual(['> ssl', '> startup', '< R'])
  })
})

describe('the frames of a frame proxy', () => {
  it('are the same in each run, whatever the packets', async () => {
    // Through two proxies: the first cuts into bytes what the second reads.
    const runs: string[][] = []
    for (const fault of ['pass', 'pass', 'slice'] as const) {
      const second = await startFrameProxy(database.url)
      const first = await startFrameProxy(second.url, () => fault)
      const client = await openSession({ url: first.url })
      await exercise(client, 300)
      await client.close()
      await waitUntil(() => second.frames.at(-1)?.type === 'X')
      await first.close()
      await second.close()
      runs.push(second.frames.map((frame) => `${frame.connection}.${frame.place} ${named(frame)}`))
    }
    expect(runs[0]).toContain('0.0 > startup')
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).toEqual(runs[0])
  })
})

describe('a fault of a frame proxy', () => {
  beforeEach(() => change(database.url, 'truncate items'))
  afterEach(stop)

  it.each([
    ['kill', 'The connection broke (ECONNRESET).'],
    ['close', 'The server closed the connection without a word.'],
  ] as const)('%s keeps a COMMIT from the server, and cuts the connection', async (fault, why) => {
    await start(({ side, isCommit }) => (side === 'client' && isCommit ? fault : 'pass'))
    expect(await commitFailure()).toMatchObject({ code: 'CONNECTION_LOST', why })
    await backendEnded()
    expect(await labels()).toBe('')
    expect(proxy.struck.map(named)).toEqual(['> Q: commit, a commit'])
    expect(proxy.frames.at(-1)).toBe(proxy.struck[0])
  })

  it.each(['kill', 'close', 'drop'] as const)(
    '%s keeps the answer to a COMMIT from the client, and what was done stays done',
    async (fault) => {
      await start(({ side, isCommit }) => (side === 'server' && isCommit ? fault : 'pass'))
      expect(await commitFailure()).toMatchObject({ code: 'CONNECTION_LOST' })
      await backendEnded()
      expect(await labels()).toBe('kept')
      expect(proxy.struck.map(named)).toEqual(['< C: COMMIT, a commit'])
      expect(proxy.frames.at(-1)).toBe(proxy.struck[0])
    },
  )

  it('drop lets the server finish what it is at', async () => {
    await start(({ text }) => (text === 'SELECT 2' ? 'drop' : 'pass'))
    // The first answer waits in the server until there is more than a buffer full of them.
    const answering = session.query(`select generate_series(1, 2); select repeat('x', 20000);
      insert into items select 1, 'kept' from pg_sleep(0.3)`)
    expect(await failureFrom(answering)).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(await labels()).toBe('')
    await backendEnded()
    expect(await labels()).toBe('kept')
  })

  it('stall keeps everything back until it is released', async () => {
    await start(({ side, isCommit }) => (side === 'server' && isCommit ? 'stall' : 'pass'))
    await session.begin()
    await session.query(`insert into items values (1, 'kept')`)
    let isAnswered = false
    const committing = session.commit().then(() => (isAnswered = true))
    await waitUntil(() => proxy.struck.length === 1)
    const later = session.query('select 3 as three')
    const other = await openSession({ url: proxy.url })
    await waitUntil(async () => (await labels()) === 'kept')
    await pause(100)
    expect(isAnswered).toBe(false)
    expect(proxy.frames.filter(({ connection }) => connection === 0).at(-1)).toBe(proxy.struck[0])
    await other.close()

    proxy.release()
    await committing
    expect(await later).toMatchObject([{ three: 3 }])
  })

  it('stall keeps the client’s end from the server', async () => {
    await start(({ text }) => (text === 'select 1' ? 'stall' : 'pass'))
    session.query('select 1').catch(() => {})
    await waitUntil(() => proxy.struck.length === 1)
    await session.close()
    await pause(100)
    expect(await backends()).toBe('1')
    proxy.release()
    await backendEnded()
  })

  it('slice harms nothing', async () => {
    await start(() => 'slice')
    await exercise(session, 300)
  })

  it('strikes no more after a restore', async () => {
    await start(({ text }) => (text === 'select 1' ? 'kill' : 'pass'))
    proxy.restore()
    await session.query('select 1')
    expect(proxy.frames.map(({ text }) => text)).toContain('select 1')
    expect(proxy.struck).toEqual([])
  })

  it('is no secret when its decision fails', async () => {
    await start(({ text }) => {
      if (text === 'select 1') throw new Error('no decision')
      return 'pass'
    })
    expect(await failureFrom(session.query('select 1'))).toMatchObject({ code: 'CONNECTION_LOST' })
    await expect(proxy.close()).rejects.toThrow('no decision')
    proxy = await startFrameProxy(database.url)
  })
})

describe('the sockets of a frame proxy', () => {
  afterEach(async () => {
    await proxy.close()
  })

  it.each([
    ['kill', 'ECONNRESET', 'ECONNRESET'],
    ['close', 'end', 'end'],
    ['drop', 'ECONNRESET', 'end'],
  ] as const)('are both ended as %s says', async (fault, clientEnd, serverEnd) => {
    const { client, server } = await pair(({ type }) => (type === 'Z' ? fault : 'pass'))
    const ends = Promise.all([endOf(client), endOf(server)])
    server.write(message('C', 'OK\0'))
    // Node takes a reset that comes together with data for an end.
    await once(client, 'data')
    server.write(Buffer.concat([message('Z', 'I'), message('Z', 'I')]))
    expect(await ends).toEqual([
      { end: clientEnd, received: 'C\0\0\0\x07OK\0' },
      { end: serverEnd, received: startup.toString('latin1') },
    ])
  })

  it.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['ended', (socket: Socket) => socket.end(), 'end'],
  ] as const)('are %s when the other side is', async (_, finish, end) => {
    for (const side of ['client', 'server'] as const) {
      const both = await pair()
      await waitUntil(() => proxy.frames.length === 1)
      const other = endOf(both[side === 'client' ? 'server' : 'client'])
      finish(both[side])
      expect(await other).toMatchObject({ end })
    }
  })

  it('are ended with the proxy when they are stalled', async () => {
    const { client, server } = await pair(({ type }) => (type === 'Z' ? 'stall' : 'pass'))
    server.write(message('Z', 'I'))
    await waitUntil(() => proxy.struck.length === 1)
    const ends = Promise.all([endOf(client), endOf(server)])
    await proxy.close()
    expect((await ends)[0]).toEqual({ end: 'end', received: '' })
  })

  it('get each byte of a sliced frame in a packet of its own, and the other side does not', async () => {
    const { client, server } = await pair(({ type }) => (type === 'D' ? 'slice' : 'pass'))
    const sizes: number[] = []
    client.on('data', (bytes) => sizes.push(bytes.length))
    const whole = message('T', 'x'.repeat(95))
    server.write(whole)
    await waitUntil(() => sizes.length > 0)
    server.write(Buffer.concat([message('D', 'x'.repeat(94)), message('Z', 'I')]))
    await waitUntil(() => sizes.reduce((sum, size) => sum + size, 0) === 205)
    expect(sizes).toEqual([100, ...Array<number>(105).fill(1)])
  })

  it('do not take more than the other side reads', async () => {
    const { client, server } = await pair()
    client.pause()
    const row = message('D', 'x'.repeat(1 << 20))
    for (let i = 0; i < 32; i++) server.write(row)
    await pause(300)
    expect(server.writableLength).toBeGreaterThan(16 * row.length)
    let received = 0
    client.on('data', (bytes) => (received += bytes.length))
    client.resume()
    await waitUntil(() => received === 32 * row.length)
    expect(proxy.frames.filter(({ type }) => type === 'D')).toHaveLength(32)
  })

  it('do not hear of a client’s frame that is dropped, and go on', async () => {
    const { client, server } = await pair(({ text }) => (text === 'vanish' ? 'drop' : 'pass'))
    const ended = endOf(server)
    const [one, vanish, two] = ['one', 'vanish', 'two'].map((sql) => message('Q', `${sql}\0`))
    client.end(Buffer.concat([one!, vanish!, two!]))
    const received = Buffer.concat([startup, one!, two!]).toString('latin1')
    expect(await ended).toEqual({ end: 'end', received })
    expect(proxy.struck.map(named)).toEqual(['> Q: vanish'])
  })

  it('pass what is encrypted unread', async () => {
    const { client, server } = await pair(undefined, sslRequest)
    const received: Buffer[] = []
    client.on('data', (bytes) => received.push(bytes))
    server.write('Scannot be read')
    await waitUntil(() => Buffer.concat(received).toString() === 'Scannot be read')
    const ended = endOf(server)
    client.end('nor can this')
    expect(await ended).toEqual({
      end: 'end',
      received: `${sslRequest.toString('latin1')}nor can this`,
    })
    expect(proxy.frames.map(named)).toEqual(['> ssl'])
  })

  it('are reset when no frames come, and the proxy says so', async () => {
    const { client } = await pair(undefined, Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    expect(await endOf(client)).toMatchObject({ end: 'ECONNRESET' })
    await expect(proxy.close()).rejects.toThrow(
      'The connection does not begin with a start-up message (length 1195725856)',
    )
    proxy = await startFrameProxy(database.url)
  })
})

async function start(decide?: (frame: Frame) => Fault): Promise<void> {
  proxy = await startFrameProxy(database.url, decide)
  session = await openSession({ url: proxy.url })
}

async function stop(): Promise<void> {
  await session.close()
  await proxy.close()
}

/** What a load does: statements, parameters, COPY, errors; with large frames and small ones. */
async function exercise(through: Session, rows = 200_000): Promise<void> {
  await through.query('create temporary table t (id int, label text)')
  await through.begin()
  const copy = await through.copyIn('copy t from stdin')
  const lines = Array.from({ length: rows }, (_, row) => `${row}\tlabel of ${row}\n`).join('')
  for (let at = 0; at < lines.length; at += 1 << 18) {
    await copy.write(Buffer.from(lines.slice(at, at + (1 << 18))))
  }
  expect(await copy.finish()).toBe(rows)
  await through.commit()
  const [sum] = await through.query<{ md5: string }>(
    `select md5(string_agg(label, ',' order by id)) from t where id % $1 = 0`,
    [1],
  )
  const [same] = await through.query<{ md5: string }>(
    `select md5(string_agg('label of ' || n, ',' order by n)) from generate_series(0, ${rows - 1}) n`,
  )
  expect(sum).toEqual(same)
  await expect(through.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
  const long = 'ä'.repeat(rows)
  expect(await through.query(`select '${long}' as long`)).toEqual([{ long }])
  await through.query('drop table t')
}

async function commitFailure() {
  await session.begin()
  await session.query(`insert into items values (1, 'kept')`)
  return failureFrom(session.commit())
}

async function labels(): Promise<string> {
  return ask(database.url, `select coalesce(string_agg(label, ','), '') from items`)
}

async function backends(): Promise<string> {
  return ask(
    database.url,
    `select count(*) from pg_stat_activity where datname = current_database() and application_name = 'downpour'`,
  )
}

async function backendEnded(): Promise<void> {
  await waitUntil(async () => (await backends()) === '0')
}

function named({ side, type, text, isCommit }: Frame): string {
  const what = text === undefined ? type : `${type}: ${text.slice(0, 60)}`
  return `${side === 'client' ? '>' : '<'} ${what}${isCommit ? ', a commit' : ''}`
}

/** The two ends of a connection through a proxy, once the first message has arrived. */
async function pair(decide?: (frame: Frame) => Fault, first = startup) {
  const listener = createServer({ allowHalfOpen: false })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  proxy = await startFrameProxy(`postgres://127.0.0.1:${port}/shop`, decide)
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1')
  client.on('error', () => {}).write(first)
  const [server] = (await once(listener, 'connection')) as [Socket]
  server.on('error', () => {})
  listener.close()
  return { client, server }
}

/** How a socket ends, and what it got before. */
function endOf(socket: Socket): Promise<{ end: string; received: string }> {
  return new Promise((resolve) => {
    let received = ''
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')))
    socket.once('end', () => resolve({ end: 'end', received }))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ end: error.code ?? error.message, received }),
    )
  })
}

function message(type: string, content: string): Buffer {
  const bytes = Buffer.from(`${type}\0\0\0\0${content}`, 'latin1')
  bytes.writeUInt32BE(bytes.length - 1, 1)
  return bytes
}

const startup = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0])
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
