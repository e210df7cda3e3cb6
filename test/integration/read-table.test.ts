import { setTimeout as sleep } from 'node:timers/promises'
import { asc, desc, gt, sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  char,
  cidr,
  customType,
  date,
  doublePrecision,
  inet,
  integer,
  interval,
  json,
  jsonb,
  line,
  macaddr,
  numeric,
  pgSchema,
  type PgTable,
  pgTable,
  point,
  real,
  serial,
  smallint,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import {
  byCursor,
  copyTo,
  fetchAll,
  limitOffset,
  openReadConnection,
} from '../../src/bench/read-ways.ts'
import { readTable } from '../../src/index.ts'
import { openSession } from '../../src/postgres/session.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { type FrameProxy, startFrameProxy } from '../support/frame-proxy.ts'
import { endSessions } from '../support/other-session.ts'
import { ask, change, failureFrom } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

const words = pgTable('words', { id: integer().primaryKey(), label: text() })

let database: TestDatabase
let client: Sql
let db: PostgresJsDatabase

expectNothingUnhandled()

beforeAll(async () => {
  database = await createTestDatabase()
  await change(
    database.url,
    `create table words (id int primary key, label text);
     insert into words select n, 'word ' || n from generate_series(1, 2500) n;
     create table empty (id int primary key, label text);
     create table many (id int primary key, label text);
     insert into many select n, repeat(md5(n::text), 16) from generate_series(1, 200000) n`,
  )
  client = postgres(database.url, { max: 2, onnotice: () => {} })
  db = drizzle(client)
})

afterEach(async () => {
  // Whatever became of a reading, its connection is free.
  await waitUntil(async () => (await ask(database.url, IN_TRANSACTION)) === '0')
})

afterAll(async () => {
  await client.end({ timeout: 1 })
  await database.drop()
})

describe('readTable', () => {
  it('reads every row once, at most fetchSize at a time', async () => {
    const sizes: number[] = []
    const ids: number[] = []
    for await (const rows of readTable(db, words, { fetchSize: 600, orderBy: words.id })) {
      sizes.push(rows.length)
      ids.push(...rows.map(({ id }) => id))
    }
    expect(sizes).toEqual([600, 600, 600, 600, 100])
    expect(ids).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1))
  })

  it('takes 1000 at a time when nothing else is said, and ends after an exact multiple', async () => {
    expect(await sizesOf(readTable(db, words))).toEqual([1000, 1000, 500])
    expect(await sizesOf(readTable(db, words, { fetchSize: 1250 }))).toEqual([1250, 1250])
    expect(await sizesOf(readTable(db, words, { fetchSize: 2_147_483_647 }))).toEqual([2500])
  })

  it('has no step for an empty table', async () => {
    const empty = pgTable('empty', { id: integer() })
    expect(await sizesOf(readTable(db, empty))).toEqual([])
  })

  it('reads the rows asked for, in the order asked for', async () => {
    const options = { fetchSize: 2, where: gt(words.id, 2497), orderBy: [desc(words.id)] }
    expect(await rowsOf(readTable(db, words, options))).toEqual([
      { id: 2500, label: 'word 2500' },
      { id: 2499, label: 'word 2499' },
      { id: 2498, label: 'word 2498' },
    ])
    const byLength = { where: gt(words.id, 2498), orderBy: [sql`length(label)`, asc(words.id)] }
    expect((await rowsOf(readTable(db, words, byLength))).map(({ id }) => id)).toEqual([2499, 2500])
  })

  it('knows the types of the rows', async () => {
    const reading = readTable(db, words)
    expectTypeOf(reading).toEqualTypeOf<
      AsyncGenerator<{ id: number; label: string | null }[], void, undefined>
    >()
    const step = await reading.next()
    expect(step.value).toHaveLength(1000)
    await reading.return()
  })

  it('reads the rows of one moment', async () => {
    const ids: number[] = []
    for await (const rows of readTable(db, words, { fetchSize: 1000 })) {
      if (ids.length === 0) await db.execute(sql`insert into words values (9999, 'late')`)
      ids.push(...rows.map(({ id }) => id))
    }
    await db.execute(sql`delete from words where id = 9999`)
    expect(ids).not.toContain(9999)
  })

  it('reads two tables side by side, each over a connection of its own', async () => {
    const one = readTable(db, words, { fetchSize: 10, orderBy: words.id })
    const other = readTable(db, words, { fetchSize: 10, orderBy: desc(words.id) })
    for (let step = 0; step < 20; step += 1) {
      const [{ value: up }, { value: down }] = await Promise.all([one.next(), other.next()])
      expect(up?.[0]?.id).toBe(1 + step * 10)
      expect(down?.[0]?.id).toBe(2500 - step * 10)
    }
    await Promise.all([one.return(), other.return()])
  })

  it('writes nothing', async () => {
    await change(
      database.url,
      `create or replace function meddle() returns bool language plpgsql as
         'begin delete from words; return true; end'`,
    )
    const failed = failureFrom(rowsOf(readTable(db, words, { where: sql`meddle()` })))
    expect(await failed).toEqual({
      code: 'READ_SERVER',
      message: 'Cannot read "words"',
      why: 'The server said: cannot execute DELETE in a read-only transaction (SQLSTATE 25006).',
      fix: 'Look into the server’s log for the full report.',
      exitCode: 4,
    })
  })

  it.for([0, -1, 2.5, Number.NaN, 2 ** 31])('refuses to fetch %s rows at a time', (fetchSize) => {
    expect(() => readTable(db, words, { fetchSize })).toThrow(
      expect.objectContaining({
        code: 'READ_FETCH_SIZE',
        message: `Cannot fetch ${fetchSize} rows at a time`,
        why: 'A fetch size is a whole number from 1 to 2147483647.',
        exitCode: 2,
      }),
    )
  })
})

describe('the rows of readTable', () => {
  const place = pgSchema('a "quoted" schema')
  const mood = place.enum('mood', ['good', 'bad'])
  const shout = customType<{ data: string; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => value.toLowerCase(),
    fromDriver: (value) => `${value.toUpperCase()}!`,
  })
  const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
  const everything = place.table('Every "kind" of.column', {
    id: serial().primaryKey(),
    bigserial: bigserial({ mode: 'bigint' }),
    small: smallint('a small.number'),
    bigNumber: bigint('big_number', { mode: 'number' }),
    bigBig: bigint('big_big', { mode: 'bigint' }),
    numeric: numeric(),
    numericNumber: numeric('numeric_number', { mode: 'number' }),
    numericBig: numeric('numeric_big', { mode: 'bigint' }),
    real: real(),
    double: doublePrecision(),
    boolean: boolean(),
    text: text('say "text"'),
    varchar: varchar({ length: 9 }),
    char: char({ length: 5 }),
    mood: mood(),
    json: json(),
    jsonb: jsonb(),
    uuid: uuid(),
    bytea: bytes(),
    dateText: date('date_text'),
    date: date({ mode: 'date' }),
    time: time(),
    stamp: timestamp(),
    stampText: timestamp('stamp_text', { mode: 'string' }),
    zoned: timestamp({ withTimezone: true }),
    zonedText: timestamp('zoned_text', { withTimezone: true, mode: 'string' }),
    interval: interval(),
    point: point(),
    pointXy: point('point_xy', { mode: 'xy' }),
    line: line(),
    lineAbc: line('line_abc', { mode: 'abc' }),
    inet: inet(),
    cidr: cidr(),
    macaddr: macaddr(),
    numbers: integer().array(),
    labels: text().array(),
    grid: integer().array().array(),
    dates: timestamp().array(),
    moods: mood().array(),
    shout: shout(),
  })

  beforeAll(async () => {
    await change(
      database.url,
      `create schema "a ""quoted"" schema"; set search_path to "a ""quoted"" schema";
       create type mood as enum ('good', 'bad');
       create table "Every ""kind"" of.column" (
         id serial primary key, bigserial bigserial, "a small.number" smallint, big_number bigint,
         big_big bigint, numeric numeric, numeric_number numeric, numeric_big numeric, real real,
         double double precision, boolean boolean, "say ""text""" text, varchar varchar(9),
         char char(5), mood mood, json json, jsonb jsonb, uuid uuid, bytea bytea, date_text date,
         date date, time time, stamp timestamp, stamp_text timestamp, zoned timestamptz,
         zoned_text timestamptz, interval interval, point point, point_xy point, line line,
         line_abc line, inet inet, cidr cidr, macaddr macaddr, numbers int[], labels text[],
         grid int[], dates timestamp[], moods mood[], shout text);
       insert into "Every ""kind"" of.column" values (
         default, 9007199254740993, -32768, 9007199254740991, -9223372036854775808, 0.10, 1.5,
         12345678901234567890, 1.25, 0.1, true, E'tab\\t"quotes"\\nnewline', 'varchar', 'abc',
         'bad', '{"a": [1, null]}', '"a string"', 'ca761232-ed42-11ce-bacd-00aa0057b223', '\\x00ff',
         '2024-02-29', '2024-02-29', '23:59:59.5', '2024-02-29 12:34:56.789',
         '2024-02-29 12:34:56.789123', '2024-02-29 12:34:56+02', '2024-02-29 12:34:56+02',
         '1 year 2 days', '(1,2)', '(1.5,-2)', '{1,2,3}', '{1,2,3}', '::1', '10.0.0.0/8',
         '08:00:2b:01:02:03', '{1,NULL,3}', '{"a,b",NULL,"c\\"d"}', '{{1,2},{3,4}}',
         '{"2024-02-29 12:00:00"}', '{good,bad}', 'hello');
       insert into "Every ""kind"" of.column" default values`,
    )
  })

  it('are those of select, for every kind of column', async () => {
    const rows = await rowsOf(readTable(db, everything, { fetchSize: 1, orderBy: everything.id }))
    expect(rows).toEqual(await db.select().from(everything).orderBy(everything.id))
    expect(rows[0]).toMatchObject({
      bigserial: 9_007_199_254_740_993n,
      numericBig: 12_345_678_901_234_567_890n,
      date: new Date('2024-02-29'),
      dateText: '2024-02-29',
      pointXy: { x: 1.5, y: -2 },
      shout: 'HELLO!',
    })
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(everything).filter((key) => key in rows[0]!))
    expect(rows[1]).toMatchObject({ json: null, shout: null, numbers: null })
  })

  it('are those of select with where and parameters, which the driver sends otherwise', async () => {
    const where = gt(everything.id, 0)
    const rows = await rowsOf(readTable(db, everything, { where, orderBy: everything.id }))
    expect(rows).toEqual(await db.select().from(everything).where(where).orderBy(everything.id))
  })

  it('are those of select where Drizzle makes up the names', async () => {
    const snakes = drizzle(client, { casing: 'snake_case' })
    const cased = place.table('Every "kind" of.column', {
      bigNumber: bigint({ mode: 'number' }),
      dateText: date(),
    })
    const rows = await rowsOf(readTable(snakes, cased, { orderBy: cased.bigNumber }))
    expect(rows[0]).toEqual({ bigNumber: 9_007_199_254_740_991, dateText: '2024-02-29' })
    expect(rows).toEqual(await snakes.select().from(cased).orderBy(cased.bigNumber))
  })

  it('are those of select in a session of the toolkit', async () => {
    const session = await openSession({ url: database.url })
    const rows = await rowsOf(readTable(session.db, everything, { orderBy: everything.id }))
    expect(rows).toEqual(await session.db.select().from(everything).orderBy(everything.id))
    await session.close()
  })

  it('are those of select with node-postgres', async ({ skip }) => {
    const module = await import('drizzle-orm/node-postgres').catch(() => undefined)
    if (module === undefined) return skip('needs pg')
    const pool = module.drizzle(database.url)
    try {
      const rows = await rowsOf(
        readTable(pool, everything, { fetchSize: 1, orderBy: everything.id }),
      )
      expect(rows).toEqual(await pool.select().from(everything).orderBy(everything.id))
      expect(await sizesOf(readTable(pool, words, { where: gt(words.id, 1) }))).toEqual([
        1000, 1000, 499,
      ])
      for await (const _ of readTable(pool, words)) break
      const missing = pgTable('missing', { id: integer() })
      expect(await failureFrom(rowsOf(readTable(pool, missing)))).toMatchObject({
        code: 'READ_SCHEMA',
      })
      await pool.transaction(async (tx) => {
        await tx.insert(words).values({ id: 5000, label: 'own' })
        const own = await rowsOf(readTable(tx, words, { where: gt(words.id, 2500) }))
        expect(own).toEqual([{ id: 5000, label: 'own' }])
        await tx.delete(words).where(gt(words.id, 2500))
      })
    } finally {
      await pool.$client.end()
    }
  })
})

describe('the connection of readTable', () => {
  let proxy: FrameProxy

  beforeAll(async () => {
    proxy = await startFrameProxy(database.url)
  })

  afterAll(async () => {
    await proxy.close()
  })

  it('carries one fetch before the first step, and one ahead of each', async () => {
    await through(proxy, async (db) => {
      const before = proxy.frames.length
      const sent = () => proxy.frames.slice(before).filter(({ text }) => text?.startsWith('fetch'))
      let step = 0
      for await (const rows of readTable(db, words, { fetchSize: 100 })) {
        expect(rows).toHaveLength(100)
        await sleep(20)
        expect(sent()).toHaveLength((step += 1) + 1)
        if (step === 4) break
      }
    })
  })

  it('carries no more than was fetched when the loop is left', async () => {
    await through(proxy, async (db) => {
      // With its first statement the driver asks for types.
      await db.execute(sql`select 1`)
      const before = proxy.frames.length
      for await (const _ of readTable(db, words, { fetchSize: 100 })) break
      const frames = proxy.frames.slice(before)
      expect(frames.filter(({ side, type }) => side === 'server' && type === 'D')).toHaveLength(200)
      const said = frames.filter(({ side, text }) => side === 'client' && text !== undefined)
      expect(said.at(-1)?.text).toBe('commit')
    })
  })

  it('is free after break, throw and return', async () => {
    await through(proxy, async (db) => {
      for await (const _ of readTable(db, words)) break
      expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])

      const thrown = new Error('the loop’s own')
      const throwing = async () => {
        for await (const _ of readTable(db, words)) throw thrown
      }
      await expect(throwing()).rejects.toBe(thrown)
      expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])

      const reading = readTable(db, words)
      await reading.next()
      await reading.return()
      expect(await reading.next()).toEqual({ done: true, value: undefined })
      expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    })
  })

  it('is free after the server’s error, which comes when its rows are due', async () => {
    await through(proxy, async (db) => {
      const where = sql`1 / (id - 250) < 2`
      const ids: number[] = []
      const failed = failureFrom(
        (async () => {
          const options = { fetchSize: 100, where, orderBy: words.id }
          for await (const rows of readTable(db, words, options)) {
            ids.push(...rows.map(({ id }) => id))
            // Long enough for the error of what is fetched ahead.
            await sleep(20)
          }
        })(),
      )
      expect(await failed).toMatchObject({
        code: 'READ_SERVER',
        why: 'The server said: division by zero (SQLSTATE 22012).',
      })
      expect(ids).toHaveLength(200)
      expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    })
  })

  it('does not need rows that nobody asked for', async () => {
    const where = sql`1 / (id - 150) < 2`
    for await (const rows of readTable(db, words, { fetchSize: 100, where, orderBy: words.id })) {
      expect(rows).toHaveLength(100)
      break
    }
  })
})

describe('readTable when something is wrong', () => {
  it('says that there is no such table, and nothing of the statement', async () => {
    const missing = pgTable('missing', { id: integer() })
    const reading = readTable(db, missing, { where: sql`'confidential' <> ''` })
    const error: unknown = await reading.next().catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'READ_SCHEMA',
      message: 'Cannot read "missing"',
      why: 'The server said: relation "missing" does not exist (SQLSTATE 42P01).',
      fix: 'Apply the migrations (npx downpour migrate), or correct the schema.',
      exitCode: 4,
      table: 'missing',
    })
    expect(everythingIn(error)).not.toContain('confidential')
  })

  it('does not tell the values of rows', async () => {
    const reading = readTable(db, words, { where: sql`label::int > 0` })
    const error: unknown = await reading.next().catch((error: unknown) => error)
    expect(error).toMatchObject({
      why: 'The server said: invalid input syntax for type integer: "…" (SQLSTATE 22P02).',
    })
    expect(everythingIn(error)).not.toContain('word 1')
  })

  it('says that the table may not be read', async () => {
    await change(database.url, `create role stranger login password 'secret'`)
    const url = Object.assign(new URL(database.url), { username: 'stranger', password: 'secret' })
    await withDatabase(url.href, async (db) => {
      expect(await failureFrom(rowsOf(readTable(db, words)))).toMatchObject({
        code: 'READ_PERMISSION',
        why: 'The server said: permission denied for table words (SQLSTATE 42501).',
      })
    })
    await change(database.url, 'drop role stranger')
  })

  it('gives an error of the column’s own mapping as it is', async () => {
    const mistake = new Error('no label')
    const broken = customType<{ data: string }>({
      dataType: () => 'text',
      fromDriver: () => {
        throw mistake
      },
    })
    const table = pgTable('words', { label: broken() })
    await expect(rowsOf(readTable(db, table))).rejects.toBe(mistake)
  })

  it.for(['while the loop works', 'while rows are fetched'])(
    'rejects when the connection is lost %s',
    async (moment) => {
      await withDatabase(named(database.url, 'lost reader'), async (db) => {
        const isFetching = moment === 'while rows are fetched'
        const where = isFetching ? sql`id <= 200 or pg_sleep(0.1) is not null` : undefined
        const reading = readTable(db, words, { fetchSize: 100, where })
        await reading.next()
        if (isFetching) await reading.next()
        await sleep(50)
        expect(await endSessions(database.url, 'lost reader')).toBe(1)
        await sleep(50)
        // What had come already.
        if (!isFetching) expect((await reading.next()).value).toHaveLength(100)
        expect(await failureFrom(reading.next())).toEqual({
          code: 'READ_CONNECTION',
          message: 'Cannot read "words": no connection to the server',
          why: 'The connection reported CONNECTION_CLOSED.',
          fix: 'Look into the server’s log; once it answers again, read the table again from the start.',
          exitCode: 4,
        })
        // The driver gives the server's last words to the next statement.
        await db.execute(sql`select 1`).catch(() => {})
        expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
      })
    },
  )

  it('rejects when the connection is reset', async () => {
    let fetches = 0
    const resetting = await startFrameProxy(database.url, ({ side, text }) =>
      side === 'client' && text?.startsWith('fetch') && (fetches += 1) === 2 ? 'kill' : 'pass',
    )
    await through(resetting, async (db) => {
      const failed = failureFrom(rowsOf(readTable(db, words, { fetchSize: 100 })))
      expect(await failed).toMatchObject({ code: 'READ_CONNECTION' })
      expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    })
    await resetting.close()
  })

  it('leaves the loop in peace when the connection is lost and no more is wanted', async () => {
    await withDatabase(named(database.url, 'left reader'), async (db) => {
      for await (const _ of readTable(db, words, { fetchSize: 100 })) {
        await endSessions(database.url, 'left reader')
        await sleep(50)
        break
      }
      await db.execute(sql`select 1`).catch(() => {})
      expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    })
  })

  it('rejects when a session of the toolkit is lost', async () => {
    const session = await openSession({ url: database.url })
    const reading = readTable(session.db, words, { fetchSize: 100 })
    await reading.next()
    await ask(database.url, `select pg_terminate_backend(${session.pid}, 5000)`)
    await reading.next().catch(() => {})
    await waitUntil(() => session.closed)
    const failed = await failureFrom(rowsOf(readTable(session.db, words)))
    expect(failed).toMatchObject({
      code: 'READ_CONNECTION',
      why: 'The server said: terminating connection due to administrator command (SQLSTATE 57P01).',
    })
  })

  it('rejects when nothing listens there', async () => {
    const url = Object.assign(new URL(database.url), { port: '1' }).href
    await withDatabase(url, async (db) => {
      expect(await failureFrom(rowsOf(readTable(db, words)))).toMatchObject({
        code: 'READ_CONNECTION',
        why: 'The connection reported ECONNREFUSED.',
      })
    })
  })
})

describe('readTable in a transaction', () => {
  it('sees its changes, and leaves it open', async () => {
    const ids = await db.transaction(async (tx) => {
      await tx.insert(words).values({ id: 3000, label: 'own' })
      const rows = await rowsOf(readTable(tx, words, { where: gt(words.id, 2499) }))
      await tx.delete(words).where(gt(words.id, 2500))
      return rows.map(({ id }) => id)
    })
    expect(ids).toEqual([2500, 3000])
  })

  it('shares the connection with the loop’s body, and with other readings', async () => {
    await change(database.url, 'create table copies (id int primary key, label text)')
    const copies = pgTable('copies', { id: integer().primaryKey(), label: text() })
    await db.transaction(async (tx) => {
      const other = readTable(tx, words, { fetchSize: 1, orderBy: words.id })
      for await (const rows of readTable(tx, words, { fetchSize: 500 })) {
        await tx.insert(copies).values(rows)
        await other.next()
      }
      const step = await other.next()
      expect(step.value).toEqual([{ id: 6, label: 'word 6' }])
      await other.return()
      expect(await tx.execute(sql`select name from pg_cursors where name <> ''`)).toEqual([])
    })
    expect(await ask(database.url, 'select count(*) from copies')).toBe('2500')
  })

  it('takes it along when the server refuses, and only then', async () => {
    const work = db.transaction(async (tx) => {
      await tx.insert(words).values({ id: 4000, label: 'lost' })
      for await (const _ of readTable(tx, words)) break
      const own = await tx.select().from(words).where(gt(words.id, 2500))
      expect(own).toHaveLength(1)
      await rowsOf(readTable(tx, words, { where: sql`1 / (id - 5) < 2` }))
    })
    expect(await failureFrom(work.catch((error: unknown) => Promise.reject(error)))).toMatchObject({
      code: 'READ_SERVER',
    })
    expect(await ask(database.url, 'select count(*) from words where id > 2500')).toBe('0')
  })
})

describe('each way of reading', () => {
  const everything = 1_000_000
  const waysOf = (table: PgTable) => [
    fetchAll(table),
    limitOffset(table, { pageRows: 1000 }),
    limitOffset(table, { pageRows: 1250 }),
    byCursor(table, { fetchSize: 1000 }),
    byCursor(table, { fetchSize: 1250 }),
    copyTo(table),
  ]
  const ways = waysOf(words)

  it('has a name of its own', () => {
    expect(ways.map(({ name }) => name)).toEqual([
      'fetch all',
      'limit/offset, 1000 rows',
      'limit/offset, 1250 rows',
      'cursor, 1000 rows',
      'cursor, 1250 rows',
      'copy to',
    ])
  })

  it.for(ways)('reads every row, as often as wanted: $name', async (way) => {
    const connection = openReadConnection(database.url, 'downpour test')
    expect(await way.read(connection, everything)).toBe(2500)
    expect(await way.read(connection, everything)).toBe(2500)
    expect(await way.read(connection, 2300)).toBe(2300)
    await connection.close()
  })

  it('counts rows and not the newlines in them', async () => {
    const lines = pgSchema('some.where').table('say "lines"', { label: text() })
    await change(
      database.url,
      `create schema "some.where"; create table "some.where"."say ""lines""" (label text);
       insert into "some.where"."say ""lines""" values (E'one\\ntwo\\n'), (''), (null)`,
    )
    const connection = openReadConnection(database.url, 'downpour test')
    expect(await copyTo(lines).read(connection, everything)).toBe(3)
    await connection.close()
  })

  const missing = pgTable('missing', { id: integer().primaryKey(), label: text() })

  it.for(waysOf(missing))('rejects when the table is not there: $name', async (way) => {
    const connection = openReadConnection(database.url, 'downpour test')
    await expect(way.read(connection, everything)).rejects.toThrow()
    await connection.close()
  })

  it('rejects a COPY whose connection is lost', async () => {
    const connection = openReadConnection(database.url, 'downpour test')
    const many = pgTable('many', { id: integer() })
    const [row] = await connection.client`select pg_backend_pid() as pid`
    const reading = copyTo(many).read(connection, everything)
    const failed = expect(reading).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
    await ask(database.url, `select pg_terminate_backend(${row?.['pid']})`)
    await failed
    await connection.close()
  })
})

const IN_TRANSACTION = `select count(*) from pg_stat_activity
  where datname = current_database() and state like 'idle in transaction%'`

async function rowsOf<T>(reading: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const rows of reading) all.push(...rows)
  return all
}

async function sizesOf(reading: AsyncIterable<unknown[]>): Promise<number[]> {
  const sizes: number[] = []
  for await (const rows of reading) sizes.push(rows.length)
  return sizes
}

/** A database over one connection. */
async function withDatabase(
  url: string,
  work: (db: PostgresJsDatabase) => Promise<void>,
): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {}, backoff: false })
  try {
    await work(drizzle(client))
  } finally {
    await client.end({ timeout: 1 })
  }
}

function through(
  proxy: FrameProxy,
  work: (db: PostgresJsDatabase) => Promise<void>,
): Promise<void> {
  return withDatabase(proxy.url, work)
}

function named(url: string, applicationName: string): string {
  const named = new URL(url)
  named.searchParams.set('application_name', applicationName)
  return named.href
}

/** Whatever a logger could find in an error. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const own = Object.getOwnPropertyNames(error).map((name) =>
    String((error as unknown as Record<string, unknown>)[name]),
  )
  return [...own, everythingIn(error.cause)].join('\n')
}
