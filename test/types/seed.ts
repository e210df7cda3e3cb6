/** Checked by the compiler only, as a part of `npm run types`: nothing of it is ever run. */
import {
  bigint,
  bigserial,
  boolean,
  customType,
  date,
  geometry,
  integer,
  json,
  numeric,
  pgEnum,
  pgSchema,
  pgTable,
  real,
  serial,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { PgliteDatabase } from 'drizzle-orm/pglite'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { defineSeeder, reset, seed } from '../../src/index.ts'
import type { Generator } from '../../src/index.ts'

const mood = pgEnum('mood', ['calm', 'loud'])

const users = pgTable('users', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  handle: varchar('handle', { length: 20 }),
  mood: mood('mood'),
  token: uuid('token'),
  age: integer('age'),
  height: real('height'),
  balance: numeric('balance'),
  exact: numeric('exact', { mode: 'number' }),
  large: bigint('large', { mode: 'number' }),
  huge: bigint('huge', { mode: 'bigint' }),
  active: boolean('active'),
  born: date('born'),
  bornObject: date('born_object', { mode: 'date' }),
  seen: timestamp('seen'),
  seenText: timestamp('seen_text', { mode: 'string' }),
  wakes: time('wakes'),
  document: json('document'),
  bytes: customType<{ data: Buffer }>({ dataType: () => 'bytea' })('bytes'),
  names: text('names').array(),
  home: geometry('home'),
})
const posts = pgSchema('blog').table('posts', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  authorId: integer('author_id').references(() => users.id),
})
const schema = { users, posts, mood }

declare const onPostgresJs: PostgresJsDatabase<typeof schema>
declare const onNodePostgres: NodePgDatabase
declare const onPglite: PgliteDatabase
declare const numbers: Generator<number>
declare const bigints: Generator<bigint>
declare const texts: Generator<string>
declare const booleans: Generator<boolean>
declare const dates: Generator<Date>
declare const looseDates: Generator<Date | string>
declare const anything: Generator

export async function takesWhatDrizzleSeedTakes(): Promise<void> {
  await seed(onPostgresJs, schema)
  await seed(onNodePostgres, schema, { count: 10, seed: 1, version: '2' })
  await seed(onPglite, { users }, { strategy: 'json', referenceDate: '2026-01-01' })
  await onPostgresJs.transaction(async (tx) => {
    await seed(tx, schema)
    await reset(tx, schema)
  })
  await onPglite.transaction((tx) => reset(tx, schema))
  const done: Promise<void> = seed(onNodePostgres, schema).refine((f) => ({
    users: {
      count: 20,
      columns: { name: f.valuesFromArray({ values: ['Ada'] }), handle: false },
      with: {
        posts: [
          { weight: 0.6, count: [1, 2, 3] },
          { weight: 0.4, count: 5 },
        ],
      },
    },
    posts: { columns: {} },
  }))
  await done
}

export function fitsGeneratorsToColumns(): void {
  void seed(onPglite, schema).refine(() => ({
    users: {
      columns: {
        id: numbers,
        name: texts,
        handle: texts,
        mood: texts,
        token: texts,
        age: numbers,
        height: numbers,
        balance: numbers,
        exact: numbers,
        large: numbers,
        huge: bigints,
        active: booleans,
        born: looseDates,
        bornObject: looseDates,
        seen: dates,
        seenText: looseDates,
        wakes: texts,
        document: numbers,
        bytes: texts,
        names: texts,
        home: numbers,
      },
    },
    posts: { columns: { id: numbers } },
  }))
  void seed(onPglite, schema).refine(() => ({
    users: { columns: { name: anything, age: anything, active: anything, balance: texts } },
  }))
}

export function refusesWhatTheColumnCannotHold(): void {
  void seed(onPglite, schema).refine(() => ({
    users: {
      columns: {
        // @ts-expect-error -- numbers for text
        name: numbers,
        // @ts-expect-error -- dates for varchar
        handle: looseDates,
        // @ts-expect-error -- booleans for an enum
        mood: booleans,
        // @ts-expect-error -- numbers for uuid
        token: numbers,
        // @ts-expect-error -- texts for an integer
        age: texts,
        // @ts-expect-error -- booleans for numeric
        balance: booleans,
        // @ts-expect-error -- texts for bigint
        huge: texts,
        // @ts-expect-error -- numbers for boolean
        active: numbers,
        // @ts-expect-error -- numbers for date
        born: numbers,
        // @ts-expect-error -- booleans for timestamp
        seen: booleans,
        // @ts-expect-error -- numbers for time
        wakes: numbers,
      },
    },
  }))
  void seed(onPglite, schema).refine((f) => ({
    // @ts-expect-error -- f.int gives numbers
    users: { columns: { name: f.int({ minValue: 1, maxValue: 2 }) } },
  }))
}

export function refusesMisspelledNames(): void {
  // @ts-expect-error -- no such table
  void seed(onPglite, schema).refine(() => ({ usrs: { count: 1 } }))
  void seed(onPglite, schema).refine(() => ({
    users: { count: 1 },
    // @ts-expect-error -- no such table, beside one that there is
    psts: { count: 1 },
  }))
  void seed(onPglite, schema).refine(() => ({
    users: {
      columns: {
        name: texts,
        // @ts-expect-error -- no such column
        nmae: texts,
      },
    },
  }))
  void seed(onPglite, schema).refine(() => ({
    users: {
      count: 1,
      // @ts-expect-error -- no such wish
      cuont: 1,
    },
  }))
  void seed(onPglite, schema).refine(() => ({
    users: {
      with: {
        posts: 1,
        // @ts-expect-error -- no such table
        psts: 1,
      },
    },
  }))
  // @ts-expect-error -- an enum is no table
  void seed(onPglite, schema).refine(() => ({ mood: { count: 1 } }))
  // @ts-expect-error -- there are versions 1 and 2
  void seed(onPglite, schema, { version: '3' })
  // @ts-expect-error -- no such option
  void seed(onPglite, schema, { rows: 3 })
}

export function refusesTheSameInSeeders(): void {
  defineSeeder(schema, (f) => ({
    users: { rows: [{ name: 'Ada' }], columns: { age: f.int({ minValue: 1, maxValue: 9 }) } },
    posts: { each: f.each('users', 2) },
  }))
  defineSeeder(schema, () => ({
    users: { count: 1 },
    // @ts-expect-error -- no such table, beside one that there is
    psts: { count: 1 },
  }))
  defineSeeder(schema, () => ({
    users: {
      columns: {
        name: texts,
        // @ts-expect-error -- no such column
        nmae: texts,
      },
    },
  }))
  defineSeeder(schema, () => ({
    // @ts-expect-error -- texts for an integer
    users: { columns: { age: texts } },
  }))
}
