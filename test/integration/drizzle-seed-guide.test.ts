import { faker } from '@faker-js/faker/locale/en'
import { getTableName } from 'drizzle-orm'
import { drizzle as drizzleOverPg } from 'drizzle-orm/node-postgres'
import type { PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reset, seed } from '../../src/index.ts'
import type { SeedDatabase, SeedOptions } from '../../src/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { migrationOf } from '../support/corpus.ts'
import { askIn, checksumsIn, openDatabase } from '../support/drizzle-databases.ts'
import type { DrizzleDatabase } from '../support/drizzle-databases.ts'
import * as schema from '../support/guide-schema.ts'
import { failureFrom } from '../support/seed-town.ts'

/** What drizzle-seed's guide says of its examples, said of the rows that this package gives. */

let harbour: DrizzleDatabase
let db: SeedDatabase
let pool: pg.Pool
/** The same database on node-postgres, where a load goes another way. */
let pooled: SeedDatabase

beforeAll(async () => {
  const migration = await migrationOf(schema)
  harbour = await openDatabase('postgres.js', migration.join(';\n'))
  db = harbour.db
  pool = new pg.Pool({ connectionString: harbour.url, max: 1 })
  pooled = drizzleOverPg(pool)
})
beforeEach(() => reset(db, schema))
afterAll(async () => {
  await pool.end()
  await harbour.close()
})

/** The rows of a table, each with the number of its `children`, by the column that refers to it. */
interface Children {
  readonly of: PgTable
  readonly in: PgTable
  readonly by: string
}

/** SQL conditions: of each row of a table, and of all of them together. */
interface Statements {
  readonly rows: number
  readonly each?: readonly string[]
  readonly all?: readonly string[]
}

/** Those statements about a table that are not true. */
async function untrueOf(
  table: PgTable | Children,
  { rows, each = [], all = [] }: Statements,
): Promise<readonly string[]> {
  const conditions = [
    `count(*) = ${rows}`,
    ...each.map((condition) => `count(*) filter (where (${condition}) is not true) = 0`),
    ...all.map((condition) => `(${condition}) is true`),
  ]
  const source = 'of' in table ? counted(table) : getTableName(table)
  const answers = await askIn(
    db,
    `select json_build_array(${conditions.join(', ')}) from ${source}`,
  )
  const truths = JSON.parse(answers) as readonly boolean[]
  return conditions.filter((_, place) => !truths[place])
}

function counted({ of, in: table, by }: Children): string {
  return `(select own.id, count(${by}) as children
    from ${getTableName(of)} as own left join ${getTableName(table)} on ${by} = own.id group by own.id) as counted`
}

/** SQL for a list of texts. */
function listed(values: readonly string[]): string {
  return `array[${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')}]`
}

/** SQL for: no element of an array column comes twice, in this row or another. */
function allDiffer(table: PgTable, column: string): string {
  return `(select count(distinct element::text) = count(*)
    from ${getTableName(table)}, unnest(${column}) as element)`
}

describe('the overview: basic usage', () => {
  const { sailors } = schema
  const believable = {
    rows: 10,
    each: ["name <> ''"],
    all: ['count(distinct id) = 10', 'count(distinct name) > 5'],
  }

  it('gives ten rows of names and keys on postgres.js', async () => {
    await seed(db, { sailors })
    expect(await untrueOf(sailors, believable)).toEqual([])
  })

  it('gives them on node-postgres', async () => {
    await seed(pooled, { sailors })
    expect(await untrueOf(sailors, believable)).toEqual([])
  })
})

describe('the overview: options', () => {
  const { entries, sailors } = schema
  const both = { sailors, entries }
  const models = readSchema(both)

  async function sumsOf(options?: SeedOptions) {
    await reset(db, both)
    await seed(db, both, options)
    return checksumsIn(db, models)
  }

  it('gives the same rows for the same seed, and for none at all', async () => {
    expect(await sumsOf({ seed: 12_345 })).toEqual(await sumsOf({ seed: 12_345 }))
    expect(await sumsOf()).toEqual(await sumsOf())
  })

  it('gives other rows for another seed', async () => {
    const [one, other, none] = [
      await sumsOf({ seed: 1 }),
      await sumsOf({ seed: 2 }),
      await sumsOf(),
    ]
    expect(new Set([one, other, none].map((sum) => sum['sailors']!.sum)).size).toBe(3)
  })

  it('gives every table as many rows as the count says', async () => {
    await seed(db, both, { count: 1000 })
    expect(await untrueOf(sailors, { rows: 1000 })).toEqual([])
    expect(await untrueOf(entries, { rows: 1000 })).toEqual([])
  })
})

describe('the overview: reset', () => {
  const { entries, sailors } = schema

  it('empties the tables, to be filled anew', async () => {
    await seed(db, { sailors, entries }, { seed: 1 })
    await reset(db, schema)
    expect(await untrueOf(sailors, { rows: 0 })).toEqual([])
    expect(await untrueOf(entries, { rows: 0 })).toEqual([])
    await seed(db, { sailors, entries }, { seed: 2 })
    expect(await untrueOf(entries, { rows: 10 })).toEqual([])
  })

  it('empties what refers to them as well', async () => {
    await seed(db, { sailors, entries })
    await reset(db, { sailors })
    expect(await untrueOf(entries, { rows: 0 })).toEqual([])
  })
})

describe('the overview: refinements', () => {
  const { entries, piers, sailors } = schema

  it('takes columns, a count and children of a table together', async () => {
    await seed(db, { sailors, entries }).refine(() => ({
      sailors: { columns: {}, count: 10, with: { entries: 10 } },
    }))
    expect(await untrueOf(sailors, { rows: 10 })).toEqual([])
    expect(await untrueOf(entries, { rows: 100 })).toEqual([])
  })

  it('puts a table’s own count before that of all', async () => {
    await seed(db, { sailors, entries }, { count: 7 }).refine(() => ({ sailors: { count: 3 } }))
    expect(await untrueOf(sailors, { rows: 3 })).toEqual([])
    expect(await untrueOf(entries, { rows: 7 })).toEqual([])
  })

  it('fills one table alone, a column of it by a generator', async () => {
    await seed(db, { sailors }).refine((f) => ({
      sailors: { columns: { name: f.fullName() }, count: 20 },
    }))
    expect(
      await untrueOf(sailors, { rows: 20, each: [String.raw`name ~ '^[[:upper:]]\S* \S+'`] }),
    ).toEqual([])
    expect(await untrueOf(entries, { rows: 0 })).toEqual([])
  })

  it('leaves a column that is false to its default, or to NULL', async () => {
    await seed(db, { piers }).refine(() => ({
      piers: { columns: { name: false, motto: false } },
    }))
    expect(
      await untrueOf(piers, { rows: 10, each: [`name = 'unnamed'`, 'motto is null'] }),
    ).toEqual([])
  })

  it('gives each row of a parent so many of a child', async () => {
    await seed(db, { sailors, entries }).refine(() => ({
      sailors: { count: 20, with: { entries: 10 } },
    }))
    expect(
      await untrueOf(
        { of: sailors, in: entries, by: 'sailor' },
        { rows: 20, each: ['children = 10'] },
      ),
    ).toEqual([])
    expect(await untrueOf(entries, { rows: 200, each: ['sailor is not null'] })).toEqual([])
  })

  it('counts two tables apart, with keys of a range and texts of a list', async () => {
    const notes = ['All hands on deck', 'Fog, then sun', 'Nothing but water']
    await seed(db, { sailors, entries }).refine((f) => ({
      sailors: {
        count: 5,
        columns: { id: f.int({ minValue: 10_000, maxValue: 20_000, isUnique: true }) },
      },
      entries: { count: 100, columns: { note: f.valuesFromArray({ values: notes }) } },
    }))
    expect(
      await untrueOf(sailors, {
        rows: 5,
        each: ['id between 10000 and 20000'],
        all: ['count(distinct id) = 5'],
      }),
    ).toEqual([])
    expect(
      await untrueOf(entries, {
        rows: 100,
        each: [`note = any (${listed(notes)})`],
        all: ['count(distinct note) = 3'],
      }),
    ).toEqual([])
  })
})

describe('the overview: weighted random', () => {
  const { cargo, voyages } = schema

  it('draws a column from generators by weight', async () => {
    await seed(db, { voyages }).refine((f) => ({
      voyages: {
        count: 5000,
        columns: {
          fare: f.weightedRandom([
            { weight: 0.3, value: f.int({ minValue: 10, maxValue: 100 }) },
            { weight: 0.7, value: f.number({ minValue: 100, maxValue: 300, precision: 100 }) },
          ]),
        },
      },
    }))
    expect(
      await untrueOf(voyages, {
        rows: 5000,
        each: [
          'fare between 10 and 300',
          'fare > 100 or fare = floor(fare)',
          'fare::numeric = round(fare::numeric, 2)',
        ],
        all: ['count(*) filter (where fare < 100) between 1400 and 1600'],
      }),
    ).toEqual([])
  })

  it('draws how many children a row has by weight', async () => {
    await seed(db, { voyages, cargo }, { count: 1000 }).refine(() => ({
      voyages: {
        with: {
          cargo: [
            { weight: 0.6, count: [1, 2, 3] },
            { weight: 0.3, count: [5, 6, 7] },
            { weight: 0.1, count: [8, 9, 10] },
          ],
        },
      },
    }))
    expect(
      await untrueOf(
        { of: voyages, in: cargo, by: 'voyage' },
        {
          rows: 1000,
          each: ['children in (1, 2, 3, 5, 6, 7, 8, 9, 10)'],
          all: [
            'count(*) filter (where children <= 3) between 550 and 650',
            'count(*) filter (where children between 5 and 7) between 250 and 350',
            'count(*) filter (where children >= 8) between 70 and 130',
            'count(distinct children) = 9',
          ],
        },
      ),
    ).toEqual([])
  })
})

describe('the overview: a trading company', () => {
  const { chandlers, clerks, goods, items, merchants, shipments } = schema
  const packings = ['100 sacks', '12 barrels of 30 l', '20 bales', '20 bales']
  const orderedAmounts = [0, 10, 20, 30, 50]
  const discounts = [0.05, 0.15, 0.2, 0.25]
  const inAmerica = String.raw`^\(\d{3}\) \d{3}-\d{4}$`

  it('gets six tables that hang together', async () => {
    const company = { merchants, clerks, shipments, chandlers, goods, items }
    await seed(db, company).refine((f) => ({
      merchants: {
        count: 300,
        columns: {
          firm: f.companyName(),
          agent: f.fullName(),
          rank: f.jobTitle(),
          street: f.streetAddress(),
          town: f.city(),
          postcode: f.postcode(),
          region: f.state(),
          country: f.country(),
          phone: f.phoneNumber({ template: '(###) ###-####' }),
          telex: f.phoneNumber({ template: '(###) ###-####' }),
        },
      },
      clerks: {
        count: 40,
        columns: {
          firstname: f.firstName(),
          lastname: f.lastName(),
          rank: f.jobTitle(),
          courtesy: f.valuesFromArray({ values: ['Ms.', 'Mrs.', 'Dr.'] }),
          address: f.streetAddress(),
          phone: f.phoneNumber({ template: '(###) ###-####' }),
          born: f.timestamp({ minDate: '2010-12-31', maxDate: '2010-12-31' }),
          hired: f.timestamp({ minDate: '2010-12-31', maxDate: '2024-08-26' }),
          extension: f.int({ minValue: 428, maxValue: 5467 }),
          notes: f.loremIpsum(),
        },
      },
      shipments: {
        count: 1000,
        columns: {
          via: f.int({ minValue: 1, maxValue: 3 }),
          freight: f.number({ minValue: 0, maxValue: 1000, precision: 100 }),
          street: f.streetAddress(),
          town: f.city(),
          region: f.state(),
          postcode: f.postcode(),
          country: f.country(),
        },
        with: {
          items: [
            { weight: 0.6, count: [1, 2, 3, 4] },
            { weight: 0.2, count: [5, 6, 7, 8, 9, 10] },
            { weight: 0.15, count: [11, 12, 13, 14, 15, 16, 17] },
            { weight: 0.05, count: [18, 19, 20, 21, 22, 23, 24, 25] },
          ],
        },
      },
      chandlers: {
        count: 50,
        columns: {
          firm: f.companyName(),
          agent: f.fullName(),
          rank: f.jobTitle(),
          street: f.streetAddress(),
          town: f.city(),
          region: f.state(),
          postcode: f.postcode(),
          country: f.country(),
          phone: f.phoneNumber({ template: '(###) ###-####' }),
        },
      },
      goods: {
        count: 200,
        columns: {
          name: f.companyName(),
          packing: f.valuesFromArray({ values: packings }),
          price: f.weightedRandom([
            { weight: 0.5, value: f.int({ minValue: 3, maxValue: 300 }) },
            { weight: 0.5, value: f.number({ minValue: 3, maxValue: 300, precision: 100 }) },
          ]),
          stock: f.int({ minValue: 0, maxValue: 125 }),
          ordered: f.valuesFromArray({ values: orderedAmounts }),
          reorder: f.valuesFromArray({ values: [0, 5, 10, 15] }),
          withdrawn: f.int({ minValue: 0, maxValue: 1 }),
        },
      },
      items: {
        columns: {
          price: f.number({ minValue: 10, maxValue: 130 }),
          quantity: f.int({ minValue: 1, maxValue: 130 }),
          discount: f.weightedRandom([
            { weight: 0.5, value: f.valuesFromArray({ values: discounts }) },
            { weight: 0.5, value: f.default({ defaultValue: 0 }) },
          ]),
        },
      },
    }))
    expect(
      await untrueOf(merchants, {
        rows: 300,
        each: [
          `phone ~ '${inAmerica}'`,
          `telex ~ '${inAmerica}'`,
          `postcode ~ '^\\d{5}(-\\d{4})?$'`,
        ],
        all: ['count(distinct code) = 300', 'count(distinct phone) = 300'],
      }),
    ).toEqual([])
    expect(
      await untrueOf(clerks, {
        rows: 40,
        each: [
          `courtesy in ('Ms.', 'Mrs.', 'Dr.')`,
          `phone ~ '${inAmerica}'`,
          `born::date = '2010-12-31'`,
          `hired::date between '2010-12-31' and '2024-08-26'`,
          'extension between 428 and 5467',
          `notes ~ '\\.$'`,
        ],
        all: ['count(chief) > 0', 'count(distinct hired) > 30'],
      }),
    ).toEqual([])
    expect(
      await untrueOf(shipments, {
        rows: 1000,
        each: ['via in (1, 2, 3)', 'freight between 0 and 1000 and freight = round(freight, 2)'],
        all: ['count(distinct merchant) > 250', 'count(distinct clerk) = 40'],
      }),
    ).toEqual([])
    expect(
      await untrueOf(
        { of: shipments, in: items, by: 'shipment' },
        {
          rows: 1000,
          each: ['children between 1 and 25'],
          all: [
            'count(*) filter (where children <= 4) between 550 and 650',
            'count(*) filter (where children between 5 and 10) between 150 and 250',
            'count(*) filter (where children between 11 and 17) between 110 and 190',
            'count(*) filter (where children >= 18) between 25 and 75',
          ],
        },
      ),
    ).toEqual([])
    expect(await untrueOf(chandlers, { rows: 50, each: [`phone ~ '${inAmerica}'`] })).toEqual([])
    expect(
      await untrueOf(goods, {
        rows: 200,
        each: [
          `packing = any (${listed(packings)})`,
          'price between 3 and 300 and price = round(price, 2)',
          'stock between 0 and 125',
          `ordered in (${orderedAmounts.join()})`,
          'reorder in (0, 5, 10, 15)',
          'withdrawn in (0, 1)',
        ],
        all: [
          'count(*) filter (where price = floor(price)) between 80 and 120',
          // One that is listed twice comes twice as often.
          `count(*) filter (where packing = '20 bales') between 80 and 120`,
        ],
      }),
    ).toEqual([])
    const itemCount = Number(await askIn(db, 'select count(*) from items'))
    expect(
      await untrueOf(items, {
        rows: itemCount,
        each: [
          'price between 10 and 130',
          'quantity between 1 and 130',
          `discount in (0, ${discounts.join()})`,
        ],
        all: [
          `count(*) filter (where discount = 0) between ${itemCount * 0.47} and ${itemCount * 0.53}`,
          'count(distinct good) = 200',
        ],
      }),
    ).toEqual([])
  })

  // A column of points in time takes no generator of days.
  it('gets days in a column of points in time', async () => {
    await seed(db, { clerks }).refine((f) => ({
      clerks: { columns: { born: f.date({ minDate: '2010-12-31', maxDate: '2010-12-31' }) } },
    }))
    expect(await untrueOf(clerks, { rows: 10, each: [`born::date = '2010-12-31'`] })).toEqual([])
  })
})

describe('the overview: limitations', () => {
  const { dryDocks, entries, moorings, sailors } = schema

  it('lets `with` name every table, and counts those that refer to the parent', async () => {
    const backwards = seed(db, { sailors, entries }).refine(() => ({
      entries: { with: { sailors: 3 } },
    }))
    expect(await failureFrom(backwards)).toEqual({
      code: 'SEED_WITH',
      message: 'Cannot count the rows of "sailors" per row of "entries"',
      why: 'No foreign key of "sailors" refers to "entries"; relations() make none.',
      fix: 'It is the other way around: sailors: { with: { entries: … } }.',
      exitCode: 2,
    })
  })

  it('has none in composite unique keys that share a column', async () => {
    await seed(db, { moorings }, { count: 1000 })
    expect(await untrueOf(moorings, { rows: 1000 })).toEqual([])
  })

  it('fills a composite unique key that shares a column with a single one', async () => {
    await seed(db, { dryDocks }, { count: 1000 })
    expect(await untrueOf(dryDocks, { rows: 1000, all: ['count(distinct boat) = 1000'] })).toEqual(
      [],
    )
  })

  it('fills composite unique keys by generators that are always unique', async () => {
    await seed(db, { moorings }, { count: 1000 }).refine((f) => ({
      moorings: {
        columns: { pier: f.intPrimaryKey(), boat: f.email(), buoy: f.phoneNumber() },
      },
    }))
    expect(
      await untrueOf(moorings, {
        rows: 1000,
        all: ['count(distinct pier) = 1000', 'count(distinct (boat, buoy)) = 1000'],
      }),
    ).toEqual([])
  })

  it('fills composite unique keys with one generator that is unique where it is asked to', async () => {
    await seed(db, { moorings }, { count: 1000 }).refine((f) => ({
      moorings: {
        columns: {
          boat: f.string({ isUnique: true }),
          pier: f.int({ minValue: 1, maxValue: 3 }),
          buoy: f.state(),
        },
      },
    }))
    expect(await untrueOf(moorings, { rows: 1000, all: ['count(distinct boat) = 1000'] })).toEqual(
      [],
    )
  })
})

describe('the guide to `with`', () => {
  const { captains, clerks, commands, orders, ordersRelations } = schema
  const three = () => ({ captains: { count: 2, with: { orders: 3 } } }) as const

  it('refuses children that do not refer to the parent', async () => {
    expect(await failureFrom(seed(db, { captains, orders }).refine(three))).toEqual({
      code: 'SEED_WITH',
      message: 'Cannot count the rows of "orders" per row of "captains"',
      why: 'No foreign key of "orders" refers to "captains"; relations() make none.',
      fix: 'Declare one with .references() in orders, or give orders a count.',
      exitCode: 2,
    })
  })

  it('gives each parent its children where a foreign key says so', async () => {
    await seed(db, { captains, commands }).refine(() => ({
      captains: { count: 2, with: { commands: 3 } },
    }))
    expect(
      await untrueOf(
        { of: captains, in: commands, by: 'captain' },
        { rows: 2, each: ['children = 3'], all: ['min(id) = 1 and max(id) = 2'] },
      ),
    ).toEqual([])
    expect(await untrueOf(commands, { rows: 6 })).toEqual([])
  })

  // Relations are not read.
  it('gives each parent its children where a relation says so', async () => {
    await seed(db, { captains, orders, ordersRelations }).refine(three)
    expect(
      await untrueOf(
        { of: captains, in: orders, by: 'captain' },
        { rows: 2, each: ['children = 3'] },
      ),
    ).toEqual([])
  })

  it('refuses a table’s rows for each of its own', async () => {
    const own = seed(db, { clerks }).refine(() => ({ clerks: { count: 2, with: { clerks: 3 } } }))
    expect(await failureFrom(own)).toMatchObject({
      code: 'SEED_WITH',
      message: 'Cannot count the rows of "clerks" per row of "clerks"',
    })
  })
})

describe('the guide to schemas that are given in part', () => {
  const { captains, guesses, soundings } = schema

  it('refuses a foreign key to a table that is not given, while that is empty', async () => {
    expect(await failureFrom(seed(db, { soundings }))).toMatchObject({
      code: 'PLAN_EMPTY_PARENT',
      message: 'Cannot seed "soundings": column "captain" has no rows to reference',
    })
  })

  it('fills it where the table is given too', async () => {
    await seed(db, { soundings, captains })
    expect(await untrueOf(soundings, { rows: 10 })).toEqual([])
    expect(await untrueOf(captains, { rows: 10 })).toEqual([])
  })

  it('leaves it NULL where it may be', async () => {
    await seed(db, { guesses })
    expect(await untrueOf(guesses, { rows: 10, each: ['captain is null'] })).toEqual([])
  })

  it('refers to the rows that it holds', async () => {
    await seed(db, { captains }, { count: 3 })
    await seed(db, { soundings }, { count: 50 })
    expect(await untrueOf(soundings, { rows: 50, all: ['count(distinct captain) = 3'] })).toEqual(
      [],
    )
  })

  it('takes keys that are there from a list', async () => {
    await seed(db, { captains }, { count: 2 })
    await seed(db, { soundings }).refine((f) => ({
      soundings: { columns: { captain: f.valuesFromArray({ values: [1, 2] }) } },
    }))
    expect(await untrueOf(soundings, { rows: 10, each: ['captain in (1, 2)'] })).toEqual([])
  })
})

describe('versioning', () => {
  const { marks, permits, seals, spells, watches } = schema

  it('takes the versions 1 and 2, and gives the same rows for the same version', async () => {
    const models = readSchema({ marks })
    const sums: unknown[] = []
    for (const version of ['1', '1', '2', '2', undefined] as const) {
      await reset(db, { marks })
      await seed(db, { marks }, { version })
      sums.push(await checksumsIn(db, models))
    }
    expect(new Set(sums.map((sum) => JSON.stringify(sum))).size).toBe(1)
  })

  it('gives a unique column of intervals none twice, as the server compares them', async () => {
    await seed(db, { watches }, { count: 500 })
    expect(
      await untrueOf(watches, {
        rows: 500,
        all: ['count(distinct length) = count(length) and count(length) > 250'],
      }),
    ).toEqual([])
  })

  it('gives unique intervals in columns of intervals and of texts', async () => {
    await seed(pooled, { spells }, { count: 500 }).refine((f) => ({
      spells: {
        columns: {
          span: f.interval({ isUnique: true }),
          plain: f.interval({ isUnique: true }),
          fixed: f.interval({ isUnique: true }),
          padded: f.interval({ isUnique: true }),
          varying: f.interval({ isUnique: true }),
          loose: f.interval({ isUnique: true }),
          written: f.interval({ isUnique: true }),
          noted: f.interval({ isUnique: true }),
        },
      },
    }))
    const columns = ['span', 'plain', 'fixed', 'padded', 'varying', 'loose', 'written', 'noted']
    expect(
      await untrueOf(spells, {
        rows: 500,
        // Texts that differ are intervals that differ.
        all: columns.map((name) => `count(distinct ${name}::interval) = 500`),
      }),
    ).toEqual([])
  })

  it('gives texts that fit their columns’ lengths, unique ones too', async () => {
    await seed(db, { marks }, { count: 500 })
    expect(
      await untrueOf(marks, {
        rows: 500,
        all: ['fixed', 'varying', 'limited', 'short', 'tiny', 'written'].map(
          (name) => `count(distinct ${name}) = count(${name}) and count(${name}) > 250`,
        ),
      }),
    ).toEqual([])
  })

  it('gives strings in columns of texts, unique ones where they are asked for', async () => {
    await seed(db, { seals }, { count: 500 }).refine((f) => ({
      seals: {
        columns: {
          fixed: f.string({ isUnique: true }),
          padded: f.string(),
          unfixed: f.string({ isUnique: true }),
          varying: f.string({ isUnique: true }),
          keyed: f.string({ isUnique: true }),
          limited: f.string({ isUnique: true }),
          loose: f.string(),
          apart: f.string({ isUnique: true }),
          written: f.string({ isUnique: true }),
          noted: f.string({ isUnique: true }),
        },
      },
    }))
    const unique = ['fixed', 'unfixed', 'varying', 'keyed', 'limited', 'apart', 'written', 'noted']
    expect(
      await untrueOf(seals, {
        rows: 500,
        each: [...unique, 'padded', 'loose'].map((name) => `${name} ~ '^[0-9A-Za-z]{7,20} *$'`),
        all: unique.map((name) => `count(distinct ${name}) = 500`),
      }),
    ).toEqual([])
  })

  // A generator knows nothing of its column’s length.
  it('gives strings that fit a column of fewer characters', async () => {
    await seed(db, { marks }).refine((f) => ({
      marks: { columns: { tiny: f.string({ isUnique: true }) } },
    }))
    expect(await untrueOf(marks, { rows: 10, all: ['count(distinct tiny) = 10'] })).toEqual([])
  })

  it('gives UUIDs of version 4', async () => {
    await seed(db, { permits }, { count: 1000 }).refine((f) => ({
      permits: { columns: { token: f.uuid() } },
    }))
    expect(
      await untrueOf(permits, {
        rows: 1000,
        each: ['uuid_extract_version(token) = 4', `token::text ~ '^.{19}[89ab]'`],
        all: ['count(distinct token) = 1000'],
      }),
    ).toEqual([])
  })
})

describe('generators', () => {
  it('of one value, and of lists', async () => {
    const { constants } = schema
    const rigs = ['sloop', 'ketch', 'yawl', 'schooner', 'brig']
    await seed(db, { constants }, { count: 1000 }).refine((f) => ({
      constants: {
        columns: {
          flag: f.default({ defaultValue: 'yellow' }),
          flags: f.default({ defaultValue: 'yellow', arraySize: 3 }),
          rig: f.valuesFromArray({ values: rigs }),
          rigs: f.valuesFromArray({ values: rigs, arraySize: 3 }),
          tier: f.valuesFromArray({
            values: [
              { weight: 0.8, values: ['deck', 'hold'] },
              { weight: 0.2, values: ['mast'] },
            ],
          }),
        },
      },
    }))
    expect(
      await untrueOf(constants, {
        rows: 1000,
        each: [
          `flag = 'yellow'`,
          `flags = array['yellow', 'yellow', 'yellow']`,
          `rig = any (${listed(rigs)})`,
          `cardinality(rigs) = 3 and rigs <@ ${listed(rigs)}`,
        ],
        all: [
          'count(distinct rig) = 5',
          `count(*) filter (where tier = 'mast') between 160 and 240`,
          `count(*) filter (where tier = 'deck') between 350 and 450`,
          `count(*) filter (where tier = 'hold') between 350 and 450`,
        ],
      }),
    ).toEqual([])
  })

  it('of lists without repetition', async () => {
    const { lots } = schema
    const numbers = Array.from({ length: 30 }, (_, place) => place + 1)
    await seed(db, { lots }, { count: 10 }).refine((f) => ({
      lots: {
        columns: {
          number: f.valuesFromArray({ values: [3, 1, 4, 15, 9, 2, 6, 5, 35, 8], isUnique: true }),
          // The elements are unique, not the arrays.
          numbers: f.valuesFromArray({ values: numbers, isUnique: true, arraySize: 3 }),
          weighted: f.valuesFromArray({
            values: [
              { weight: 0.3, values: [1, 2, 3, 4] },
              { weight: 0.7, values: [11, 12, 13, 14, 15, 16, 17, 18] },
            ],
            isUnique: true,
          }),
        },
      },
    }))
    expect(
      await untrueOf(lots, {
        rows: 10,
        each: ['cardinality(numbers) = 3'],
        all: [
          `string_agg(number::text, ' ' order by number) = '1 2 3 4 5 6 8 9 15 35'`,
          allDiffer(lots, 'numbers'),
          'count(*) filter (where weighted < 10) = 3',
        ],
      }),
    ).toEqual([])
  })

  it('of numbers', async () => {
    const { measures } = schema
    await seed(db, { measures }, { count: 1000 }).refine((f) => ({
      measures: {
        columns: {
          id: f.intPrimaryKey(),
          price: f.number({ minValue: 10, maxValue: 120, precision: 100, isUnique: false }),
          depth: f.number({ minValue: 10, maxValue: 120, precision: 10 }),
          toll: f.number({ minValue: 10, maxValue: 120, precision: 100, isUnique: true }),
          tides: f.number({ minValue: 10, maxValue: 120, precision: 100, arraySize: 3 }),
          usual: f.number(),
          crew: f.int({ minValue: 0, maxValue: 100, isUnique: false }),
          serial: f.int({ minValue: -(2n ** 40n), maxValue: 2n ** 40n, isUnique: true }),
          hull: f.int({ minValue: 1, maxValue: 1000, isUnique: true }),
          decks: f.int({ minValue: 0, maxValue: 100, arraySize: 3 }),
          plain: f.int(),
          afloat: f.boolean(),
          lamps: f.boolean({ arraySize: 3 }),
        },
      },
    }))
    expect(
      await untrueOf(measures, {
        rows: 1000,
        each: [
          'price between 10 and 120 and price::numeric = round(price::numeric, 2)',
          'depth between 10 and 120 and depth::numeric = round(depth::numeric, 1)',
          'toll between 10 and 120 and toll = round(toll, 2)',
          'cardinality(tides) = 3 and 10 <= all (tides) and 120 >= all (tides)',
          'usual between -100000 and 100000 and usual::numeric = round(usual::numeric, 2)',
          'crew between 0 and 100',
          'abs(serial) <= 1099511627776',
          'hull between 1 and 1000',
          'cardinality(decks) = 3 and 0 <= all (decks) and 100 >= all (decks)',
          'plain between -1000 and 1000',
          'cardinality(lamps) = 3',
        ],
        all: [
          'min(id) = 1 and max(id) = 1000 and count(distinct id) = 1000',
          'count(*) filter (where price <> round(price)) > 900',
          'min(crew) < 5 and max(crew) > 95',
          'count(distinct hull) = 1000',
          'count(distinct serial) = 1000',
          'count(distinct toll) = 1000',
          'count(*) filter (where afloat) between 450 and 550',
          'count(distinct lamps) = 8',
        ],
      }),
    ).toEqual([])
  })

  it('of days, times and spans', async () => {
    const { moments } = schema
    await seed(db, { moments }, { count: 1000 }).refine((f) => ({
      moments: {
        columns: {
          built: f.date({ minDate: '1990-01-01', maxDate: '2010-12-31' }),
          launched: f.date({ minDate: new Date('1990-01-01'), maxDate: new Date('2010-12-31') }),
          refits: f.date({ minDate: '1990-01-01', maxDate: '2010-12-31', arraySize: 3 }),
          since: f.date({ minDate: '2020-02-03' }),
          until: f.date({ maxDate: '2019-02-03' }),
          anyday: f.date(),
          bell: f.time({ min: '11:12:13.141', max: '15:16:17.181' }),
          dawn: f.time({ min: new Date('2025-01-01T05:00:00Z'), max: '05:59:59.999Z' }),
          bells: f.time({ min: '11:12:13.141', max: '15:16:17.181', arraySize: 3 }),
          anytime: f.time(),
          sighted: f.timestamp({ min: '2025-03-07T11:12:13.141', max: '2025-03-08T15:16:17.181' }),
          sightings: f.timestamp({
            min: '2025-03-07T11:12:13.141',
            max: '2025-03-08T15:16:17.181',
            arraySize: 3,
          }),
          after: f.timestamp({ min: '2024-03-07T11:12:13' }),
          before: f.timestamp({ max: new Date('2019-03-07T11:12:13Z') }),
          anywhen: f.timestamp(),
          logged: f.datetime({ min: '2025-03-07 13:12:13Z', max: '2025-03-09 15:12:13Z' }),
          logs: f.datetime({
            min: '2025-03-07 13:12:13Z',
            max: '2025-03-09 15:12:13Z',
            arraySize: 3,
          }),
          year: f.year(),
          number: f.year(),
          years: f.year({ arraySize: 3 }),
          leave: f.interval({ isUnique: true }),
          rest: f.interval(),
          leaves: f.interval({ isUnique: true, arraySize: 3 }),
        },
      },
    }))
    const sighting = `between '2025-03-07 11:12:13.141' and '2025-03-08 15:16:17.181'`
    expect(
      await untrueOf(moments, {
        rows: 1000,
        each: [
          `built between '1990-01-01' and '2010-12-31'`,
          `launched between '1990-01-01' and '2010-12-31'`,
          `cardinality(refits) = 3`,
          `'1990-01-01' <= all (refits) and '2010-12-31' >= all (refits)`,
          `since between '2020-02-03' and date '2020-02-03' + interval '8 years'`,
          `until between date '2019-02-03' - interval '8 years' and '2019-02-03'`,
          `anyday between '2020-05-09' and '2028-05-07'`,
          `bell between '11:12:13.141' and '15:16:17.181'`,
          `dawn between '05:00' and '05:59:59.999'`,
          `cardinality(bells) = 3`,
          `'11:12:13.141' <= all (bells) and '15:16:17.181' >= all (bells)`,
          `sighted ${sighting}`,
          `cardinality(sightings) = 3`,
          `(select bool_and(sighting ${sighting}) from unnest(sightings) as sighting)`,
          `after between '2024-03-07 11:12:13' and timestamp '2024-03-07 11:12:13' + interval '4 years'`,
          `before between timestamp '2019-03-07 11:12:13' - interval '4 years' and '2019-03-07 11:12:13'`,
          `anywhen between '2022-05-09' and '2026-05-08'`,
          `logged between '2025-03-07 13:12:13+00' and '2025-03-09 15:12:13+00'`,
          `cardinality(logs) = 3`,
          `'2025-03-07 13:12:13+00' <= all (logs) and '2025-03-09 15:12:13+00' >= all (logs)`,
          `year ~ '^[12]\\d{3}$'`,
          `number between 1900 and 2100`,
          `cardinality(years) = 3 and array_to_string(years, '') ~ '^\\d{12}$'`,
          `cardinality(leaves) = 3`,
        ],
        all: [
          'count(distinct built) > 900',
          'count(distinct bell) > 900',
          'count(distinct sighted) > 900',
          'count(distinct year) > 10',
          `min(anytime) < '00:10' and max(anytime) > '23:50'`,
          'count(distinct leave) = 1000',
          allDiffer(moments, 'leaves'),
        ],
      }),
    ).toEqual([])
  })

  it('of documents, strings and sentences', async () => {
    const { papers } = schema
    await seed(pooled, { papers }, { count: 1000 }).refine((f) => ({
      papers: {
        columns: {
          bill: f.json(),
          draft: f.json(),
          bills: f.json({ arraySize: 3 }),
          code: f.string({ isUnique: false }),
          token: f.string({ isUnique: true }),
          codes: f.string({ arraySize: 3 }),
          uuid: f.uuid(),
          uuids: f.uuid({ arraySize: 3 }),
          sentence: f.loremIpsum(),
          sentences: f.loremIpsum({ sentencesCount: 2 }),
          paragraphs: f.loremIpsum({ sentencesCount: 2, arraySize: 3 }),
        },
      },
    }))
    const always = listed(['email', 'name', 'isGraduated', 'hasJob', 'visitedCountries'])
    const atWork = listed(['salary', 'startedWorking'])
    const dots = (text: string) => `length(${text}) - length(replace(${text}, '.', ''))`
    const keys = `(select array_agg(key) from jsonb_object_keys(bill) as key)`
    expect(
      await untrueOf(papers, {
        rows: 1000,
        each: [
          `bill ?& ${always}`,
          `${keys} <@ (${always} || ${atWork})`,
          `(bill ->> 'hasJob')::boolean = (bill ?& ${atWork})`,
          `(bill ->> 'hasJob')::boolean = (bill ?| ${atWork})`,
          `jsonb_typeof(bill -> 'visitedCountries') = 'array'`,
          `draft::jsonb ?& ${always}`,
          `cardinality(bills) = 3 and bills[3] ?& ${always}`,
          `code ~ '^[0-9A-Za-z]+$'`,
          'cardinality(codes) = 3',
          'cardinality(uuids) = 3',
          `sentence ~ '^[A-Z].*\\.$' and ${dots('sentence')} = 1`,
          `sentences ~ '^[A-Z].*\\. [A-Z].*\\.$' and ${dots('sentences')} = 2`,
          `cardinality(paragraphs) = 3 and ${dots(`array_to_string(paragraphs, ' ')`)} = 6`,
        ],
        all: [
          `count(*) filter (where (bill ->> 'hasJob')::boolean) between 400 and 600`,
          'count(distinct code) > 990',
          'count(distinct token) = 1000',
          'count(distinct uuid) = 1000',
          allDiffer(papers, 'uuids'),
        ],
      }),
    ).toEqual([])
  })

  it('of people and firms', async () => {
    const { people } = schema
    const { first_name: first, last_name: last } = faker.definitions.person
    const firsts = listed([
      ...(first.generic ?? []),
      ...(first.female ?? []),
      ...(first.male ?? []),
    ])
    const lasts = listed([...(last.generic ?? []), ...(last.female ?? []), ...(last.male ?? [])])
    await seed(db, { people }, { count: 400 }).refine((f) => ({
      people: {
        columns: {
          firstname: f.firstName({ isUnique: false }),
          onlyfirst: f.firstName({ isUnique: true }),
          firstnames: f.firstName({ arraySize: 3 }),
          lastname: f.lastName({ isUnique: false }),
          onlylast: f.lastName({ isUnique: true }),
          lastnames: f.lastName({ isUnique: true, arraySize: 3 }),
          fullname: f.fullName({ isUnique: false }),
          onlyfull: f.fullName({ isUnique: true }),
          fullnames: f.fullName({ arraySize: 3 }),
          email: f.email(),
          emails: f.email({ arraySize: 3 }),
          job: f.jobTitle(),
          jobs: f.jobTitle({ arraySize: 3 }),
          firm: f.companyName({ isUnique: false }),
          onlyfirm: f.companyName({ isUnique: true }),
          firms: f.companyName({ arraySize: 3 }),
        },
      },
    }))
    const address = String.raw`'^[a-z.0-9]+@[a-z.]+\.[a-z]+$'`
    expect(
      await untrueOf(people, {
        rows: 400,
        each: [
          `firstname = any (${firsts})`,
          `cardinality(firstnames) = 3 and firstnames <@ ${firsts}`,
          `lastname = any (${lasts})`,
          `cardinality(lastnames) = 3`,
          `split_part(fullname, ' ', 1) = any (${firsts})`,
          `regexp_replace(fullname, '^.* ', '') = any (${lasts})`,
          `onlyfull ~ ' '`,
          `cardinality(fullnames) = 3`,
          `email ~ ${address}`,
          `cardinality(emails) = 3 and emails[2] ~ ${address}`,
          `job ~ '^[A-Z]\\S+ .+'`,
          `cardinality(jobs) = 3`,
          `firm ~ '^[A-Z].+ .+'`,
          `cardinality(firms) = 3`,
        ],
        all: [
          'count(distinct firstname) > 300',
          'count(distinct lastname) > 200',
          'count(distinct onlyfirst) = 400',
          'count(distinct onlylast) = 400',
          'count(distinct onlyfull) = 400',
          'count(distinct email) = 400',
          'count(distinct onlyfirm) = 400',
          allDiffer(people, 'lastnames'),
          allDiffer(people, 'emails'),
        ],
      }),
    ).toEqual([])
  })

  it('of phone numbers', async () => {
    const { phones } = schema
    await seed(pooled, { phones }, { count: 1000 }).refine((f) => ({
      phones: {
        columns: {
          plain: f.phoneNumber(),
          template: f.phoneNumber({ template: '+(380) ###-####' }),
          templates: f.phoneNumber({ template: '+(380) ###-####', arraySize: 3 }),
          prefixed: f.phoneNumber({ prefixes: ['+380 99', '+380 67'], generatedDigitsNumbers: 7 }),
          unsized: f.phoneNumber({ prefixes: ['+380 99', '+380 67'] }),
          sized: f.phoneNumber({
            prefixes: ['+380 99', '+380 67', '+1'],
            generatedDigitsNumbers: [7, 7, 10],
          }),
          sizes: f.phoneNumber({
            prefixes: ['+380 99', '+380 67', '+1'],
            generatedDigitsNumbers: [7, 7, 10],
            arraySize: 3,
          }),
        },
      },
    }))
    const template = String.raw`^\+\(380\) \d{3}-\d{4}$`
    const prefixed = String.raw`^\+380 (99|67)\d{7}$`
    const sized = String.raw`^(\+380 (99|67)\d{7}|\+1\d{10})$`
    const allLike = (column: string, pattern: string) =>
      `(select bool_and(each ~ '${pattern}') and count(*) = 3 from unnest(${column}) as each)`
    expect(
      await untrueOf(phones, {
        rows: 1000,
        each: [
          `plain ~ '^\\+[0-9 ]{8,}$'`,
          `template ~ '${template}'`,
          allLike('templates', template),
          `prefixed ~ '${prefixed}'`,
          `unsized ~ '${prefixed}'`,
          `sized ~ '${sized}'`,
          allLike('sizes', sized),
        ],
        all: [
          'count(distinct plain) = 1000',
          'count(distinct template) = 1000',
          allDiffer(phones, 'templates'),
          'count(distinct prefixed) = 1000',
          `count(*) filter (where prefixed like '+380 99%') between 400 and 600`,
          'count(distinct unsized) = 1000',
          'count(distinct sized) = 1000',
          `count(*) filter (where sized like '+1%') between 250 and 420`,
          allDiffer(phones, 'sizes'),
        ],
      }),
    ).toEqual([])
  })

  it('of places', async () => {
    const { addresses } = schema
    const { city_name: towns, country: lands, state: all } = faker.definitions.location
    await seed(db, { addresses }, { count: 200 }).refine((f) => ({
      addresses: {
        columns: {
          country: f.country({ isUnique: false }),
          onlycountry: f.country({ isUnique: true }),
          countries: f.country({ arraySize: 3 }),
          city: f.city({ isUnique: false }),
          onlycity: f.city({ isUnique: true }),
          cities: f.city({ isUnique: true, arraySize: 3 }),
          street: f.streetAddress({ isUnique: false }),
          onlystreet: f.streetAddress({ isUnique: true }),
          streets: f.streetAddress({ arraySize: 3 }),
          postcode: f.postcode({ isUnique: false }),
          onlypostcode: f.postcode({ isUnique: true }),
          postcodes: f.postcode({ isUnique: true, arraySize: 3 }),
          state: f.state(),
          states: f.state({ arraySize: 3 }),
        },
      },
    }))
    expect(
      await untrueOf(addresses, {
        rows: 200,
        each: [
          `country = any (${listed(lands)}) and onlycountry = any (${listed(lands)})`,
          `cardinality(countries) = 3 and countries <@ ${listed(lands)}`,
          `city = any (${listed(towns)})`,
          'cardinality(cities) = 3',
          `street ~ '^[1-9]\\d{0,2} \\S+ [A-Z]\\S+$'`,
          'cardinality(streets) = 3',
          `postcode ~ '^\\d{5}(-\\d{4})?$'`,
          'cardinality(postcodes) = 3',
          `state = any (${listed(all)})`,
          `cardinality(states) = 3 and states <@ ${listed(all)}`,
        ],
        all: [
          'count(distinct country) > 50',
          'count(distinct onlycountry) = 200',
          'count(distinct onlycity) = 200',
          allDiffer(addresses, 'cities'),
          'count(distinct onlystreet) = 200',
          'count(distinct onlypostcode) = 200',
          allDiffer(addresses, 'postcodes'),
          'count(distinct state) > 40',
        ],
      }),
    ).toEqual([])
  })

  it('of points and lines', async () => {
    const { charts } = schema
    const area = { minXValue: -5, maxXValue: 20, minYValue: 0, maxYValue: 30 }
    const ranges = {
      minAValue: -5,
      maxAValue: 20,
      minBValue: 0,
      maxBValue: 30,
      minCValue: 0,
      maxCValue: 10,
    }
    await seed(pooled, { charts }, { count: 1000 }).refine((f) => ({
      charts: {
        columns: {
          buoy: f.point({ ...area, isUnique: true }),
          rock: f.point(area),
          buoys: f.point({ ...area, isUnique: true, arraySize: 3 }),
          anywhere: f.point(),
          course: f.line({ ...ranges, isUnique: true }),
          courses: f.line({ ...ranges, isUnique: true, arraySize: 3 }),
          anyway: f.line(),
        },
      },
    }))
    // A line's text is {a,b,c}.
    const part = (text: string, place: number) =>
      `split_part(trim(${text}::text, '{}'), ',', ${place})::float8`
    const isCourse = (text: string) =>
      `${part(text, 1)} between -5 and 20 and ${part(text, 2)} between 0 and 30
        and ${part(text, 3)} between 0 and 10`
    expect(
      await untrueOf(charts, {
        rows: 1000,
        each: [
          `buoy <@ box '((-5,0),(20,30))'`,
          `rock <@ box '((-5,0),(20,30))'`,
          `cardinality(buoys) = 3 and buoys[2] <@ box '((-5,0),(20,30))'`,
          `anywhere <@ box '((-10000,-10000),(10000,10000))'`,
          isCourse('course'),
          `cardinality(courses) = 3 and ${isCourse('courses[2]')}`,
          `abs(${part('anyway', 1)}) <= 10000`,
        ],
        all: [
          'count(distinct buoy::text) = 1000',
          'min(buoy[0]) < -4 and max(buoy[0]) > 19 and min(buoy[1]) < 1 and max(buoy[1]) > 29',
          allDiffer(charts, 'buoys'),
          'count(distinct course::text) = 1000',
          allDiffer(charts, 'courses'),
        ],
      }),
    ).toEqual([])
  })

  it('of bits and addresses', async () => {
    const { signals } = schema
    await seed(db, { signals }, { count: 1000 }).refine((f) => ({
      signals: {
        columns: {
          flags: f.bitString({ dimensions: 12, isUnique: true }),
          hoists: f.bitString({ dimensions: 12, isUnique: true, arraySize: 3 }),
          short: f.bitString({ dimensions: 5 }),
          host: f.inet({ ipAddress: 'ipv4', includeCidr: true, isUnique: true }),
          hosts: f.inet({ ipAddress: 'ipv4', isUnique: true, arraySize: 3 }),
          bare: f.inet({ includeCidr: false }),
          wide: f.inet({ ipAddress: 'ipv6' }),
          usual: f.inet(),
        },
      },
    }))
    expect(
      await untrueOf(signals, {
        rows: 1000,
        each: [
          'length(flags) = 12',
          'cardinality(hoists) = 3',
          'length(short) = 5',
          'family(host) = 4',
          'cardinality(hosts) = 3',
          'family(bare) = 4 and masklen(bare) = 32',
          'family(wide) = 6',
          'family(usual) = 4',
        ],
        all: [
          'count(distinct flags) = 1000',
          allDiffer(signals, 'hoists'),
          'count(distinct short) = 32',
          'count(distinct host) = 1000',
          allDiffer(signals, 'hosts'),
          'count(*) filter (where masklen(host) < 32) > 900',
          'count(*) filter (where masklen(wide) < 128) > 900',
          'count(*) filter (where masklen(usual) < 32) > 900',
        ],
      }),
    ).toEqual([])
  })

  it('of places on earth and vectors', async () => {
    const { positions } = schema
    await seed(db, { positions }, { count: 1000 }).refine((f) => ({
      positions: {
        columns: {
          degrees: f.geometry({ type: 'point', srid: 4326, decimalPlaces: 5, isUnique: true }),
          metres: f.geometry({ srid: 3857 }),
          usual: f.geometry(),
          embedding: f.vector({
            dimensions: 12,
            decimalPlaces: 5,
            minValue: -100,
            maxValue: 100,
            isUnique: true,
          }),
          coarse: f.vector({ dimensions: 3 }),
        },
      },
    }))
    const coordinate = (column: string, place: number) =>
      `split_part(trim(${column}, 'point()'), ' ', ${place})::numeric`
    const isPoint = (column: string, { x, y, places }: Record<'x' | 'y' | 'places', number>) =>
      `abs(${coordinate(column, 1)}) <= ${x} and abs(${coordinate(column, 2)}) <= ${y}
        and scale(${coordinate(column, 1)}) <= ${places}`
    const isVector = (
      column: string,
      { size, most, places }: Record<'size' | 'most' | 'places', number>,
    ) =>
      `(select count(*) = ${size} and bool_and(abs(each::numeric) <= ${most})
          and max(scale(each::numeric)) <= ${places}
        from jsonb_array_elements_text(${column}::jsonb) as each)`
    expect(
      await untrueOf(positions, {
        rows: 1000,
        each: [
          isPoint('degrees', { x: 180, y: 90, places: 5 }),
          isPoint('metres', { x: 20_037_508.34, y: 20_048_966.1, places: 6 }),
          isPoint('usual', { x: 180, y: 90, places: 6 }),
          isVector('embedding', { size: 12, most: 100, places: 5 }),
          isVector('coarse', { size: 3, most: 1000, places: 4 }),
        ],
        all: [
          'count(distinct degrees) = 1000',
          `max(abs(${coordinate('metres', 1)})) > 1000000`,
          'count(distinct embedding) = 1000',
        ],
      }),
    ).toEqual([])
  })

  // A generator knows nothing of the unique keys that its column is in.
  it('are unique where the column is', async () => {
    const { people } = schema
    await seed(db, { people }, { count: 100 }).refine((f) => ({
      people: { columns: { onlyfirst: f.firstName(), onlylast: f.lastName() } },
    }))
    expect(await untrueOf(people, { rows: 100 })).toEqual([])
  })

  it('of whole numbers reach as far as the rows need, where they are unique', async () => {
    const { measures } = schema
    await seed(db, { measures }, { count: 5000 }).refine((f) => ({
      measures: { columns: { hull: f.int({ isUnique: true }) } },
    }))
    expect(await untrueOf(measures, { rows: 5000, each: ['abs(hull) <= 50000'] })).toEqual([])
  })

  it('of bits have the length of their column', async () => {
    const { signals } = schema
    await seed(db, { signals }).refine((f) => ({ signals: { columns: { short: f.bitString() } } }))
    expect(await untrueOf(signals, { rows: 10 })).toEqual([])
  })

  it('of days go on for eight years where only their beginning is said', async () => {
    const { moments } = schema
    await seed(db, { moments }).refine((f) => ({
      moments: { columns: { since: f.date({ minDate: '1990-01-01' }) } },
    }))
    expect(
      await untrueOf(moments, { rows: 10, each: [`since between '1990-01-01' and '1997-12-31'`] }),
    ).toEqual([])
  })
})
