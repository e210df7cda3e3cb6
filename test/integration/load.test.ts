import { integer, pgTable, serial, smallint, text } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import type { LoadProgress } from '../../src/run/load-tracker.ts'
import type { SeedReport } from '../../src/run/report-run.ts'
import type { TestDatabase } from '../support/database.ts'
import {
  ask,
  change,
  failureFrom,
  seedTown,
  sessionsIn,
  townProject,
} from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townRefinements } from '../support/town.ts'

const masters = pgTable('masters', { id: serial('id').primaryKey(), name: text('name') })
const dogs = pgTable('dogs', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 700 }),
  masterId: integer('master_id').references(() => masters.id),
})
/** One a dog: the key is the dog's. */
const tags = pgTable('tags', {
  dogId: integer('dog_id')
    .primaryKey()
    .references(() => dogs.id),
  colour: text('colour').notNull().default('red'),
})
const scratches = pgTable('scratches', {
  tagId: integer('tag_id')
    .notNull()
    .references(() => tags.dogId),
  depth: smallint('depth'),
})
/** Nothing in it needs a value. */
const blanks = pgTable('blanks', { note: text('note'), size: integer('size') })
const kennel = { masters, dogs, tags, scratches, blanks }

const ddl = `
  create table masters (id serial primary key, name text);
  create table dogs (id int primary key generated always as identity (start with 700),
    master_id int references masters);
  create table tags (dog_id int primary key references dogs, colour text not null);
  create table scratches (tag_id int not null references tags, depth smallint);
  create table blanks (note text, size int)`

const refinements: Refinements = {
  dogs: { count: 10 },
  tags: {
    count: 10,
    columns: { dogId: f.int({ minValue: 700, maxValue: 709, isUnique: true }) },
  },
  scratches: { count: 30, columns: { depth: f.int({ minValue: 1, maxValue: 9 }) } },
  blanks: { count: 5 },
}

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
  await change(database.url, ddl)
})
afterEach(() => database.drop())

function seedKennel(wishes: SeedWishes = {}): Promise<SeedReport> {
  const project = { ...townProject, tables: readSchema(kennel), refinements }
  return seedTown(database.url, { project, ...wishes })
}

describe.each(['batch', 'copy'] as const)('runSeed by %s', (strategy) => {
  it('stores rows in which nothing is given', async () => {
    const report = await seedKennel({ strategy, only: ['blanks'] })
    expect(report.tables).toMatchObject([{ table: 'blanks', rows: 5, chunks: 1 }])
    expect(await ask(database.url, 'select count(*) from blanks')).toBe('5')
  })

  it('leaves a parent without a seeder alone, and refers to the rows that it holds', async () => {
    await change(database.url, `insert into masters (name) values ('mine'), ('too')`)
    const report = await seedKennel({ strategy })
    expect(report.tables.map(({ table }) => table)).not.toContain('masters')
    const kept = 'select count(*) > 4 from dogs where master_id in (select id from masters)'
    expect(await ask(database.url, kept)).toBe('true')
    expect(await ask(database.url, 'select count(*) from masters')).toBe('2')
  })

  it('refers to keys that are themselves references', async () => {
    await seedKennel({ strategy })
    await change(database.url, 'truncate scratches')
    await seedKennel({ strategy, only: ['scratches'] })
    const tagged = `select count(*) || ' ' || min(tag_id) || ' ' || max(tag_id) from scratches`
    expect(await ask(database.url, tagged)).toBe('30 700 709')
  })
})

describe.each(['batch', 'copy'] as const)('a value that cannot be stored, by %s', (strategy) => {
  const fix = "Give what Drizzle's insert takes for this column."

  it('is named by its place when Drizzle cannot map it', async () => {
    const late = createGenerator('late', () =>
      fillVector({ kind: 'value' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          out.values[i] = rows.numbers[i] === 4321 ? 'tomorrow' : new Date(0)
        }
      }),
    )
    const failure = await failureFrom(
      seedTown(database.url, {
        strategy,
        chunkSize: 4000,
        counts: { residents: 4500, visits: 0 },
        refine: {
          residents: {
            ...townRefinements['residents'],
            columns: {
              ...townRefinements['residents']!.columns,
              joinedAt: late,
              spent: f.int(),
            },
          },
        },
      }),
    )
    expect(failure).toEqual({
      code: 'DATA_INVALID',
      message:
        'Cannot write row 4321 of "residents": column "joinedAt" got a value that Drizzle cannot map',
      why: "The column's mapping in the Drizzle schema failed on it.",
      fix,
      exitCode: 4,
    })
    expect(await ask(database.url, 'select count(*) from residents')).toBe('4000')
  })

  it.each([
    {
      value: 'half \ud83d',
      code: 'DATA_SURROGATE',
      what: 'got a text with half a surrogate pair',
    },
    { value: 'nul \0', code: 'DATA_NUL', what: 'got a text with a NUL character' },
  ])('is refused as $code', async ({ value, code, what }) => {
    const title = f.faker((_, row) => (row === 7 ? value : 'fine'))
    const papers = townRefinements['papers']!
    const refine = { papers: { ...papers, columns: { ...papers.columns, title } } }
    expect(await failureFrom(seedTown(database.url, { strategy, refine }))).toMatchObject({
      code,
      message: `Cannot write row 7 of "papers": column "title" ${what}`,
      exitCode: 2,
    })
    expect(await ask(database.url, 'select count(*) from papers')).toBe('0')
  })
})

describe('runSeed', () => {
  it('tells its progress in rows of each table, up to the end', async () => {
    const told: LoadProgress[] = []
    await seedTown(database.url, {
      strategy: 'auto',
      counts: { papers: 9000 },
      chunkSize: 5000,
      onProgress: (progress) => told.push(progress),
    })
    const papers = told.filter(({ table }) => table === 'papers')
    expect(papers.every(({ total }) => total === 9000)).toBe(true)
    expect(papers.map(({ rows }) => rows)).toEqual([0, 0, 4096, 5000, 5000, 9000])
    expect(told.at(-1)).toEqual({ table: 'visits', rows: 221, total: 221, unit: 'rows' })
    const order = told.map(({ table }) => table)
    expect([...new Set(order)]).toEqual(order.filter((table, i) => table !== order[i - 1]))
  })

  it('takes copy for large tables and batch for small ones, if left to choose', async () => {
    const report = await seedTown(database.url, { strategy: 'auto', counts: { papers: 2000 } })
    const taken = Object.fromEntries(report.tables.map(({ table, strategy }) => [table, strategy]))
    expect(taken).toMatchObject({ papers: 'copy', visits: 'batch', kinds: 'batch' })
  })

  it('measures what it wrote', async () => {
    const report = await seedTown(database.url)
    expect(Object.keys(report.phases).toSorted()).toEqual(
      ['check', 'connect', 'finish', 'generate', 'indexes', 'migrate', 'plan', 'write'].toSorted(),
    )
    expect(report.walBytes).toBeGreaterThan(10_000)
    expect(report.freeDiskBytes).toBeGreaterThan(0)
    const size = `select pg_total_relation_size('visits')`
    expect(String(report.tables.find(({ table }) => table === 'visits')!.bytes)).toBe(
      await ask(database.url, size),
    )
  })

  it('plans no more rows than a table has keys for', async () => {
    await change(database.url, 'drop table scratches, tags, dogs, masters')
    const small = pgTable('masters', { id: smallint('id').primaryKey() })
    await change(database.url, 'create table masters (id smallint primary key)')
    const project = { ...townProject, tables: readSchema({ masters: small }), refinements: {} }
    const tooMany = seedTown(database.url, { project, counts: { masters: 32_768 } })
    expect(await failureFrom(tooMany)).toMatchObject({
      code: 'PLAN_KEY_SPACE',
      why: 'Keys would go up to 32768, and those of this type end at 32767.',
    })
    await seedTown(database.url, { project, counts: { masters: 32_767 } })
    expect(await ask(database.url, 'select max(id) from masters')).toBe('32767')
    expect(await sessionsIn(database.url)).toBe(0)
  })
})
