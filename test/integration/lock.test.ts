import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeRunLock } from '../../src/run/lock.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql, waitUntil } from '../support/embedded.ts'
import { ask, change, failureFrom, seedTown, sessionsIn, townCounts } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

const busy = {
  code: 'REFUSED_BUSY',
  message: 'Another run is at work on this database',
  why: expect.stringMatching(
    new RegExp(
      `^downpour \\(pid ${process.pid} on ${hostname()}\\) on 127\\.0\\.0\\.1 has held the lock since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.$`,
    ),
  ) as string,
  fix: 'Wait until it has ended, help it with --join latest, or use another database.',
  exitCode: 2,
}

describe('takeRunLock', () => {
  it('refuses a second holder, naming the first', async () => {
    const lock = await takeRunLock(database.url)
    expect(await failureFrom(takeRunLock(database.url))).toEqual(busy)
    await lock.release()
    await (await takeRunLock(database.url)).release()
    expect(await sessionsIn(database.url)).toBe(0)
  })

  it('lets one of several that come at once have it', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 6 }, () => takeRunLock(database.url)),
    )
    const locks = attempts.flatMap((attempt) =>
      attempt.status === 'fulfilled' ? [attempt.value] : [],
    )
    expect(locks).toHaveLength(1)
    await locks[0]!.release()
  })

  it('is a lock on one database', async () => {
    const other = await createTownDatabase()
    const lock = await takeRunLock(database.url)
    const otherLock = await takeRunLock(other.url)
    await Promise.all([lock.release(), otherLock.release()])
    await other.drop()
  })

  it('tells what a role may know that sees nothing of other roles’ sessions', async () => {
    const role = `${database.name}_visitor`
    await change(database.url, `create role ${role} login password 'secret'`)
    const url = Object.assign(new URL(database.url), { username: role, password: 'secret' }).href
    const lock = await takeRunLock(database.url)
    const failure = await failureFrom(takeRunLock(url))
    await lock.release()
    await change(database.url, `drop role ${role}`)
    expect(failure).toEqual({
      ...busy,
      why: `downpour (pid ${process.pid} on ${hostname()}) holds the lock.`,
    })
  })

  it('survives a server that ends idle and long transactions', async () => {
    await change(
      database.url,
      `alter database "${database.name}" set idle_in_transaction_session_timeout = 50;
       alter database "${database.name}" set idle_session_timeout = 50;
       alter database "${database.name}" set transaction_timeout = 60`,
    )
    const lock = await takeRunLock(database.url)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(await failureFrom(takeRunLock(database.url))).toEqual(busy)
    await lock.release()
  })
})

const lost = {
  code: 'LOAD_LOCK_LOST',
  message: 'Cannot go on: the lock on the database is lost',
  why: 'Another run may have begun. The server said: terminating connection due to administrator command (SQLSTATE 57P01).',
  fix: 'Look into the server’s log for who ended the session "downpour (pid …)", then run it again.',
  exitCode: 4,
}

const endLock = (url: string) =>
  ask(
    url,
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and application_name like 'downpour (pid %'`,
  )

describe('a lock whose session the server ends', () => {
  it('says so when it is asked, and by its signal', async () => {
    const lock = await takeRunLock(database.url)
    await lock.assertHeld()
    expect(lock.lost.aborted).toBe(false)
    await endLock(database.url)
    expect(await failureFrom(lock.assertHeld())).toEqual(lost)
    expect(lock.lost.reason).toMatchObject({ code: 'LOAD_LOCK_LOST' })
    await lock.release()
  })

  it('is not lost when it is given back', async () => {
    const lock = await takeRunLock(database.url)
    await lock.release()
    expect(lock.lost.aborted).toBe(false)
  })

  it.each([
    { transaction: 'chunk', ledger: 'no ledger' },
    { transaction: 'table', ledger: 'no ledger' },
    { transaction: 'run', ledger: 'ledger' },
    { transaction: 'run', ledger: 'no ledger' },
  ] as const)(
    'ends a run by $transaction with $ledger, and nothing is committed any more',
    async ({ transaction, ledger }) => {
      let ended: Promise<string> | undefined
      const seeding = seedTown(database.url, {
        transaction,
        ledger,
        chunkSize: 50,
        counts: { papers: 200_000, samples: 0 },
        onProgress: ({ table, rows }) => {
          if (table === 'papers' && rows > 0) ended ??= endLock(database.url)
        },
      })
      expect(await failureFrom(seeding)).toEqual(lost)
      await ended
      const { papers, kinds } = await townCounts(database.url)
      expect(papers).toBeLessThan(200_000)
      expect(kinds).toBe(transaction === 'run' ? 0 : 3)
    },
  )

  it('ends a run without a ledger that waits for the server', async () => {
    await withSql(database.url, async (sql) => {
      await sql.unsafe('begin; lock table papers in access exclusive mode')
      const seeding = failureFrom(seedTown(database.url, { ledger: 'no ledger' }))
      await waitUntil(async () => (await waiting()) === '1')
      await endLock(database.url)
      expect(await seeding).toEqual(lost)
    })
  })

  it('is taken again by a run with a ledger, which goes on', async () => {
    await withSql(database.url, async (sql) => {
      await sql.unsafe('begin; lock table papers in access exclusive mode')
      const seeding = seedTown(database.url)
      await waitUntil(async () => (await waiting()) === '1')
      expect(await endLock(database.url)).toBe('true')
      await waitUntil(async () => (await holders()) === '1')
      expect(await failureFrom(seedTown(database.url))).toEqual(busy)
      await sql.unsafe('rollback')
      await seeding
    })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221, papers: 25 })
    await (await takeRunLock(database.url)).release()
    expect(await sessionsIn(database.url)).toBe(0)
  })
})

const holders = () =>
  ask(
    database.url,
    `select count(*) from pg_locks join pg_stat_activity using (pid)
       where datname = current_database() and locktype = 'advisory' and granted
         and application_name like 'downpour (pid %'`,
  )

const waiting = () =>
  ask(
    database.url,
    `select count(*) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
  )

describe('a run', () => {
  it('is refused while another one is at work, and a reset too', async () => {
    await withSql(database.url, async (sql) => {
      // The first run stays at work, since it waits for this table.
      await sql.unsafe('begin; lock table papers in access exclusive mode')
      const first = seedTown(database.url)
      await waitUntil(async () => (await waiting()) === '1')
      const { signal } = new AbortController()
      const reset = { confirm: undefined, environment: undefined, only: undefined, signal }
      expect(await failureFrom(seedTown(database.url))).toEqual(busy)
      expect(
        await failureFrom(resetDatabase({ ...reset, url: database.url, tables: townTables })),
      ).toEqual(busy)
      await sql.unsafe('rollback')
      await first
    })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221, papers: 25 })
  })

  it('gives the lock back when it fails', async () => {
    await change(database.url, 'alter table papers add check (id < 0)')
    await failureFrom(seedTown(database.url))
    await (await takeRunLock(database.url)).release()
  })

  it('is refused before it applies migrations', async () => {
    const lock = await takeRunLock(database.url)
    expect(await failureFrom(seedTown(database.url, { isEmbedded: true }))).toEqual(busy)
    await lock.release()
  })
})
