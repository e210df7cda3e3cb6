import { integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import * as f from '../../src/generate/generators/index.ts'
import type { ExistingRows } from '../../src/plan/build-plan.ts'
import { loadedTables } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { failureOf, planOf, range, rowsOf, things } from '../support/plans.ts'

const title = f.template('Book {n}', { n: { min: 1, max: 999_999 } }, { isUnique: true })

const refinements = {
  shelves: { count: 20 },
  books: { count: 100, columns: { title } },
  loans: { each: f.each('books', 2) },
}

function tableOf(plan: Plan, key: string) {
  return plan.tables.find(({ model }) => model.key === key)!
}

const placesOf = (plan: Plan) =>
  Object.fromEntries(
    plan.tables.map(({ model, rows, firstReferable, isLoaded }) => [
      model.key,
      { ...rows, firstReferable, isLoaded },
    ]),
  )

describe('buildPlan', () => {
  it('orders tables, counts rows and leaves out what nobody asks for', async () => {
    const plan = await planOf(refinements)
    expect(plan.tables.map(({ model }) => model.key)).toEqual([
      'shelves',
      'books',
      'loans',
      'cards',
    ])
    expect(placesOf(plan)).toEqual({
      shelves: { first: 0, count: 20, firstReferable: 0, isLoaded: true },
      books: { first: 0, count: 100, firstReferable: 0, isLoaded: true },
      loans: { first: 0, count: 200, firstReferable: 0, isLoaded: true },
      cards: { first: 0, count: 0, firstReferable: 0, isLoaded: false },
    })
    expect(loadedTables(plan).map(({ model }) => model.key)).toEqual(['shelves', 'books', 'loans'])
  })

  it('computes keys from the identity’s start, and children refer to them', async () => {
    const plan = await planOf(refinements)
    expect(plan.tables.map(({ key }) => key?.start)).toEqual([1, 100, 1, undefined])
    expect((await rowsOf(plan, 'books')).map(({ id }) => id)).toEqual(range(100, 100))
    const loans = await rowsOf(plan, 'loans')
    expect(loans.map(({ bookId }) => bookId)).toEqual(
      range(0, 200).map((row) => 100 + Math.floor(row / 2)),
    )
    for (const { shelfId } of await rowsOf(plan, 'books')) {
      expect(range(1, 20)).toContain(shelfId)
    }
  })

  it('shares out an exact number of children when a count is given too', async () => {
    const counts = { explicit: { loans: 333 }, profile: {}, scale: 1 }
    expect(tableOf(await planOf(refinements, { counts }), 'loans').rows.count).toBe(333)
    const scaled = { explicit: {}, profile: { books: 10 }, scale: 4 }
    expect(tableOf(await planOf(refinements, { counts: scaled }), 'loans').rows.count).toBe(80)
  })

  it('puts known rows first and counts them among the rows', async () => {
    const rows = [{ name: 'Poetry' }, { name: 'Maps' }]
    const alone = await planOf({ shelves: { rows } })
    expect(await rowsOf(alone, 'shelves')).toEqual([
      { id: 1, name: 'Poetry' },
      { id: 2, name: 'Maps' },
    ])
    const among = await planOf({
      shelves: { rows, count: 3, columns: { name: f.default({ defaultValue: '-' }) } },
    })
    expect((await rowsOf(among, 'shelves')).map(({ name }) => name)).toEqual([
      'Poetry',
      'Maps',
      '-',
    ])
  })

  it('plans tables that are not wanted, so that others can refer to them, but loads them not', async () => {
    const plan = await planOf(refinements, { only: ['loans'] })
    expect(loadedTables(plan).map(({ model }) => model.key)).toEqual(['loans'])
    expect(placesOf(plan)).toMatchObject({
      books: { count: 100, isLoaded: false },
      loans: { count: 200, isLoaded: true },
    })
    expect(await rowsOf(plan, 'loans')).toEqual(await rowsOf(await planOf(refinements), 'loans'))
  })

  describe('appending', () => {
    const existing = (entries: Readonly<Record<string, ExistingRows>>) =>
      new Map(Object.entries(entries))

    it('goes on after dense rows, which may be referred to', async () => {
      const plan = await planOf(
        { shelves: { count: 5 }, books: { count: 50, columns: { title } } },
        {
          existing: existing({
            shelves: { rows: 20, smallestKey: 1, largestKey: 20 },
            books: { rows: 100, smallestKey: 100, largestKey: 199 },
            loans: { rows: 0, smallestKey: undefined, largestKey: undefined },
          }),
        },
      )
      expect(placesOf(plan)).toMatchObject({
        shelves: { first: 20, count: 5, firstReferable: 0 },
        books: { first: 100, count: 50, firstReferable: 0 },
        loans: { first: 0, count: 0 },
      })
      expect((await rowsOf(plan, 'books')).map(({ id }) => id)).toEqual(range(200, 50))
      const shelfIds = (await rowsOf(plan, 'books')).map(({ shelfId }) => Number(shelfId))
      expect(Math.min(...shelfIds)).toBeLessThanOrEqual(20)
      expect(Math.max(...shelfIds)).toBeLessThanOrEqual(25)
    })

    it('goes on after the largest key where rows are missing, and refers to new rows only', async () => {
      const plan = await planOf(
        { shelves: { count: 5 }, books: { count: 50, columns: { title } } },
        {
          existing: existing({
            shelves: { rows: 20, smallestKey: 1, largestKey: 31 },
            books: { rows: 3, smallestKey: 5, largestKey: 7 },
          }),
        },
      )
      expect(placesOf(plan)).toMatchObject({
        shelves: { first: 31, count: 5, firstReferable: 31 },
        books: { first: 3, count: 50, firstReferable: 3 },
      })
      expect((await rowsOf(plan, 'shelves')).map(({ id }) => id)).toEqual(range(32, 5))
      for (const { shelfId } of await rowsOf(plan, 'books')) expect(range(32, 5)).toContain(shelfId)
    })

    it('goes on after as many rows as there are where keys are no integers', async () => {
      const plan = await planOf(
        { cards: { count: 4, columns: { id: f.uuid() } } },
        {
          existing: existing({ cards: { rows: 9, smallestKey: undefined, largestKey: undefined } }),
        },
      )
      expect(placesOf(plan)['cards']).toEqual({
        first: 9,
        count: 4,
        firstReferable: 9,
        isLoaded: true,
      })
      const whole = await planOf({ cards: { count: 13, columns: { id: f.uuid() } } })
      expect(await rowsOf(plan, 'cards')).toEqual((await rowsOf(whole, 'cards')).slice(9))
    })

    it('gives the rows that one larger load would have given', async () => {
      const shelves = (count: number) => ({
        shelves: {
          count,
          rows: [{ name: 'Poetry' }],
          columns: { name: f.words(words), capacity: f.int() },
        },
      })
      const words = { name: 'w', words: async () => ['x', 'y', 'z'] }
      const plan = await planOf(shelves(30), {
        existing: existing({ shelves: { rows: 12, smallestKey: 1, largestKey: 12 } }),
      })
      expect(tableOf(plan, 'shelves').rows).toEqual({ first: 12, count: 30 })
      const whole = await planOf(shelves(42))
      expect(await rowsOf(plan, 'shelves')).toEqual((await rowsOf(whole, 'shelves')).slice(12))
    })

    it('adds nothing to tables that are not wanted', async () => {
      const plan = await planOf(refinements, {
        only: ['books'],
        existing: existing({ shelves: { rows: 20, smallestKey: 1, largestKey: 20 } }),
      })
      expect(placesOf(plan)).toMatchObject({
        shelves: { first: 20, count: 0, firstReferable: 0, isLoaded: false },
        books: { count: 100, isLoaded: true },
        loans: { count: 0, isLoaded: false },
      })
    })

    it('refuses known rows where other rows are already', async () => {
      const append = (rows: ExistingRows) =>
        failureOf(() =>
          planOf(
            { shelves: { rows: [{ name: 'a' }, { name: 'b' }] } },
            { existing: existing({ shelves: rows }) },
          ),
        )
      const failure = {
        code: 'PLAN_APPEND_KNOWN_ROWS',
        message: 'Cannot append to "shelves"',
        why: "It holds 9 rows of another origin where the seeder's 2 known rows belong.",
        fix: 'Append to a database that was seeded by the same seeders, or empty it with --reset.',
      }
      expect(await append({ rows: 9, smallestKey: 1, largestKey: 10 })).toEqual(failure)
      expect(await append({ rows: 9, smallestKey: 2, largestKey: 10 })).toEqual(failure)
      expect(await append({ rows: 1, smallestKey: 1, largestKey: 1 })).toEqual({
        ...failure,
        why: "It holds 1 rows of another origin where the seeder's 2 known rows belong.",
      })
    })
  })

  it.each([
    [{ shelfs: { count: 1 } }, {}],
    [{}, { only: ['shelfs'] }],
    [{}, { counts: { explicit: { shelfs: 1 }, profile: {}, scale: 1 } }],
    [{}, { counts: { explicit: {}, profile: { shelfs: 1 }, scale: 1 } }],
  ])('refuses a table that is not there: %j %j', async (unknown, options) => {
    expect(await failureOf(() => planOf(unknown, options))).toEqual({
      code: 'PLAN_UNKNOWN_TABLE',
      message: 'There is no table "shelfs" in the schema',
      why: 'A seeder, a profile or an option names it.',
      fix: 'Use one of: loans, books, shelves, cards.',
    })
  })

  it('refuses fewer rows than known ones', async () => {
    const rows = [{ name: 'a' }, { name: 'b' }]
    expect(await failureOf(() => planOf({ shelves: { count: 1, rows } }))).toEqual({
      code: 'PLAN_KNOWN_ROWS',
      message: 'Cannot seed "shelves" with 1 rows',
      why: 'Its seeder gives 2 known rows, which come first.',
      fix: 'Give it a count of at least 2.',
    })
  })

  it.each([
    [
      { loans: { each: f.each('books', 1), rows: [{}] } },
      'It has known rows as well, which belong to no parent.',
      'books',
    ],
    [{ loans: { each: f.each('loans', 1) } }, 'There is no such table before it.', 'loans'],
    [{ loans: { each: f.each('cards', 1) } }, 'There is no such table before it.', 'cards'],
  ])('refuses to count per parent: %#', async (wish, why, parent) => {
    expect(await failureOf(() => planOf({ ...refinements, ...wish }))).toEqual({
      code: 'PLAN_EACH',
      message: `Cannot count the rows of "loans" per row of "${parent}"`,
      why,
      fix: 'Give `each` the table of one of its foreign keys, and no `rows` beside it.',
    })
  })

  it('refuses to share out children among nobody', async () => {
    const share = (expected: number, count: number) =>
      failureOf(() =>
        planOf({
          shelves: { count },
          books: { count: 7, each: f.each('shelves', expected), columns: { title } },
        }),
      )
    const failure = {
      code: 'PLAN_EMPTY_PARENT',
      message: 'Cannot seed "books": "shelves" has no rows to share 7 children among',
      why: 'shelves has 0 rows planned, and none of them expects children.',
      fix: 'Give shelves a count of at least 1.',
    }
    expect(await share(2, 0)).toEqual(failure)
    expect(await share(0, 4)).toEqual({
      ...failure,
      why: 'shelves has 4 rows planned, and none of them expects children.',
    })
  })
})

describe('chooseGenerators', () => {
  const column = async (schema: Readonly<Record<string, unknown>>, wish = {}) => {
    const plan = await planOf({ t: { count: 2, ...wish } }, { schema })
    return tableOf(plan, 't').columns.map(({ model, generator }) => [
      model.property,
      generator.group.name,
    ])
  }

  it('follows the schema where the seeder says nothing', async () => {
    const p = pgTable('p', { id: serial().primaryKey() })
    const t = pgTable('t', {
      id: serial().primaryKey(),
      pId: integer().references(() => p.id),
      kind: text().notNull().default('plain'),
      at: timestamp().notNull().defaultNow(),
      note: text(),
      computed: text().generatedAlwaysAs(sql`kind`),
    })
    expect(await column({ t, p })).toEqual([
      ['id', 'intPrimaryKey'],
      ['pId', 'reference to p'],
      ['kind', 'default'],
    ])
    expect(await column({ t, p }, { columns: { note: f.uuid(), pId: f.int() } })).toEqual([
      ['id', 'intPrimaryKey'],
      ['pId', 'int'],
      ['kind', 'default'],
      ['note', 'uuid'],
    ])
    // A value that only some rows have needs a source for the others.
    const someAt = { rows: [{ at: new Date(0) }, {}] }
    expect(await failureOf(() => column({ t, p }, someAt))).toMatchObject({
      code: 'PLAN_NO_GENERATOR',
      message: 'Cannot seed "t": column "at" has no generator',
    })
    expect(await column({ t, p }, { rows: [{ note: 'x' }, {}] })).toContainEqual([
      'note',
      'default',
    ])
  })

  it('shares one draw among the columns of a composite foreign key', async () => {
    const { primaryKey, foreignKey } = await import('drizzle-orm/pg-core')
    const p = pgTable('p', { x: integer().notNull(), y: integer().notNull() }, (table) => [
      primaryKey({ columns: [table.x, table.y] }),
    ])
    const t = pgTable('t', { y: integer().notNull(), x: integer().notNull() }, (table) => [
      foreignKey({ columns: [table.x, table.y], foreignColumns: [p.x, p.y] }),
    ])
    const plan = await planOf(
      { p: { count: 50, columns: { x: f.int(), y: f.int() } }, t: { count: 200 } },
      { schema: { p, t } },
    )
    const pairs = (await rowsOf(plan, 'p')).map(({ x, y }) => `${String(x)}/${String(y)}`)
    const rows = await rowsOf(plan, 't')
    for (const { x, y } of rows) expect(pairs).toContain(`${String(x)}/${String(y)}`)
    for (const property of ['x', 'y']) {
      const alone = await rowsOf(plan, 't', { properties: [property] })
      expect(alone.map((row) => row[property])).toEqual(rows.map((row) => row[property]))
    }
  })

  it('refuses a column without a source', async () => {
    const t = pgTable('t', { id: serial().primaryKey(), name: text().notNull() })
    const fix = 'Give it one in the seeder: t: { columns: { name: f.… } }.'
    expect(await failureOf(() => column({ t }))).toEqual({
      code: 'PLAN_NO_GENERATOR',
      message: 'Cannot seed "t": column "name" has no generator',
      why: 'It is NOT NULL, and neither the schema nor the seeder says where its values come from.',
      fix,
    })
    const withFunction = pgTable('t', { name: text().$defaultFn(() => 'x') })
    expect(await failureOf(() => column({ t: withFunction }))).toEqual({
      code: 'PLAN_NO_GENERATOR',
      message: 'Cannot seed "t": column "name" has no generator',
      why: 'Its default is a JavaScript function, which is no function of the row.',
      fix,
    })
  })

  it('refuses columns that the table does not have', async () => {
    const failure = {
      code: 'PLAN_UNKNOWN_COLUMN',
      message: 'Cannot seed "things": it has no column "d"',
      why: 'The seeder names a column that the Drizzle table does not declare.',
      fix: 'Use one of: a, b, c.',
    }
    const plan = (wish: object) => failureOf(() => planOf({ things: wish }, { schema: { things } }))
    expect(await plan({ columns: { d: f.uuid() } })).toEqual(failure)
    expect(await plan({ rows: [{ a: 'x' }, { d: 'x' }] })).toEqual(failure)
  })

  it('refuses to guess which foreign key counts the rows', async () => {
    const p = pgTable('p', { id: serial().primaryKey() })
    const q = pgTable('q', { id: serial().primaryKey() })
    const t = pgTable('t', {
      payer: integer().references(() => p.id),
      payee: integer().references(() => p.id),
    })
    const plan = (each: ReturnType<typeof f.each>) =>
      planOf({ p: { count: 3 }, q: { count: 3 }, t: { each } }, { schema: { p, q, t } })
    const message = 'Cannot count the rows of "t" per row of "p"'
    expect(await failureOf(() => plan(f.each('p', 2)))).toEqual({
      code: 'PLAN_NO_PARENT',
      message,
      why: '"t" has 2 foreign keys to it.',
      fix: "Say which one: f.each('…', n, { column: '…' }).",
    })
    expect(await failureOf(() => plan(f.each('p', 2, { column: 'other' })))).toEqual({
      code: 'PLAN_NO_PARENT',
      message,
      why: 'No foreign key of "t" refers to "p" from "other".',
      fix: 'Name the parent of one of its foreign keys: p, p.',
    })
    expect(await failureOf(() => plan(f.each('q', 2)))).toEqual({
      code: 'PLAN_NO_PARENT',
      message: 'Cannot count the rows of "t" per row of "q"',
      why: 'No foreign key of "t" refers to "q".',
      fix: 'Name the parent of one of its foreign keys: p, p.',
    })
    const rows = await rowsOf(await plan(f.each('p', 2, { column: 'payee' })), 't')
    expect(rows.map(({ payee }) => payee)).toEqual([1, 1, 2, 2, 3, 3])
  })
})
