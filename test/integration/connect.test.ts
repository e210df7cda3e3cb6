import {
  bigint,
  date,
  foreignKey,
  integer,
  numeric,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineSeeder, runSeeder } from '../../src/config/seeder.ts'
import { drawnRow } from '../../src/generate/generators/reference.ts'
import { seed } from '../../src/index.ts'
import type { PlanRequest } from '../../src/plan/build-plan.ts'
import { withSession } from '../../src/postgres/session.ts'
import { buildConnectedPlan } from '../../src/run/read-connected.ts'
import { inTransaction } from '../../src/run/transaction.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import type { TestDatabase } from '../support/database.ts'
import { askIn, closePglite, driverNames, openDatabase } from '../support/drizzle-databases.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

const tenants = pgTable('tenants', { id: uuid().primaryKey() })
const accounts = pgTable('accounts', {
  /** As those who share a table over many machines count: beyond what a double holds. */
  id: bigint({ mode: 'bigint' }).primaryKey(),
  openedOn: date('opened_on').notNull(),
  limit: numeric({ precision: 10, scale: 2 }).notNull(),
  seenAt: timestamp('seen_at', { withTimezone: true }),
})
const regions = pgTable(
  'regions',
  { country: text().notNull(), code: integer().notNull(), note: text() },
  (table) => [primaryKey({ columns: [table.country, table.code] })],
)
const devices = pgTable('devices', { id: serial().primaryKey(), label: text().unique() })
const orders = pgTable(
  'orders',
  {
    id: serial().primaryKey(),
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    accountId: bigint('account_id', { mode: 'bigint' })
      .notNull()
      .references(() => accounts.id),
    country: text().notNull(),
    code: integer().notNull(),
    deviceLabel: text('device_label')
      .notNull()
      .references(() => devices.label),
    deviceId: integer('device_id')
      .notNull()
      .references(() => devices.id),
    openedOn: date('opened_on').notNull(),
    limit: numeric({ precision: 10, scale: 2 }).notNull(),
    seenAt: timestamp('seen_at', { withTimezone: true }),
  },
  (table) => [
    foreignKey({
      columns: [table.country, table.code],
      foreignColumns: [regions.country, regions.code],
    }),
  ],
)
const badges = pgTable('badges', {
  accountId: bigint('account_id', { mode: 'bigint' })
    .primaryKey()
    .references(() => accounts.id),
})
const schema = { tenants, accounts, regions, devices, orders, badges }

const ddl = `
  create table tenants (id uuid primary key);
  create table accounts (id int8 primary key, opened_on date not null, "limit" numeric(10,2) not null, seen_at timestamptz);
  create table regions (country text, code int4, note text, primary key (country, code));
  create table devices (id serial primary key, label text unique);
  create table orders (
    id serial primary key, tenant_id uuid not null references tenants,
    account_id int8 not null references accounts, country text not null, code int4 not null,
    device_label text not null references devices (label), device_id int4 not null references devices,
    opened_on date not null, "limit" numeric(10,2) not null, seen_at timestamptz,
    foreign key (country, code) references regions);
  create table badges (account_id int8 primary key references accounts);`

const parents = `
  insert into tenants select md5(n::text)::uuid from generate_series(1, 7) n;
  insert into accounts select 9007199254740993 + n * 1000, '2025-01-01'::date + n, n * 1.25,
    case when n % 2 = 0 then '2025-06-01 12:00:00.123456+00'::timestamptz end from generate_series(1, 50) n;
  insert into regions select 'ü' || n % 3, n, null from generate_series(1, 9) n;
  insert into devices select n * 2, case when n % 3 > 0 then 'device ' || n end from generate_series(1, 30) n;`

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
  await change(database.url, ddl)
})
afterEach(() => database.drop())

const seeder = defineSeeder({ accounts, orders }, (f) => {
  const account = drawnRow('accounts')
  return {
    accounts: { count: 10 },
    orders: {
      count: 500,
      columns: {
        accountId: f.reference('accounts', { column: 'id', row: account }),
        openedOn: f.reference('accounts', { column: 'openedOn', row: account }),
        limit: f.reference('accounts', { column: 'limit', row: account }),
        seenAt: f.reference('accounts', { column: 'seenAt', row: account }),
      },
    },
  }
})

function seedOrders(wishes: SeedWishes = {}) {
  const project = {
    ...townProject,
    tables: readSchema(schema),
    refinements: runSeeder(seeder),
  }
  return seedTown(database.url, { project, otherwise: 10, only: ['orders'], ...wishes })
}

const asTheirAccount = `select count(*) = 500 from orders o join accounts a on a.id = o.account_id
  where (o.opened_on, o."limit") = (a.opened_on, a."limit") and o.seen_at is not distinct from a.seen_at`

describe('tables that are left out', () => {
  it('give the keys of the rows that they hold, whoever wrote them', async () => {
    await change(database.url, parents)
    const { notes } = await seedOrders()
    expect(await ask(database.url, asTheirAccount)).toBe('true')
    const spread = `select concat_ws(' ', count(distinct tenant_id), count(distinct account_id),
      count(distinct (country, code)), count(distinct device_label), count(distinct device_id)) from orders`
    expect(await ask(database.url, spread)).toBe('7 50 9 20 20')
    expect(notes).toContain(
      'Referred to rows of another origin: 50 of accounts, 20 of devices, 9 of regions, 7 of tenants',
    )
  })

  it('are refused while they are empty', async () => {
    expect(await failureFrom(seedOrders())).toMatchObject({
      code: 'REFUSED_PARENT_ROWS',
      message: 'Cannot refer to the rows of "accounts"',
      why: 'The plan counts on 10 rows with keys from 1 on, and the table holds 0 rows.',
    })
  })

  it('are the same for whoever goes on with the run, or it is refused', async () => {
    await change(database.url, parents)
    const chunks = { chunkSize: 100 }
    await seedOrders(chunks)
    const whole = await ask(
      database.url,
      'select md5(string_agg(o::text, $$,$$ order by id)) from orders o',
    )
    await change(database.url, 'truncate orders restart identity')
    await change(
      database.url,
      `create function stop_at() returns trigger language plpgsql as $$ begin if new.id > 250 then raise 'stop'; end if; return new; end $$;
       create trigger stop_at before insert on orders for each row execute function stop_at()`,
    )
    await failureFrom(seedOrders(chunks))
    await change(
      database.url,
      `drop trigger stop_at on orders; insert into devices values (1001, 'new')`,
    )
    expect(await failureFrom(seedOrders(chunks))).toMatchObject({ code: 'RUN_DIFFERS' })
    await change(database.url, `delete from devices where id = 1001`)
    await seedOrders({ ...chunks, lanes: 2 })
    expect(
      await ask(database.url, 'select md5(string_agg(o::text, $$,$$ order by id)) from orders o'),
    ).toBe(whole)
  })

  it('have no more one-to-one children than rows', async () => {
    await change(database.url, parents)
    await seedOrders({ only: ['badges'], counts: { badges: 50 } })
    expect(await ask(database.url, 'select count(*) from badges')).toBe('50')
    await change(database.url, 'truncate badges')
    expect(
      await failureFrom(seedOrders({ only: ['badges'], counts: { badges: 51 } })),
    ).toMatchObject({ code: 'PLAN_UNIQUE_SPACE', fix: expect.stringContaining('at most 50 rows') })
  })

  it('are refused where their keys are too many to be held', async () => {
    await change(database.url, parents)
    const request: PlanRequest = {
      tables: readSchema(schema),
      refinements: {},
      seed: 1,
      referenceDate: '2026-01-01',
      counts: { explicit: { orders: 10 }, profile: {}, scale: 1 },
      only: ['orders'],
      existing: undefined,
    }
    const outside = ['tenants', 'accounts', 'regions', 'devices']
    const failure = await withSession({ url: database.url }, (session) =>
      failureFrom(inTransaction(session, () => buildConnectedPlan(session, request, outside, 0.1))),
    )
    expect(failure).toEqual({
      code: 'PLAN_CONNECT_LIMIT',
      message: 'Cannot refer to the rows of "tenants"',
      why: 'They are not rows of this plan, and their keys take more than the 0.1 MiB that are held in memory.',
      fix: 'Load tenants in the same run, or refer to a smaller copy of the table.',
      exitCode: 2,
    })
  })
})

describe('foreign keys that share a column', () => {
  const posts = pgTable(
    'posts',
    { tenant: integer().notNull(), id: integer().notNull() },
    (table) => [primaryKey({ columns: [table.tenant, table.id] })],
  )
  const people = pgTable(
    'people',
    { tenant: integer().notNull(), id: integer().notNull() },
    (table) => [primaryKey({ columns: [table.tenant, table.id] })],
  )
  const likes = pgTable(
    'likes',
    { tenant: integer().notNull(), post: integer().notNull(), person: integer().notNull() },
    (table) => [
      foreignKey({ columns: [table.tenant, table.post], foreignColumns: [posts.tenant, posts.id] }),
      foreignKey({
        columns: [table.tenant, table.person],
        foreignColumns: [people.tenant, people.id],
      }),
      unique().on(table.post, table.person),
    ],
  )

  it('are refused where the rows of a parent are of another origin', async () => {
    await change(
      database.url,
      `create table posts (tenant int4, id int4, primary key (tenant, id));
       create table people (tenant int4, id int4, primary key (tenant, id));
       create table likes (tenant int4 not null, post int4 not null, person int4 not null,
         foreign key (tenant, post) references posts, foreign key (tenant, person) references people,
         unique (post, person));
       insert into posts values (1, 1), (2, 2); insert into people values (1, 1), (2, 2)`,
    )
    const project = {
      ...townProject,
      tables: readSchema({ posts, people, likes }),
      refinements: {},
    }
    const seeding = seedTown(database.url, { project, otherwise: 3, only: ['likes'] })
    expect(await failureFrom(seeding)).toMatchObject({
      code: 'PLAN_CONNECT_SHARED',
      message: 'Cannot seed "likes" with the rows that "posts" holds',
    })
  })
})

describe('seed() of some tables', () => {
  afterAll(closePglite)

  it.each(driverNames)('refers to the rows that the others hold, over %s', async (driver) => {
    const { db, close } = await openDatabase(driver, ddl + parents)
    await seed(db, schema, { only: ['orders'], count: 40 })
    await seed(db, schema, { only: ['orders'], count: 40 })
    const answer = `select count(*) || ' ' || count(distinct tenant_id) from orders`
    expect(await askIn(db, answer)).toBe('80 7')
    await close()
  })
})
