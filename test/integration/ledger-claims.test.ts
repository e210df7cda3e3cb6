import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databaseLedger } from '../../src/ledger/database-ledger.ts'
import { installLedger } from '../../src/ledger/install.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Step } from '../../src/ledger/step.ts'
import { openSession, withSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { recordShapes } from '../../bench/support/recorded-run.ts'
import type { TableShape } from '../../bench/support/recorded-run.ts'
import { change } from '../support/seed-town.ts'

const run = 'a1b2c3d4'

let database: TestDatabase
const sessions: Session[] = []
beforeEach(async () => {
  database = await createTestDatabase()
  await withSession(database, (session) => installLedger(session))
})
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()))
  await database.drop()
})

function record(shapes: readonly TableShape[]): Promise<void> {
  return withSession(database, (session) => recordShapes(session, run, shapes))
}

interface Lane {
  readonly session: Session
  /** In a transaction that stays open. */
  claim(): Promise<string>
  /** Marks it as done. */
  commit(): Promise<void>
}

async function openLane(): Promise<Lane> {
  const session = await openSession(database)
  sessions.push(session)
  const ledger: Ledger = databaseLedger(run, 'a lane')
  let step: Step | undefined
  return {
    session,
    async claim() {
      await session.begin()
      step = await ledger.claim(session)
      return describeStep(step)
    },
    async commit() {
      await ledger.complete(session, step!, { seconds: 0, generateSeconds: 0 })
      await session.commit()
    },
  }
}

function describeStep(step: Step | undefined): string {
  if (!step) return 'none'
  const { kind, position, firstRow } = step
  return kind === 'chunk' ? `${position}/${firstRow}` : [kind, position].join(' ').trim()
}

async function openLanes(count: number): Promise<readonly Lane[]> {
  return Promise.all(Array.from({ length: count }, openLane))
}

/** A lane that has nothing to do yet. */
async function expectWaiting(claim: Promise<string>): Promise<void> {
  const soon = new Promise<string>((resolve) => setTimeout(resolve, 100, 'waits'))
  expect(await Promise.race([claim, soon])).toBe('waits')
}

describe('claiming steps', () => {
  it('goes through the phases in order, and ends', async () => {
    await record([{ chunks: 2 }, { chunks: 1 }])
    const [lane] = await openLanes(1)
    const claimed: string[] = []
    for (let step = await lane!.claim(); step !== 'none'; step = await lane!.claim()) {
      claimed.push(step)
      await lane!.commit()
    }
    expect(claimed).toEqual(['0/0', '0/1', '1/0', 'settle 0', 'settle 1', 'finish'])
  })

  it('gives each lane a step of its own, and locks no other', async () => {
    await record([{ chunks: 2 }, { chunks: 2 }])
    const [one, two, three, four] = await openLanes(4)
    expect(await one!.claim()).toBe('0/0')
    expect(await two!.claim()).toBe('0/1')
    expect(await three!.claim()).toBe('1/0')
    expect(await four!.claim()).toBe('1/1')
  })

  it('passes over a table whose parents are not loaded yet', async () => {
    await record([{ chunks: 1 }, { chunks: 2, waitsFor: [0] }, { chunks: 1 }])
    const [one, two, three] = await openLanes(3)
    expect(await one!.claim()).toBe('0/0')
    expect(await two!.claim()).toBe('2/0')
    const third = three!.claim()
    await expectWaiting(third)
    await one!.commit()
    expect(await third).toBe('1/0')
  })

  it('gives all lanes that waited for the same step one of their own', async () => {
    await record([{ chunks: 1 }, { chunks: 3, waitsFor: [0] }])
    const [one, ...others] = await openLanes(4)
    expect(await one!.claim()).toBe('0/0')
    const claims = Promise.all(others.map((lane) => lane.claim()))
    await expectWaiting(claims.then(String))
    await one!.commit()
    expect((await claims).toSorted()).toEqual(['1/0', '1/1', '1/2'])
  })

  it('takes the chunks of a table that refers to itself one by one', async () => {
    await record([{ chunks: 2, isSequential: true }, { chunks: 1 }])
    const [one, two, three] = await openLanes(3)
    expect(await one!.claim()).toBe('0/0')
    expect(await two!.claim()).toBe('1/0')
    const third = three!.claim()
    await expectWaiting(third)
    await one!.commit()
    expect(await third).toBe('0/1')
  })

  it('takes a step again that a lane has given back', async () => {
    await record([{ chunks: 2 }])
    const [one, two] = await openLanes(2)
    expect(await one!.claim()).toBe('0/0')
    await one!.session.rollback()
    expect(await two!.claim()).toBe('0/0')
  })

  it('begins nothing of a later phase while a chunk is under way', async () => {
    await record([{ chunks: 1 }])
    const [one, two] = await openLanes(2)
    expect(await one!.claim()).toBe('0/0')
    const settle = two!.claim()
    await expectWaiting(settle)
    await one!.commit()
    expect(await settle).toBe('settle 0')
  })
})

describe('a claim of many', () => {
  const many = 5_000

  /** Rows of the steps that the server has read in the transaction that is open. */
  async function stepsRead({ session }: Lane): Promise<number> {
    const [row] = await session.query<{ read: number }>(
      `select (seq_tup_read + idx_tup_fetch)::float8 as read from pg_stat_xact_user_tables
       where schemaname = 'downpour' and relname = 'steps'`,
    )
    return row!.read
  }

  it.each<[string, readonly TableShape[]]>([
    ['open steps', [{ chunks: many }]],
    ['tables', Array.from({ length: 100 }, () => ({ chunks: many / 100 }))],
    ['chunks that come one by one', [{ chunks: many, isSequential: true }]],
    ['chunks whose parents are loaded', [{ chunks: 0 }, { chunks: many, waitsFor: [0] }]],
  ])('reads few of them: %s', async (_, shapes) => {
    await record(shapes)
    const [lane] = await openLanes(1)
    await lane!.claim()
    expect(await stepsRead(lane!)).toBeLessThan(20)
  })

  it('reads few of them where most are done, and statistics say that none is', async () => {
    await record([{ chunks: many }])
    await change(
      database.url,
      `analyze downpour.steps; alter table downpour.steps set (autovacuum_enabled = false);
       update downpour.steps set is_done = true where kind = 'chunk' and number < ${many - 10}`,
    )
    const [first, second] = await openLanes(2)
    // Whoever comes first finds out which entries of the index are dead.
    expect(await first!.claim()).toBe(`0/${many - 10}`)
    expect(await second!.claim()).toBe(`0/${many - 9}`)
    expect(await stepsRead(second!)).toBeLessThan(30)
  })

  it('reads few of them where all wait for the last chunks of a parent', async () => {
    await record([{ chunks: 2 }, { chunks: many, waitsFor: [0] }])
    const [one, two, three] = await openLanes(3)
    await one!.claim()
    await two!.claim()
    const third = three!.claim()
    await expectWaiting(third)
    await one!.commit()
    await two!.commit()
    expect(await third).toBe('1/0')
    expect(await stepsRead(three!)).toBeLessThan(60)
  })
})
