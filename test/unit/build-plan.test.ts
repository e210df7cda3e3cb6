import { customType, integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import * as f from '../../src/generate/generators/index.ts'
import type { ExistingRows } from '../../src/plan/build-plan.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
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

const existing = (entries: Readonly<Record<string, ExistingRows>>) =>
  new Map(Object.entries(entries))

const toLoadOf = (plan: Plan) =>
  Object.fromEntries(plan.tables.map(({ model, toLoad }) => [model.key, toLoad]))

describe('buildPlan', () => {
  it('orders tables, counts rows and leaves out what nobody asks for', async () => {
    const plan = await planOf(refinements)
    expect(plan.tables.map(({ model }) => model.key)).toEqual([
      'cards',
      'shelves',
      'books',
      'loans',
    ])
    expect(placesOf(plan)).toEqual({
      shelves: { first: 0, count: 20, firstReferable: 0, isLoaded: true },
      books: { first: 0, count: 100, firstReferable: 0, isLoaded: true },
      loans: { first: 0, count: 200, firstReferable: 0, isLoaded: true },
      cards: { first: 0, count: 0, firstReferable: 0, isLoaded: false },
    })
    expect(loadedTables(plan).map(({ model }) => model.key)).toEqual(['shelves', 'books', 'loans'])
    expect(toLoadOf(plan)).toEqual({
      shelves: { first: 0, count: 20 },
      books: { first: 0, count: 100 },
      loans: { first: 0, count: 200 },
      cards: { first: 0, count: 0 },
    })
  })

  it('computes keys from the identity’s start, and children refer to them', async () => {
    const plan = await planOf(refinements)
    expect(plan.tables.map(({ key }) => key?.start)).toEqual([undefined, 1, 100, 1])
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
    const alone = await planOf({ shelves: { rows, columns: { capacity: false } } })
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
    expect(toLoadOf(plan)).toMatchObject({ books: { count: 0 }, loans: { first: 0, count: 200 } })
    expect(await rowsOf(plan, 'loans')).toEqual(await rowsOf(await planOf(refinements), 'loans'))
  })

  describe('appending to rows of another origin', () => {
    it('goes on after dense rows, which may be referred to', async () => {
      const plan = await planOf(
        { shelves: { count: 25 }, books: { count: 150, columns: { title } } },
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
      expect(toLoadOf(plan)).toMatchObject({
        shelves: { first: 20, count: 5 },
        books: { first: 100, count: 50 },
      })
      expect((await rowsOf(plan, 'books')).map(({ id }) => id)).toEqual(range(200, 50))
      const shelfIds = (await rowsOf(plan, 'books')).map(({ shelfId }) => Number(shelfId))
      expect(Math.min(...shelfIds)).toBeLessThanOrEqual(20)
      expect(Math.max(...shelfIds)).toBeLessThanOrEqual(25)
    })

    it('goes on after the largest key where rows are missing, and refers to new rows only', async () => {
      const plan = await planOf(
        { shelves: { count: 25 }, books: { count: 53, columns: { title } } },
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
        { cards: { count: 13, columns: { id: f.uuid() } } },
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
      const plan = await planOf(shelves(42), {
        existing: existing({ shelves: { rows: 12, smallestKey: 1, largestKey: 12 } }),
      })
      expect(tableOf(plan, 'shelves').rows).toEqual({ first: 12, count: 30 })
      const whole = await planOf(shelves(42))
      expect(await rowsOf(plan, 'shelves')).toEqual((await rowsOf(whole, 'shelves')).slice(12))
    })

    it('adds nothing where there are as many rows as asked for, or more', async () => {
      const plan = await planOf(
        { shelves: { count: 20 }, books: { count: 50, columns: { title } } },
        {
          existing: existing({
            shelves: { rows: 20, smallestKey: 1, largestKey: 20 },
            books: { rows: 70, smallestKey: 100, largestKey: 169 },
          }),
        },
      )
      expect(toLoadOf(plan)).toMatchObject({
        shelves: { first: 20, count: 0 },
        books: { first: 70, count: 0 },
      })
      await checkPlan(plan)
    })

    it('adds nothing to tables that are not wanted', async () => {
      const plan = await planOf(refinements, {
        only: ['books'],
        existing: existing({
          shelves: { rows: 20, smallestKey: 1, largestKey: 20 },
          books: { rows: 40, smallestKey: 100, largestKey: 139 },
        }),
      })
      expect(placesOf(plan)).toMatchObject({
        shelves: { first: 20, count: 0, firstReferable: 0, isLoaded: false },
        books: { first: 40, count: 60, isLoaded: true },
        loans: { count: 0, isLoaded: false },
      })
    })

    it('counts the children of new parents only', async () => {
      const grown = await planOf(refinements, {
        existing: existing({
          shelves: { rows: 20, ours: 20, smallestKey: 1, largestKey: 20 },
          books: { rows: 90, ours: 90, smallestKey: 100, largestKey: 189 },
          loans: { rows: 3, smallestKey: 1, largestKey: 3 },
        }),
      })
      expect(placesOf(grown)['loans']).toMatchObject({ first: 3, count: 20 })
      expect((await rowsOf(grown, 'loans')).map(({ id, bookId }) => [id, bookId])).toEqual(
        range(0, 20).map((row) => [4 + row, 190 + Math.floor(row / 2)]),
      )
      // Whose children are there is not known, whatever the ledger says of the children alone.
      const behind = await planOf(refinements, {
        existing: existing({
          books: { rows: 90, smallestKey: 100, largestKey: 189 },
          loans: { rows: 180, ours: 180, smallestKey: 1, largestKey: 180 },
        }),
      })
      expect(placesOf(behind)['loans']).toMatchObject({ first: 180, count: 20 })
      expect((await rowsOf(behind, 'loans')).map(({ bookId }) => bookId)).toEqual(
        range(0, 20).map((row) => 190 + Math.floor(row / 2)),
      )
    })

    it('sums up no children of rows before the first whose children are counted', async () => {
      const plan = await planOf(
        {
          ...refinements,
          books: { ...refinements.books, columns: { title, loanCount: f.sumOf('loans', 'id') } },
        },
        {
          existing: existing({
            books: { rows: 98, ours: 98, smallestKey: 100, largestKey: 197 },
            loans: { rows: 3, smallestKey: 1, largestKey: 3 },
          }),
        },
      )
      const sums = (await rowsOf(plan, 'books')).map(({ loanCount }) => loanCount)
      expect(sums).toEqual([...range(0, 98).map(() => 0), 4 + 5, 6 + 7])
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

  describe('growing its own rows', () => {
    const ours = (rows: number, smallestKey = 1): ExistingRows => ({
      rows,
      ours: rows,
      smallestKey,
      largestKey: smallestKey + rows - 1,
    })
    const before = existing({ shelves: ours(20), books: ours(40, 100), loans: ours(80) })

    it('is the plan of one larger run, and loads what is missing', async () => {
      const grown = await planOf(refinements, { existing: before })
      const whole = await planOf(refinements)
      expect(placesOf(grown)).toEqual(placesOf(whole))
      expect(toLoadOf(grown)).toEqual({
        shelves: { first: 20, count: 0 },
        books: { first: 40, count: 60 },
        loans: { first: 80, count: 120 },
        cards: { first: 0, count: 0 },
      })
      for (const key of ['shelves', 'books', 'loans']) {
        expect(await rowsOf(grown, key)).toEqual(await rowsOf(whole, key))
      }
      await checkPlan(grown)
    })

    it('adds nothing where no count is asked for, and the known rows that are new', async () => {
      const rows = ['Poetry', 'Maps', 'Plays'].map((name) => ({ name }))
      const grow = async (known: number, there: number) =>
        toLoadOf(
          await planOf(
            { shelves: { rows: rows.slice(0, known) } },
            { existing: existing({ shelves: ours(there) }) },
          ),
        )['shelves']
      expect(await grow(3, 3)).toEqual({ first: 3, count: 0 })
      expect(await grow(3, 2)).toEqual({ first: 2, count: 1 })
      expect(await grow(2, 9)).toEqual({ first: 9, count: 0 })
      const bare = await planOf({}, { existing: existing({ shelves: ours(9) }) })
      expect(placesOf(bare)['shelves']).toMatchObject({ first: 0, count: 9 })
      expect(toLoadOf(bare)['shelves']).toEqual({ first: 9, count: 0 })
    })

    it('takes what is there of tables that are not wanted', async () => {
      const few = existing({ shelves: ours(7), books: ours(40, 100), loans: ours(80) })
      const plan = await planOf(refinements, { only: ['books'], existing: few })
      expect(placesOf(plan)).toMatchObject({
        shelves: { first: 0, count: 7, firstReferable: 0, isLoaded: false },
        books: { first: 0, count: 100, isLoaded: true },
        // Of the new books too, as if they were loaded next.
        loans: { first: 0, count: 200, isLoaded: false },
      })
      expect(toLoadOf(plan)).toMatchObject({
        shelves: { first: 7, count: 0 },
        books: { first: 40, count: 60 },
        loans: { first: 80, count: 0 },
      })
    })

    it('adds children that are missing without their parents', async () => {
      const plan = await planOf(refinements, {
        only: ['loans'],
        existing: existing({ shelves: ours(20), books: ours(100, 100), loans: ours(80) }),
      })
      expect(toLoadOf(plan)).toMatchObject({
        books: { first: 100, count: 0 },
        loans: { first: 80, count: 120 },
      })
    })

    it('plans rows as a first run does where there are none', async () => {
      const plan = await planOf(refinements, {
        existing: existing({
          shelves: ours(20),
          books: { rows: 0, smallestKey: undefined, largestKey: undefined },
        }),
      })
      expect(placesOf(plan)).toEqual(placesOf(await planOf(refinements)))
      expect(toLoadOf(plan)).toMatchObject({
        shelves: { first: 20, count: 0 },
        books: { first: 0, count: 100 },
        loans: { first: 0, count: 200 },
      })
    })

    it('goes behind rows whose keys somebody has changed', async () => {
      const shelves = (smallestKey: number, largestKey: number) =>
        planOf(
          { shelves: { count: 25 } },
          { existing: existing({ shelves: { rows: 20, ours: 20, smallestKey, largestKey } }) },
        )
      expect(toLoadOf(await shelves(1, 22))['shelves']).toEqual({ first: 22, count: 5 })
      expect(toLoadOf(await shelves(-4, 20))['shelves']).toEqual({ first: 20, count: 5 })
      // Some of its rows may have been rejected.
      expect(toLoadOf(await shelves(2, 19))['shelves']).toEqual({ first: 20, count: 5 })
      expect(placesOf(await shelves(2, 19))['shelves']).toMatchObject({ first: 0, count: 25 })
    })

    it('refuses fewer rows than there are', async () => {
      const grow = (counts: Readonly<Record<string, number>>) =>
        failureOf(() =>
          planOf(refinements, {
            existing: before,
            counts: { explicit: counts, profile: {}, scale: 1 },
          }),
        )
      expect(await grow({ books: 39 })).toEqual({
        code: 'PLAN_FEWER_ROWS',
        message: 'Cannot grow "books" to 39 rows',
        why: 'Earlier runs have loaded 40 rows, and --append takes none away.',
        fix: 'Plan at least 40 rows of books, or empty the tables first with --reset.',
      })
      expect(await grow({ loans: 79 })).toMatchObject({
        code: 'PLAN_FEWER_ROWS',
        message: 'Cannot grow "loans" to 79 rows',
      })
    })

    it('leaves a table as large as it is when only a profile asks for fewer rows', async () => {
      const counts = { explicit: {}, profile: { books: 7 }, scale: 1 }
      const grown = await planOf(refinements, { existing: before, counts })
      expect(placesOf(grown)['books']).toMatchObject({ first: 0, count: 40 })
      expect(toLoadOf(grown)['books']).toEqual({ first: 40, count: 0 })
    })

    it('refuses unique values that run out only in the rows that are missing', async () => {
      const scarce = f.template('Book {n}', { n: { min: 1, max: 50 } }, { isUnique: true })
      const grow = async (count: number) =>
        checkPlan(
          await planOf(
            { ...refinements, books: { count, columns: { title: scarce } } },
            { existing: before },
          ),
        )
      await grow(50)
      expect(await failureOf(() => grow(51))).toMatchObject({
        code: 'PLAN_UNIQUE_SPACE',
        why: 'It is unique, and its generator has 50 different values for 51 rows.',
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
      fix: 'Did you mean shelves? Use one of: books, cards, loans, shelves.',
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
    {
      table: 'loans',
      wish: { each: f.each('books', 1), rows: [{}] },
      why: 'It has known rows as well, which belong to no parent.',
    },
    ...[
      { table: 'loans', wish: { each: f.each('loans', 1) } },
      { table: 'cards', wish: { each: f.each('shelves', 1) } },
    ].map((row) => ({ ...row, why: 'There is no such table before it.' })),
  ])('refuses to count per parent: %#', async ({ table, wish, why }) => {
    expect(await failureOf(() => planOf({ ...refinements, [table]: wish }))).toEqual({
      code: 'PLAN_EACH',
      message: `Cannot count the rows of "${table}" per row of "${wish.each.parent}"`,
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
      ['at', 'timestamp'],
      ['note', 'nullable pool'],
    ])
    const columns = { id: false, note: f.uuid(), pId: f.int(), at: false }
    expect(await column({ t, p }, { columns })).toEqual([
      ['pId', 'int'],
      ['kind', 'default'],
      ['note', 'uuid'],
    ])
    // What all rows give literally is not thought of.
    expect(await column({ t, p }, { rows: [{ note: 'x' }, {}] })).toContainEqual([
      'note',
      'nullable pool',
    ])
    const known = { rows: [{ note: 'x' }] }
    expect(await column({ t, p }, known)).toContainEqual(['note', 'nullable pool'])
    expect(await column({ t, p }, { ...known, count: 1 })).toContainEqual(['note', 'default'])
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
    const strange = customType<{ data: string }>({ dataType: () => 'strange' })
    const t = pgTable('t', { id: serial().primaryKey(), name: strange().notNull() })
    const fix = 'Give it one: t: { columns: { name: f.… } }.'
    expect(await failureOf(() => column({ t }))).toEqual({
      code: 'PLAN_NO_GENERATOR',
      message: 'Cannot seed "t": column "name" has no generator',
      why: 'It is NOT NULL, and nothing is known of its type strange.',
      fix,
    })
    const withFunction = pgTable('t', { name: text().$defaultFn(() => 'x') })
    const left = { columns: { name: false } }
    expect(await failureOf(() => column({ t: withFunction }, left))).toEqual({
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
