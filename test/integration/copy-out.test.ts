import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

let database: TestDatabase
let session: Session

// Before the hooks that close sessions, so that it looks after them.
expectNothingUnhandled()

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  session = await openSession({ url: database.url })
})
afterEach(() => session.close())

/** Reads to the end: how many rows there were, and the text of the first and the last. */
async function readAll(statement: string) {
  const copy = await session.copyOut(statement)
  const rows: string[] = []
  for (let chunk = await copy.read(); chunk; chunk = await copy.read()) {
    for (let at = 0; at < chunk.length;) {
      expect(chunk[at]).toBe('d'.charCodeAt(0))
      const end = at + 1 + chunk.readInt32BE(at + 1)
      rows.push(chunk.toString('utf8', at + 5, end))
      at = end
    }
  }
  return rows
}

const usable = async () => expect(await session.query('select 1 as one')).toEqual([{ one: 1 }])

describe('copyOut', () => {
  it('gives each row in a message of its own, and the session back', async () => {
    expect(await readAll('copy (select 1, 2) to stdout')).toEqual(['1\t2\n'])
    expect(await readAll('copy (select where false) to stdout')).toEqual([])
    await usable()
    const rows = await readAll('copy (select n from generate_series(1, 20000) n) to stdout')
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([20_000, '1\n', '20000\n'])
    await usable()
  })

  it('lets the server wait for a reader that is slow', async () => {
    const copy = await session.copyOut(
      `copy (select repeat('x', 100000) from generate_series(1, 400)) to stdout`,
    )
    expect((await copy.read())!.length).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const before = process.memoryUsage().arrayBuffers
    let bytes = 0
    for (let chunk = await copy.read(); chunk; chunk = await copy.read()) bytes += chunk.length
    // 40 MB were there to be sent.
    expect(bytes).toBeGreaterThan(30_000_000)
    expect(before).toBeLessThan(20_000_000)
    await usable()
  })

  it('passes the server’s error on, at once and in the middle', async () => {
    await expect(readAll('copy nothing to stdout')).rejects.toMatchObject({ code: '42P01' })
    await usable()
    await expect(
      readAll('copy (select 1 / (5000 - n) from generate_series(1, 9000) n) to stdout'),
    ).rejects.toMatchObject({ code: '22012' })
    await usable()
  })

  it('refuses other statements until all has been read', async () => {
    const copy = await session.copyOut('copy (select 1) to stdout')
    await expect(session.query('select 1')).rejects.toThrow('A COPY is in progress')
    while (await copy.read());
    await usable()
  })

  it('fails when the connection is lost', async () => {
    const copy = await session.copyOut(
      `copy (select repeat('x', 1000), pg_sleep(0.001) from generate_series(1, 100000)) to stdout`,
    )
    await copy.read()
    const other = await openSession({ url: database.url })
    await other.query('select pg_terminate_backend($1::int)', [session.pid])
    await other.close()
    await expect(
      (async () => {
        while (await copy.read());
      })(),
    ).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('ends when it is cancelled', async () => {
    const copy = await session.copyOut('copy (select pg_sleep(60)) to stdout')
    setTimeout(() => void session.cancel(), 100)
    await expect(copy.read()).rejects.toMatchObject({ code: '57014' })
    await usable()
  })
})
