import * as pg from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Generator } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { openTable } from '../../src/generate/slices.ts'
import { cities } from '../../src/generate/vocabulary.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import { loadedTables } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { checkTargets } from '../../src/run/check-target.ts'
import { inTransaction } from '../../src/run/transaction.ts'
import { strategies } from '../../src/write/choose-strategy.ts'
import { planOf } from '../support/plans.ts'
import type { TestDatabase } from '../support/database.ts'
import { change } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

const rowCount = 500

interface Case {
  readonly name: string
  readonly column: pg.PgColumnBuilderBase
  readonly generator: Generator
  /** SQL over `value` that holds in every row. */
  readonly holds: string
  readonly isUnique?: boolean
}

/** What Drizzle makes of values for an extension's type, where the server has no such extension. */
function asText(builder: pg.PgColumnBuilderBase): pg.PgColumnBuilderBase {
  const { column } = pg.pgTable('mapping', { column: builder as ReturnType<typeof pg.text> })
  return pg.customType<{ data: unknown; driverData: unknown }>({
    dataType: () => 'text',
    toDriver: (value) => column.mapToDriverValue(value as string),
  })()
}

/** Each generator in the column that Drizzle has for it. */
const cases: readonly Case[] = [
  {
    name: 'int, as bigint',
    column: pg.bigint({ mode: 'bigint' }),
    generator: f.int({ minValue: -(2n ** 63n), maxValue: 2n ** 63n - 1n, isUnique: true }),
    holds: 'true',
    isUnique: true,
  },
  {
    name: 'int, as integer from bigints',
    column: pg.integer(),
    generator: f.int({ minValue: 1n, maxValue: 9n }),
    holds: 'value between 1 and 9',
  },
  {
    name: 'int, as numbers in arrays of bigint',
    column: pg.bigint({ mode: 'number' }).array(),
    generator: f.int({ minValue: 1, maxValue: 2 ** 40, arraySize: 3 }),
    holds: 'cardinality(value) = 3 and 1 <= all (value)',
  },
  {
    name: 'number, as double precision',
    column: pg.doublePrecision(),
    generator: f.number({ minValue: 10, maxValue: 120, precision: 100 }),
    holds: 'value between 10 and 120 and value::numeric = round(value::numeric, 2)',
  },
  {
    name: 'number, as real',
    column: pg.real(),
    generator: f.number({ maxValue: 4, precision: 8 }),
    holds: 'value between -4 and 4 and value * 8 = floor(value * 8)',
  },
  {
    name: 'number, as numeric',
    column: pg.numeric({ precision: 8, scale: 2 }),
    generator: f.number({ maxValue: 1000, isUnique: true }),
    holds: 'abs(value) <= 1000',
    isUnique: true,
  },
  {
    name: 'number, as array of numeric',
    column: pg.numeric({ precision: 8, scale: 2 }).array(),
    generator: f.number({ arraySize: 2 }),
    holds: 'cardinality(value) = 2',
  },
  {
    name: 'decimal with a distribution',
    column: pg.numeric({ mode: 'number' }),
    generator: f.decimal({ distribution: f.logNormal({ median: 40, sigma: 0.6 }) }),
    holds: 'value > 0 and scale(value) <= 2',
  },
  {
    name: 'boolean, as array',
    column: pg.boolean().array(),
    generator: f.boolean({ arraySize: 3 }),
    holds: 'cardinality(value) = 3',
  },
  {
    name: 'date',
    column: pg.date({ mode: 'date' }),
    generator: f.date({ minDate: new Date('1990-01-01'), maxDate: '2010-12-31' }),
    holds: "value between '1990-01-01' and '2010-12-31'",
  },
  {
    name: 'date, as array of dates',
    column: pg.date({ mode: 'date' }).array(),
    generator: f.date({ arraySize: 2 }),
    holds: "'2025-01-01' <= all (value) and '2026-01-01' >= all (value)",
  },
  {
    name: 'date, as array of strings',
    column: pg.date({ mode: 'string' }).array(),
    generator: f.date({ arraySize: 2 }),
    holds: "'2025-01-01' <= all (value) and '2026-01-01' >= all (value)",
  },
  {
    name: 'timestamp, as array of dates',
    column: pg.timestamp({ mode: 'date', withTimezone: true }).array(),
    generator: f.timestamp({ arraySize: 2 }),
    holds: "'2025-01-01 00:00+00' <= all (value) and '2026-01-02 00:00+00' > all (value)",
  },
  {
    name: 'timestamp, as array of strings',
    column: pg.timestamp({ mode: 'string' }).array(),
    generator: f.timestamp({ arraySize: 2 }),
    holds: "'2025-01-01' <= all (value) and '2026-01-02' > all (value)",
  },
  {
    name: 'datetime',
    column: pg.timestamp({ withTimezone: true }),
    generator: f.datetime({
      minDate: new Date('2025-12-24T18:00:00Z'),
      maxDate: '2025-12-24T19:00',
    }),
    holds: "value between '2025-12-24 18:00+00' and '2025-12-24 19:00+00'",
  },
  {
    name: 'time',
    column: pg.time(),
    generator: f.time({ min: '06:00', max: '10:30' }),
    holds: "value between '06:00' and '10:30'",
  },
  {
    name: 'time, as array',
    column: pg.time().array(),
    generator: f.time({ arraySize: 2 }),
    holds: 'cardinality(value) = 2',
  },
  {
    name: 'year',
    column: pg.integer(),
    generator: f.year(),
    holds: 'value between 2006 and 2026',
  },
  {
    name: 'year, as text',
    column: pg.varchar({ length: 4 }),
    generator: f.year(),
    holds: "value ~ '^20[0-2][0-9]$'",
  },
  {
    name: 'json',
    column: pg.json(),
    generator: f.json(),
    holds: "(value ->> 'hasJob')::boolean = ((value -> 'salary') is not null)",
  },
  {
    name: 'json, as jsonb',
    column: pg.jsonb(),
    generator: f.json(),
    holds: "jsonb_array_length(value -> 'visitedCountries') <= 4",
  },
  {
    name: 'json, as array of jsonb',
    column: pg.jsonb().array(),
    generator: f.json({ arraySize: 2 }),
    holds: "(value[2] ->> 'email') like '%@example.com'",
  },
  {
    name: 'interval',
    column: pg.interval(),
    generator: f.interval({ isUnique: true }),
    holds: "value < '6 years' and value >= '1 day'",
    isUnique: true,
  },
  {
    name: 'interval, some fields',
    column: pg.interval({ fields: 'day to hour' }),
    generator: f.interval({ fields: 'day to hour', isUnique: true }),
    holds: "value < '30 days' and extract(minute from value) = 0",
    isUnique: true,
  },
  {
    name: 'interval, as array',
    column: pg.interval().array(),
    generator: f.interval({ arraySize: 2 }),
    holds: 'cardinality(value) = 2',
  },
  {
    name: 'string',
    column: pg.varchar({ length: 20 }),
    generator: f.string(),
    holds: 'length(value) between 7 and 20',
  },
  {
    name: 'string, unique',
    column: pg.char({ length: 2 }),
    generator: f.string({ length: 2, isUnique: true }),
    holds: 'length(value) = 2',
    isUnique: true,
  },
  {
    name: 'uuid, as array',
    column: pg.uuid().array(),
    generator: f.uuid({ arraySize: 2 }),
    holds: 'value[1] <> value[2]',
  },
  {
    name: 'point',
    column: pg.point(),
    generator: f.point({ maxXValue: 9, maxYValue: 5 }),
    holds: "value <@ box '((-9,-5),(9,5))'",
  },
  {
    name: 'point, as objects',
    column: pg.point({ mode: 'xy' }),
    generator: f.point({ minXValue: 1, maxXValue: 9, maxYValue: 5 }),
    holds: "value <@ box '((1,-5),(9,5))'",
  },
  {
    name: 'point, as array',
    column: pg.point().array(),
    generator: f.point({ arraySize: 2 }),
    holds: 'cardinality(value) = 2',
  },
  {
    name: 'line',
    column: pg.line(),
    generator: f.line({ maxAValue: 0.2, maxBValue: 0.2 }),
    holds: 'value is not null',
  },
  {
    name: 'line, as objects',
    column: pg.line({ mode: 'abc' }),
    generator: f.line({ isUnique: true }),
    holds: 'value is not null',
  },
  {
    name: 'weightedRandom',
    column: pg.timestamp({ mode: 'date' }),
    generator: f.weightedRandom([
      { weight: 0.9, value: f.timestamp({ minDate: '2025-06-01' }) },
      { weight: 0.1, value: f.date({ maxDate: '1999-12-31' }) },
    ]),
    holds: "value >= '2025-06-01' or value < '2000-01-01'",
  },
  {
    name: 'weightedRandom, as text',
    column: pg.text(),
    generator: f.weightedRandom([
      { weight: 1, value: f.words(cities) },
      { weight: 1, value: f.default({ defaultValue: 'TODO' }) },
      { weight: 1, value: f.string({ length: 5 }) },
    ]),
    holds: 'length(value) > 0',
  },
  {
    name: 'valuesFromArray, exact',
    column: pg.text({ enum: ['a', 'b'] }),
    generator: f.valuesFromArray({
      values: [
        { weight: 0.99, values: ['a'] },
        { weight: 0.01, values: ['b'] },
      ],
      isExact: true,
    }),
    holds: "value in ('a', 'b') and (select count(*) from TABLE where value = 'b') = 5",
  },
  {
    name: 'valuesFromArray, as array',
    column: pg.text().array(),
    generator: f.valuesFromArray({ values: ['a"b', 'c,d', undefined], arraySize: 4 }),
    holds: "value <@ array['a\"b', 'c,d', null] or array_position(value, null) > 0",
  },
  {
    name: 'bitString',
    column: pg.bit({ dimensions: 11 }),
    generator: f.bitString({ dimensions: 11, isUnique: true }),
    holds: 'length(value) = 11',
    isUnique: true,
  },
  {
    name: 'bitString, as array',
    column: pg.bit({ dimensions: 3 }).array(),
    generator: f.bitString({ dimensions: 3, arraySize: 2 }),
    holds: 'cardinality(value) = 2',
  },
  {
    name: 'inet',
    column: pg.inet(),
    generator: f.inet({ isUnique: true }),
    holds: 'family(value) = 4 and masklen(value) between 8 and 32',
    isUnique: true,
  },
  {
    name: 'inet of version 6',
    column: pg.inet(),
    generator: f.inet({ ipAddress: 'ipv6' }),
    holds: "family(value) = 6 and host(value)::inet << '2000::/3'",
  },
  {
    name: 'inet, as cidr',
    column: pg.cidr(),
    generator: f.inet({ includeCidr: false }),
    holds: 'masklen(value) = 32',
  },
  {
    name: 'geometry',
    column: asText(pg.geometry({ type: 'point', srid: 4326 })),
    generator: f.geometry({ minXValue: 5, maxXValue: 15, decimalPlaces: 3 }),
    holds: String.raw`value ~ '^point\(\d+(\.\d{1,3})? -?\d+(\.\d{1,3})?\)$'`,
  },
  {
    name: 'geometry, as objects',
    column: asText(pg.geometry({ type: 'point', mode: 'xy' })),
    generator: f.geometry({ srid: 3857, isUnique: true }),
    holds: "value like 'point(%'",
    isUnique: true,
  },
  {
    name: 'vector',
    column: asText(pg.vector({ dimensions: 3 })),
    generator: f.vector({ dimensions: 3, isUnique: true }),
    holds: 'jsonb_array_length(value::jsonb) = 3 and abs((value::jsonb ->> 0)::numeric) <= 1',
    isUnique: true,
  },
]

describe('generators of values', () => {
  let database: TestDatabase
  let session: Session
  beforeAll(async () => {
    database = await createTownDatabase()
    session = await openSession({ url: database.url })
  })
  afterAll(async () => {
    await session.close()
    await database.drop()
  })

  async function write(plan: Plan, strategy: 'copy' | 'batch'): Promise<number> {
    const [table] = loadedTables(plan)
    const [target] = await checkTargets(session, [table!])
    const source = await openTable(plan, table!)
    const range = table!.toLoad
    const writer = strategies[strategy].open(target!, source)
    return inTransaction(session, () =>
      writer.write(session, { range, slices: source.slices(range) }),
    )
  }

  it.each(cases.map((each, place) => ({ ...each, place })))(
    'are stored alike by copy and batch: $name',
    async ({ column, generator, holds, isUnique = false, place }) => {
      const name = `values_${place}`
      const table = pg.pgTable(name, {
        id: pg.integer().primaryKey(),
        value: column as ReturnType<typeof pg.text>,
      })
      const declared = table.value.getSQLType()
      const unique = isUnique ? 'unique' : ''
      await change(
        database.url,
        `create table ${name} (id int primary key, value ${declared} not null ${unique})`,
      )
      const columns = { value: generator }
      const plan = await planOf({ table: { count: rowCount, columns } }, { schema: { table } })
      await checkPlan(plan)
      const sums: unknown[] = []
      for (const strategy of ['copy', 'batch'] as const) {
        expect(await write(plan, strategy)).toBe(rowCount)
        const [row] = await session.query<{ sum: string; different: number; wrong: number }>(`
          select md5(string_agg(value::text, '|' order by id)) as sum,
            count(distinct value::text)::int as different,
            (count(*) filter (where (${holds.replace('TABLE', name)}) is not true))::int as wrong
          from ${name}`)
        expect(row!.wrong).toBe(0)
        expect(row!.different).toBeGreaterThan(1)
        sums.push(row!.sum)
        await session.query(`truncate ${name}`)
      }
      expect(sums[1]).toBe(sums[0])
    },
  )
})
