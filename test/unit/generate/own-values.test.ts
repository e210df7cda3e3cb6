import { bigint, date, integer, numeric, pgTable, real, text, timestamp } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as f from '../../../src/generate/generators/index.ts'
import { checkPlan } from '../../../src/plan/check-plan.ts'
import { draw, failureOf, planOf, range, rowsOf } from '../../support/plans.ts'
import { chiSquare, criticalChiSquare, tally } from '../../support/statistics.ts'

const orders = pgTable('orders', {
  id: integer('id').primaryKey(),
  price: numeric('price', { precision: 10, scale: 2 }),
  quantity: integer('quantity'),
  orderedAt: timestamp('ordered_at'),
  shippedAt: timestamp('shipped_at'),
  total: numeric('total'),
  note: text('note'),
  slug: text('slug').unique(),
  far: bigint('far', { mode: 'number' }),
})

const schema = { orders }

describe('f.from', () => {
  it('computes a column from others of the same row, in any order of rows', async () => {
    const columns = {
      price: f.decimal({ minValue: 1, maxValue: 9 }),
      quantity: f.int({ minValue: 1, maxValue: 9 }),
      total: f.from(['price', 'quantity'], (row) => String(Number(row.price) * row.quantity)),
      note: f.from(['total'], (row, number) => `${number}: ${row.total}`),
      orderedAt: f.timestamp(),
      shippedAt: f.from(['orderedAt'], (row) => new Date(row.orderedAt.getTime() + 3_600_000)),
    }
    const plan = await planOf({ orders: { count: 5000, columns } }, { schema })
    await checkPlan(plan)
    const rows = await rowsOf(plan, 'orders')
    for (const [number, row] of rows.entries()) {
      const total = String(Number(row['price']) * Number(row['quantity']))
      expect(row['total']).toBe(total)
      expect(row['note']).toBe(`${number}: ${total}`)
      expect(Number(row['shippedAt']) - Number(row['orderedAt'])).toBe(3_600_000)
    }
    const numbers = [4999, 3, 3, 0]
    const totals = await rowsOf(plan, 'orders', { properties: ['total'], numbers })
    expect(totals.map((row) => row['total'])).toEqual(numbers.map((n) => rows[n]!['total']))
  })

  it('sees what Drizzle gives for each column in its mode', async () => {
    const table = pgTable('modes', {
      day: date('day'),
      dayDate: date('day_date', { mode: 'date' }),
      at: timestamp('at', { mode: 'string' }),
      atDate: timestamp('at_date'),
      picked: date('picked'),
      exact: numeric('exact', { precision: 8, scale: 2 }),
      exactNumber: numeric('exact_number', { precision: 8, scale: 2, mode: 'number' }),
      float: real('float'),
      big: bigint('big', { mode: 'bigint' }),
      seen: text('seen'),
    })
    const bounds = { minDate: '2026-03-14', maxDate: '2026-03-14' }
    const amount = () => f.decimal({ minValue: 12.5, maxValue: 12.5 })
    let seen: unknown
    const columns = {
      day: f.date(bounds),
      dayDate: f.date(bounds),
      at: f.timestamp({ ...bounds, maxDate: '2026-03-14T00:00:00Z' }),
      atDate: f.timestamp({ ...bounds, maxDate: '2026-03-14T00:00:00Z' }),
      picked: f.weightedRandom([{ weight: 1, value: f.date(bounds) }]),
      exact: amount(),
      exactNumber: amount(),
      float: amount(),
      big: f.int({ minValue: 7, maxValue: 7 }),
      seen: f.from(
        ['day', 'dayDate', 'at', 'atDate', 'picked', 'exact', 'exactNumber', 'float', 'big'],
        (row) => {
          seen = row
          return ''
        },
      ),
    }
    const plan = await planOf({ table: { count: 1, columns } }, { schema: { table } })
    await rowsOf(plan, 'table')
    expect(seen).toEqual({
      day: '2026-03-14',
      dayDate: new Date('2026-03-14'),
      at: '2026-03-14 00:00:00+00',
      atDate: new Date('2026-03-14'),
      picked: '2026-03-14',
      exact: '12.50',
      exactNumber: 12.5,
      float: 12.5,
      big: 7n,
    })
  })

  it('sees what known rows say, and NULL', async () => {
    const columns = {
      quantity: f.nullable(f.int({ minValue: 1, maxValue: 9 }), { rate: 0.5 }),
      note: f.from(['quantity'], (row) => (row.quantity === null ? 'none' : `n${row.quantity}`)),
    }
    const known = [{ quantity: 42 }, { note: 'own' }]
    const plan = await planOf({ orders: { count: 50, rows: known, columns } }, { schema })
    const rows = await rowsOf(plan, 'orders', { properties: ['quantity', 'note'] })
    expect(rows[0]).toEqual({ quantity: 42, note: 'n42' })
    expect(rows[1]!['note']).toBe('own')
    const rest = rows.slice(2)
    expect(rest.map((row) => row['note'])).toEqual(
      rest.map((row) => (row['quantity'] === null ? 'none' : `n${Number(row['quantity'])}`)),
    )
    expect(new Set(rest.map((row) => row['note'])).has('none')).toBe(true)
  })

  it('refuses columns that depend on each other in a circle', async () => {
    const columns = {
      note: f.from(['slug'], (row) => String(row.slug)),
      slug: f.from(['note'], (row) => String(row.note), { isUnique: true }),
    }
    const act = async () => checkPlan(await planOf({ orders: { count: 5, columns } }, { schema }))
    expect(await failureOf(act)).toEqual({
      code: 'PLAN_CIRCULAR_COLUMNS',
      message: 'Cannot generate "orders": column "note" depends on itself',
      why: 'The way around is orders.note → orders.slug → orders.note.',
      fix: 'Compute one of these columns from its row number instead of from another column.',
    })
  })

  it('refuses a column that is not there', async () => {
    const columns = { note: f.from(['prise'], (row) => String(row.prise)) }
    const act = async () => checkPlan(await planOf({ orders: { count: 5, columns } }, { schema }))
    expect(await failureOf(act)).toEqual({
      code: 'PLAN_UNPLANNED_COLUMN',
      message: 'A generator asks for the column "prise" of "orders"',
      why: 'That column is left to the server, so its values are not known.',
      fix: 'Give the column a generator in its seeder.',
    })
  })

  it('fills a unique column where that is promised', async () => {
    const slug = (options?: { isUnique: boolean }) => ({
      slug: f.from(['id'], (row) => `s${row.id}`, options),
    })
    const planned = (columns: ReturnType<typeof slug>) =>
      planOf({ orders: { count: 5, columns } }, { schema })
    await checkPlan(await planned(slug({ isUnique: true })))
    const refused = await failureOf(async () => checkPlan(await planned(slug())))
    expect(refused.code).toBe('PLAN_NOT_UNIQUE')
  })
})

describe('f.custom', () => {
  it('draws by seed, column, row and call alone', async () => {
    const make = () => f.custom((row, random) => `${row} ${random.int(0, 1e9)} ${random.unit()}`)
    const numbers = range(0, 200)
    const values = await draw(make(), numbers)
    expect(await draw(make(), numbers.toReversed())).toEqual(values.toReversed())
    expect(await draw(make(), numbers, { seed: 2 })).not.toEqual(values)
    expect(await draw(make(), numbers, { column: 'b' })).not.toEqual(values)
    const [first, second] = await draw(
      f.custom((_, random) => [random.unit(), random.unit()]),
      [0, 1],
      { mode: 'array' },
    )
    expect(new Set([first, second].flat()).size).toBe(4)
  })

  it('draws uniformly, both ends included', async () => {
    const rolls = await draw(
      f.custom((_, random) => random.int(1, 6)),
      range(0, 60_000),
    )
    const counts = tally(6, rolls.length, (roll) => Number(rolls[roll]) - 1)
    expect(chiSquare(counts, () => 10_000)).toBeLessThan(criticalChiSquare(5))
    const picks = await draw(
      f.custom((_, random) => random.pick(['a', 'b', 'c'])),
      range(0, 1000),
    )
    expect(new Set(picks)).toEqual(new Set(['a', 'b', 'c']))
    const wide = await draw(
      f.custom((_, random) => random.int(-(2 ** 51), 2 ** 51)),
      range(0, 1000),
    )
    expect(wide.every((value) => Math.abs(Number(value)) <= 2 ** 51)).toBe(true)
    expect(wide.some((value) => Number(value) % 2 !== 0)).toBe(true)
  })

  it('refuses ranges and lists without values', async () => {
    expect(
      await failureOf(() =>
        draw(
          f.custom((_, random) => random.int(2, 1)),
          [0],
        ),
      ),
    ).toEqual({
      code: 'PLAN_EMPTY_RANGE',
      message: 'f.custom() was given a range without values',
      why: 'It goes from 2 to 1.',
      fix: 'Give whole numbers below 2^53 with minValue at most maxValue.',
    })
    expect(
      await failureOf(() =>
        draw(
          f.custom((_, random) => random.pick([])),
          [0],
        ),
      ),
    ).toEqual({
      code: 'PLAN_EMPTY_VALUES',
      message: 'f.custom() has nothing to pick from',
      why: 'random.pick() was given an empty list.',
      fix: 'Give it at least one value.',
    })
  })

  it('fills a unique column where that is promised', async () => {
    const columns = { slug: f.custom((row) => `s${row}`, { isUnique: true }) }
    const plan = await planOf({ orders: { count: 5, columns } }, { schema })
    await checkPlan(plan)
    const rows = await rowsOf(plan, 'orders', { properties: ['slug'] })
    expect(rows.map((row) => row['slug'])).toEqual(['s0', 's1', 's2', 's3', 's4'])
  })
})

describe('f.faker', () => {
  it('speaks other languages', async () => {
    const german = await draw(
      f.faker((faker) => faker.location.state(), { locale: 'de' }),
      range(0, 300),
    )
    expect(new Set(german)).toContain('Baden-Württemberg')
    const same = f.faker((faker) => faker.location.state(), { locale: 'de' })
    expect(await draw(same, [299, 4])).toEqual([german[299], german[4]])
  })

  it('says in English the same with and without the locale', async () => {
    const make = (locale?: string) =>
      f.faker((faker) => faker.lorem.sentence(), locale === undefined ? {} : { locale })
    expect(await draw(make('en'), range(0, 20))).toEqual(await draw(make(), range(0, 20)))
  })

  it('draws from a pool that was made once', async () => {
    let made = 0
    const texts = await draw(
      f.faker((faker, number) => `${(made++, number)} ${faker.person.firstName()}`, { pool: 30 }),
      range(0, 2000),
    )
    expect(made).toBe(30)
    expect(new Set(texts).size).toBe(30)
    const objects = await draw(
      f.faker((_, number) => ({ number }), { pool: 3, locale: 'fr' }),
      range(0, 100),
      { mode: 'json' },
    )
    expect(new Set(objects)).toEqual(new Set([{ number: 0 }, { number: 1 }, { number: 2 }]))
  })

  it.each(['xx', 'de/../en', 'DE', 'en_XX'])('refuses the locale %s', async (locale) => {
    expect(
      await failureOf(() =>
        draw(
          f.faker(() => '', { locale }),
          [0],
        ),
      ),
    ).toEqual({
      code: 'PLAN_UNKNOWN_LOCALE',
      message: `faker has no locale "${locale}"`,
      why: 'Locales are named by their language, and some by their country as well.',
      fix: 'Use one of faker’s, such as en, en_GB, de, es, fr, it, ja, nl, pl, pt_BR or zh_CN.',
    })
  })

  it('refuses a pool without values', async () => {
    expect(await failureOf(() => f.faker(() => '', { pool: 0 }))).toEqual({
      code: 'PLAN_LENGTH',
      message: 'f.faker() cannot have the pool 0',
      why: 'It counts what each value is made of.',
      fix: 'Give a whole number from 1 to 1000000.',
    })
  })
})
