import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DownpourError } from '../../src/errors.ts'
import { takeRunLock } from '../../src/run/lock.ts'
import { workOnNamedRun } from '../../src/run/named-run.ts'
import type { RunNews } from '../../src/run/seed.ts'
import { openSession } from '../../src/postgres/session.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil, withSql } from '../support/embedded.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import {
  ask,
  change,
  failureFrom,
  seedTown,
  townCounts,
  townProject,
} from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

const nothing = { kinds: 0, residents: 0, places: 0, visits: 0, samples: 0, papers: 0 }
const all = { kinds: 3, residents: 40, places: 20, visits: 221, samples: 30, papers: 25 }
/** Fails for row 200 of `visits`. */
const lastChunk = 'alter table visits add constraint early check (id <= 200)'
const chunked: SeedWishes = { chunkSize: 50 }

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(async () => {
  await expectNothingLeft(database.url)
  await database.drop()
})

/** What the processes of a run have been told of how they begin. */
async function kindsOf(...wishes: readonly SeedWishes[]): Promise<readonly RunNews['kind'][]> {
  const kinds: RunNews['kind'][] = []
  await Promise.all(
    wishes.map((one) =>
      seedTown(database.url, { ...chunked, ...one, onRun: ({ kind }) => kinds.push(kind) }),
    ),
  )
  return kinds
}

async function lockWaits(url: string): Promise<number> {
  const waiting = `select count(*) from pg_locks where locktype = 'relation' and not granted
    and database = (select oid from pg_database where datname = current_database())`
  return Number(await ask(url, waiting))
}

function ledger(): Promise<string> {
  return ask(
    database.url,
    `select string_agg(id || ' ' || state, ', ' order by ordinal) from downpour.runs`,
  )
}

describe('a run with a name', () => {
  it('is begun by one of those that come at the same time, and done by all of them', async () => {
    const kinds = await kindsOf(...Array.from({ length: 5 }, () => ({ name: 'town-1' })))
    expect(kinds).toHaveLength(5)
    expect(kinds.filter((kind) => kind === 'new')).toHaveLength(1)
    expect(kinds).not.toContain('continued')
    expect(await ledger()).toBe('town-1 finished')
    const plain = await createTownDatabase()
    await seedTown(plain.url, chunked)
    expect(await checksumsOf(database.url, townTables)).toEqual(
      await checksumsOf(plain.url, townTables),
    )
    await plain.drop()
  })

  it('is done for whoever comes when it is finished', async () => {
    const [first, second] = [
      await seedTown(database.url, { name: 'town-1' }),
      await seedTown(database.url, { name: 'town-1', lanes: 3 }),
    ]
    expect(await kindsOf({ name: 'town-1', chunkSize: 50_000 })).toEqual(['finished'])
    expect(second).toMatchObject({ run: 'town-1', rows: first.rows, lanes: 1 })
    expect(second.tables.map(({ bytes: _bytes, ...table }) => table)).toEqual(
      first.tables.map(({ bytes: _bytes, ...table }) => table),
    )
    expect(await ledger()).toBe('town-1 finished')
    expect(await townCounts(database.url)).toEqual(all)
  })

  it('is gone on with where it has stopped', async () => {
    await change(database.url, lastChunk)
    await failureFrom(seedTown(database.url, { ...chunked, name: 'town-1' }))
    await change(database.url, 'alter table visits drop constraint early')
    expect(await kindsOf({ name: 'town-1' })).toEqual(['joined'])
    expect(await ledger()).toBe('town-1 finished')
    expect(await townCounts(database.url)).toEqual(all)
  })

  it('is found by its name, with no word of its profile', async () => {
    const profiles = { staging: { counts: {}, environment: 'staging' } }
    const project = { ...townProject, config: { ...townProject.config, profiles } }
    const staging = { profile: 'staging', wishes: { profile: 'staging' } }
    await seedTown(database.url, { project, name: 'town-1', ...staging })
    expect(await failureFrom(seedTown(database.url, { project, name: 'town-2' }))).toMatchObject({
      code: 'REFUSED_MARK',
      why: 'This command is run for "development".',
    })
    expect(await seedTown(database.url, { project, name: 'town-1' })).toMatchObject({
      profile: 'staging',
    })
  })

  it('empties the tables once, however often it is asked for', async () => {
    await seedTown(database.url, { name: 'town-1' })
    const reset = { name: 'town-2', existing: 'reset', wishes: { existing: 'reset' } } as const
    expect((await kindsOf(reset, reset)).filter((kind) => kind === 'new')).toHaveLength(1)
    const kept = 'select max(xmin::text::bigint) from visits'
    const before = await ask(database.url, kept)
    expect(await kindsOf(reset)).toEqual(['finished'])
    expect(await ask(database.url, kept)).toBe(before)
    expect(await ledger()).toBe('town-1 emptied, town-2 finished')
  })

  it('is not done a second time once its rows are gone', async () => {
    await seedTown(database.url, { name: 'town-1' })
    await seedTown(database.url, { name: 'town-2', existing: 'reset' })
    expect(await failureFrom(seedTown(database.url, { name: 'town-1' }))).toEqual({
      code: 'RUN_GONE',
      message: 'Run town-1 cannot be done a second time',
      why: 'It is emptied.',
      fix: 'Give the new run another name; "npx downpour status" shows the names that there are.',
      exitCode: 2,
    })
  })

  it('is refused where it would be another one', async () => {
    await seedTown(database.url, { name: 'town-1' })
    const other = { name: 'town-1', wishes: { seed: 2 } }
    expect(await failureFrom(seedTown(database.url, other))).toMatchObject({
      code: 'RUN_DIFFERS',
      why: '--seed 2 was asked for, and the run has 1.',
    })
    expect(await failureFrom(seedTown(database.url, { name: 'town-2' }))).toMatchObject({
      code: 'REFUSED_NOT_EMPTY',
      exitCode: 2,
    })
    expect(await ledger()).toBe('town-1 finished')
  })

  it('is refused beside another one that is not finished', async () => {
    await change(database.url, lastChunk)
    await failureFrom(seedTown(database.url, { ...chunked, name: 'town-1' }))
    expect(await failureFrom(seedTown(database.url, { ...chunked, name: 'town-2' }))).toEqual({
      code: 'REFUSED_UNFINISHED',
      message: 'Run town-1 on this database is not finished',
      why: 'Its tables are half loaded, and some of their indexes may be dropped.',
      fix: 'Finish it with "npx downpour seed --resume", or throw it away with --restart.',
      exitCode: 2,
    })
    expect(await ledger()).toBe('town-1 running')
  })
})

describe('whoever would begin a run with a name', () => {
  it('waits while somebody else has the lock, and says so once', async () => {
    const lock = await takeRunLock(database.url)
    const told: DownpourError[] = []
    const seeding = seedTown(database.url, { name: 'town-1', onWaiting: (busy) => told.push(busy) })
    await waitUntil(async () => told.length > 0)
    expect(await townCounts(database.url)).toEqual(nothing)
    await lock.release()
    expect(await seeding).toMatchObject({ run: 'town-1' })
    expect(told.map(({ code }) => code)).toEqual(['REFUSED_BUSY'])
    expect(await townCounts(database.url)).toEqual(all)
  })

  it('looks again once it has the lock: somebody may have done the run meanwhile', async () => {
    const reset = { existing: 'reset', wishes: { existing: 'reset' } } as const
    await seedTown(database.url, { ...reset, name: 'town-1' })
    const kinds = await withSql(database.url, async (sql) => {
      const [gate] = await sql.unsafe<[{ table: string }]>(
        `select format('%I.%I', schemaname, tablename) as table from pg_tables
         where tablename = '__drizzle_migrations'`,
      )
      await sql.unsafe(`begin; lock table ${gate.table}`)
      const kinds = kindsOf({ ...reset, chunkSize: 50_000, name: 'town-2' })
      await waitUntil(async () => (await lockWaits(database.url)) > 0)
      // As if it had been begun and finished before the lock was there to be had.
      await sql.unsafe(`
        insert into downpour.runs overriding system value
          select (jsonb_populate_record(r, '{"id": "town-2", "ordinal": 2}')).* from downpour.runs r;
        insert into downpour.run_tables
          select (jsonb_populate_record(t, '{"run": "town-2"}')).* from downpour.run_tables t;
        insert into downpour.steps
          select (jsonb_populate_record(s, '{"run": "town-2"}')).* from downpour.steps s;
        commit`)
      return kinds
    })
    expect(kinds).toEqual(['finished'])
    expect(await ledger()).toBe('town-1 finished, town-2 finished')
    expect(await townCounts(database.url)).toEqual(all)
  })

  it('can be stopped while it waits', async () => {
    const lock = await takeRunLock(database.url)
    const stop = new AbortController()
    const seeding = seedTown(database.url, {
      name: 'town-1',
      signal: stop.signal,
      onWaiting: () => stop.abort(new Error('enough')),
    })
    await expect(seeding).rejects.toThrow('enough')
    await lock.release()
  })

  it('does not wait for ever', async () => {
    const lock = await takeRunLock(database.url)
    const session = await openSession({ url: database.url })
    let attempts = 0
    const waiting = workOnNamedRun(session, {
      name: 'town-1',
      signal: new AbortController().signal,
      begin: async () => {
        attempts++
        return (await takeRunLock(database.url)).release()
      },
      help: () => Promise.reject(new Error('There is no such run')),
      onWaiting: undefined,
      waitSeconds: 0.5,
    })
    expect(await failureFrom(waiting)).toMatchObject({ code: 'REFUSED_BUSY', exitCode: 2 })
    expect(attempts).toBe(2)
    await session.close()
    await lock.release()
  })
})
