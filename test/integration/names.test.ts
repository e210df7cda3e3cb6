import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTable, reset, seed } from '../../src/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import { undoRun } from '../../src/run/undo.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { oddDdl, oddNames, oddSchema } from '../support/odd-names.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'

const tables = readSchema(oddSchema)
const project = { ...townProject, tables, refinements: {}, isFree: true }

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
  await change(database.url, oddDdl)
})
afterEach(() => database.drop())

function seedOdd(wishes: SeedWishes = {}) {
  return seedTown(database.url, { project, otherwise: 30, chunkSize: 20, ...wishes })
}

const request = {
  confirm: undefined,
  environment: 'test',
  signal: new AbortController().signal,
  onProgress: () => {},
}

/** Indexes, constraints and sequences, with what they are made of. */
const definitions = `with own as (select oid from pg_namespace where oid >= 16384 and nspname <> 'downpour')
  select md5(string_agg(definition, ',' order by definition)) from (
    select pg_get_indexdef(indexrelid) from pg_index join pg_class c on c.oid = indrelid where relnamespace in (select oid from own)
    union all select conname || pg_get_constraintdef(oid) from pg_constraint where connamespace in (select oid from own)
  ) as definitions (definition)`

describe('names of every kind', () => {
  it('are written to by every strategy alike', async () => {
    await seedOdd({ strategy: 'row-tx' })
    const sums = await checksumsOf(database.url, tables)
    expect(Object.values(sums).map(({ rows }) => rows)).toEqual(oddNames.map(() => 30))
    // One of each way to write a statement.
    for (const strategy of ['copy', 'copy-text', 'batch', 'values', 'unnest'] as const) {
      await seedOdd({ strategy, existing: 'reset' })
      expect(await checksumsOf(database.url, tables), strategy).toEqual(sums)
    }
  })

  it('survive that everything is dropped and put back, grown, undone and emptied', async () => {
    const before = await ask(database.url, definitions)
    await seedOdd({ indexes: 'defer', lanes: 2 })
    expect(await ask(database.url, definitions)).toBe(before)
    const { run, rows } = await seedOdd({
      existing: 'append',
      counts: { [`t${oddNames.length - 1}`]: 50 },
    })
    expect(rows).toBe(20)
    await undoRun({ ...request, url: database.url, run })
    const left = await checksumsOf(database.url, tables)
    expect(Object.values(left).map((sum) => sum.rows)).toEqual(oddNames.map(() => 30))
    await resetDatabase({ ...request, url: database.url, tables, only: undefined })
    expect(Object.values(await checksumsOf(database.url, tables)).map((sum) => sum.rows)).toEqual(
      oddNames.map(() => 0),
    )
    expect(await ask(database.url, definitions)).toBe(before)
  })

  it('are told of as they are where rows are refused', async () => {
    const [name] = oddNames
    await change(
      database.url,
      `create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger no before insert on "a""b"."a""b" for each row execute function no()`,
    )
    expect(await failureFrom(seedOdd())).toMatchObject({ message: expect.stringContaining('t0') })
    expect(await ask(database.url, `select count(*) from "a""b"."a""b"`)).toBe('0')
    expect(name).toBe('a"b')
  })

  it('work in functions as in commands', async () => {
    const client = postgres(database.url, { max: 2, onnotice: () => {} })
    const db = drizzle(client)
    try {
      await seed(db, oddSchema, { count: 12 })
      for (const table of Object.values(oddSchema)) {
        let rows = 0
        for await (const some of readTable(db, table)) rows += some.length
        expect(rows).toBe(12)
      }
      await reset(db, oddSchema)
      expect(await ask(database.url, `select count(*) from "a""b"."a""b"`)).toBe('0')
    } finally {
      await client.end()
    }
  })
})
