import fc from 'fast-check'
import { integer, pgTable, text, varchar } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DownpourError } from '../../src/errors.ts'
import * as f from '../../src/generate/generators/index.ts'
import { openTable } from '../../src/generate/slices.ts'
import type { Slice, TableSource } from '../../src/generate/slices.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { loadedTables } from '../../src/plan/plan.ts'
import type { RowRange } from '../../src/plan/plan.ts'
import { isDataError, loadError } from '../../src/postgres/server-error.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { checkTargets } from '../../src/run/check-target.ts'
import { writeSkipping } from '../../src/run/isolate.ts'
import type { Rejection } from '../../src/run/isolate.ts'
import { strategies } from '../../src/write/choose-strategy.ts'
import type { StrategyName } from '../../src/write/strategy.ts'
import type { Target } from '../../src/write/target.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { planOf, range } from '../support/plans.ts'
import { ask, change, failureFrom } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const parcels = pgTable('parcels', {
  id: integer('id').primaryKey(),
  code: integer('code'),
  weight: integer('weight'),
  label: varchar('label', { length: 8 }),
  depotId: integer('depot_id'),
  routeId: integer('route_id'),
  stamp: text('stamp'),
  note: text('note'),
})

const ddl = `
  create table depots (id integer primary key);
  insert into depots values (1);
  create table parcels (
    id integer primary key,
    code integer constraint code_once unique,
    weight integer not null constraint some_weight check (weight > 0),
    label varchar(8),
    depot_id integer constraint known_depot references depots,
    route_id integer constraint known_route references depots deferrable initially deferred,
    stamp text,
    note text
  );
  create function refuse() returns trigger language plpgsql as $$
    begin
      if new.stamp = 'raised' then raise exception 'no canary'; end if;
      if new.stamp = 'dropped' then return null; end if;
      if new.stamp = 'slow' then perform pg_sleep(9); end if;
      return new;
    end $$;
  create trigger refuse before insert on parcels for each row execute function refuse();`

/** What is wrong with a row, or the code it has in place of its own. */
type Fault =
  | 'light'
  | 'weightless'
  | 'long'
  | 'depot'
  | 'route'
  | 'raised'
  | 'dropped'
  | 'slow'
  | 'generator'
  | { readonly code: number }

/** By row number; every test says its own. */
let faults = new Map<number, Fault>()

function byRow(fault: Fault, bad: (row: number) => unknown, good: (row: number) => unknown) {
  return f.faker((_, row) => (faults.get(row) === fault ? bad(row) : good(row)))
}

function fail(): never {
  throw new RangeError('nothing for this row')
}

const rowsPlanned = 3000
const refinements: Refinements = {
  parcels: {
    count: rowsPlanned,
    columns: {
      id: f.faker((_, row) => row),
      code: f.faker((_, row) => {
        const fault = faults.get(row)
        return typeof fault === 'object' ? fault.code : row
      }),
      weight: f.faker((_, row) => {
        const fault = faults.get(row)
        return fault === 'weightless' ? null : fault === 'light' ? 0 : 5
      }),
      label: byRow(
        'long',
        () => 'far too long',
        (row) => `L${row}`,
      ),
      depotId: byRow(
        'depot',
        () => 99,
        () => 1,
      ),
      routeId: byRow(
        'route',
        () => 99,
        () => 1,
      ),
      stamp: f.faker((_, row) => {
        const fault = faults.get(row)
        return fault === 'raised' || fault === 'dropped' || fault === 'slow' ? fault : 'paid'
      }),
      note: byRow('generator', fail, () => 'fine'),
    },
  },
}

let database: TestDatabase
let session: Session
let target: Target
let source: TableSource
/** The ranges that a test tried to write. */
let attempts: RowRange[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  await change(database.url, ddl)
  session = await openSession({ url: database.url })
  ;({ target, source } = await prepare(refinements))
})

afterAll(async () => {
  await session.close()
  await database.drop()
})

beforeEach(() => {
  faults = new Map()
  attempts = []
})

afterEach(async () => {
  await session.rollback()
  await session.query('truncate parcels')
})

async function prepare(wanted: Refinements): Promise<{ target: Target; source: TableSource }> {
  const plan = await planOf(wanted, { schema: { parcels } })
  const [table] = loadedTables(plan)
  const [prepared] = await checkTargets(session, [table!])
  return { target: prepared!, source: await openTable(plan, table!) }
}

interface Wishes {
  readonly strategy?: StrategyName
  readonly limit?: number
  readonly from?: TableSource
}

/** Writes rows in the open transaction as a load does. */
function skip(rows: RowRange, wishes: Wishes = {}): Promise<readonly Rejection[]> {
  const { strategy = 'copy', limit = Infinity, from = source } = wishes
  const writer = strategies[strategy].open(target, from)
  return writeSkipping(session, {
    range: rows,
    limit,
    async write(part) {
      attempts.push(part)
      try {
        const stored = await writer.write(session, { range: part, slices: generated(from, part) })
        if (stored !== part.count) throw ownError('LOAD_ROWS_MISSING', part.first)
      } catch (error) {
        throw loadError({ error, table: 'parcels', firstRow: part.first })
      }
    },
  })
}

function* generated(from: TableSource, rows: RowRange): Iterable<Slice> {
  try {
    yield* from.slices(rows)
  } catch (error) {
    throw error instanceof RangeError ? ownError('LOAD_GENERATOR', rows.first, error) : error
  }
}

function ownError(code: string, row?: number, cause?: unknown): DownpourError {
  return new DownpourError({
    code,
    message: 'Cannot load "parcels"',
    why: 'It threw.',
    fix: 'Correct it.',
    exitCode: 4,
    table: 'parcels',
    ...(row === undefined ? {} : { row }),
    cause,
  })
}

/** The same in a transaction of its own. */
async function skipAndCommit(rows: RowRange, wishes?: Wishes): Promise<readonly Rejection[]> {
  await session.begin()
  const rejections = await skip(rows, wishes)
  await session.commit()
  return rejections
}

function storedRows(): Promise<string> {
  return ask(
    database.url,
    `select coalesce(string_agg(id::text, ' ' order by id), '') from parcels`,
  )
}

function rowsWithout(count: number, ...bad: number[]): string {
  return range(0, count)
    .filter((row) => !bad.includes(row))
    .join(' ')
}

const numbersOf = (rejections: readonly Rejection[]) => rejections.map(({ row }) => row)

interface Case {
  readonly what: string
  readonly fault: Fault
  readonly told: Omit<Rejection, 'row'>
  /** Where INSERT tells it in other words. */
  readonly byBatch?: Partial<Rejection>
}

const cases: readonly Case[] = [
  {
    what: 'repeats a value of an earlier row',
    fault: { code: 3 },
    told: { code: '23505', constraint: 'code_once', column: undefined },
  },
  {
    what: 'repeats a value of a row that was there',
    fault: { code: -1 },
    told: { code: '23505', constraint: 'code_once', column: undefined },
  },
  {
    what: 'refers to no row',
    fault: 'depot',
    told: { code: '23503', constraint: 'known_depot', column: undefined },
  },
  {
    what: 'refers to no row, by a deferred foreign key',
    fault: 'route',
    told: { code: '23503', constraint: 'known_route', column: undefined },
  },
  {
    what: 'breaks a check',
    fault: 'light',
    told: { code: '23514', constraint: 'some_weight', column: undefined },
  },
  {
    what: 'lacks a value',
    fault: 'weightless',
    told: { code: '23502', constraint: undefined, column: 'weight' },
  },
  {
    what: 'holds a text that is too long',
    fault: 'long',
    told: { code: 'DATA_TOO_LONG', constraint: undefined, column: 'label' },
    byBatch: { code: '22001', column: undefined },
  },
  {
    what: 'is refused by a trigger',
    fault: 'raised',
    told: { code: 'P0001', constraint: undefined, column: undefined },
  },
  {
    what: 'cannot be generated',
    fault: 'generator',
    told: { code: 'LOAD_GENERATOR', constraint: undefined, column: undefined },
  },
]

describe.each(['batch', 'copy'] as const)('writeSkipping by %s', (strategy) => {
  it.each(cases)('leaves out a row that $what', async ({ fault, told, byBatch }) => {
    await change(database.url, `insert into parcels (id, code, weight) values (-1, -1, 1)`)
    faults.set(17, fault)
    const rejections = await skipAndCommit({ first: 0, count: 50 }, { strategy })
    const expected = strategy === 'batch' ? { ...told, ...byBatch } : told
    expect(rejections).toEqual([{ row: 17, ...expected }])
    expect(await storedRows()).toBe(`-1 ${rowsWithout(50, 17)}`)
  })

  it.each(cases.filter(({ told }) => told.code !== '23505'))(
    'leaves out the first and the last row when each $what',
    async ({ fault }) => {
      for (const row of [100, 139]) faults.set(row, fault)
      const rejections = await skipAndCommit({ first: 100, count: 40 }, { strategy })
      expect(numbersOf(rejections)).toEqual([100, 139])
      expect(await storedRows()).toBe(range(101, 38).join(' '))
    },
  )

  it.each(['light', 'depot', 'long', 'generator'] as const)(
    'leaves out all rows when each is %s',
    async (fault) => {
      for (const row of range(0, 33)) faults.set(row, fault)
      const rejections = await skipAndCommit({ first: 0, count: 33 }, { strategy })
      expect(numbersOf(rejections)).toEqual(range(0, 33))
      expect(await storedRows()).toBe('')
    },
  )

  it('leaves out faults of many kinds at once, in the order of the rows', async () => {
    const kinds = ['route', 'long', { code: 0 }, 'light', 'generator', 'depot', 'raised'] as const
    kinds.forEach((fault, index) => faults.set(2980 - 300 * index, fault))
    const rejections = await skipAndCommit({ first: 0, count: rowsPlanned }, { strategy })
    const bad = kinds.map((_, index) => 2980 - 300 * index).toReversed()
    expect(numbersOf(rejections)).toEqual(bad)
    expect(await storedRows()).toBe(rowsWithout(rowsPlanned, ...bad))
  })

  it('writes all rows at once when none is bad', async () => {
    expect(await skipAndCommit({ first: 5, count: 3 }, { strategy })).toEqual([])
    expect(attempts).toEqual([{ first: 5, count: 3 }])
    expect(await storedRows()).toBe('5 6 7')
  })

  it('keeps a row that repeats a value only of a row that is itself left out', async () => {
    faults.set(4, 'depot').set(9, { code: 4 }).set(12, { code: 4 })
    expect(numbersOf(await skipAndCommit({ first: 0, count: 20 }, { strategy }))).toEqual([4, 12])
    expect(await storedRows()).toBe(rowsWithout(20, 4, 12))
  })

  const anyRow = fc.record({
    fault: fc.option(
      fc.constantFrom<Fault>(
        'light',
        'weightless',
        'long',
        'depot',
        'route',
        'raised',
        'generator',
      ),
      { freq: 4 },
    ),
    code: fc.option(fc.nat({ max: 30 }), { freq: 2 }),
  })

  it('leaves out what row after row would be refused, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 24 }), async (rows) => {
        faults = new Map()
        const taken = new Set<number>()
        const bad: number[] = []
        rows.forEach(({ fault, code }, row) => {
          if (fault !== null) faults.set(row, fault)
          else if (code !== null) faults.set(row, { code })
          const stored = code ?? row
          if (fault !== null || taken.has(stored)) bad.push(row)
          else taken.add(stored)
        })
        // A faulty row has its own number for a code, and is in nobody's way.
        await session.begin()
        const rejections = await skip({ first: 0, count: rows.length }, { strategy })
        const stored = await session.query<{ id: number }>('select id from parcels order by id')
        await session.rollback()
        expect(numbersOf(rejections)).toEqual(bad)
        expect(stored.map(({ id }) => id)).toEqual(
          range(0, rows.length).filter((row) => !bad.includes(row)),
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('writeSkipping', () => {
  it('takes few attempts for few bad rows that the server does not name', async () => {
    const bad = [0, 511, 512, 1700]
    for (const row of bad) faults.set(row, 'depot')
    await session.begin()
    expect(numbersOf(await skip({ first: 0, count: 2048 }))).toEqual(bad)
    expect(attempts.length).toBeLessThanOrEqual(1 + 2 * bad.length * Math.log2(2048))
  })

  it('takes at most four more attempts for each row that the server names', async () => {
    const bad = [0, 511, 512, 1700]
    for (const row of bad) faults.set(row, 'light')
    await session.begin()
    expect(numbersOf(await skip({ first: 0, count: 2048 }))).toEqual(bad)
    expect(attempts.length).toBeLessThanOrEqual(1 + 4 * bad.length)
    expect(attempts.slice(0, 3)).toEqual([
      { first: 0, count: 2048 },
      { first: 0, count: 1 },
      { first: 1, count: 1023 },
    ])
  })

  it('suspects the right row where the server stores many at a time', async () => {
    faults.set(1500, { code: 3 })
    await session.begin()
    // With a BEFORE trigger the server takes row after row.
    await session.query('alter table parcels disable trigger refuse')
    expect(numbersOf(await skip({ first: 0, count: 2048 }))).toEqual([1500])
    expect(attempts.slice(0, 3)).toEqual([
      { first: 0, count: 2048 },
      { first: 0, count: 1500 },
      { first: 1500, count: 1 },
    ])
  })

  it('sends no more than about n log n rows when all are bad', async () => {
    for (const row of range(0, 256)) faults.set(row, 'light')
    await session.begin()
    expect(await skip({ first: 0, count: 256 })).toHaveLength(256)
    expect(attempts.length).toBeLessThanOrEqual(2 * 256)
    const rows = attempts.reduce((sum, { count }) => sum + count, 0)
    expect(rows).toBeLessThanOrEqual(256 * (Math.log2(256) + 2))
  })

  it('sends three statements around each attempt at most, and leaves no savepoint', async () => {
    faults.set(6, 'depot').set(40, 'long')
    const statements: string[] = []
    const listening: Session = {
      ...session,
      query(text, parameters, options) {
        statements.push(text)
        return session.query(text, parameters, options)
      },
    }
    await session.begin()
    const writer = strategies.copy.open(target, source)
    await writeSkipping(listening, {
      range: { first: 0, count: 64 },
      limit: 2,
      async write(part) {
        attempts.push(part)
        const chunk = { range: part, slices: source.slices(part) }
        await writer.write(session, chunk).catch((error: unknown) => {
          throw loadError({ error, table: 'parcels', firstRow: part.first })
        })
      },
    })
    expect(statements).toHaveLength(1 + 2 * attempts.length)
    const names = new Set(statements.flatMap((text) => /savepoint (\w+)$/.exec(text)?.[1] ?? []))
    expect([...names]).toEqual(['downpour_attempt'])
    await expect(session.query('release savepoint downpour_attempt')).rejects.toThrow(
      'savepoint "downpour_attempt" does not exist',
    )
  })

  it('takes up to the limit, and says which row is one too many', async () => {
    for (const row of [3, 5, 8]) faults.set(row, 'light')
    expect(await skipAndCommit({ first: 0, count: 10 }, { limit: 3 })).toHaveLength(3)
    await session.query('truncate parcels')
    const failure = await failureFrom(skipAndCommit({ first: 0, count: 10 }, { limit: 2 }))
    expect(failure).toEqual({
      code: 'LOAD_TOO_MANY_REJECTED',
      message: 'Cannot load "parcels": row 8 is one rejected row too many',
      why: 'The server said: new row for relation "parcels" violates check constraint "some_weight" (SQLSTATE 23514).',
      fix: 'Correct the generator, or let more rows be rejected.',
      exitCode: 4,
    })
    await session.rollback()
    expect(await storedRows()).toBe('')
  })

  it.each([
    { what: 'a row that a trigger drops in silence', code: 'LOAD_ROWS_MISSING', fault: 'dropped' },
    {
      what: 'a statement that takes too long',
      code: 'LOAD_CANCELLED',
      fault: 'slow',
      before: 'set local statement_timeout = 400',
    },
    {
      what: 'a column that is gone',
      code: 'LOAD_SCHEMA',
      before: 'alter table parcels drop stamp',
    },
    {
      what: 'a read-only transaction',
      code: 'LOAD_READ_ONLY',
      before: 'set transaction read only',
    },
  ] as const)('throws $code for $what at once', async ({ code, ...how }) => {
    await session.begin()
    if ('before' in how) await session.query(how.before)
    if ('fault' in how) faults.set(3, how.fault)
    const rows = { first: 0, count: 9 }
    expect(await failureFrom(skip(rows))).toMatchObject({ code, exitCode: 4 })
    expect(attempts).toEqual([rows])
  })

  it('throws at once when the connection is lost, even while a row is being left out', async () => {
    const victim = await openSession({ url: database.url })
    await victim.begin()
    const work = writeSkipping(victim, {
      range: { first: 0, count: 2 },
      limit: 9,
      async write() {
        await session.query('select pg_terminate_backend($1, 5000)', [victim.pid])
        throw ownError('DATA_INVALID', 0)
      },
    })
    expect(await failureFrom(work)).toMatchObject({ code: 'CONNECTION_LOST' })
    await victim.close()
  })

  it('throws at once what was no refusal of a row: a vocabulary with a word that does not fit', async () => {
    const columns = {
      ...refinements['parcels']!.columns,
      label: f.words(vocabulary('labels', ['fits', 'does not fit'])),
    }
    const { source: from } = await prepare({ parcels: { ...refinements['parcels'], columns } })
    await session.begin()
    expect(await failureFrom(skip({ first: 0, count: 20 }, { from }))).toMatchObject({
      code: 'DATA_TOO_LONG',
      message: 'Cannot write "parcels": column "label" got a value that is too long',
    })
    expect(attempts).toHaveLength(1)
  })

  it('throws at once what stops the run', async () => {
    const stop = AbortSignal.abort().reason as Error
    await session.begin()
    const work = writeSkipping(session, {
      range: { first: 0, count: 9 },
      limit: 9,
      write: () => Promise.reject(stop),
    })
    await expect(work).rejects.toBe(stop)
  })
})

describe('isDataError', () => {
  const fromServer = (code: string) =>
    Object.assign(new Error('of the server'), { code, severity: 'ERROR' })

  it.each(['23505', '23503', '23502', '23514', '23P01', '22001', '22P02', '44000', 'P0001'])(
    'is true for %s, and for what loadError makes of it',
    (code) => {
      const error = fromServer(code)
      expect(isDataError(error)).toBe(true)
      expect(isDataError(loadError({ error, table: 'parcels' }))).toBe(true)
    },
  )

  it.each([
    '53100',
    '40P01',
    '40001',
    '57014',
    '57P01',
    '42703',
    '25006',
    '55P03',
    '0A000',
    'P0002',
  ])('is false for %s, and for what loadError makes of it', (code) => {
    const error = fromServer(code)
    expect(isDataError(error)).toBe(false)
    expect(isDataError(loadError({ error, table: 'parcels' }))).toBe(false)
  })

  it('is true for a refused value that names its row, and for a generator that threw', () => {
    expect(isDataError(ownError('DATA_TOO_LONG', 0))).toBe(true)
    expect(isDataError(ownError('LOAD_GENERATOR'))).toBe(true)
  })

  it('is false for a refusal of a whole column, and for whatever else', () => {
    expect(isDataError(ownError('DATA_KIND'))).toBe(false)
    expect(isDataError(ownError('LOAD_ROWS_MISSING', 0))).toBe(false)
    expect(isDataError(new TypeError('bug'))).toBe(false)
    expect(isDataError(undefined)).toBe(false)
  })
})
