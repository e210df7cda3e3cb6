import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import type { SeedReport } from '../../src/run/report-run.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { faultsInBooks, noFaults } from '../support/sound-books.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townRefinements, townTables } from '../support/town.ts'

const all = { kinds: 3, residents: 40, places: 20, visits: 221, samples: 30, papers: 25 }
const more = { residents: 55, samples: 40, papers: 33 }

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

const append = (wishes: SeedWishes = {}) =>
  seedTown(database.url, { ...wishes, existing: 'append' })

/** Rows by table, where there are any. */
const loadedBy = ({ tables }: SeedReport) =>
  Object.fromEntries(tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => [table, rows]))

/** Residents whose sum is not that of their visits. */
const wrongSums = `select count(*) from residents r
  where spent <> (select coalesce(sum(price), 0) from visits where resident_id = r.id)`

describe.each(['batch', 'copy'] as const)('--append by %s', (strategy) => {
  it('adds the rows that are missing, after the largest keys', async () => {
    await seedTown(database.url)
    const added = loadedBy(await append({ strategy, counts: more }))
    expect(added).toEqual({ residents: 15, samples: 10, papers: 8, visits: added['visits'] })
    expect(await townCounts(database.url)).toEqual({
      ...all,
      ...more,
      visits: all.visits + added['visits']!,
    })
    const keys = `select min(id) || ' ' || max(id) from`
    expect(await ask(database.url, `${keys} residents`)).toBe('1000 1054')
    expect(await ask(database.url, `${keys} papers`)).toBe('50 82')
    expect(await ask(database.url, "select nextval('residents_id_seq')")).toBe('1055')
    expect(await ask(database.url, wrongSums)).toBe('0')
    const visitorless = `select count(*) from residents r where id >= 1040
      and not exists (select from visits where resident_id = r.id)`
    expect(await ask(database.url, visitorless)).toBe('0')
  })

  it('gives in steps what one run gives', async () => {
    await seedTown(database.url, { strategy, counts: { residents: 20, samples: 0, papers: 5 } })
    await append({ strategy, counts: { residents: 32, samples: 34, papers: 5 } })
    await append({ strategy, counts: { samples: 40 } })
    const steps = await checksumsOf(database.url, townTables)
    expect(await townCounts(database.url)).toEqual({ ...all, samples: 40 })
    await seedTown(database.url, { existing: 'reset', counts: { samples: 40 } })
    expect(steps).toEqual(await checksumsOf(database.url, townTables))
  })
})

describe('--append to the project’s own seeders', () => {
  it('grows them to what one larger run gives, and keeps the books', async () => {
    const project = await loadProject(join(import.meta.dirname, '../../downpour.config.ts'))
    const [grown, whole] = [await createTestDatabase(), await createTestDatabase()]
    const seedProject = ({ url }: TestDatabase, wishes: SeedWishes) =>
      seedTown(url, { project, isEmbedded: true, ...wishes })
    const counts = { users: 60, products: 200, brands: 9 }
    await seedProject(grown, { counts: { users: 18, products: 50, brands: 9 } })
    const report = await seedProject(grown, { counts, existing: 'append' })
    expect(loadedBy(report)).toMatchObject({ users: 42, products: 150 })
    expect(Object.keys(loadedBy(report)).toSorted()).toEqual([
      'accounts',
      'budgets',
      'products',
      'transactions',
      'users',
    ])
    await seedProject(whole, { counts })
    const sums = await checksumsOf(grown.url, project.tables)
    expect(sums).toEqual(await checksumsOf(whole.url, project.tables))
    expect(await faultsInBooks(grown.url)).toEqual(noFaults)
    const more = { ...counts, brands: 10 }
    expect(
      await failureFrom(seedProject(grown, { counts: more, existing: 'append' })),
    ).toMatchObject({
      code: 'PLAN_NOT_PREFIX_STABLE',
      message: 'Cannot grow "products": column "brandId" would change in rows that are there',
    })
    const gap = { counts: { ...counts, users: 70 }, only: ['users', 'transactions'] }
    expect(await failureFrom(seedProject(grown, { ...gap, existing: 'append' }))).toMatchObject({
      code: 'REFUSED_PARENT_ROWS',
      message: 'Cannot refer to the rows of "accounts"',
    })
    expect(await checksumsOf(grown.url, project.tables)).toEqual(sums)
    await grown.drop()
    await whole.drop()
  })
})

describe('--append', () => {
  it('gives an empty database what a first run gives it', async () => {
    await append()
    const appended = await checksumsOf(database.url, townTables)
    await seedTown(database.url, { existing: 'reset' })
    expect(appended).toEqual(await checksumsOf(database.url, townTables))
  })

  it('adds nothing where nothing is missing', async () => {
    await seedTown(database.url)
    const before = await checksumsOf(database.url, townTables)
    expect(loadedBy(await append())).toEqual({})
    expect(await checksumsOf(database.url, townTables)).toEqual(before)
  })

  it('refuses what would change rows that are there, and fewer rows', async () => {
    await seedTown(database.url)
    const before = await checksumsOf(database.url, townTables)
    expect(await failureFrom(append({ counts: { places: 21 } }))).toEqual({
      code: 'PLAN_NOT_PREFIX_STABLE',
      message: 'Cannot grow "visits": column "placeId" would change in rows that are there',
      why: 'Either its values depend on how many rows there are (a draw over a table that grows too, or children that are shared out to an exact count), or its seeder has been changed since.',
      fix: 'Leave that table or count as it was, or undo the change of the seeder; to have all rows anew use --reset.',
      exitCode: 2,
    })
    expect(await failureFrom(append({ counts: { residents: 39 } }))).toEqual({
      code: 'PLAN_FEWER_ROWS',
      message: 'Cannot grow "residents" to 39 rows',
      why: 'Earlier runs have loaded 40 rows, and --append takes none away.',
      fix: 'Plan at least 40 rows of residents, or empty the tables first with --reset.',
      exitCode: 2,
    })
    expect(await checksumsOf(database.url, townTables)).toEqual(before)
  })

  it('adds the children that an earlier run left out', async () => {
    await seedTown(database.url, { only: ['kinds', 'residents', 'places'] })
    await append({ only: ['visits'] })
    expect(await ask(database.url, wrongSums)).toBe('0')
    await append()
    const steps = await checksumsOf(database.url, townTables)
    await seedTown(database.url, { existing: 'reset' })
    expect(steps).toEqual(await checksumsOf(database.url, townTables))
  })

  it('leaves tables alone that --only does not name', async () => {
    await seedTown(database.url)
    await append({ only: ['papers'], counts: { papers: 28, residents: 50 } })
    expect(await townCounts(database.url)).toEqual({ ...all, papers: 28 })
  })
})

describe('--append to rows of another origin', () => {
  it('counts them among the rows, and goes on after them', async () => {
    await seedTown(database.url, { ledger: 'no ledger' })
    const counts = { ...more, places: 25, visits: 300 }
    expect(loadedBy(await append({ counts }))).toEqual({
      residents: 15,
      places: 5,
      visits: 79,
      samples: 10,
      papers: 8,
    })
    expect(await townCounts(database.url)).toEqual({ ...all, ...counts })
    expect(await ask(database.url, wrongSums)).toBe('0')
    const visited = 'select min(resident_id) from visits where id > 221'
    expect(await ask(database.url, visited)).toBe('1040')
  })

  it('goes on where keys have gaps, and refers to no row that may be missing', async () => {
    const refine = { residents: { ...townRefinements['residents'], rows: [] } }
    await seedTown(database.url, { refine })
    await change(
      database.url,
      `delete from papers where id < 60; update papers set id = 500 where id = 70;
       update residents set mentor_id = null; delete from visits where resident_id in (1003, 1039);
       delete from residents where id in (1003, 1039)`,
    )
    await append({ refine, counts: { residents: 53, papers: 23, places: 25 } })
    expect(await ask(database.url, 'select min(id) from residents where id > 1038')).toBe('1039')
    const mentors = 'select count(*) from residents where id >= 1039 and mentor_id < 1039'
    expect(await ask(database.url, mentors)).toBe('0')
    const papers = "select count(*) || ' ' || max(id) from papers where id > 500"
    expect(await ask(database.url, papers)).toBe('8 508')
    expect(await ask(database.url, wrongSums)).toBe('0')
  })

  it('refuses it where the known rows belong', async () => {
    await seedTown(database.url)
    await change(database.url, `insert into "select" (id, "a.b") values (10, 'ghost')`)
    const before = await checksumsOf(database.url, townTables)
    expect(await failureFrom(append({ counts: more }))).toEqual({
      code: 'PLAN_APPEND_KNOWN_ROWS',
      message: 'Cannot append to "kinds"',
      why: "It holds 4 rows of another origin where the seeder's 3 known rows belong.",
      fix: 'Append to a database that was seeded by the same seeders, or empty it with --reset.',
      exitCode: 2,
    })
    expect(await checksumsOf(database.url, townTables)).toEqual(before)
  })

  it('adds children of new parents only', async () => {
    await seedTown(database.url, { ledger: 'no ledger' })
    expect(await failureFrom(append({ only: ['visits'] }))).toEqual({
      code: 'PLAN_APPEND_PARENT',
      message: 'Cannot append to "visits" alone',
      why: 'Its rows are counted per row of "residents", and --only leaves that table out.',
      fix: 'Name residents in --only too.',
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toEqual(all)
  })

  it.each([
    {
      key: 2_147_483_647,
      counts: { papers: 27 },
      table: 'papers',
      rename: 'update papers set id = 2147483647 where id = 74',
      why: 'Keys would go up to 2147483649, and those of this type end at 2147483647.',
    },
    {
      key: 9_007_199_254_740_990,
      counts: { samples: 32 },
      table: 'samples',
      rename: 'update "Odd Schema".samples set id = 9007199254740990 where id = 30',
      why: 'Keys would go up to 9007199254740992, and those of this type end at 9007199254740991.',
    },
  ])('writes nothing when there are no keys left after $key', async (end) => {
    const { counts, table, rename, why } = end
    await seedTown(database.url)
    await change(database.url, rename)
    expect(await failureFrom(append({ counts, only: [table] }))).toEqual({
      code: 'PLAN_KEY_SPACE',
      message: `Cannot seed "${table}": column "id" cannot be filled`,
      why,
      fix: 'Plan fewer rows, or use a larger integer type; after --append, look for a row with a very large key.',
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toEqual(all)
  })
})
