import { drizzle as drizzleOverPg } from 'drizzle-orm/node-postgres'
import { drizzle } from 'drizzle-orm/postgres-js'
import {
  boolean,
  check,
  integer,
  pgSchema,
  pgTable,
  serial,
  text,
  unique,
  uuid,
  withReplicas,
} from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RefinementsOf } from '../../src/config/seeder.ts'
import { createGenerator, fillVector, reset, seed } from '../../src/index.ts'
import type { SeedOptions, SeedPromise, SeedProgress } from '../../src/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import type { TableChecksum } from '../support/checksum.ts'
import {
  askIn,
  checksumsIn,
  closePglite,
  driverNames,
  openDatabase,
  openPglite,
  openTown,
} from '../support/drizzle-databases.ts'
import type { DriverName, DrizzleDatabase } from '../support/drizzle-databases.ts'
import { loadCorpusSchema, migrationOf } from '../support/corpus.ts'
import { failureFrom, seedTown, sessionsIn } from '../support/seed-town.ts'
import { town, townSeeder, townTables } from '../support/town.ts'

type Checksums = Readonly<Record<string, TableChecksum>>

const open: DrizzleDatabase[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((database) => database.close()))
})

// It compiles PostgreSQL.
beforeAll(() => openPglite(''), 180_000)
afterAll(closePglite)

async function openTownOn(driver: DriverName): Promise<DrizzleDatabase> {
  const database = await openTown(driver)
  open.push(database)
  return database
}

async function openShopOn(driver: DriverName): Promise<DrizzleDatabase> {
  const database = await openDatabase(driver, shopStatements)
  open.push(database)
  return database
}

/** Seeds the town as its seeder says. */
function fillTown(db: DrizzleDatabase['db'], options: SeedOptions = {}): Promise<void> {
  return seed(db, town, { seed: 1, ...options }).refine(
    (f) => townSeeder(f) as RefinementsOf<typeof town>,
  )
}

const auth = pgSchema('auth')

const users = auth.table('users', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  active: boolean('active').notNull().default(true),
})

const posts = pgTable(
  'posts',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    authorId: integer('author_id')
      .notNull()
      .references(() => users.id),
    slug: text('slug').notNull().unique('posts_slug'),
    views: integer('views').notNull().default(0),
  },
  (table) => [check('views_small', sql`${table.views} < 100`)],
)

const tags = pgTable('tags', { id: uuid('id').primaryKey().defaultRandom() })

const shop = { auth, users, posts, tags }
const shopTables = readSchema(shop)

const shopStatements = `
  create schema auth;
  create table auth.users (id serial primary key, name text not null, active boolean not null default true);
  create table posts (
    id integer primary key generated always as identity,
    author_id integer not null references auth.users (id),
    slug text not null constraint posts_slug unique,
    views integer not null default 0 constraint views_small check (views < 100)
  );
  create table tags (id uuid primary key default gen_random_uuid());`

function fillShop(
  db: DrizzleDatabase['db'],
  options: SeedOptions = {},
  count?: number,
): Promise<void> {
  return seed(db, shop, options).refine((f) => ({
    users: {
      ...(count === undefined ? {} : { count }),
      columns: { name: f.valuesFromArray({ values: ['Ada', 'Grace'] }) },
      with: { posts: 2 },
    },
    posts: {
      columns: {
        slug: f.template('p{number}', { number: { min: 1, max: 1e6 } }, { isUnique: true }),
      },
    },
    tags: { columns: { id: false } },
  }))
}

const shopCounts = `select (select count(*) from auth.users) || ' ' || (select count(*) from posts)
  || ' ' || (select count(*) from tags) from (select) as one`

describe('seed', () => {
  let expected: Checksums
  beforeAll(async () => {
    const { db, url, close } = await openTown('postgres.js')
    await seedTown(url!, { strategy: 'copy' })
    expected = await checksumsIn(db, townTables)
    await close()
  })

  it.each(driverNames)('stores on %s what the command stores', async (driver) => {
    const { db } = await openTownOn(driver)
    await fillTown(db)
    expect(await checksumsIn(db, townTables)).toEqual(expected)
  })

  it.each([
    { strategy: 'copy', lanes: 1 },
    { strategy: 'copy', lanes: 3, chunkSize: 7 },
    { strategy: 'batch', lanes: 2, chunkSize: 11 },
    { strategy: 'unnest', chunkSize: 13 },
  ] as const)('stores the same by $strategy, $lanes lanes', async (options) => {
    const { db } = await openTownOn('postgres.js')
    await fillTown(db, options)
    expect(await checksumsIn(db, townTables)).toEqual(expected)
  })

  it.each(driverNames)('stays inside the caller’s transaction on %s', async (driver) => {
    const { db, url } = await openTownOn(driver)
    const rolledBack = new Error('rolled back')
    const work = db.transaction(async (tx) => {
      await tx.execute(sql`set local timezone = 'Asia/Kathmandu'`)
      await fillTown(tx)
      expect(await askIn(tx, `current_setting('TimeZone')`)).toBe('Asia/Kathmandu')
      await tx.execute(sql`set local timezone = 'UTC'`)
      expect(await checksumsIn(tx, townTables)).toEqual(expected)
      if (url !== undefined) expect(await askIn(db, 'select count(*) from residents')).toBe('0')
      throw rolledBack
    })
    await expect(work).rejects.toBe(rolledBack)
    expect(await askIn(db, 'select count(*) from residents')).toBe('0')
  })

  it.each(driverNames)('writes JSON documents through a transaction on %s', async (driver) => {
    const { db } = await openTownOn(driver)
    await db.transaction(async (tx) => {
      await fillTown(tx, { strategy: 'json' })
    })
    expect(await checksumsIn(db, townTables)).toEqual(expected)
  })

  it('gives other rows for another seed', async () => {
    const { db } = await openTownOn('postgres.js')
    await fillTown(db, { seed: 2 })
    const sums = await checksumsIn(db, townTables)
    expect(sums['samples']!.rows).toBe(expected['samples']!.rows)
    expect(sums['samples']!.sum).not.toBe(expected['samples']!.sum)
  })

  it.each(driverNames)(
    'fills ten rows of each table where nobody says how many, on %s',
    async (driver) => {
      const { db } = await openShopOn(driver)
      await fillShop(db)
      expect(await askIn(db, shopCounts)).toBe('10 20 10')
      expect(await askIn(db, `nextval('auth.users_id_seq')`)).toBe('11')
    },
  )

  it('can be awaited as it is, once', async () => {
    const { db } = await openShopOn('postgres.js')
    const seeding: Promise<void> = seed(db, { tags }, { count: 7, version: '2' })
    expect(await askIn(db, 'select count(*) from tags')).toBe('0')
    await seeding
    await seeding
    expect(await seeding.then(() => 'done')).toBe('done')
    expect(await askIn(db, 'select count(*) from tags')).toBe('7')
  })

  it.each(driverNames)('puts rows behind those that are there, on %s', async (driver) => {
    const { db } = await openShopOn(driver)
    await fillShop(db, {}, 3)
    await db.execute(sql`insert into auth.users (id, name) values (40, 'by hand')`)
    const before = await askIn(db, `select string_agg(slug, ',' order by id) from posts`)
    await fillShop(db, { count: 5 }, 4)
    expect(await askIn(db, shopCounts)).toBe('8 14 15')
    expect(
      await askIn(db, `select string_agg(slug, ',' order by id) from posts where id <= 6`),
    ).toBe(before)
    // Two for each of the new parents, whose keys come after the largest.
    expect(
      await askIn(
        db,
        `select string_agg(author_id || ':' || n, ' ' order by author_id)
         from (select author_id, count(*) as n from posts where id > 6 group by 1) as counted`,
      ),
    ).toBe('41:2 42:2 43:2 44:2')
    expect(await askIn(db, `nextval('auth.users_id_seq')`)).toBe('45')
  })

  it('counts children by weights, a draw for each parent', async () => {
    const { db } = await openShopOn('postgres.js')
    const counts = async (options: SeedOptions): Promise<readonly number[]> => {
      await reset(db, shop)
      await seed(db, { users, posts }, { count: 1000, ...options }).refine((f) => ({
        users: {
          columns: { name: f.default({ defaultValue: 'Ada' }) },
          with: {
            posts: [
              { weight: 0.6, count: [1, 2, 3] },
              { weight: 0.4, count: [5, 6] },
              { weight: 0, count: 9 },
            ],
          },
        },
        posts: {
          count: 4,
          columns: { slug: f.template('p{n}', { n: { min: 1, max: 1e6 } }, { isUnique: true }) },
        },
      }))
      const text = await askIn(
        db,
        `select string_agg(n::text, ' ' order by id)
         from (select u.id, count(p.id) as n from auth.users u left join posts p on author_id = u.id
           group by 1) as counted`,
      )
      return text.split(' ').map(Number)
    }
    const drawn = await counts({})
    const share = (number: number) => drawn.filter((count) => count === number).length / 1000
    expect([...new Set(drawn)].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 5, 6])
    for (const number of [1, 2, 3, 5, 6]) expect(share(number)).toBeCloseTo(0.2, 1)
    expect(share(1) + share(2) + share(3)).toBeCloseTo(0.6, 1)
    expect(await counts({ lanes: 2, chunkSize: 100 })).toEqual(drawn)
  })

  it('tells how far it is', async () => {
    const { db } = await openShopOn('node-postgres')
    const news: SeedProgress[] = []
    await fillShop(db, { onProgress: (progress) => news.push(progress) })
    expect(news.filter(({ rows, total }) => rows === total)).toEqual(
      expect.arrayContaining([
        { table: 'users', rows: 10, total: 10 },
        { table: 'posts', rows: 20, total: 20 },
      ]),
    )
  })

  it.each([
    { lanes: 1, most: 1 },
    { lanes: 2, most: 2 },
  ])('prepares a generator at most $most times for $lanes lanes', async ({ lanes, most }) => {
    const { db } = await openShopOn('postgres.js')
    let times = 0
    const counted = createGenerator('counted', () => {
      times++
      return fillVector(
        { kind: 'number' },
        ({ count }, { values }) => void values.fill(7, 0, count),
      )
    })
    await seed(db, shop, { lanes, chunkSize: 5, count: 40 }).refine((f) => ({
      posts: { columns: { views: counted } },
      tags: { columns: { id: f.uuid() } },
    }))
    expect(await askIn(db, 'select sum(views) from posts')).toBe('280')
    expect(times).toBeGreaterThan(0)
    expect(times).toBeLessThanOrEqual(most)
  })

  it('leaves nothing behind: no ledger, no connection', async () => {
    const { db, url } = await openShopOn('postgres.js')
    await fillShop(db, { lanes: 3 })
    expect(await askIn(db, `to_regnamespace('downpour') is null`)).toBe('true')
    await (db as unknown as { $client: postgres.Sql }).$client.end()
    expect(await sessionsIn(url!)).toBe(0)
  })

  it('connects as the client does', async () => {
    const { url } = await openShopOn('postgres.js')
    const address = new URL(url!)
    const client = postgres({
      host: address.hostname,
      port: Number(address.port),
      database: address.pathname.slice(1),
      username: address.username,
      password: () => Promise.resolve(address.password),
      max: 1,
      connection: { search_path: 'nowhere, public', TimeZone: 'Asia/Kathmandu' },
      transform: postgres.camel,
      onnotice: () => {},
    })
    const db = drizzle(client)
    await db.execute(sql`create schema nowhere`)
    await db.execute(sql`create table nowhere.tags (id integer)`)
    // The table that the name leads to is another one.
    const failure = await failureFrom(seed(db, { tags }))
    expect(failure.code).toBe('TARGET_SEARCH_PATH')
    await db.execute(sql`drop table nowhere.tags`)
    await fillShop(db)
    await db.transaction((tx) => fillShop(tx))
    expect(await askIn(db, shopCounts)).toBe('20 40 20')
    await client.end()
  })

  it('goes through a client whose connections it cannot make', async () => {
    const { url } = await openShopOn('postgres.js')
    const names: string[] = []
    const client = postgres(url!, {
      max: 1,
      connection: { options: '-c work_mem=1MB' },
      debug: (_connection, query) => names.push(query),
    })
    await fillShop(drizzle(client))
    expect(names.some((query) => query.includes('insert into "auth"."users"'))).toBe(true)
    await client.end()
  })

  it('writes to the primary of replicas', async () => {
    const { db } = await openShopOn('postgres.js')
    const other = await openShopOn('postgres.js')
    await fillShop(withReplicas(db, [other.db]))
    expect(await askIn(db, shopCounts)).toBe('10 20 10')
    expect(await askIn(other.db, shopCounts)).toBe('0 0 0')
  })

  it.each(driverNames)('spells names as drizzle({ casing }) does, on %s', async (driver) => {
    const { db } = await openShopOn(driver)
    const { $client } = db as unknown as { $client: never }
    const spelled = pgTable('posts', (t) => ({
      id: t.integer().primaryKey().generatedAlwaysAsIdentity(),
      authorId: t.integer().notNull(),
      slug: t.text().notNull(),
    }))
    const casing = 'snake_case'
    const again =
      driver === 'postgres.js'
        ? drizzle($client, { casing })
        : driver === 'node-postgres'
          ? drizzleOverPg($client, { casing })
          : (await import('drizzle-orm/pglite')).drizzle($client, { casing })
    await db.execute(sql`insert into auth.users (id, name) values (1, 'Ada')`)
    await seed(again, { spelled }).refine((f) => ({
      spelled: {
        columns: {
          authorId: f.default({ defaultValue: 1 }),
          slug: f.template('p{n}', { n: { min: 1, max: 1e6 } }, { isUnique: true }),
        },
      },
    }))
    expect(await askIn(db, 'select count(*) from posts where author_id = 1')).toBe('10')
  })
})

describe('statistics', () => {
  const upkeep = {
    visited: pgTable('visited', { id: integer('id') }),
    unvisited: pgTable('unvisited', { id: integer('id') }),
    parted: pgTable('parted', { id: integer('id') }),
  }
  const statements = `
    create table visited (id integer);
    create table unvisited (id integer) with (autovacuum_enabled = off);
    create table parted (id integer) partition by hash (id);
    create table parted_0 partition of parted for values with (modulus 1, remainder 0);`

  async function analyzedOn(driver: DriverName): Promise<string> {
    const database = await openDatabase(driver, statements)
    open.push(database)
    await seed(database.db, upkeep, { count: 60 })
    return askIn(
      database.db,
      `select string_agg(relname, ' ' order by relname) from pg_stat_all_tables
       where last_analyze is not null and relname in ('visited', 'unvisited', 'parted')`,
    )
  }

  it.each(['postgres.js', 'node-postgres'] as const)(
    'on %s are left to autovacuum, but of tables that it never visits',
    async (driver) => {
      expect(await analyzedOn(driver)).toBe('parted unvisited')
    },
  )

  it('on PGlite, which has no autovacuum, are made fresh', async () => {
    expect(await analyzedOn('PGlite')).toBe('parted unvisited visited')
  })
})

describe('seed of a schema that nobody refines', () => {
  it.each(['deferred', 'multi-tenant', 'quoted-names'])(
    'stores the same %s on each driver',
    async (name) => {
      const { module } = await loadCorpusSchema(name)
      const statements = [module.before ?? '', ...(await migrationOf(module)), module.after ?? '']
      const tables = readSchema(module)
      const stored: Partial<Record<DriverName, Checksums>> = {}
      for (const driver of driverNames) {
        const database = await openDatabase(driver, statements.join('\n'))
        open.push(database)
        await seed(database.db, module, { count: 30, seed: 3 })
        stored[driver] = await checksumsIn(database.db, tables)
      }
      const sums = stored['postgres.js']!
      expect(Object.values(sums).every(({ rows }) => rows === 30)).toBe(true)
      expect(stored).toEqual({ 'postgres.js': sums, 'node-postgres': sums, PGlite: sums })
    },
  )
})

describe('seed refuses', () => {
  it('to run in production', async () => {
    const db = drizzleOverPg(new pg.Pool())
    vi.stubEnv('NODE_ENV', 'production')
    expect(await failureFrom(seed(db, shop))).toEqual({
      code: 'REFUSED_PRODUCTION',
      message: 'Refusing to seed: NODE_ENV is "production"',
      why: 'Downpour changes, fills and empties databases for development and tests.',
      fix: 'Run it with another NODE_ENV, if this is really no production environment.',
      exitCode: 2,
    })
    expect((await failureFrom(reset(db, shop))).code).toBe('REFUSED_PRODUCTION')
  })

  it.each([
    [{ count: -1 }, 'count', 'It is no whole number, 0 or above.'],
    [{ seed: 1.5 }, 'seed', 'It is no whole number.'],
    [{ version: 3 }, 'version', 'drizzle-seed 0.3 has the versions 1 and 2.'],
    [{ chunkSize: 0 }, 'chunkSize', 'It is no whole number, 1 or above.'],
    [{ lanes: 0 }, 'lanes', 'It is no whole number from 1 to 100.'],
    [{ referenceDate: '2026-02-30' }, 'referenceDate', 'It is no date.'],
    [
      { strategy: 'row' },
      'strategy',
      'There are auto, row-tx, pipeline, batch, values, unnest, json, copy-text, copy, server.',
    ],
  ])('%o', async (options, option, why) => {
    const db = drizzleOverPg(new pg.Pool())
    const failure = await failureFrom(seed(db, shop, options as SeedOptions))
    expect(failure).toMatchObject({
      code: 'SEED_OPTION',
      message: `Cannot seed: the option "${option}" cannot be used`,
      why,
    })
  })

  it('what is no database of Drizzle’s on PostgreSQL', async () => {
    const told = {
      code: 'SEED_DATABASE',
      message: 'Cannot seed: what was given is no Drizzle database on PostgreSQL',
      fix: "Give what drizzle() of 'drizzle-orm/postgres-js', 'drizzle-orm/node-postgres' or 'drizzle-orm/pglite' returns, or a transaction of it.",
      exitCode: 2,
    }
    const { drizzle: drizzleOverLibsql } = await import('drizzle-orm/libsql')
    const sqlite = drizzleOverLibsql(':memory:')
    expect(await failureFrom(seed(sqlite as never, shop))).toEqual({
      ...told,
      why: 'It is a LibSQLDatabase, and Downpour loads PostgreSQL only.',
    })
    sqlite.$client.close()
    for (const given of [undefined, {}, new pg.Pool()]) {
      expect(await failureFrom(seed(given as never, shop))).toEqual({
        ...told,
        why: 'It was not made by drizzle().',
      })
    }
  })

  it('a strategy that needs a connection of its own, through a database', async () => {
    const { db } = await openShopOn('node-postgres')
    expect(await failureFrom(fillShop(db, { strategy: 'copy' }))).toEqual({
      code: 'SEED_STRATEGY',
      message: 'Cannot seed by "copy" through this database',
      why: 'It needs a connection of its own, which is opened for a database on postgres.js and outside of transactions only.',
      fix: 'Leave the strategy out; there are unnest and json too.',
      exitCode: 2,
    })
  })

  it('children counted in two ways, and in none', async () => {
    const { db } = await openShopOn('node-postgres')
    const told = { code: 'SEED_WITH', exitCode: 2 }
    const pets = pgTable('pets', { id: serial('id').primaryKey() })
    const both = seed(db, { ...shop, pets }).refine(() => ({
      users: { with: { posts: 2 } },
      pets: { with: { posts: 2 } },
    }))
    expect(await failureFrom(both)).toEqual({
      ...told,
      message: 'Cannot count the rows of "posts" per row of "pets"',
      why: 'They are counted per row of "users" as well.',
      fix: 'Leave one of the two out.',
    })
    const own = seed(db, shop).refine(() => ({ users: { with: { users: 2 } } }))
    expect(await failureFrom(own)).toEqual({
      ...told,
      message: 'Cannot count the rows of "users" per row of "users"',
      why: 'Its rows cannot be counted before they are there.',
      fix: 'Give users a count.',
    })
    for (const posts of [-1, 1.5, [{ weight: 1, count: [] }], [{ weight: 1, count: [NaN] }]]) {
      const failure = await failureFrom(
        seed(db, shop).refine(() => ({ users: { with: { posts } } })),
      )
      expect(failure).toEqual({
        ...told,
        message: 'Cannot count the rows of "posts" per row of "users"',
        why: 'A count is a whole number, 0 or above.',
        fix: 'Give such a number: with: { posts: 10 }.',
      })
    }
    for (const posts of [[], [{ weight: 0, count: 1 }], [{ weight: -1, count: 1 }]]) {
      const failure = await failureFrom(
        seed(db, shop).refine(() => ({ users: { with: { posts } } })),
      )
      expect(failure.why).toBe('A weight is a number, 0 or above, and one of them is above 0.')
    }
  })

  it('a table that is not in the schema', async () => {
    const { db } = await openShopOn('node-postgres')
    const misspelled = seed(db, shop) as unknown as SeedPromise<Record<string, typeof tags>>
    expect(await failureFrom(misspelled.refine(() => ({ usrs: { count: 1 } })))).toMatchObject({
      code: 'PLAN_UNKNOWN_TABLE',
      message: 'There is no table "usrs" in the schema',
    })
  })
})

describe.each(driverNames)('what the server refuses, on %s', (driver) => {
  it('is told by table and constraint, and nothing is stored', async () => {
    const { db } = await openShopOn(driver)
    const work = seed(db, shop).refine((f) => ({
      users: { columns: { name: f.default({ defaultValue: 'Ada' }) } },
      posts: {
        columns: {
          slug: f.template('p{n}', { n: { min: 1, max: 1e6 } }, { isUnique: true }),
          views: f.int({ minValue: 100, maxValue: 200 }),
        },
      },
    }))
    const { code, message, why } = await failureFrom(work)
    expect({ code, why }).toEqual({
      code: 'PLAN_CHECK',
      why: 'The server has refused rows for "views_small" in a temporary copy of the table.',
    })
    expect(message).toBe('Cannot seed "posts": the check "views_small" is not satisfied')
    expect(await askIn(db, shopCounts)).toBe('0 0 0')
  })

  it('leaves the caller’s transaction in use', async () => {
    const { db } = await openShopOn(driver)
    await db.execute(
      sql`alter table posts add constraint later unique (views) deferrable initially deferred`,
    )
    await db.transaction(async (tx) => {
      await tx.execute(sql`insert into auth.users (name) values ('mine')`)
      await tx.execute(sql`set constraints all immediate`)
      expect((await failureFrom(fillShop(tx))).code).toBe('LOAD_UNIQUE')
    })
    expect(await askIn(db, shopCounts)).toBe('1 0 0')
    // By the commit, when nobody asks earlier.
    const { code, message } = await failureFrom(fillShop(db))
    expect({ code, message: message.replace(/row \d+|a row/, 'a row') }).toEqual({
      code: 'LOAD_UNIQUE',
      message: 'Cannot load "posts": a row repeats a value that must be unique',
    })
    expect(await askIn(db, shopCounts)).toBe('1 0 0')
  })
})

describe('a lock that a transaction of the caller’s holds', () => {
  const told = {
    code: 'LOAD_LOCK',
    message: 'Cannot seed: another session holds a lock on the tables',
    fix: 'End that session’s transaction; if it is your own, seed inside it: seed(tx, schema).',
    exitCode: 4,
  }

  it('is not waited for without end', async () => {
    const { url } = await openShopOn('postgres.js')
    const client = postgres(url!, { max: 1, connection: { lock_timeout: 100 } })
    const db = drizzle(client)
    await db.transaction(async (tx) => {
      await reset(tx, shop)
      const { why, ...failure } = await failureFrom(fillShop(db))
      expect(failure).toEqual(told)
      expect(why).toMatch(
        /^It did not give it back in time; there are locks of process \d+ \(postgres\.js, idle in transaction\)\.$/,
      )
      await fillShop(tx)
    })
    expect(await askIn(db, shopCounts)).toBe('10 20 10')
    await client.end()
  })

  it('is not waited for without end on another driver', async () => {
    const { url } = await openShopOn('node-postgres')
    const pool = new pg.Pool({ connectionString: url, options: '-c lock_timeout=100' })
    const db = drizzleOverPg(pool)
    await db.transaction(async (tx) => {
      await reset(tx, shop)
      expect(await failureFrom(fillShop(db))).toEqual({
        ...told,
        why: 'It did not give it back in time.',
      })
    })
    await pool.end()
  })
})

describe('several lanes', () => {
  it('go on over a new connection where one is lost', async () => {
    const { db } = await openShopOn('postgres.js')
    await fillShop(db, { count: 50 })
    const sums = await checksumsIn(db, shopTables.slice(0, 1))
    await reset(db, shop)
    // Sequences count what is rolled back, too.
    await db.execute(
      sql.raw(`
        create sequence rows_seen;
        create function end_once() returns trigger language plpgsql as $$ begin
          if nextval('rows_seen') = 42 then perform pg_terminate_backend(pg_backend_pid()); end if;
          return new;
        end $$;
        create trigger end_once before insert on posts for each row execute function end_once();`),
    )
    await fillShop(db, { count: 50, lanes: 2, chunkSize: 10 })
    expect(await checksumsIn(db, shopTables.slice(0, 1))).toEqual(sums)
    expect(Number(await askIn(db, `nextval('rows_seen')`))).toBeGreaterThan(101)
  })

  it('keep the chunks that were committed, and the sequences behind them', async () => {
    const { db } = await openShopOn('postgres.js')
    await db.execute(sql`create table few as select n as id from generate_series(1, 15) as n`)
    await db.execute(sql`alter table few add primary key (id)`)
    await db.execute(sql`alter table posts add constraint few foreign key (id) references few`)
    const failure = await failureFrom(fillShop(db, { lanes: 2, chunkSize: 5 }))
    expect(failure.code).toMatch(/^LOAD_/)
    expect(await askIn(db, 'select count(*) from auth.users')).toBe('10')
    expect(await askIn(db, `nextval('auth.users_id_seq')`)).toBe('11')
  })
})

describe('reset', () => {
  it.each(driverNames)('empties the tables and lets keys begin anew, on %s', async (driver) => {
    const { db } = await openShopOn(driver)
    await fillShop(db)
    const first = await checksumsIn(
      db,
      shopTables.filter(({ key }) => key !== 'tags'),
    )
    await reset(db, shop)
    expect(await askIn(db, shopCounts)).toBe('0 0 0')
    expect(await askIn(db, `nextval('auth.users_id_seq')`)).toBe('1')
    await fillShop(db)
    expect(
      await checksumsIn(
        db,
        shopTables.filter(({ key }) => key !== 'tags'),
      ),
    ).toEqual(first)
  })

  it.each(driverNames)('is undone with the caller’s transaction, on %s', async (driver) => {
    const { db } = await openShopOn(driver)
    await fillShop(db)
    const rolledBack = new Error('rolled back')
    const work = db.transaction(async (tx) => {
      await reset(tx, shop)
      expect(await askIn(tx, shopCounts)).toBe('0 0 0')
      throw rolledBack
    })
    await expect(work).rejects.toBe(rolledBack)
    expect(await askIn(db, shopCounts)).toBe('10 20 10')
  })

  it('empties what refers to the tables too, and needs no whole schema', async () => {
    const { db } = await openShopOn('PGlite')
    await fillShop(db)
    await reset(db, { users })
    expect(await askIn(db, shopCounts)).toBe('0 0 10')
    await fillShop(db)
    await reset(db, { posts })
    expect(await askIn(db, shopCounts)).toBe('10 0 20')
  })

  it('says what the server said', async () => {
    const { db } = await openShopOn('PGlite')
    const missing = pgTable('missing', { id: serial('id').primaryKey() }, (t) => [
      unique().on(t.id),
    ])
    expect(await failureFrom(reset(db, { missing }))).toEqual({
      code: 'RESET_FAILED',
      message: 'Cannot empty the tables',
      why: 'The server said: relation "missing" does not exist (SQLSTATE 42P01).',
      fix: 'Apply the migrations that create it.',
      exitCode: 4,
    })
    expect((await failureFrom(reset(db, { auth }))).code).toBe('SCHEMA_EMPTY')
  })
})
