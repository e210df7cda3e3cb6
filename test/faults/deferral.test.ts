import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DownpourError } from '../../src/errors.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Patience } from '../../src/run/lane.ts'
import { restoreDropped } from '../../src/run/restore.ts'
import type { Restored } from '../../src/run/restore.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { openOther } from '../support/other-session.ts'
import type { OtherSession } from '../support/other-session.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const traders = pgTable('traders', {
  id: integer('id').primaryKey(),
  code: text('code').notNull().unique(),
})
const deals = pgTable('deals', {
  id: bigint('id', { mode: 'number' }).primaryKey(),
  traderId: integer('trader_id')
    .notNull()
    .references(() => traders.id),
  amount: integer('amount').notNull(),
})

const ddl = `
  create table traders (id int primary key, code text not null unique);
  create table deals (id bigint primary key, trader_id int not null references traders,
    amount int not null check (amount > 0));
  create index ix_deals_amount on deals (amount) include (trader_id);
  create index ix_traders_code on traders (lower(code)) where id > 10`

const market = readSchema({ traders, deals })

const codes = f.template('t{n}', { n: { min: 1, max: 9999 } }, { isUnique: true })

function seedMarket(wishes: SeedWishes = {}, code = codes) {
  const refinements: Refinements = {
    traders: { count: 200, columns: { code } },
    deals: { count: 100_000, columns: { amount: f.int({ minValue: 1, maxValue: 1000 }) } },
  }
  const project = { ...townProject, tables: market, refinements }
  return seedTown(url, { project, lanes: 2, chunkSize: 20_000, ...wishes })
}

let database: TestDatabase
let url: string
let other: OtherSession | undefined
beforeEach(async () => {
  database = await createTownDatabase()
  ;({ url } = database)
  await change(url, ddl)
})
afterEach(async () => {
  await other?.leave()
  other = undefined
  await expectNothingLeft(url)
  await database.drop()
})

/** Indexes and constraints of tables that are not the ledger's; with their numbers if asked for. */
function definitions(kind: 'as built' | 'as defined' = 'as defined'): Promise<string> {
  const number = kind === 'as built' ? `oid || ' ' ||` : ''
  return ask(
    url,
    `select string_agg(line, e'\\n' order by line) from (
       select ${number.replace('oid', 'indexrelid')} pg_get_indexdef(indexrelid)
         || indisvalid || indisclustered as line
       from pg_index join pg_class on pg_class.oid = indrelid
       where relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace,
         coalesce(to_regnamespace('downpour'), 'pg_catalog'::regnamespace))
       union all
       select ${number} conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
       from pg_constraint
       where connamespace in ('public'::regnamespace, '"Odd Schema"'::regnamespace)) as lines`,
  )
}

describe('indexes and foreign keys', () => {
  it('are the same after a load that defers them, and so are the rows', async () => {
    const wishes: SeedWishes = { counts: { residents: 60, papers: 300 }, chunkSize: 100 }
    const before = await definitions()
    await seedTown(url, { ...wishes, indexes: 'keep' })
    const kept = await checksumsOf(url, townTables)
    const built = await definitions('as built')
    await seedTown(url, { ...wishes, indexes: 'auto', existing: 'reset', lanes: 2 })
    expect(await checksumsOf(url, townTables)).toEqual(kept)
    expect(await definitions('as built')).toBe(built)
    await seedTown(url, { ...wishes, indexes: 'defer', existing: 'reset', lanes: 4 })
    expect(await checksumsOf(url, townTables)).toEqual(kept)
    expect(await definitions()).toBe(before)
    expect(await definitions('as built')).not.toBe(built)
  })

  it('of large empty tables are deferred without being asked for', async () => {
    const before = await definitions()
    const built = await definitions('as built')
    await seedMarket({ indexes: 'keep' })
    const kept = await checksumsOf(url, market)
    expect(await definitions('as built')).toBe(built)
    await seedMarket({ indexes: 'auto', existing: 'reset' })
    expect(await checksumsOf(url, market)).toEqual(kept)
    expect(await definitions()).toBe(before)
    expect(await ask(url, DROPPED)).toBe('deals_pkey,deals_trader_id_fkey,ix_deals_amount')
  })

  it('of a table that holds rows stay', async () => {
    await seedMarket({ counts: { deals: 50 } })
    const built = await definitions('as built')
    await seedMarket({ existing: 'append', indexes: 'defer', counts: { deals: 90 } })
    expect(await ask(url, 'select count(*) from deals')).toBe('90')
    expect(await definitions('as built')).toBe(built)
  })

  it('stay when a table outside of the run refers to them', async () => {
    await change(
      url,
      `create table audits (deal_id bigint references deals, code text references traders (code))`,
    )
    const before = await definitions()
    const { notes } = await seedMarket({ indexes: 'defer', counts: { deals: 500 } })
    expect(await definitions()).toBe(before)
    expect(notes).toEqual([
      'Kept deals_pkey of deals: table "audits" outside the run refers to it',
      'Kept traders_code_key of traders: table "audits" outside the run refers to it',
    ])
    expect(await ask(url, DROPPED)).toBe(
      'deals_trader_id_fkey,ix_deals_amount,ix_traders_code,traders_pkey',
    )
  })
})

const DROPPED = `select string_agg(definition ->> 'name', ',' order by definition ->> 'name')
  from downpour.dropped`

/** Too few attempts to wait long. */
const hasty: Patience = { attempts: 2, reconnectSeconds: 60, silenceSeconds: 15 }

describe('a table that somebody else reads for long', () => {
  it('keeps its indexes when nobody asked for more, and its readers wait only briefly', async () => {
    other = await openOther(url, 'lock table traders, deals in access share mode')
    const built = await definitions('as built')
    let isOver = false
    const seeding = seedMarket({ indexes: 'auto' }).finally(() => (isOver = true))
    let longest = 0
    while (!isOver) {
      const began = performance.now()
      await ask(url, 'select count(*) from traders')
      longest = Math.max(longest, performance.now() - began)
      await sleep(10)
    }
    const { notes } = await seeding
    expect(notes).toEqual([
      'Indexes and foreign keys stay: other sessions are at work on the tables',
    ])
    expect(longest).toBeLessThan(2500)
    expect(await definitions('as built')).toBe(built)
  })

  it('ends a run that was to defer them, naming who reads it', async () => {
    other = await openOther(url, 'lock table traders in access share mode')
    const { pid, leave } = other
    const wishes: SeedWishes = { indexes: 'defer', counts: { deals: 500 }, patience: hasty }
    expect(await failureFrom(seedMarket(wishes))).toEqual({
      code: 'LOAD_LOCK',
      message: 'Cannot load "traders": another session holds a lock on it',
      why: `The server said: canceling statement due to lock timeout (SQLSTATE 55P03). Held by process ${pid} (somebody else, idle in transaction).`,
      fix: 'End the session that holds the lock (pg_blocking_pids names it), and run it again.',
      exitCode: 4,
    })
    await leave()
    await seedMarket({ ...wishes, unfinished: 'resume' })
    expect(await ask(url, 'select count(*) from deals')).toBe('500')
  })
})

const canary = 'CANARY-0171'

/** Claims more values than it has. */
const repeating = createGenerator('repeating', () =>
  fillVector(
    { kind: 'text' },
    (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = rows.numbers[i]! > 190 ? canary : `t${rows.numbers[i]}`
      }
    },
    9999,
  ),
)

async function restore(): Promise<Restored> {
  const session = await openSession({ url })
  return restoreDropped(session).finally(() => session.close())
}

describe('rows that do not keep to a key when it is put back', () => {
  const wishes: SeedWishes = { indexes: 'defer', counts: { deals: 500 } }
  const violation = {
    code: 'REBUILD_VIOLATION',
    message: 'Cannot put "traders_code_key" back: the rows do not keep to it',
    why: 'The server said: could not create unique index "traders_code_key" (SQLSTATE 23505), key (code).',
    fix: 'The rows stay. Correct them and run "npx downpour restore"; or correct the seeder and begin again with --reset.',
    exitCode: 4,
  }

  it('stay, are named without values, and can be corrected by hand', async () => {
    const before = await definitions()
    const error = await seedMarket(wishes, repeating).catch((reason: unknown) => reason)
    const { code, message, why, fix, exitCode, table } = error as DownpourError
    expect({ code, message, why, fix, exitCode }).toEqual(violation)
    expect(table).toBe('traders')
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(canary)
    const ledger = await ask(url, `select schema_to_xml('downpour', true, false, '')`)
    expect(ledger).not.toContain(canary)
    expect(await ask(url, 'select count(*) from traders')).toBe('200')
    expect(await ask(url, 'select count(*) from deals')).toBe('500')

    // As long as they are not corrected.
    const again = seedMarket({ ...wishes, unfinished: 'resume' }, repeating)
    expect(await failureFrom(again)).toEqual(violation)

    await change(url, `update traders set code = code || id where code = '${canary}'`)
    await seedMarket({ ...wishes, unfinished: 'resume' }, repeating)
    expect(await definitions()).toBe(before)
    expect(await ask(url, `select string_agg(state, ',') from downpour.runs`)).toBe('finished')
  })

  it('are reported by a restore, which puts everything else back', async () => {
    const before = await definitions()
    await failureFrom(seedMarket({ ...wishes, lanes: 1 }, repeating))
    const restored = await restore()
    expect(restored.failures).toMatchObject([violation])
    expect(restored.restored).toContain('ix_deals_amount on deals')
    await change(url, `update traders set code = code || id where code = '${canary}'`)
    expect((await restore()).failures).toEqual([])
    expect(await definitions()).toBe(before)
    await seedMarket({ ...wishes, unfinished: 'resume' }, repeating)
    expect(await ask(url, 'select count(*) from traders')).toBe('200')
  })

  it('are found when they refer to nothing', async () => {
    await change(
      url,
      `create table codes (code text primary key);
       insert into codes select 't' || n from generate_series(0, 190) as n;
       alter table traders add constraint fk_code foreign key (code) references codes;
       alter table traders drop constraint traders_code_key`,
    )
    const error = await seedMarket(wishes, repeating).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'REBUILD_VIOLATION',
      message: 'Cannot put "fk_code" back: the rows do not keep to it',
      why: 'The server said: insert or update on table "traders" violates foreign key constraint "fk_code" (SQLSTATE 23503), key (code).',
      exitCode: 4,
      table: 'traders',
    })
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(canary)
    await change(url, `insert into codes values ('${canary}')`)
    await seedMarket({ ...wishes, unfinished: 'resume' }, repeating)
    expect(await ask(url, `select convalidated from pg_constraint where conname = 'fk_code'`)).toBe(
      'true',
    )
  })
})
