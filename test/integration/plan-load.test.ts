import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { planWith, planWithout } from '../support/estimates.ts'
import { ask, change, failureFrom, seedTown } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

let database: TestDatabase

beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

describe('planning on a server', () => {
  it('leaves nothing behind', async () => {
    const traces = `select concat_ws(', ',
      (select count(*) from pg_class where relname not like 'pg_%' and relkind in ('r', 'i', 'S')),
      (select count(*) from pg_namespace where nspname = 'downpour'),
      (select count(*) from residents), (select count(*) from visits),
      (select last_value from residents_id_seq))`
    const before = await ask(database.url, traces)
    const plan = await planWith(database.url)
    expect(plan.rows).toBeGreaterThan(0)
    expect(plan.time!.triedRows).toBeGreaterThan(0)
    expect(plan.time!.mostSeconds).toBeGreaterThan(plan.time!.leastSeconds)
    expect(await ask(database.url, traces)).toBe(before)
  })

  it('loads the rows, tables and chunks that it has told', async () => {
    const options = { chunkSize: 100, indexes: 'defer' } as const
    const plan = await planWith(database.url, { options })
    const report = await seedTown(database.url, { ...options, strategy: 'auto' })
    const told = plan.tables.filter(({ rows }) => rows > 0)
    expect(
      told.map(({ table, rows, chunks, strategy }) => ({ table, rows, chunks, strategy })),
    ).toEqual(
      report.tables.map(({ table, rows, chunks, strategy }) => ({ table, rows, chunks, strategy })),
    )
    expect(plan.dropped.length).toBeGreaterThan(5)
  })

  it('plans the same without a server', async () => {
    const figures = ({ table, rows, chunks, strategy }: (typeof asked)['tables'][number]) => ({
      table,
      rows,
      chunks,
      strategy,
    })
    const asked = await planWith(database.url)
    const unasked = await planWithout()
    expect(unasked.tables.map(figures)).toEqual(asked.tables.map(figures))
    expect(unasked.database).toBe(null)
    expect(unasked.time).toBe(null)
    expect(unasked.bytes / asked.bytes).toBeCloseTo(1, 0)
  })

  it('refuses what seed would refuse before its first write', async () => {
    await seedTown(database.url)
    const full = await failureFrom(planWith(database.url))
    expect(full).toEqual(await failureFrom(seedTown(database.url)))
    expect(full.code).toBe('REFUSED_NOT_EMPTY')

    await change(database.url, 'alter table visits rename column price to cost')
    const reset = { existing: 'reset' } as const
    const changed = await failureFrom(planWith(database.url, { options: reset }))
    expect(changed).toEqual(await failureFrom(seedTown(database.url, reset)))
    expect(changed.code).toBe('TARGET_NO_COLUMN')
  })

  it('refuses a server that lacks migrations, and plans by the schema for the embedded one', async () => {
    const empty = await createTestDatabase()
    try {
      expect((await failureFrom(planWith(empty.url))).code).toBe('REFUSED_UNMIGRATED')
      const plan = await planWith(empty.url, { database: { url: empty.url, isEmbedded: true } })
      expect(plan.database).toMatchObject({ server: 'PostgreSQL' })
      expect(plan.notes.at(-1)).toMatch(/^seed applies \d+ migrations? first; until then/)
      expect(
        await ask(empty.url, "select count(*) from pg_tables where schemaname = 'public'"),
      ).toBe('0')
    } finally {
      await empty.drop()
    }
  })

  it('warns of triggers, publications, other sessions and tables without a log', async () => {
    await change(
      database.url,
      `create function note() returns trigger language plpgsql as 'begin return new; end';
       create trigger watch before insert on residents for each row execute function note();
       alter table papers set unlogged;
       create publication feed for table visits`,
    )
    const { warnings } = await planWith(database.url)
    expect(warnings).toEqual([
      'Triggers are called for each row of residents: watch',
      'Publications send every row of visits: feed',
      'Without a log, and so empty after a crash of the server: papers',
    ])
  })

  it('says what --reset would delete', async () => {
    await seedTown(database.url)
    const { warnings } = await planWith(database.url, { options: { existing: 'reset' } })
    expect(warnings[0]).toMatch(/^--reset deletes the rows of .*residents.* \(\d+\.\d [KM]iB\)$/)
  })

  it('goes on with a run that is not finished, as seed does', async () => {
    const stopped = new AbortController()
    const stop = () => stopped.abort(new Error('stopped'))
    const seeding = seedTown(database.url, {
      chunkSize: 10,
      signal: stopped.signal,
      onProgress: stop,
    })
    await expect(seeding).rejects.toThrow('stopped')
    const plan = await planWith(database.url)
    expect(plan.warnings[0]).toMatch(/^Run [0-9a-f]{8} is not finished: seed goes on with it/)
    const other = await failureFrom(planWith(database.url, { wishes: { seed: 5 } }))
    expect(other.code).toBe('RUN_DIFFERS')
    const again = await planWith(database.url, { unfinished: 'restart' })
    expect(again.warnings[0]).toMatch(/^--restart throws run [0-9a-f]{8} away/)
  })

  it('tells no time to a role without temporary tables, and says so', async () => {
    await change(
      database.url,
      `revoke temporary on database ${database.name} from public;
       create role planner_${database.name} login password 'plan';
       grant all on all tables in schema public, "Odd Schema" to planner_${database.name};
       grant all on all sequences in schema public, "Odd Schema" to planner_${database.name};
       grant usage on schema public, "Odd Schema", drizzle to planner_${database.name};
       grant select on all tables in schema drizzle to planner_${database.name}`,
    )
    const url = new URL(database.url)
    url.username = `planner_${database.name}`
    url.password = 'plan'
    try {
      const plan = await planWith(url.href)
      expect(plan.time).toBe(null)
      expect(plan.notes).toContain(
        'How long it takes is not known: the role may not make temporary tables to try it',
      )
    } finally {
      await change(
        database.url,
        `drop owned by planner_${database.name}; drop role planner_${database.name}`,
      )
    }
  })
})
