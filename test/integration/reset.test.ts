import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as f from '../../src/generate/generators/index.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import {
  ask,
  change,
  failureFrom,
  seedTown,
  townCounts,
  townProject,
} from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townRefinements, townTables } from '../support/town.ts'

const nothing = { kinds: 0, residents: 0, places: 0, visits: 0, samples: 0, papers: 0 }
const all = { kinds: 3, residents: 40, places: 20, visits: 221, samples: 30, papers: 25 }

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
  await seedTown(database.url)
})
afterEach(() => database.drop())

function reset(only?: readonly string[]): Promise<readonly string[]> {
  const { url } = database
  const { signal } = new AbortController()
  return resetDatabase({
    url,
    tables: townTables,
    only,
    confirm: undefined,
    environment: 'test',
    signal,
  })
}

const stillReferred = {
  why: 'The server said: cannot truncate a table referenced in a foreign key constraint (SQLSTATE 0A000).',
  code: 'RESET_FAILED',
  message: 'Cannot empty the tables',
  fix: 'Empty visits too: name it in --only as well, or empty all tables with "npx downpour reset".',
  exitCode: 4,
}

describe('resetDatabase', () => {
  it('empties the tables and restarts their sequences', async () => {
    expect(await reset()).toEqual(['kinds', 'papers', 'places', 'residents', 'samples', 'visits'])
    expect(await townCounts(database.url)).toEqual(nothing)
    const next = `select nextval('residents_id_seq') || ' ' || nextval('"Papers ""seq"""')
      || ' ' || nextval('visits_id_seq')`
    expect(await ask(database.url, next)).toBe('1000 50 1')
  })

  it('empties the named tables only', async () => {
    expect(await reset(['visits', 'papers'])).toEqual(['papers', 'visits'])
    expect(await townCounts(database.url)).toEqual({ ...all, visits: 0, papers: 0 })
  })

  it('empties nothing where another table refers to one of them', async () => {
    expect(await failureFrom(reset(['papers', 'residents']))).toEqual(stillReferred)
    expect(await townCounts(database.url)).toEqual(all)
  })

  it('refuses a table that the schema does not have', async () => {
    expect(await failureFrom(reset(['house']))).toEqual({
      code: 'PLAN_UNKNOWN_TABLE',
      message: 'There is no table "house" in the schema',
      why: 'A seeder, a profile or an option names it.',
      fix: 'Use one of: kinds, papers, places, residents, samples, visits.',
      exitCode: 2,
    })
  })

  it('says so when a table is missing', async () => {
    await change(database.url, 'drop table papers')
    expect(await failureFrom(reset())).toMatchObject({
      code: 'RESET_FAILED',
      why: 'The server said: relation "public.papers" does not exist (SQLSTATE 42P01).',
      fix: 'Apply the migrations: npx downpour migrate.',
    })
    expect(await ask(database.url, 'select count(*) from visits')).toBe('221')
  })
})

describe('a run', () => {
  it('is refused where the data is there already, naming the ways on', async () => {
    await change(database.url, 'truncate papers, "Odd Schema".samples')
    expect(await failureFrom(seedTown(database.url))).toEqual({
      code: 'REFUSED_NOT_EMPTY',
      message: 'The data is there already: kinds, places, residents and visits hold rows',
      why: 'Seeding again would mix two sets of rows, so nothing was written.',
      fix: 'Go on with --append (grow them to larger counts), --reset (empty the tables first) or --database-url (another database).',
      exitCode: 2,
    })
    expect(await failureFrom(seedTown(database.url, { only: ['kinds'] }))).toMatchObject({
      message: 'The data is there already: kinds holds rows',
    })
    expect(await townCounts(database.url)).toEqual({ ...all, papers: 0, samples: 0 })
  })

  it('gives the same after a reset as the first time', async () => {
    const first = await checksumsOf(database.url, townTables)
    await change(
      database.url,
      `update residents set handle = 'x' || id; select setval('visits_id_seq', 900)`,
    )
    await seedTown(database.url, { existing: 'reset' })
    expect(await checksumsOf(database.url, townTables)).toEqual(first)
    expect(await ask(database.url, "select nextval('visits_id_seq')")).toBe('222')
  })

  it('explains why it cannot empty the tables', async () => {
    await change(database.url, 'create table notes (id int references papers (id))')
    expect(await failureFrom(seedTown(database.url, { existing: 'reset' }))).toEqual({
      ...stillReferred,
      fix: 'Drop the foreign key of the table that refers to one of them, which is not in the schema.',
    })
    expect(await townCounts(database.url)).toEqual(all)
  })

  it.each([
    { transaction: 'run', left: all },
    { transaction: 'chunk', left: { ...nothing, kinds: 3 } },
  ] as const)('keeps the old rows when a run by $transaction fails, where it can', async (way) => {
    await change(database.url, 'alter table papers add constraint few check (id <> 70) not valid')
    const { transaction } = way
    const failure = await failureFrom(
      seedTown(database.url, { existing: 'reset', transaction, chunkSize: 1000 }),
    )
    expect(failure).toMatchObject({ code: 'LOAD_CHECK' })
    expect(await townCounts(database.url)).toEqual(way.left)
  })

  it('restarts sequences in the run’s transaction, too', async () => {
    await change(database.url, 'alter table visits add constraint few check (id <> 200) not valid')
    await failureFrom(seedTown(database.url, { existing: 'reset', transaction: 'run' }))
    expect(await ask(database.url, "select nextval('visits_id_seq')")).toBe('222')
  })

  it('empties a table that --only names though nothing fills it', async () => {
    const { visits: _, ...refinements } = townRefinements
    const residents = {
      ...refinements['residents']!,
      columns: { ...refinements['residents']!.columns, spent: f.decimal() },
    }
    const project = { ...townProject, refinements: { ...refinements, residents } }
    const only = ['kinds', 'residents', 'visits']
    await seedTown(database.url, { project, existing: 'reset', only })
    expect(await townCounts(database.url)).toEqual({ ...all, visits: 0 })
  })

  it('empties tables even where no row is to be loaded', async () => {
    await seedTown(database.url, { existing: 'reset', only: ['papers'], counts: { papers: 0 } })
    expect(await townCounts(database.url)).toEqual({ ...all, papers: 0 })
  })

  it('empties nothing when it cannot be done afterwards', async () => {
    await change(database.url, 'delete from visits; delete from residents')
    const left = await townCounts(database.url)
    const failure = await failureFrom(
      seedTown(database.url, { existing: 'reset', only: ['visits', 'papers'] }),
    )
    expect(failure).toMatchObject({ code: 'REFUSED_PARENT_ROWS' })
    expect(await townCounts(database.url)).toEqual(left)
  })

  it('leaves fresh statistics', async () => {
    const counted = await ask(
      database.url,
      `select string_agg(relname || ' ' || reltuples, ', ' order by oid) from pg_class
         where relname in ('select', 'residents', 'Places "to be"', 'visits', 'samples', 'papers')
           and relkind = 'r'`,
    )
    expect(counted.split(', ').toSorted()).toEqual([
      'Places "to be" 20',
      'papers 25',
      'residents 40',
      'samples 30',
      'select 3',
      'visits 221',
    ])
  })
})
