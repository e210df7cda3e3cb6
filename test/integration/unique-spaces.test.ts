import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { describe, expect, it } from 'vitest'
import { seed } from '../../src/index.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import { createCorpusDatabase } from '../support/corpus.ts'
import type { CorpusModule } from '../support/corpus.ts'
import { faultsIn } from '../support/corpus-faults.ts'
import { withSql } from '../support/embedded.ts'
import { failureOf, planOf } from '../support/plans.ts'

const size = pg.pgEnum('size', ['small', 'medium', 'large'])
const alone = (column: pg.PgColumnBuilderBase) => (name: string) => pg.pgTable(name, { column })

/** Tables whose rows have to differ, and how many there can be. */
const spaces: Readonly<
  Record<string, readonly [table: (name: string) => pg.PgTable, most: number]>
> = {
  enums: [alone(size().notNull().unique()), 3],
  listed: [
    alone(
      pg
        .text({ enum: ['a', 'b'] })
        .notNull()
        .unique(),
    ),
    2,
  ],
  booleans: [alone(pg.boolean().notNull().unique()), 2],
  smallints: [alone(pg.smallint().notNull().unique()), 32_768],
  keys: [alone(pg.char({ length: 1 }).primaryKey()), 26],
  pairs_of_letters: [alone(pg.varchar({ length: 2 }).notNull().unique()), 676],
  bits: [alone(pg.bit({ dimensions: 3 }).notNull().unique()), 8],
  tenths: [alone(pg.numeric({ precision: 3, scale: 1 }).notNull().unique()), 1000],
  times: [alone(pg.time().notNull().unique()), 86_400],
  shares: [
    (name) =>
      pg.pgTable(
        name,
        { column: pg.numeric({ precision: 4, scale: 3 }).notNull().unique() },
        (t) => [pg.check('share', sql`${t.column} between 0 and 1`)],
      ),
    1001,
  ],
  numbers: [
    (name) =>
      pg.pgTable(name, { column: pg.integer().notNull().unique() }, (t) => [
        pg.check('number', sql`${t.column} > 10 and ${t.column} <= 20`),
      ]),
    10,
  ],
  days: [
    (name) =>
      pg.pgTable(name, { column: pg.date().notNull().unique() }, (t) => [
        pg.check('day', sql`${t.column} between '2024-02-01' and '2024-02-29'`),
      ]),
    29,
  ],
  moments: [
    (name) =>
      pg.pgTable(name, { column: pg.timestamp().notNull().unique() }, (t) => [
        pg.check('moment', sql`${t.column} >= '2031-01-01' and ${t.column} < '2031-01-01 00:01'`),
      ]),
    60,
  ],
  patterns: [
    (name) =>
      pg.pgTable(name, { column: pg.text().notNull().unique() }, (t) => [
        pg.check('pattern', sql`${t.column} ~ '^[ab][0-9]$'`),
      ]),
    20,
  ],
  combinations: [
    (name) =>
      pg.pgTable(
        name,
        {
          column: size().notNull(),
          flag: pg.boolean().notNull(),
          digit: pg.bit({ dimensions: 1 }).notNull(),
        },
        (t) => [pg.unique().on(t.column, t.flag, t.digit)],
      ),
    12,
  ],
}

const cases = Object.entries(spaces).map(([name, [table, most]]) => ({
  name,
  table: table(name),
  most,
}))

describe('a unique space', () => {
  it.each(cases)(
    'of $name is refused for a row more than the $most that it has',
    async ({ name, table, most }) => {
      const check = async (rows: number) =>
        checkPlan(
          await planOf(
            {},
            {
              schema: { [name]: table },
              counts: { explicit: { [name]: rows }, profile: {}, scale: 1 },
            },
          ),
        )
      await check(most)
      const { code, why, fix } = await failureOf(() => check(most + 1))
      expect(code).toBe('PLAN_UNIQUE_SPACE')
      expect(why).toContain(` ${most} `)
      expect(fix).toContain(`Plan at most ${most} rows of ${name}`)
    },
  )

  it('is filled to its last value', async () => {
    const module: CorpusModule = {
      size,
      ...Object.fromEntries(cases.map(({ name, table }) => [name, table])),
    }
    const database = await createCorpusDatabase(module)
    await withSql(database.url, async (client) => {
      await seed(drizzle(client), module).refine((): object =>
        Object.fromEntries(cases.map(({ name, most }) => [name, { count: most }])),
      )
    })
    const rows = new Map(cases.map(({ name, most }) => [`public.${name}`, most]))
    expect(await faultsIn(database.url, rows)).toEqual([])
    await database.drop()
  })
})
