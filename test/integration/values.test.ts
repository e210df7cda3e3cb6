import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { openTable } from '../../src/generate/slices.ts'
import { loadedTables } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { checkTargets } from '../../src/run/check-target.ts'
import { inTransaction } from '../../src/run/transaction.ts'
import { strategies } from '../../src/write/choose-strategy.ts'
import { strategyNames } from '../../src/write/strategy.ts'
import type { StrategyName } from '../../src/write/strategy.ts'
import { planOf } from '../support/plans.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

/** All but `server`, which stores values of its own; `row` is `row-tx` with chunks of one row. */
const exactStrategies = strategyNames.filter((name) => name !== 'server' && name !== 'row')

const cents = pg.customType<{ data: number; driverData: string }>({
  dataType: () => 'numeric(12, 2)',
  toDriver: (value) => (value / 100).toFixed(2),
})
const shouted = pg.customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => `${value.toUpperCase()}!`,
})
const bytes = pg.customType<{ data: string | Buffer; driverData: string | Buffer }>({
  dataType: () => 'bytea',
})

const list = (values: readonly unknown[]): Generator =>
  createGenerator('list', () =>
    fillVector({ kind: 'value' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) out.values[i] = values[rows.numbers[i]! % values.length]
    }),
  )
const dates = [new Date('2024-02-29T12:34:56.789Z'), new Date('1999-12-31T00:00:00Z')]
const texts = (...words: string[]) => f.words(vocabulary('texts', words))
const micros = createGenerator('micros', () =>
  fillVector({ kind: 'timestamp' }, (rows, out) => {
    for (let i = 0; i < rows.count; i++) out.values[i] = 1_700_000_000_123_456 + rows.numbers[i]!
  }),
)

/** Columns in which Drizzle's mapping, the driver's and the server's reading might part ways. */
const cases: readonly [string, pg.PgColumnBuilderBase, Generator][] = [
  ['booleans from texts', pg.boolean(), list(['true', 'f', true, false, null])],
  ['booleans from numbers', pg.boolean(), f.valuesFromArray({ values: [1, 0] })],
  ['a custom type from numbers', cents(), f.int({ minValue: 1, maxValue: 99_999 })],
  ['a custom type from words', shouted(), texts('a', 'b\tc')],
  ['a custom type from values', shouted(), list(['x', null])],
  ['bytes from texts', bytes(), list(['\\x41ff', Buffer.from([0, 1, 2])])],
  ['json from texts', pg.json(), texts('1.0', '12345678901234567890', '{"b": 1, "a": [1, 2]}')],
  ['jsonb from texts', pg.jsonb(), texts('1.0', '"x"')],
  ['jsonb from values', pg.jsonb(), list([{ b: 1, a: [null] }, [1, 2], 'x', 5, true])],
  ['texts from objects', pg.text(), list([{ a: 1 }, 5, true, 'x'])],
  ['bigint numerics', pg.numeric({ mode: 'bigint' }), f.decimal({ scale: 2 })],
  ['number numerics', pg.numeric({ mode: 'number' }), f.decimal({ scale: 1 })],
  ['integers from decimals', pg.integer(), f.decimal({ scale: 0 })],
  ['dates from Dates', pg.date({ mode: 'string' }), list(dates)],
  ['Dates', pg.date({ mode: 'date' }), list(dates)],
  ['microseconds', pg.timestamp({ mode: 'date', withTimezone: true }), micros],
  [
    'times without a zone',
    pg.timestamp({ mode: 'string', withTimezone: true }),
    list(['2024-01-01 10:00']),
  ],
  ['points', pg.point(), list([[1, 2.5]])],
  ['arrays', pg.text().array(), list([['a', 'b"c', null], [], null])],
  [
    'nested arrays',
    pg.integer().array().array(),
    list([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
  ],
  ['short texts', pg.varchar({ length: 3 }), texts('abc', 'é', '   ')],
  ['padded texts', pg.char({ length: 3 }), texts('a', 'ab')],
  ['uuids', pg.uuid(), f.uuid()],
  ['json nulls and strings', pg.json(), texts('null', '"a\\u0041\\/b"', ' [1 ,2]')],
  ['jsonb nulls', pg.jsonb(), texts('null', 'true')],
  ['texts with quotes', pg.text(), texts('"', '\\', "'", '{a,b}', 'NULL', '', 'a"b\\"c\n')],
  ['big integers', pg.bigint({ mode: 'bigint' }), list([9_223_372_036_854_775_807n, -1n])],
]

describe('values', () => {
  let database: TestDatabase
  let session: Session
  let kinds = 0
  beforeAll(async () => {
    database = await createTownDatabase()
    session = await openSession({ url: database.url })
  })
  afterAll(async () => {
    await session.close()
    await database.drop()
  })

  /** Writes a plan of one table as a load does; gives the rows that the server has stored. */
  async function write(plan: Plan, strategy: StrategyName): Promise<number> {
    const [table] = loadedTables(plan)
    const [target] = await checkTargets(session, [table!])
    const source = await openTable(plan, table!)
    const range = table!.toLoad
    const writer = strategies[strategy].open(target!, source)
    return inTransaction(session, () =>
      writer.write(session, { range, slices: source.slices(range) }),
    )
  }

  it.each(cases)('are stored alike by every strategy: %s', async (_, builder, generator) => {
    // Statements stay prepared in a session, with the types that a table of that name had.
    const name = `values_${(kinds += 1)}`
    const table = pg.pgTable(name, {
      id: pg.integer().primaryKey(),
      value: builder as ReturnType<typeof pg.text>,
    })
    const type = table.value.getSQLType()
    await change(database.url, `create table ${name} (id int primary key, value ${type})`)
    const refinements = { table: { count: 20, columns: { value: generator } } }
    const plan = await planOf(refinements, { schema: { table } })
    const stored: string[] = []
    for (const strategy of exactStrategies) {
      expect(await write(plan, strategy)).toBe(20)
      const [row] = await session.query<{ values: string }>(
        `select string_agg(coalesce(value::text, 'NULL'), '|' order by id) as values from ${name}`,
      )
      stored.push(row!.values)
      await session.query(`truncate ${name}`)
    }
    for (const other of stored) expect(other).toBe(stored[0])
    expect(stored[0]!.split('|').length).toBeGreaterThanOrEqual(20)
  })

  it('are mapped by a custom type, whatever the generator gives', async () => {
    const table = pg.pgTable('mapped', {
      id: pg.integer().primaryKey(),
      price: cents(),
      word: shouted(),
    })
    const project = {
      ...townProject,
      tables: readSchema({ table }),
      refinements: {
        table: {
          count: 1,
          columns: { price: f.int({ minValue: 1234, maxValue: 1234 }), word: texts('hey') },
        },
      },
    }
    await change(
      database.url,
      'create table mapped (id int primary key, price numeric(12, 2), word text)',
    )
    await seedTown(database.url, { project, counts: {}, strategy: 'copy' })
    expect(await ask(database.url, "select price || ' ' || word from mapped")).toBe('12.34 HEY!')
  })

  it.each(exactStrategies)('refuse SQL by %s, which is no value', async (strategy) => {
    const table = pg.pgTable('clock', { id: pg.integer().primaryKey(), at: pg.timestamp() })
    await change(
      database.url,
      'drop table if exists clock; create table clock (id int primary key, at timestamp)',
    )
    const refinements = { table: { count: 3, columns: { at: list([sql`now()`]) } } }
    const plan = await planOf(refinements, { schema: { table } })
    expect(await failureFrom(write(plan, strategy))).toMatchObject({
      code: 'DATA_INVALID',
      message: 'Cannot write row 0 of "table": column "at" got SQL',
      exitCode: 4,
    })
  })
})
