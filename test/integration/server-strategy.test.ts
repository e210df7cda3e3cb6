import { join } from 'node:path'
import {
  bigint,
  boolean,
  char,
  customType,
  date,
  doublePrecision,
  integer,
  json,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  real,
  smallint,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import { fillVectors } from '../../src/generate/generators/group.ts'
import * as f from '../../src/generate/generators/index.ts'
import { openTable } from '../../src/generate/slices.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import type { Plan, RowRange } from '../../src/plan/plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { quoteLiteral } from '../../src/postgres/literal.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { checkTargets } from '../../src/run/check-target.ts'
import { serverStrategy } from '../../src/write/server.ts'
import type { Target } from '../../src/write/target.ts'
import { createTestDatabase, postgres15Url, runFolder, serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { planOf } from '../support/plans.ts'
import { ask, failureFrom, seedTown, townCounts, townProject } from '../support/seed-town.ts'
import { chiSquare, criticalChiSquare } from '../support/statistics.ts'
import { createTownDatabase, writeMigrations } from '../support/town-database.ts'

const money = customType<{ data: number; driverData: string }>({
  dataType: () => 'numeric(12, 2)',
  toDriver: (cents) => String(cents / 100),
})
const coded = customType<{ data: string }>({
  dataType: () => 'text',
  toDriver: (word) => `<${word}>`,
})
const mood = pgEnum('Mood', ['calm', 'so so', 'LOUD'])

const makers = pgTable('makers', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 100 }),
  code: uuid('code').notNull().unique(),
})

const samples = pgTable('sam"ples', {
  id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity({ startWith: 5000 }),
  small: smallint('small').notNull(),
  whole: integer('who"le').notNull().default(7),
  large: bigint('large', { mode: 'number' }).notNull(),
  exact: numeric('exact', { precision: 10, scale: 2 }).notNull(),
  single: real('single').notNull(),
  double: doublePrecision('double').notNull(),
  flag: boolean('flag').notNull(),
  title: text('title').notNull(),
  short: varchar('short', { length: 5 }).notNull(),
  fixed: char('fixed', { length: 4 }).notNull(),
  mood: mood('mood').notNull(),
  figure: numeric('figure').notNull(),
  note: text('note'),
  nothing: text('nothing'),
  day: date('day').notNull(),
  moment: timestamp('moment').notNull(),
  instant: timestamp('instant', { withTimezone: true }).notNull(),
  token: uuid('token').notNull(),
  makerId: integer('maker_id')
    .notNull()
    .references(() => makers.id),
  elderId: bigint('elder_id', { mode: 'bigint' })
    .notNull()
    .references((): AnyPgColumn => samples.id),
  numbers: integer('numbers').array().notNull().default([1, 2]),
  document: json('document').notNull().default({ said: "it's" }),
  status: jsonb('status').notNull(),
  badge: coded('badge').notNull(),
})

const schema = { makers, samples }

const ddl = `
  create type "Mood" as enum ('calm', 'so so', 'LOUD');
  create table makers (
    id int primary key generated always as identity (start 100),
    code uuid not null unique);
  create table "sam""ples" (
    id bigint primary key generated always as identity (start 5000),
    small smallint not null, "who""le" int not null default 7, large bigint not null,
    exact numeric(10, 2) not null, single real not null, double double precision not null,
    flag boolean not null, title text not null, short varchar(5) not null,
    fixed char(4) not null, mood "Mood" not null, figure numeric not null, note text,
    nothing text, day date not null, moment timestamp not null, instant timestamptz not null,
    token uuid not null, maker_id int not null references makers,
    elder_id bigint not null references "sam""ples", numbers int[] not null default '{1,2}',
    document json not null default '{}', status jsonb not null, badge text not null)`

const titles = ["it's", 'a\\b', 'say "hi"', 'Größe 😀', 'two\nlines', '$1 $$ {null}', '', ' ']
const manyNames = Array.from({ length: 3000 }, (_, n) => `name ${n}`)
const day = '2024-02-29'

const rows = 6000

const refinements: Refinements = {
  makers: { count: 7, columns: { code: f.uuid() } },
  samples: {
    count: rows,
    columns: {
      small: f.int({ minValue: -5, maxValue: 5 }),
      large: f.int({ minValue: 0, maxValue: 2 ** 52 }),
      exact: f.decimal({ minValue: -1.5, maxValue: 1.5, scale: 1 }),
      single: f.int({ minValue: 3, maxValue: 3 }),
      double: f.decimal({ minValue: 0, maxValue: 1, scale: 9 }),
      flag: f.boolean({ probability: 0.9 }),
      title: f.words(vocabulary('title', titles)),
      short: f.words(vocabulary('short', ['five!', 'a', 'été'])),
      fixed: f.words(vocabulary('fixed', ['abcd', 'x'])),
      mood: f.valuesFromArray({
        values: [
          { weight: 6, values: ['calm', 'so so'] },
          { weight: 0, values: ['calm'] },
          { weight: 1, values: ['LOUD'] },
        ],
      }),
      figure: f.valuesFromArray({ values: [1, 2.5, -1e-7] }),
      note: f.nullable(f.words(vocabulary('name', manyNames)), { rate: 0.25 }),
      nothing: f.default({ defaultValue: null }),
      day: f.date({ minDate: day, maxDate: '2024-03-02' }),
      moment: f.timestamp({ minDate: day, maxDate: day }),
      instant: f.timestamp({ minDate: day, maxDate: day }),
      token: f.uuid(),
      status: f.words(vocabulary('status', ['{"on": true}', '[1]'])),
      badge: f.words(vocabulary('badge', ['gold', 'tin'])),
    },
  },
}

const servers = [
  { version: '18', url: serverUrl() },
  { version: '15', url: postgres15Url() },
].filter(({ url }) => url !== undefined)

describe.each(servers)('the strategy server on PostgreSQL $version', ({ url }) => {
  let database: TestDatabase
  let session: Session
  let stored: number[]

  beforeAll(async () => {
    database = await createTestDatabase({ server: url! })
    session = await openSession({ url: database.url })
    await session.query(ddl)
    // The draws of a session with a seed are the same each time, so that what passes always does.
    await session.query(`set timezone = 'Asia/Kathmandu'; select setseed(0.5)`)
    stored = await load(session, refinements)
  })
  afterAll(async () => {
    await session.close()
    await database.drop()
  })

  async function one<Row extends object>(columns: string, from = '"sam""ples"'): Promise<Row> {
    const [row] = await session.query<Row>(`select ${columns} from ${from}`)
    return row!
  }

  /** How often each value is there, by its text. */
  async function countsOf(column: string): Promise<Record<string, number>> {
    const found = await session.query<{ value: string; count: number }>(
      `select ${column}::text as value, count(*)::int as count from "sam""ples" group by 1`,
    )
    return Object.fromEntries(found.map(({ value, count }) => [value, count]))
  }

  /** Each of some values is there, and no other, about as often as its share of the rows says. */
  async function expectShares(column: string, shares: Readonly<Record<string, number>>) {
    const counts = await countsOf(column)
    expect(Object.keys(counts).toSorted()).toEqual(Object.keys(shares).toSorted())
    const names = Object.keys(shares)
    const distance = chiSquare(
      names.map((name) => counts[name]!),
      (index) => shares[names[index]!]! * rows,
    )
    expect(distance).toBeLessThan(criticalChiSquare(names.length - 1))
  }

  function even(values: readonly string[]): Record<string, number> {
    return Object.fromEntries(values.map((value) => [value, 1 / values.length]))
  }

  it('gives the count of rows that the server says it stored', () => {
    expect(stored).toEqual([7, 0, 4999, rows - 4999])
  })

  it('counts keys up from the row numbers, whatever the chunks', async () => {
    const keys = `min(id)::int, max(id)::int, count(distinct id)::int`
    expect(await one(keys)).toEqual({ min: 5000, max: 4999 + rows, count: rows })
    expect(await one(keys, 'makers')).toEqual({ min: 100, max: 106, count: 7 })
  })

  it('draws whole numbers uniformly, the ends included', async () => {
    await expectShares('small', even(Array.from({ length: 11 }, (_, n) => String(n - 5))))
    expect(await countsOf('single')).toEqual({ 3: rows })
    const { min, max } = await one<{ min: number; max: number }>(
      'min(large)::float8, max(large)::float8',
    )
    expect(min).toBeGreaterThanOrEqual(0)
    expect(min).toBeLessThan(2 ** 52 * 0.01)
    expect(max).toBeLessThanOrEqual(2 ** 52)
    expect(max).toBeGreaterThan(2 ** 52 * 0.99)
  })

  it('draws exact decimals, the ends included', async () => {
    const tenths = Array.from({ length: 31 }, (_, n) => ((n - 15) / 10).toFixed(2))
    await expectShares('exact', even(tenths))
    const odd = `count(*) filter (where double <> round(double::numeric, 9)
      or double not between 0 and 1)::int`
    expect(await one(`${odd} as odd`)).toEqual({ odd: 0 })
    expect(await one('count(distinct double)::int as different')).toEqual({ different: rows })
  })

  it('draws words and values with their chances', async () => {
    await expectShares('title', even(titles))
    await expectShares('short', even(['five!', 'a', 'été']))
    await expectShares('fixed', even(['abcd', 'x']))
    await expectShares('mood', { calm: 3 / 7, 'so so': 3 / 7, LOUD: 1 / 7 })
    await expectShares('figure', even(['1', '2.5', '-0.0000001']))
    await expectShares('flag', { true: 0.9, false: 0.1 })
  })

  it('draws NULLs at their rate, and words of thousands in the other rows', async () => {
    await expectShares('(note is null)', { true: 0.25, false: 0.75 })
    const names = await session.query<{ note: string }>(
      'select distinct note from "sam""ples" where note is not null',
    )
    // Of 3000 words, 4500 draws leave out about e^-1.5.
    expect(names.length).toBeGreaterThan(3000 * (1 - Math.exp(-1.5)) - 100)
    expect(names.length).toBeLessThan(3000 * (1 - Math.exp(-1.5)) + 100)
    expect(manyNames).toEqual(expect.arrayContaining(names.map(({ note }) => note)))
  })

  it('gives constants of any type as any strategy does', async () => {
    expect(await countsOf('"who""le"')).toEqual({ 7: rows })
    expect(await countsOf('numbers')).toEqual({ '{1,2}': rows })
    expect(await countsOf('document')).toEqual({ [`{"said":"it's"}`]: rows })
    expect(await one('count(nothing)::int as given')).toEqual({ given: 0 })
  })

  it('sends words through the mapping of a custom type', async () => {
    await expectShares('status', even(['{"on": true}', '[1]']))
    await expectShares('badge', even(['<gold>', '<tin>']))
  })

  it('draws days and whole seconds of UTC, whatever the session’s time zone', async () => {
    await expectShares('day', even(['2024-02-29', '2024-03-01', '2024-03-02']))
    const outside = (column: string) =>
      `count(*) filter (where ${column}::date <> '${day}')::int as outside,
       count(*) filter (where ${column} <> date_trunc('second', ${column}))::int as broken,
       count(distinct date_trunc('hour', ${column}))::int as hours`
    const fine = { outside: 0, broken: 0, hours: 24 }
    expect(await one(outside('moment'))).toEqual(fine)
    expect(await one(outside(`(instant at time zone 'UTC')`))).toEqual(fine)
  })

  it('draws UUIDs of version 4, each its own', async () => {
    expect(
      await one(`count(distinct token)::int as different,
        count(*) filter (where token::text like '________-____-4___-____-____________')::int as v4`),
    ).toEqual({ different: rows, v4: rows })
  })

  it('refers to all parents alike, and to rows before in the same table', async () => {
    await expectShares('maker_id', even(Array.from({ length: 7 }, (_, n) => String(100 + n))))
    const later = 'count(*) filter (where elder_id >= id and id > 5000)::int as later'
    expect(await one(later)).toEqual({ later: 0 })
    // Half of the rows before, on average, with a deviation of 1 / √12.
    const share = 'avg((elder_id - 5000) / (id - 5000)::float8) as mean'
    const { mean } = await one<{ mean: number }>(share, '"sam""ples" where id > 5000')
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * rows))
  })

  it('draws each column on its own', async () => {
    const joint = '(small, exact > 0, title)'
    const { cells } = await one<{ cells: number }>(`count(distinct ${joint})::int as cells`)
    expect(cells).toBe(11 * 2 * titles.length)
  })
})

describe('the strategy server', () => {
  let database: TestDatabase
  let session: Session
  beforeAll(async () => {
    database = await createTestDatabase()
    session = await openSession({ url: database.url })
    await session.query(ddl)
    await session.query(`
      create table labels (name text);
      create table crates (id int primary key, twin_id int, cents numeric(12, 2), tally int,
        tag text not null, made timestamptz, sold timestamptz, box_id int not null);
      create table boxes (id int primary key, weight int)`)
  })
  afterAll(async () => {
    await session.close()
    await database.drop()
  })
  beforeEach(async () => {
    await session.begin()
    await session.query('select setseed(0.5)')
  })
  afterEach(() => session.rollback())

  const labels = pgTable('labels', { name: text('name') })
  const boxes = pgTable('boxes', { id: integer('id').primaryKey(), weight: integer('weight') })
  const crates = pgTable('crates', {
    id: integer('id').primaryKey(),
    twinId: integer('twin_id').unique(),
    cents: money('cents'),
    tally: integer('tally'),
    tag: text('tag').notNull(),
    made: timestamp('made', { withTimezone: true }),
    sold: timestamp('sold', { withTimezone: true }),
    boxId: integer('box_id')
      .notNull()
      .references(() => boxes.id),
  })

  async function prepared(
    crate: Refinements[string],
    box: Refinements[string] = { count: 3, columns: { weight: f.int() } },
  ) {
    // What is not asked for is left to the server.
    const others = { twinId: false, cents: false, tally: false, made: false, sold: false } as const
    const columns = { ...others, ...crate?.columns }
    const plan = await planOf(
      {
        boxes: { ...box, columns: { weight: false, ...box?.columns } },
        crates: { count: 5, ...crate, columns },
      },
      { schema: { boxes, crates } },
    )
    return { plan, target: await targetOf(session, plan, 'crates') }
  }

  async function refusal(crate: Refinements[string], box?: Refinements[string]) {
    const { plan, target } = await prepared(crate, box)
    return failureFrom(serverStrategy.check!(plan, target))
  }

  const tag = f.default({ defaultValue: 'new' })
  const copyInstead = 'Use another strategy, such as copy.'
  const hasForm =
    'Use another strategy, such as copy, or a generator that has one, such as f.words() or f.int().'
  const shared = f.timestamp()

  async function written(crate: Refinements[string], box?: Refinements[string]) {
    const { plan, target } = await prepared(crate, box)
    await serverStrategy.check!(plan, target)
    return write(session, plan, target)
  }

  it.each([
    {
      what: 'a generator without an SQL form',
      columns: { tag: f.template('{n}', { n: { min: 1, max: 9 } }) },
      column: 'tag',
      why: 'Its generator (templates) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'a generator that wraps such a one',
      columns: {
        tag: f.nullable(
          f.faker((faker) => faker.word.noun()),
          { rate: 0.5 },
        ),
      },
      column: 'tag',
      why: 'Its generator (nullable faker) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'numbers that never repeat',
      columns: { tag, twinId: f.int({ isUnique: true }) },
      column: 'twinId',
      why: 'Its generator (int) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'a list whose values never repeat',
      columns: { tag: f.valuesFromArray({ values: ['a', 'b', 'c', 'd', 'e'], isUnique: true }) },
      column: 'tag',
      why: 'Its generator (valuesFromArray) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'parents that never repeat',
      columns: { tag, boxId: f.reference('boxes', { isUnique: true }) },
      column: 'boxId',
      why: 'Its generator (reference to boxes) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'a reference to what does not count up',
      columns: { tag, tally: f.reference('boxes', { column: 'weight' }) },
      column: 'tally',
      why: 'Its generator (reference to boxes) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'a generator of one’s own',
      columns: {
        tag,
        tally: createGenerator('even', () => fillVector({ kind: 'number' }, () => {})),
      },
      column: 'tally',
      why: 'Its generator (even) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'a column of a group',
      columns: {
        tag,
        tally: f.group(['a'], () => fillVectors({ a: { kind: 'number' } }, () => {})).a,
      },
      column: 'tally',
      why: 'Its generator (group of a) has no SQL form.',
      fix: hasForm,
    },
    {
      what: 'a custom type that maps numbers',
      columns: { tag, cents: f.int() },
      column: 'cents',
      why: 'Its type in the Drizzle schema (numeric(12, 2)) maps values in JavaScript.',
      fix: copyInstead,
    },
    {
      what: 'decimals that the column would round',
      columns: { tag, tally: f.nullable(f.decimal(), { rate: 0.1 }) },
      column: 'tally',
      why: 'Its generator gives decimals, which the server would round to int4.',
      fix: 'Use f.int(), or a numeric column.',
    },
    {
      what: 'columns that share a generator',
      columns: { tag, made: shared, sold: f.nullable(shared, { rate: 0.5 }) },
      column: 'sold',
      why: 'It shares the draws of its generator (timestamp) with "made", and the server would draw for each.',
      fix: 'Use another strategy, such as copy, or a generator for each.',
    },
  ])('refuses $what', async ({ columns, column, why, fix }) => {
    expect(await refusal({ columns })).toEqual({
      code: 'STRATEGY_SERVER',
      message: `The server cannot compute "crates.${column}" by itself`,
      why,
      fix,
      exitCode: 2,
    })
  })
  it.each([
    {
      what: 'one known row',
      crate: { columns: { tag }, rows: [{ tag: 'first' }] },
      why: 'Its first row is given by the seeder, value by value.',
    },
    {
      what: 'known rows',
      crate: { columns: { tag }, rows: [{ tag: 'first' }, { tag: 'second' }] },
      why: 'Its first 2 rows are given by the seeder, value by value.',
    },
    {
      what: 'rows that are counted per parent',
      crate: { count: undefined, columns: { tag }, each: f.each('boxes', 2) },
      why: 'Its rows are counted per row of "boxes".',
    },
    {
      what: 'values that a parent sums',
      crate: { count: undefined, columns: { tag, tally: f.int() }, each: f.each('boxes', 2) },
      box: { count: 3, columns: { weight: f.sumOf('crates', 'tally') } },
      why: '"boxes.weight" sums its "tally", and would hold the sums of other values.',
    },
  ])('refuses a table with $what', async ({ crate, box, why }) => {
    expect(await refusal(crate as Refinements[string], box)).toEqual({
      code: 'STRATEGY_SERVER',
      message: 'The server cannot compute the rows of "crates" by itself',
      why,
      fix: copyInstead,
      exitCode: 2,
    })
  })

  it('refuses a table whose values are copied to another one', async () => {
    const { plan } = await prepared({
      count: undefined,
      columns: { tag, tally: f.ofParent('boxes', 'weight') },
      each: f.each('boxes', 2),
    } as unknown as Refinements[string])
    const boxTarget = await targetOf(session, plan, 'boxes')
    expect(await failureFrom(serverStrategy.check!(plan, boxTarget))).toEqual({
      code: 'STRATEGY_SERVER',
      message: 'The server cannot compute the rows of "boxes" by itself',
      why: '"crates.tally" is computed from its "weight", and would belong to other values.',
      fix: copyInstead,
      exitCode: 2,
    })
  })

  it('refuses a value that its column cannot hold, before the first write', async () => {
    const plan = await planOf(
      { labels: { count: 1, columns: { name: f.valuesFromArray({ values: ['ok', 'x\0y'] }) } } },
      { schema: { labels } },
    )
    const target = await targetOf(session, plan, 'labels')
    expect(await failureFrom(serverStrategy.check!(plan, target))).toEqual({
      code: 'DATA_NUL',
      message: 'Cannot write "labels": column "name" got a text with a NUL character',
      why: 'PostgreSQL cannot store the character U+0000.',
      fix: 'Remove that character.',
      exitCode: 4,
    })
  })

  it('has nothing against a table without rows to load', async () => {
    const { plan, target } = await prepared({ count: 0, columns: { tag: f.faker(() => 'x') } })
    await serverStrategy.check!(plan, target)
  })

  it('generates no row', async () => {
    const broken = createGenerator('broken', () => ({
      ...fillVector({ kind: 'number' }, () => {
        throw new Error('A row was generated')
      }),
      sqlForm: { kind: 'draw', sql: 'n * 10' },
    }))
    expect(await written({ columns: { tag, tally: broken } })).toBe(5)
    const found = await session.query('select id, tally from crates order by id')
    expect(found).toEqual([1, 2, 3, 4, 5].map((id) => ({ id, tally: (id - 1) * 10 })))
  })

  it('writes a range of its own rows only', async () => {
    const { plan, target } = await prepared({ columns: { tag } })
    expect(await write(session, plan, target, { first: 3, count: 2 })).toBe(2)
    expect(await session.query('select id from crates order by id')).toEqual([{ id: 4 }, { id: 5 }])
  })

  it('refers to parents whose keys known rows repeat', async () => {
    const rows = [{ id: 1 }, { id: 2, weight: 5 }]
    expect(await written({ columns: { tag } }, { rows, columns: { weight: f.int() } })).toBe(5)
    const odd = 'select count(*)::int as odd from crates where box_id not in (1, 2)'
    expect(await session.query(odd)).toEqual([{ odd: 0 }])
  })

  it('gives columns that share a constant that constant', async () => {
    const same = f.default({ defaultValue: new Date('2024-02-29T12:00:00Z') })
    expect(await written({ columns: { tag, made: same, sold: same } })).toBe(5)
    const odd = `select count(*)::int as odd from crates
      where made <> '2024-02-29 12:00+00' or sold <> made`
    expect(await session.query(odd)).toEqual([{ odd: 0 }])
  })

  it.each(['on', 'off'])('quotes texts with standard_conforming_strings %s', async (setting) => {
    const nasty = [...titles, `';select 1;--`, `\\'`, '\\u0041', '\u0001']
    const told = expect.arrayContaining(nasty.map((text) => ({ text }))) as unknown
    await session.query(`set local standard_conforming_strings = ${setting}`)
    const literals = nasty.map((text) => `(${quoteLiteral(text)})`)
    expect(await session.query(`select * from (values ${literals.join()}) as v(text)`)).toEqual(
      told,
    )

    await written({ count: 500, columns: { tag: f.valuesFromArray({ values: nasty }) } })
    expect(await session.query('select distinct tag as text from crates')).toEqual(told)
  })
})

describe('a run with the strategy server', () => {
  let database: TestDatabase
  afterEach(() => database.drop())

  it('loads the tables, in lanes and chunks, up to the sequences', async () => {
    database = await createTestDatabase()
    const migrationsFolder = join(runFolder(), 'server-migrations')
    const when = Date.parse('2026-01-01T00:00:00Z')
    await writeMigrations(migrationsFolder, [{ name: '0000_samples', when, sql: ddl }])
    const report = await seedTown(database.url, {
      project: { ...townProject, tables: readSchema(schema), refinements, migrationsFolder },
      isEmbedded: true,
      strategy: 'server',
      chunkSize: 1000,
      lanes: 2,
    })
    expect(report.tables.map(({ table, rows: count }) => [table, count])).toEqual([
      ['makers', 7],
      ['samples', rows],
    ])
    const next = `select nextval(pg_get_serial_sequence('"sam""ples"', 'id'))`
    expect(await ask(database.url, next)).toBe(String(5000 + rows))
    expect(await ask(database.url, 'select count(distinct title) from "sam""ples"')).toBe(
      String(titles.length),
    )
  })

  it('is refused before the first write when it cannot fill one of the tables', async () => {
    database = await createTownDatabase()
    expect(await failureFrom(seedTown(database.url, { strategy: 'server' }))).toEqual({
      code: 'STRATEGY_SERVER',
      message: 'The server cannot compute the rows of "kinds" by itself',
      why: 'Its first 3 rows are given by the seeder, value by value.',
      fix: 'Use another strategy, such as copy.',
      exitCode: 2,
    })
    const counts = Object.values(await townCounts(database.url))
    expect(counts).toEqual(counts.map(() => 0))
  })
})

async function targetOf(session: Session, plan: Plan, key: string): Promise<Target> {
  const table = plan.tables.find(({ model }) => model.key === key)!
  const [target] = await checkTargets(session, [table])
  return target!
}

async function write(
  session: Session,
  plan: Plan,
  target: Target,
  range: RowRange = target.table.toLoad,
): Promise<number> {
  const writer = serverStrategy.open(target, await openTable(plan, target.table))
  const slices = {
    [Symbol.iterator]: () => {
      throw new Error('Rows were asked for')
    },
  }
  return writer.write(session, { range, slices })
}

/** Loads all tables, the samples in three chunks. */
async function load(session: Session, wanted: Refinements): Promise<number[]> {
  const plan = await planOf(wanted, { schema })
  await checkPlan(plan)
  const [maker, sample] = [
    await targetOf(session, plan, 'makers'),
    await targetOf(session, plan, 'samples'),
  ]
  await serverStrategy.check!(plan, maker)
  await serverStrategy.check!(plan, sample)
  return [
    await write(session, plan, maker),
    await write(session, plan, sample, { first: 0, count: 0 }),
    await write(session, plan, sample, { first: 0, count: 4999 }),
    await write(session, plan, sample, { first: 4999, count: rows - 4999 }),
  ]
}
