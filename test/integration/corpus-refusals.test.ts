import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  customType,
  foreignKey,
  integer,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  serial,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { describe, expect, it } from 'vitest'
import { DownpourError, seed } from '../../src/index.ts'
import type { Generators } from '../../src/index.ts'
import { checkCorpus, createCorpusDatabase } from '../support/corpus.ts'
import type { CorpusModule } from '../support/corpus.ts'
import { withSql } from '../support/embedded.ts'

/** As JavaScript would write it: what the types refuse has to be refused at run time, too. */
type Refine = (f: Generators) => Record<string, unknown>

interface BadInput {
  readonly title: string
  readonly module: CorpusModule
  readonly count?: number
  readonly refine?: Refine
  readonly code: string | RegExp
  readonly table: string | RegExp
  readonly column?: string | RegExp
  /** What its why and its fix have to name. */
  readonly says?: readonly (string | RegExp)[]
}

const snapshot = customType<{ data: string }>({ dataType: () => 'pg_snapshot' })
const size = pgEnum('size', ['small', 'medium', 'large'])

const hens = pgTable('hens', {
  id: serial('id').primaryKey(),
  firstEggId: integer('first_egg_id')
    .notNull()
    .references((): AnyPgColumn => eggs.id),
})
const eggs = pgTable('eggs', {
  id: serial('id').primaryKey(),
  henId: integer('hen_id')
    .notNull()
    .references(() => hens.id),
})

const suppliers = pgTable('suppliers', {
  id: serial('id').primaryKey(),
  companyName: text('company_name').notNull(),
  shortName: varchar('short_name', { length: 5 }).notNull(),
  rating: smallint('rating').notNull(),
  share: numeric('share', { precision: 3, scale: 2 }).notNull(),
  size: size('size').notNull(),
  since: timestamp('since').notNull(),
  token: uuid('token').notNull(),
  isActive: boolean('is_active').notNull(),
})
const deliveries = pgTable('deliveries', {
  id: serial('id').primaryKey(),
  supplierId: integer('supplier_id')
    .notNull()
    .references(() => suppliers.id),
})
const trade = { size, suppliers, deliveries }

const supplierOf = (columns: (f: Generators) => Record<string, unknown>): Refine => {
  return (f) => ({ suppliers: { columns: columns(f) } })
}

const cycles: readonly BadInput[] = [
  {
    title: 'two tables in a circle of NOT NULL',
    module: { hens, eggs },
    code: 'PLAN_CYCLE',
    table: /^(hens|eggs)$/,
    column: /^(first_egg_id|hen_id)$/,
    says: ['hens', 'eggs', /deferrable|NULL/i],
  },
]

const spaces: readonly BadInput[] = [
  {
    title: 'a unique enum of three',
    module: {
      size,
      sizes: pgTable('sizes', {
        id: serial('id').primaryKey(),
        size: size('size').notNull().unique(),
      }),
    },
    code: 'PLAN_UNIQUE_SPACE',
    table: 'sizes',
    column: 'size',
    says: [/\b3\b/],
  },
  {
    title: 'a unique list of a check',
    module: {
      weekdays: pgTable('weekdays', { name: text('name').primaryKey() }, (table) => [
        check('weekdays_name', sql`${table.name} in ('mo', 'tu', 'we', 'th', 'fr')`),
      ]),
    },
    code: 'PLAN_UNIQUE_SPACE',
    table: 'weekdays',
    column: 'name',
    says: [/\b5\b/],
  },
  {
    title: 'a unique range of a check',
    module: {
      slots: pgTable('slots', { number: smallint('number').notNull().unique() }, (table) => [
        check('slots_number', sql`${table.number} between 1 and 8`),
      ]),
    },
    code: 'PLAN_UNIQUE_SPACE',
    table: 'slots',
    column: 'number',
    says: [/\b8\b/],
  },
  {
    title: 'a unique pair of few values',
    module: {
      size,
      stickers: pgTable(
        'stickers',
        { size: size('size').notNull(), isRound: boolean('is_round').notNull() },
        (table) => [unique().on(table.size, table.isRound)],
      ),
    },
    code: 'PLAN_UNIQUE_SPACE',
    table: 'stickers',
    column: /^(size|isRound)$/,
    says: [/\b6\b/],
  },
  {
    title: 'more children than parents one to one',
    module: (() => {
      const owners = pgTable('owners', { id: serial('id').primaryKey() })
      const passports = pgTable('passports', {
        ownerId: integer('owner_id')
          .primaryKey()
          .references(() => owners.id),
      })
      return { owners, passports }
    })(),
    refine: () => ({ owners: { count: 4 } }),
    code: 'PLAN_UNIQUE_SPACE',
    table: 'passports',
    column: 'ownerId',
    says: [/\b4\b/],
  },
  {
    title: 'a join table with more rows than pairs',
    module: (() => {
      const left = pgTable('left_side', { id: serial('id').primaryKey() })
      const right = pgTable('right_side', { id: serial('id').primaryKey() })
      const both = pgTable(
        'both_sides',
        {
          leftId: integer('left_id')
            .notNull()
            .references(() => left.id),
          rightId: integer('right_id')
            .notNull()
            .references(() => right.id),
        },
        (table) => [primaryKey({ columns: [table.leftId, table.rightId] })],
      )
      return { left, right, both }
    })(),
    refine: () => ({ left: { count: 2 }, right: { count: 3 } }),
    code: 'PLAN_UNIQUE_SPACE',
    table: 'both',
    column: /^(leftId|rightId)$/,
    says: [/\b6\b/],
  },
  {
    title: 'a unique generator with too few values',
    module: trade,
    refine: (f) => ({
      suppliers: {
        columns: { rating: f.int({ minValue: 1, maxValue: 7, isUnique: true }) },
      },
    }),
    code: 'PLAN_UNIQUE_SPACE',
    table: 'suppliers',
    column: 'rating',
    says: [/\b7\b/],
  },
]

const parents: readonly BadInput[] = [
  {
    title: 'a parent without rows',
    module: trade,
    refine: () => ({ suppliers: { count: 0 } }),
    code: 'PLAN_EMPTY_PARENT',
    table: 'deliveries',
    column: 'supplierId',
    says: ['suppliers', /count/],
  },
  {
    title: 'a parent without rows under a key of two columns',
    module: (() => {
      const lots = pgTable(
        'lots',
        { plant: integer('plant').notNull(), lot: integer('lot').notNull() },
        (table) => [primaryKey({ columns: [table.plant, table.lot] })],
      )
      const samples = pgTable(
        'samples',
        { plant: integer('plant').notNull(), lot: integer('lot').notNull() },
        (table) => [
          foreignKey({ columns: [table.plant, table.lot], foreignColumns: [lots.plant, lots.lot] }),
        ],
      )
      return { lots, samples }
    })(),
    refine: () => ({ lots: { count: 0 } }),
    code: 'PLAN_EMPTY_PARENT',
    table: 'samples',
    column: /^(plant|lot)$/,
    says: ['lots'],
  },
]

const names: readonly BadInput[] = [
  {
    title: 'a column that does not exist',
    module: trade,
    refine: supplierOf((f) => ({ compnyName: f.companyName() })),
    code: 'PLAN_UNKNOWN_COLUMN',
    table: 'suppliers',
    column: 'compnyName',
    says: [/"?companyName"?\?|mean.*companyName/],
  },
  {
    title: 'a table that does not exist',
    module: trade,
    refine: () => ({ supliers: { count: 3 } }),
    code: 'PLAN_UNKNOWN_TABLE',
    table: 'supliers',
    says: ['suppliers'],
  },
]

const values: readonly BadInput[] = [
  {
    title: 'a number for a text',
    module: trade,
    refine: supplierOf((f) => ({ companyName: f.int() })),
    code: 'PLAN_WRONG_TYPE',
    table: 'suppliers',
    column: 'companyName',
    says: ['text'],
  },
  {
    title: 'a text for a time',
    module: trade,
    refine: supplierOf((f) => ({ since: f.companyName() })),
    code: 'PLAN_WRONG_TYPE',
    table: 'suppliers',
    column: 'since',
    says: ['timestamp'],
  },
  {
    title: 'a word for a uuid',
    module: trade,
    refine: supplierOf((f) => ({ token: f.default({ defaultValue: 'no uuid' }) })),
    code: /^(PLAN|DATA)_[A-Z_]+$/,
    table: 'suppliers',
    column: 'token',
    says: ['uuid'],
  },
  {
    title: 'a text that is too long',
    module: trade,
    refine: supplierOf((f) => ({
      shortName: f.valuesFromArray({ values: ['short', 'far too long'] }),
    })),
    code: 'PLAN_TOO_LONG',
    table: 'suppliers',
    column: 'shortName',
    says: [/\b12\b/, /\b5\b/],
  },
  {
    title: 'a number beyond smallint',
    module: trade,
    refine: supplierOf((f) => ({ rating: f.int({ minValue: 33_000, maxValue: 40_000 }) })),
    code: /_OUT_OF_RANGE$/,
    table: 'suppliers',
    column: 'rating',
    says: [/32,?767|smallint/],
  },
  {
    title: 'a number beyond its precision',
    module: trade,
    refine: supplierOf((f) => ({ share: f.number({ minValue: 1, maxValue: 100 }) })),
    code: /_OUT_OF_RANGE$/,
    table: 'suppliers',
    column: 'share',
    says: [/9\.99|numeric\(3, ?2\)/],
  },
  {
    title: 'a word that is not in the enum',
    module: trade,
    refine: supplierOf((f) => ({ size: f.valuesFromArray({ values: ['small', 'huge'] }) })),
    code: 'PLAN_NOT_IN_ENUM',
    table: 'suppliers',
    column: 'size',
    says: ['huge', 'medium'],
  },
  {
    title: 'a NULL for what is NOT NULL',
    module: trade,
    refine: supplierOf((f) => ({ companyName: f.nullable(f.companyName(), { rate: 0.5 }) })),
    code: 'PLAN_NULL',
    table: 'suppliers',
    column: 'companyName',
    says: ['NOT NULL'],
  },
  {
    title: 'a type that nobody knows values of',
    module: {
      checkpoints: pgTable('checkpoints', {
        id: serial('id').primaryKey(),
        position: snapshot('position').notNull(),
      }),
    },
    code: 'PLAN_NO_GENERATOR',
    table: 'checkpoints',
    column: 'position',
    says: ['pg_snapshot'],
  },
]

const never = `create function never(value text) returns boolean immutable language plpgsql
  as $$ begin return value is null; end $$`

const checks: readonly BadInput[] = [
  {
    title: 'a check that contradicts itself',
    module: {
      boxes: pgTable('boxes', { weight: integer('weight').notNull() }, (table) => [
        check('boxes_weight', sql`${table.weight} > 10 and ${table.weight} < 5`),
      ]),
    },
    code: /^PLAN_[A-Z_]*CHECK[A-Z_]*$/,
    table: 'boxes',
    column: 'weight',
    says: ['boxes_weight'],
  },
  {
    title: 'two checks that contradict each other',
    module: {
      boxes: pgTable(
        'boxes',
        { state: text('state').notNull(), openedAt: timestamp('opened_at') },
        (table) => [
          check('boxes_state', sql`${table.state} = 'open'`),
          check('boxes_open', sql`${table.state} <> 'open' or ${table.openedAt} is not null`),
          check('boxes_closed', sql`${table.openedAt} is null`),
        ],
      ),
    },
    code: /^PLAN_[A-Z_]*CHECK[A-Z_]*$/,
    table: 'boxes',
    column: /^(state|openedAt)$/,
    says: [/boxes_(state|open|closed)/],
  },
  {
    title: 'a check that only the server can evaluate, and does not take',
    module: {
      before: never,
      notes: pgTable('notes', { body: text('body').notNull() }, (table) => [
        check('notes_never', sql`never(${table.body})`),
      ]),
    },
    code: /^PLAN_[A-Z_]*CHECK[A-Z_]*$/,
    table: 'notes',
    column: 'body',
    says: ['notes_never'],
  },
  {
    title: 'a generator that a check never takes',
    module: {
      goods: pgTable('goods', { price: integer('price').notNull() }, (table) => [
        check('goods_price', sql`${table.price} > 0`),
      ]),
    },
    refine: (f) => ({ goods: { columns: { price: f.int({ minValue: -9, maxValue: 0 }) } } }),
    code: /^PLAN_[A-Z_]*CHECK[A-Z_]*$/,
    table: 'goods',
    column: 'price',
    says: ['goods_price'],
  },
]

describe.concurrent('seed refuses bad input before it writes', () => {
  it.each([...cycles, ...spaces, ...parents, ...names, ...values, ...checks])(
    '$title',
    async (input) => {
      const { module, count = 10, refine = () => ({}) } = input
      const database = await createCorpusDatabase(module)
      const error = await failure(() =>
        withSql(database.url, async (client) => {
          await seed(drizzle(client), module, { count, seed: 1 }).refine(refine)
        }),
      )
      expect({ code: error.code, table: error.table, column: error.column }).toEqual({
        code: matching(input.code),
        table: matching(input.table),
        column: input.column === undefined ? undefined : matching(input.column),
      })
      for (const said of input.says ?? []) expect(`${error.why} ${error.fix}`).toMatch(said)
      const faults = await checkCorpus(database.url, module, 0)
      expect(faults.filter((fault) => !fault.startsWith('the sequence of'))).toEqual([])
      await database.drop()
    },
  )

  it('takes what is within the limits, so that refusing means something', async () => {
    const database = await createCorpusDatabase(trade)
    await withSql(database.url, async (client) => {
      await seed(drizzle(client), trade, { count: 10, seed: 1 }).refine((f) => ({
        suppliers: { columns: { rating: f.int({ minValue: 1, maxValue: 10, isUnique: true }) } },
      }))
    })
    expect(await checkCorpus(database.url, trade, 10)).toEqual([])
    await database.drop()
  })
})

function matching(wanted: string | RegExp): unknown {
  return typeof wanted === 'string' ? wanted : expect.stringMatching(wanted)
}

async function failure(act: () => Promise<unknown>): Promise<DownpourError> {
  try {
    await act()
  } catch (error) {
    expect(error).toBeInstanceOf(DownpourError)
    return error as DownpourError
  }
  throw new Error('It was not refused')
}
