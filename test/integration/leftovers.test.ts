import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { change } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

let database: TestDatabase
let other: Sql

expectNothingUnhandled()

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await database.drop()
})

beforeEach(() => {
  other = postgres(database.url, { max: 1, connection: { application_name: 'the other' } })
})

afterEach(async () => {
  await other.end({ timeout: 1 })
})

describe('expectNothingLeft', () => {
  it('is content with a database that nobody uses', async () => {
    await change(database.url, 'create table clean (id int primary key)')
    await expectNothingLeft(database.url)
  })

  it('names a session and its advisory lock', async () => {
    const [row] = await other<[{ pid: number }]>`
      select pg_backend_pid() as pid,
        pg_advisory_lock(74, 1)`
    const error: unknown = await expectNothingLeft(database.url, 0).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toHaveProperty(
      'message',
      `Left in the database:
- advisory lock (74, 1) in ExclusiveLock, granted, pid ${row.pid}
- client backend "the other" (pid ${row.pid}), idle: select pg_backend_pid() as pid, pg_advisory_lock(74, 1)`,
    )
  })

  it('waits for what is ending', async () => {
    await other`select pg_advisory_lock(74, 2)`
    const waiting = expectNothingLeft(database.url)
    setTimeout(() => void other.end({ timeout: 1 }), 300)
    const started = performance.now()
    await waiting
    expect(performance.now() - started).toBeGreaterThan(200)
  })

  it('does not look into other databases', async () => {
    const another = await createTestDatabase()
    await other`select pg_advisory_lock(74, 3)`
    await expectNothingLeft(another.url, 0)
    await another.drop()
  })

  it('names an index that is not valid', async () => {
    await change(database.url, 'create table twice (id int); insert into twice values (1), (1)')
    const building = other.unsafe('create unique index concurrently twice_id on twice (id)')
    await expect(building).rejects.toMatchObject({ code: '23505' })
    await other.end()
    await expect(expectNothingLeft(database.url, 0)).rejects.toThrow(
      /^Left in the database:\n- invalid index twice_id on twice$/,
    )
    await change(database.url, 'drop table twice')
  })
})
