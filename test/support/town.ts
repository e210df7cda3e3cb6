import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  bit,
  boolean,
  char,
  cidr,
  customType,
  date,
  doublePrecision,
  foreignKey,
  inet,
  integer,
  interval,
  json,
  jsonb,
  macaddr,
  numeric,
  pgEnum,
  pgSchema,
  pgTable,
  point,
  real,
  serial,
  smallint,
  smallserial,
  text,
  time,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { defineSeeder, runSeeder } from '../../src/config/seeder.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import { below, createHashKey } from '../../src/generate/hash.ts'
import { cities, firstNames, lastNames } from '../../src/generate/vocabulary.ts'
import { readSchema } from '../../src/model/read-schema.ts'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
/** Has no binary encoder: its table is copied as text. */
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

const oddSchema = pgSchema('Odd Schema')
const mood = pgEnum('Mood', ['calm', 'so so', 'LOUD'])

/** Known rows only, under names that have to be quoted. */
const kinds = pgTable('select', {
  id: smallserial('id').primaryKey(),
  name: text('a.b').notNull().unique(),
  label: text('a"b'),
})

const residents = pgTable('residents', {
  id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity({ startWith: 1000 }),
  handle: varchar('handle', { length: 60 }).notNull().unique(),
  mood: mood('Mood').notNull(),
  kindId: smallint('kind_id')
    .notNull()
    .references(() => kinds.id),
  mentorId: bigint('mentor_id', { mode: 'bigint' }).references((): AnyPgColumn => residents.id),
  joinedAt: timestamp('joinedAt', { withTimezone: true }).notNull(),
  /** The sum of the resident's visits. */
  spent: numeric('spent', { precision: 14, scale: 2 }).notNull(),
  origin: text('origin').default(sql`'left to ' || 'the server'`),
  shout: text('shout').generatedAlwaysAs(sql`upper(handle)`),
})

const places = oddSchema.table(
  'Places "to be"',
  {
    id: uuid('id').primaryKey(),
    region: char('region', { length: 2 }).notNull(),
    code: integer('code').notNull(),
    name: text('name').notNull(),
  },
  (table) => [unique('uq_places').on(table.region, table.code)],
)

const visits = pgTable(
  'visits',
  {
    id: serial('id').primaryKey(),
    residentId: bigint('resident_id', { mode: 'bigint' })
      .notNull()
      .references(() => residents.id),
    placeId: uuid('place_id').references(() => places.id),
    region: char('region', { length: 2 }).notNull(),
    code: integer('code').notNull(),
    price: numeric('price', { precision: 10, scale: 2 }).notNull(),
    visitedOn: date('visited_on').notNull(),
  },
  (table) => [
    foreignKey({
      name: 'fk_visits_region_code',
      columns: [table.region, table.code],
      foreignColumns: [places.region, places.code],
    }),
  ],
)

/** A column of every type. */
const samples = oddSchema.table('samples', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  small: smallint('small').notNull(),
  whole: integer('whole'),
  large: bigint('large', { mode: 'number' }).notNull(),
  huge: bigint('huge', { mode: 'bigint' }).notNull(),
  single: real('single').notNull(),
  double: doublePrecision('double').notNull(),
  exact: numeric('exact', { precision: 12, scale: 4 }).notNull(),
  exactNumber: numeric('exact_number', { precision: 12, scale: 2, mode: 'number' }).notNull(),
  exactBigint: numeric('exact_bigint', { precision: 20, mode: 'bigint' }).notNull(),
  flag: boolean('flag').notNull(),
  words: text('words'),
  short: varchar('short', { length: 30 }).notNull(),
  fixed: char('fixed', { length: 6 }).notNull(),
  document: json('document').notNull(),
  binaryDocument: jsonb('binary document').notNull(),
  day: date('day').notNull(),
  dayObject: date('day_object', { mode: 'date' }).notNull(),
  clock: time('clock').notNull(),
  moment: timestamp('moment', { mode: 'string' }).notNull(),
  momentObject: timestamp('moment_object', { mode: 'date', precision: 3 }).notNull(),
  instant: timestamp('instant', { withTimezone: true, mode: 'string' }),
  instantObject: timestamp('instant_object', { withTimezone: true, mode: 'date' }).notNull(),
  span: interval('span').notNull(),
  token: uuid('token').notNull(),
  numbers: integer('numbers').array().notNull(),
  names: text('names').array().notNull(),
  moods: mood('moods').array().notNull(),
  bytes: bytea('bytes').notNull(),
  address: inet('address').notNull(),
  network: cidr('network').notNull(),
  card: macaddr('card').notNull(),
  bits: bit('bits', { dimensions: 3 }).notNull(),
  spot: point('spot', { mode: 'xy' }).notNull(),
  stamp: text('stamp').default(sql`'stamped'`),
})

const papers = pgTable('papers', {
  id: integer('id')
    .primaryKey()
    .generatedByDefaultAsIdentity({ name: 'Papers "seq"', startWith: 50 }),
  body: tsvector('body').notNull(),
  title: text('title').notNull(),
})

/** The schema of the tests' own; children stand before their parents here and there. */
export const town = {
  oddSchema,
  mood,
  visits,
  residents,
  kinds,
  places,
  samples,
  papers,
}

export const townTables = readSchema(town)

export const townKinds = ['child', 'adult', 'visitor']

/** How the town is filled, when nothing else is said: a few hundred rows. */
export const townSeeder = defineSeeder(town, (f) => ({
  kinds: {
    rows: townKinds.map((name) => ({ name, label: `"${name}"\t\\` })),
  },
  residents: {
    count: 40,
    rows: [
      { handle: 'demo', mood: 'calm' },
      { handle: 'ádmin \\N', joinedAt: new Date('2020-02-29T12:34:56.789Z') },
    ],
    columns: {
      handle: f.template(
        '{first:slug}.{last:slug}{n}',
        {
          first: firstNames,
          last: lastNames,
          n: { min: 1, max: 999 },
        },
        { isUnique: true },
      ),
      mood: f.valuesFromArray({ values: ['calm', 'so so', 'LOUD'] }),
      mentorId: f.nullable(f.reference('residents'), { rate: 0.5 }),
      joinedAt: f.timestamp(),
      spent: f.sumOf('visits', 'price'),
    },
  },
  places: {
    count: 20,
    columns: {
      id: f.uuid(),
      region: f.valuesFromArray({ values: ['EU', 'US', 'ÖÄ'] }),
      code: f.int({ minValue: 1, maxValue: 1_000_000, isUnique: true }),
      name: f.words(cities),
    },
  },
  visits: {
    each: f.each('residents', 5.5),
    columns: {
      placeId: f.nullable(f.reference('places'), { rate: 0.3 }),
      price: f.decimal({ minValue: -20, maxValue: 480 }),
      visitedOn: f.date(),
    },
  },
  samples: {
    count: 30,
    columns: {
      small: f.int({ minValue: -32_768, maxValue: 32_767 }),
      whole: f.nullable(f.int({ minValue: -2_147_483_648, maxValue: 2_147_483_647 }), {
        rate: 0.2,
      }),
      large: f.int({ minValue: -(2 ** 51), maxValue: 2 ** 51 }),
      huge: values((draw) => -9_223_372_036_854_775_808n + BigInt(draw(1_000_000))),
      single: values((draw) => [draw(1000) / 8, NaN, -0, 1e-30][draw(4)]),
      double: values((draw) => [draw(1_000_000) / 7, Infinity, -1e300, -0][draw(4)]),
      exact: f.decimal({ minValue: -9999, maxValue: 9999, scale: 4 }),
      exactNumber: f.decimal({ minValue: -100, maxValue: 100 }),
      exactBigint: values((draw) => 10n ** BigInt(draw(20)) - 1n),
      flag: f.boolean({ probability: 0.3 }),
      words: f.nullable(
        values((draw) => ['', '\\.', '\\N', 'tab\there', 'line\nbreak\r', '𝒳 "quoted"'][draw(6)]),
        { rate: 0.1 },
      ),
      short: f.faker((faker) => faker.person.firstName()),
      fixed: values((draw) => ['a', 'abc   ', 'ÄÖÜäöü'][draw(3)]),
      document: values((draw) => ({ z: draw(9), a: [null, 'x"y', { b: 1.5 }] })),
      binaryDocument: values((draw) => [{ z: draw(9), a: [1, 2] }, ['t\\n'], 7, true][draw(4)]),
      day: f.date({ minDate: '1899-12-31', maxDate: '2100-01-01' }),
      dayObject: f.date(),
      clock: values((draw) => `${10 + draw(14)}:05:09.${100_000 + draw(899_999)}`),
      moment: f.timestamp({ minDate: '1960-01-01' }),
      momentObject: f.timestamp(),
      instant: f.nullable(f.timestamp(), { rate: 0.2 }),
      instantObject: f.timestamp(),
      span: values((draw) => `${draw(9)} mons -${draw(9)} days 01:02:03.5`),
      token: f.uuid(),
      numbers: values((draw) => Array.from({ length: draw(4) }, () => draw(99) - 50)),
      names: values((draw) => ['a,b', '', 'NULL', '{"x"}', 'back\\slash'].slice(draw(6))),
      moods: values((draw) => (['LOUD', 'so so', 'calm'] as const).slice(draw(4))),
      bytes: values((draw) => Buffer.from([0, 255, draw(256), 92])),
      address: values((draw) => [`10.0.${draw(256)}.1`, '::1', '192.168.0.0/16'][draw(3)]),
      network: values((draw) => `10.${draw(256)}.0.0/16`),
      card: values((draw) => `08:00:2b:01:02:${16 + (draw(200) % 200)}`.slice(0, 17)),
      bits: values((draw) => draw(8).toString(2).padStart(3, '0')),
      spot: values((draw) => ({ x: draw(100) / 4, y: -draw(100) })),
    },
  },
  papers: {
    count: 25,
    columns: {
      body: values((draw) => `fat cat${draw(30)} rat${draw(30)}`),
      title: values((draw) => ['plain', 'tab\t', '\\.', 'new\nline', '\\N'][draw(5)]),
    },
  },
}))

export const townRefinements = runSeeder(townSeeder)

/** Enough rows to cross slices and chunks, in every table but the known one. */
export const largeTown = { residents: 900, places: 300, samples: 4500, papers: 4200 }

/** Plain JavaScript values, as Drizzle's insert takes them. */
function values(make: (draw: (bound: number) => number) => unknown): Generator {
  return createGenerator('values', ({ seed, purpose }) => {
    const keys = Array.from({ length: 8 }, (_, index) => createHashKey(seed, `${purpose}/${index}`))
    return fillVector({ kind: 'value' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        let drawn = 0
        out.values[i] = make((bound) => below(keys[drawn++ % 8]!, rows.numbers[i]!, bound))
      }
    })
  })
}
