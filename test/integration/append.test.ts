import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { faultsInBooks, noFaults } from '../support/sound-books.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townRefinements, townTables } from '../support/town.ts'

const all = { kinds: 3, residents: 40, places: 20, visits: 221, samples: 30, papers: 25 }
const more = { residents: 15, places: 5, samples: 10, papers: 8 }

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

const append = (wishes: SeedWishes = {}) =>
  seedTown(database.url, { counts: more, ...wishes, existing: 'append' })

/** Residents whose sum is not that of their visits. */
const wrongSums = `select count(*) from residents r
  where spent <> (select coalesce(sum(price), 0) from visits where resident_id = r.id)`

describe.each(['batch', 'copy'] as const)('--append by %s', (strategy) => {
  it('goes on after the largest keys, without the known rows', async () => {
    await seedTown(database.url)
    const report = await append({ strategy })
    const added = Object.fromEntries(report.tables.map(({ table, rows }) => [table, rows]))
    expect(added).toEqual({ ...more, visits: added['visits'] })
    expect(await townCounts(database.url)).toEqual({
      kinds: 3,
      residents: 55,
      places: 25,
      visits: 221 + added['visits']!,
      samples: 40,
      papers: 33,
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

  it('gives in steps what one run gives, where no parent that grows is drawn from', async () => {
    await seedTown(database.url, { strategy, counts: { residents: 20, places: 9, papers: 5 } })
    await append({ strategy, counts: { residents: 12, places: 6, samples: 4, papers: 0 } })
    await append({ strategy, counts: { residents: 8, places: 5, samples: 6, papers: 20 } })
    const steps = await checksumsOf(database.url, townTables)
    const visits =
      'select sum(hashtextextended((id, resident_id, price, visited_on)::text, 0)) from visits'
    const visitsOfSteps = await ask(database.url, visits)
    await seedTown(database.url, { existing: 'reset', counts: { samples: 40 } })
    const once = await checksumsOf(database.url, townTables)
    expect(await ask(database.url, visits)).toBe(visitsOfSteps)
    expect({ ...steps, visits: undefined }).toEqual({ ...once, visits: undefined })
    expect(steps['visits']!.rows).toBe(once['visits']!.rows)
  })
})

describe('--append to the project’s own seeders', () => {
  it('keeps the books, twice', async () => {
    const project = await loadProject(join(import.meta.dirname, '../../downpour.config.ts'))
    const empty = await createTestDatabase()
    const seedProject = (existing: 'refuse' | 'append') =>
      seedTown(empty.url, {
        project,
        existing,
        isEmbedded: true,
        counts: { users: 12, brands: 4, products: 30 },
      })
    await seedProject('refuse')
    await seedProject('append')
    const last = await seedProject('append')
    const count = (table: string) => ask(empty.url, `select count(*) from ${table}`)
    expect([await count('users'), await count('products'), await count('brands')]).toEqual([
      '36',
      '90',
      '12',
    ])
    expect(last.tables.find(({ table }) => table === 'transactions')!.rows).toBeGreaterThan(100)
    expect(await faultsInBooks(empty.url)).toEqual(noFaults)
    const demo = `select count(*) from users where username = (select username from users where id = 1)`
    expect(await ask(empty.url, demo)).toBe('1')
    await empty.drop()
  })
})

describe('--append', () => {
  it('gives an empty database what a first run gives it', async () => {
    await append({ counts: {} })
    const appended = await checksumsOf(database.url, townTables)
    await seedTown(database.url, { existing: 'reset' })
    expect(appended).toEqual(await checksumsOf(database.url, townTables))
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
    await append({ refine })
    expect(await ask(database.url, 'select min(id) from residents where id > 1038')).toBe('1039')
    const mentors = 'select count(*) from residents where id >= 1039 and mentor_id < 1039'
    expect(await ask(database.url, mentors)).toBe('0')
    const papers = "select count(*) || ' ' || max(id) from papers where id > 500"
    expect(await ask(database.url, papers)).toBe('8 508')
    expect(await ask(database.url, wrongSums)).toBe('0')
  })

  it('refuses rows of another origin where the known rows belong', async () => {
    await seedTown(database.url)
    await change(database.url, `insert into "select" (id, "a.b") values (10, 'ghost')`)
    const before = await checksumsOf(database.url, townTables)
    expect(await failureFrom(append())).toEqual({
      code: 'PLAN_APPEND_KNOWN_ROWS',
      message: 'Cannot append to "kinds"',
      why: "It holds 4 rows of another origin where the seeder's 3 known rows belong.",
      fix: 'Append to a database that was seeded by the same seeders, or empty it with --reset.',
      exitCode: 2,
    })
    expect(await checksumsOf(database.url, townTables)).toEqual(before)
  })

  it('adds children of new parents only', async () => {
    await seedTown(database.url)
    expect(await failureFrom(append({ only: ['visits'], counts: {} }))).toEqual({
      code: 'PLAN_APPEND_PARENT',
      message: 'Cannot append to "visits" alone',
      why: 'Its rows are counted per row of "residents", and --only leaves that table out.',
      fix: 'Name residents in --only too.',
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toEqual(all)
    await append({ only: ['papers'], counts: { papers: 3 } })
    expect(await townCounts(database.url)).toEqual({ ...all, papers: 28 })
  })

  it.each([
    {
      key: 2_147_483_647,
      table: 'papers',
      rename: 'update papers set id = 2147483647 where id = 74',
      why: 'Keys would go up to 2147483649, and those of this type end at 2147483647.',
    },
    {
      key: 9_007_199_254_740_990,
      table: 'samples',
      rename: 'update "Odd Schema".samples set id = 9007199254740990 where id = 30',
      why: 'Keys would go up to 9007199254740992, and those of this type end at 9007199254740991.',
    },
  ])('writes nothing when there are no keys left after $key', async ({ table, rename, why }) => {
    await seedTown(database.url)
    await change(database.url, rename)
    expect(await failureFrom(append({ counts: { [table]: 2 }, only: [table] }))).toEqual({
      code: 'PLAN_KEY_SPACE',
      message: `Cannot seed "${table}": column "id" cannot be filled`,
      why,
      fix: 'Plan fewer rows, or use a larger integer type; after --append, look for a row with a very large key.',
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toEqual(all)
  })
})
