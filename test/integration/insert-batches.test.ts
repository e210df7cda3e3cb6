import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { openTable } from '../../src/generate/slices.ts'
import { loadedTables } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { quoteIdentifier } from '../../src/postgres/identifiers.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { checkTargets } from '../../src/run/check-target.ts'
import { inTransaction } from '../../src/run/transaction.ts'
import { strategies } from '../../src/write/choose-strategy.ts'
import type { ChunkWriter, StrategyName } from '../../src/write/strategy.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { planOf } from '../support/plans.ts'
import { failureFrom, seedTown } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const notes = pg.pgTable('notes', {
  id: pg.integer().primaryKey().generatedAlwaysAsIdentity(),
  size: pg.integer(),
  /** Left to the server, whose default it is. */
  kind: pg.text().default(sql`lower('OLD')`),
})
const createNotes = `create table notes (id int primary key generated always as identity, size int,
  kind text default lower('NEW'))`

let database: TestDatabase
let session: Session
beforeEach(async () => {
  database = await createTestDatabase()
  session = await openSession({ url: database.url })
})
afterEach(async () => {
  await session.close()
  await database.drop()
})

interface Open {
  readonly writer: ChunkWriter
  /** Writes rows in a transaction of their own; gives as many as the server has stored. */
  write(first: number, count: number, way?: Session): Promise<number>
}

async function open(plan: Plan, strategy: StrategyName): Promise<Open> {
  const [table] = loadedTables(plan)
  const [target] = await checkTargets(session, [table!])
  const source = await openTable(plan, table!)
  const writer = strategies[strategy].open(target!, source)
  return {
    writer,
    write(first, count, way = session) {
      const range = { first, count }
      return inTransaction(way, () => writer.write(way, { range, slices: source.slices(range) }))
    },
  }
}

async function openNotes(strategy: StrategyName): Promise<Open> {
  await session.query(createNotes)
  const size = f.int({ minValue: 0, maxValue: 9 })
  const refinements = { notes: { count: 20_000, columns: { size, kind: false } } } as const
  return open(await planOf(refinements, { schema: { notes } }), strategy)
}

/** A session that counts the statements Drizzle is asked to build. */
function counting(): { readonly way: Session; readonly built: () => number } {
  let built = 0
  const db = new Proxy(session.db, {
    get(target, property) {
      if (property === 'insert') built++
      return Reflect.get(target, property) as unknown
    },
  })
  return { way: { ...session, db }, built: () => built }
}

/** Statements that the server keeps prepared, with how many rows each holds and how often it ran. */
async function preparedInserts(): Promise<readonly { rows: number; runs: number }[]> {
  return session.query<{ rows: number; runs: number }>(
    `select cardinality(parameter_types) / 2 as rows, (generic_plans + custom_plans)::int as runs
     from pg_prepared_statements where statement like 'insert into "notes" %' order by rows`,
  )
}

async function storedNotes(): Promise<unknown> {
  const [row] = await session.query(
    `select count(*)::int, min(id), max(id), count(distinct id)::int as ids, count(size)::int as sizes,
       min(kind) as kind from notes`,
  )
  return row
}

describe('batch', () => {
  it('has Drizzle build a statement once for each number of rows', async () => {
    const { write } = await openNotes('batch')
    const { way, built } = counting()
    expect(await write(0, 2300, way)).toBe(2300)
    expect(built()).toBe(2)
    expect(await write(2300, 2300, way)).toBe(2300)
    expect(built()).toBe(2)
    expect(await write(4600, 1007, way)).toBe(1007)
    expect(built()).toBe(3)
    expect(await storedNotes()).toEqual({
      count: 5607,
      min: 1,
      max: 5607,
      ids: 5607,
      sizes: 5607,
      kind: 'new',
    })
  })

  it('has the server keep a statement that is sent again', async () => {
    const { write } = await openNotes('batch')
    await write(0, 1900)
    expect(await preparedInserts()).toEqual([])
    await write(1900, 2900)
    expect(await preparedInserts()).toEqual([
      { rows: 900, runs: 1 },
      { rows: 1000, runs: 2 },
    ])
  })

  it('has the server keep nothing behind a pooler', async () => {
    const { write } = await openNotes('batch')
    const pooled: Session = { ...session, pooled: true }
    expect(await write(0, 3500, pooled)).toBe(3500)
    expect(await write(3500, 3500, pooled)).toBe(3500)
    expect(await preparedInserts()).toEqual([])
  })

  it('goes on over another connection', async () => {
    const { write } = await openNotes('batch')
    await write(0, 3000)
    const other = await openSession({ url: database.url })
    expect(await write(3000, 3000, other)).toBe(3000)
    await other.close()
    expect(await storedNotes()).toMatchObject({ count: 6000, max: 6000 })
  })

  it('fills a table all of whose columns are left to the server', async () => {
    await session.query(`create table marks (mark text default 'new')`)
    const marks = pg.pgTable('marks', { mark: pg.text().default(sql`lower('OLD')`) })
    const { write } = await open(
      await planOf({ marks: { count: 2300, columns: { mark: false } } }, { schema: { marks } }),
      'batch',
    )
    expect(await write(0, 2300)).toBe(2300)
    const rows = await session.query(`select mark, count(*)::int from marks group by mark`)
    expect([...rows]).toEqual([{ mark: 'new', count: 2300 }])
  })
})

describe.each(['row', 'row-tx'] as const)('%s', (strategy) => {
  it('has Drizzle build each statement, and the server parse it', async () => {
    const { write } = await openNotes(strategy)
    const { way, built } = counting()
    expect(await write(0, 5, way)).toBe(5)
    expect(built()).toBe(5)
    expect(await preparedInserts()).toEqual([])
  })
})

describe.each(['batch', 'values', 'unnest'] as const)('%s', (strategy) => {
  it('stores what is left of a chunk, wherever slices end', async () => {
    const { write } = await openNotes(strategy)
    expect(await write(0, 4097)).toBe(4097)
    expect(await write(4097, 1)).toBe(1)
    expect(await write(4098, 8192)).toBe(8192)
    expect(await write(12_290, 0)).toBe(0)
    expect(await storedNotes()).toMatchObject({ count: 12_290, min: 1, max: 12_290, ids: 12_290 })
  })

  it('names the row of a value that cannot be sent', async () => {
    await session.query('create table words (word text)')
    const words = pg.pgTable('words', { word: pg.text() })
    const broken = createGenerator('broken', () =>
      fillVector({ kind: 'text' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++)
          out.values[i] = rows.numbers[i] === 5123 ? '\0' : 'word'
      }),
    )
    const refinements = { words: { count: 9000, columns: { word: broken } } }
    const { write } = await open(await planOf(refinements, { schema: { words } }), strategy)
    expect(await failureFrom(write(0, 9000))).toMatchObject({
      code: 'DATA_NUL',
      message: 'Cannot write row 5123 of "words": column "word" got a text with a NUL character',
    })
    expect(await session.query('select from words')).toHaveLength(0)
  })

  it.each([500, 1500, 4500, 11_500, 12_100])(
    'gives the server’s error for row %i, and the session goes on',
    async (last) => {
      const { write } = await openNotes(strategy)
      await session.query(`alter table notes add constraint early check (id <= ${last})`)
      await expect(write(0, 12_300)).rejects.toSatisfy((error) => codeOf(error) === '23514')
      await session.query('alter table notes drop constraint early')
      expect(await write(0, 12_300)).toBe(12_300)
    },
  )
})

function codeOf(error: unknown): unknown {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return code ?? cause?.code
}

describe('strategies that send texts', () => {
  const oddNames = [
    '__proto__',
    'constructor',
    'r0c0',
    '0',
    '17',
    'a.b',
    'a"b',
    '$1',
    'é',
    ' ',
    '{}',
  ]
  const named = fc.oneof(
    fc.constantFrom(...oddNames),
    fc
      .string({ minLength: 1, maxLength: 12, unit: 'binary' })
      .filter((name) => !name.includes('\0')),
  )

  it('store the same whatever columns are called', async () => {
    let tables = 0
    const check = async (names: readonly string[]) => {
      const table = `odd_${(tables += 1)}`
      const columns = names.map((name) => `${quoteIdentifier(name)} text default 'lost'`)
      await session.query(`create table ${table} (${columns.join(', ')})`)
      const odd = pg.pgTable(
        table,
        Object.fromEntries(names.map((name, place) => [`c${place}`, pg.text(name)])),
      )
      const values = names.map((_, place) => [
        `c${place}`,
        f.valuesFromArray({ values: [`v${place}`] }),
      ])
      const refinements = { odd: { count: 3, columns: Object.fromEntries(values) } }
      const plan = await planOf(refinements, { schema: { odd } })
      const row = `(${names.map((_, place) => `v${place}`).join(',')})`
      for (const strategy of ['row-tx', 'batch', 'values', 'unnest'] as const) {
        const { write } = await open(plan, strategy)
        await write(0, 3)
        const rows = await session.query<{ row: string }>(`select t::text as row from ${table} t`)
        expect(rows.map((stored) => stored.row)).toEqual([row, row, row])
        await session.query(`truncate ${table}`)
      }
    }
    await check(oddNames)
    const lists = fc.uniqueArray(named, { minLength: 1, maxLength: 5 })
    await fc.assert(fc.asyncProperty(lists, check), { numRuns: 15 })
  })
})

const reason = noPgBouncer()
describe.skipIf(reason)(
  `batch behind PgBouncer${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    it('stores the same', async () => {
      const [direct, pooled] = await Promise.all([createTownDatabase(), createTownDatabase()])
      const pooler = await startPgBouncer({ poolSize: 4 })
      const wishes = { counts: { papers: 2600 }, chunkSize: 1300, strategy: 'batch' } as const
      try {
        await seedTown(direct.url, wishes)
        await seedTown(pooler.through(pooled.url), { ...wishes, lanes: 2 })
        const sums = await checksumsOf(direct.url, townTables)
        expect(await checksumsOf(pooled.url, townTables)).toEqual(sums)
      } finally {
        await pooler.stop()
        await Promise.all([direct.drop(), pooled.drop()])
      }
    })
  },
)
