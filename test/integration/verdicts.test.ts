import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DownpourError } from '../../src/errors.ts'
import { loadError } from '../../src/postgres/server-error.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { backoff, verdictOn } from '../../src/run/faults.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { change } from '../support/seed-town.ts'

let database: TestDatabase
let session: Session
let other: Session

beforeAll(async () => {
  database = await createTestDatabase()
  await change(
    database.url,
    `create table points (id int primary key, size int not null check (size > 0));
     insert into points values (1, 1), (2, 2)`,
  )
})
afterAll(() => database.drop())

beforeEach(async () => {
  session = await openSession({ url: database.url })
  other = await openSession({ url: database.url })
})
afterEach(async () => {
  await session.close()
  await other.close()
})

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )
}

/** As the error itself, below Drizzle's wrapper, and as people are told of it. */
function verdictsOn(error: unknown): readonly string[] {
  const wrapped = Object.assign(new Error('Failed query', { cause: error }), {
    query: 'select',
    params: [],
  })
  return [error, wrapped, loadError({ error, table: 'points' })].map(verdictOn)
}

const always = (verdict: string) => [verdict, verdict, verdict]

describe(verdictOn, () => {
  it.each([
    ['a key that is there', 'insert into points values (1, 1)'],
    ['a broken check', 'insert into points values (3, 0)'],
    ['a missing value', 'insert into points values (3, null)'],
    ['a missing table', 'select from nowhere'],
    ['a value out of range', 'select 1 / (1 - 1)'],
    ['a syntax error', 'selec'],
    ['an error of a function', `do $$ begin raise exception 'no'; end $$`],
    ['a full disk, as the server tells it', `do $$ begin raise sqlstate '53100'; end $$`],
    ['a statement that took too long', `set local statement_timeout = 1; select pg_sleep(1)`],
  ])('fails for %s', async (_, statement) => {
    await session.begin()
    expect(verdictsOn(await errorOf(session.query(statement)))).toEqual(always('fail'))
    await session.rollback()
  })

  it('tries again after a deadlock', async () => {
    for (const each of [session, other]) {
      await each.begin()
      await each.query(`set local deadlock_timeout = '10ms'`)
    }
    const update = (id: number) => `update points set size = size where id = ${id}`
    await session.query(update(1))
    await other.query(update(2))
    const ends = await Promise.allSettled([session.query(update(2)), other.query(update(1))])
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
    expect(errors).toMatchObject([{ code: '40P01' }])
    expect(verdictsOn(errors[0])).toEqual(always('retry'))
  })

  it('tries again after a serialization failure', async () => {
    await session.begin()
    await session.query('set transaction isolation level repeatable read')
    await session.query('select from points')
    await other.query('update points set size = size + 1 where id = 1')
    const error = await errorOf(session.query('update points set size = 5 where id = 1'))
    expect(error).toMatchObject({ code: '40001' })
    expect(verdictsOn(error)).toEqual(always('retry'))
  })

  it('tries again after a lock that was not to be had in time', async () => {
    await other.begin()
    await other.query('lock table points in access exclusive mode')
    await session.begin()
    await session.query(`set local lock_timeout = '10ms'`)
    const error = await errorOf(session.db.execute(sql`select from points`))
    expect(verdictOn(error)).toBe('retry')
    await session.rollback()
    await session.begin()
    const plain = await errorOf(session.query('lock table points nowait'))
    expect(verdictsOn(plain)).toEqual(always('retry'))
  })

  it('connects again after a session that the server has ended, and for all that is asked then', async () => {
    const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid')
    const sleeping = errorOf(session.query('select pg_sleep(10)'))
    await other.query(`select pg_terminate_backend(${row!.pid}, 5000)`)
    expect(verdictsOn(await sleeping)).toEqual(always('reconnect'))
    expect(verdictsOn(await errorOf(session.query('select')))).toEqual(always('reconnect'))
  })

  it('connects again after a transaction that idled too long', async () => {
    await session.begin()
    await session.query('set local idle_in_transaction_session_timeout = 10')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(verdictsOn(await errorOf(session.query('select')))).toEqual(always('reconnect'))
  })

  it('connects again when the connection breaks', async () => {
    const { hostname, port } = new URL(database.url)
    const gate = createServer((client) => {
      const server = connect(Number(port), hostname)
      client.pipe(server).pipe(client)
      for (const socket of [client, server]) {
        socket.on('error', () => {})
        socket.on('close', () => [client, server].forEach((each) => each.destroy()))
      }
      setTimeout(() => client.resetAndDestroy(), 400)
    })
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
    const url = new URL(database.url)
    url.hostname = '127.0.0.1'
    url.port = String((gate.address() as AddressInfo).port)
    const through = await openSession({ url: url.href })
    expect(verdictsOn(await errorOf(through.query('select pg_sleep(10)')))).toEqual(
      always('reconnect'),
    )
    await through.close()
    gate.close()
  })

  it('goes on trying when nobody answers in time, or nobody at all', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const opening = (to: number) =>
      errorOf(
        openSession({ url: `postgres://127.0.0.1:${to}/nowhere`, connectTimeoutSeconds: 0.2 }),
      )
    const late = await opening(port)
    expect(late).toMatchObject({ code: 'CONNECT_TIMEOUT' })
    expect(verdictOn(late)).toBe('reconnect')
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
    const refused = await opening(port)
    expect(refused).toMatchObject({ code: 'CONNECT_UNREACHABLE' })
    expect(verdictOn(refused)).toBe('reconnect')
  })

  it('knows a server that has no connection to spare', async () => {
    await change(database.url, `alter database "${database.name}" connection limit 0`)
    const role = `${database.name}_visitor`
    await change(database.url, `create role ${role} login password 'secret'`)
    const url = Object.assign(new URL(database.url), { username: role, password: 'secret' }).href
    const error = await errorOf(openSession({ url }))
    await change(
      database.url,
      `drop role ${role}; alter database "${database.name}" connection limit -1`,
    )
    expect(error).toMatchObject({ code: 'CONNECT_TOO_MANY' })
    expect(verdictOn(error)).toBe('no connection')
  })

  it('fails at once for a wrong password and a missing database', async () => {
    const role = `${database.name}_forgetful`
    await change(database.url, `create role ${role} login password 'secret'`)
    const wrong = Object.assign(new URL(database.url), { username: role, password: 'other' }).href
    const missing = new URL(database.url)
    missing.pathname = '/not_there'
    const errors = [
      await errorOf(openSession({ url: wrong })),
      await errorOf(openSession({ url: missing.href })),
    ]
    await change(database.url, `drop role ${role}`)
    for (const error of errors) expect(error).toBeInstanceOf(DownpourError)
    expect(errors.map(verdictOn)).toEqual(['fail', 'fail'])
  })

  it('fails for what is no error of a server', () => {
    const errors = [new TypeError('no'), 'a text', undefined, new Error('', { cause: 'a text' })]
    expect(errors.map(verdictOn)).toEqual(['fail', 'fail', 'fail', 'fail'])
  })
})

describe(backoff, () => {
  it('waits longer each time, up to 5 seconds, and not the same for all', () => {
    for (const [attempt, longest] of [100, 200, 400, 800, 1600, 3200, 5000, 5000].entries()) {
      const waits = Array.from({ length: 200 }, () => backoff(attempt + 1))
      expect(Math.max(...waits)).toBeLessThanOrEqual(longest)
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(longest / 2)
      expect(new Set(waits).size).toBeGreaterThan(150)
    }
    expect(backoff(1000)).toBeLessThanOrEqual(5000)
  })
})
