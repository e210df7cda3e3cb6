import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checksumsOf } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

const addIt = (table: string) =>
  `Add ${table} to --only, or seed it first with the same profile, counts and seed.`

describe('--only', () => {
  it('gives table by table what one run gives', async () => {
    await seedTown(database.url)
    const once = await checksumsOf(database.url, townTables)
    await seedTown(database.url, { existing: 'reset', counts: { residents: 2 } })
    await change(
      database.url,
      `truncate "select", residents, "Odd Schema"."Places ""to be""", visits,
      "Odd Schema".samples, papers restart identity`,
    )
    for (const only of [['kinds'], ['papers', 'residents'], ['samples', 'places'], ['visits']]) {
      await seedTown(database.url, { only })
    }
    expect(await checksumsOf(database.url, townTables)).toEqual(once)
  })

  it('replaces a table by itself', async () => {
    await seedTown(database.url)
    const once = await checksumsOf(database.url, townTables)
    await change(database.url, 'update visits set price = price + 1')
    await seedTown(database.url, { existing: 'reset', only: ['visits'], strategy: 'batch' })
    expect(await checksumsOf(database.url, townTables)).toEqual(once)
  })

  it('refuses to go on without the parents', async () => {
    expect(await failureFrom(seedTown(database.url, { only: ['papers', 'residents'] }))).toEqual({
      code: 'REFUSED_PARENT_ROWS',
      message: 'Cannot refer to the rows of "kinds"',
      why: 'The plan counts on 3 rows with keys from 1 on, and the table holds 0 rows.',
      fix: addIt('kinds'),
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toMatchObject({ papers: 0, residents: 0 })
  })

  it('refuses parents that are more or fewer than planned', async () => {
    await seedTown(database.url, { only: ['kinds', 'residents', 'places'] })
    const failure = await failureFrom(
      seedTown(database.url, { only: ['visits'], counts: { residents: 41 } }),
    )
    expect(failure).toEqual({
      code: 'REFUSED_PARENT_ROWS',
      message: 'Cannot refer to the rows of "residents"',
      why: 'The plan counts on 41 rows with keys from 1000 on, and the table holds 40 rows with keys from 1000 to 1039.',
      fix: addIt('residents'),
      exitCode: 2,
    })
    const places = { places: 19 }
    expect(await failureFrom(seedTown(database.url, { only: ['visits'], counts: places }))).toEqual(
      {
        code: 'REFUSED_PARENT_ROWS',
        message: 'Cannot refer to the rows of "places"',
        why: 'The plan counts on 19 rows, and the table holds 20 rows.',
        fix: addIt('places'),
        exitCode: 2,
      },
    )
    expect(await ask(database.url, 'select count(*) from visits')).toBe('0')
  })

  it('refers to parents under whatever keys', async () => {
    await seedTown(database.url, { only: ['kinds', 'residents', 'places'] })
    await change(database.url, 'update residents set mentor_id = null')
    await change(
      database.url,
      'alter table residents alter id drop identity; update residents set id = 2000 where id = 1000',
    )
    await seedTown(database.url, { only: ['visits'] })
    expect(
      await ask(database.url, 'select count(*) > 0 from visits where resident_id = 2000'),
    ).toBe('true')
  })

  it('refers to parents that another seed has written', async () => {
    await seedTown(database.url, { only: ['kinds', 'residents', 'places'], seed: 2 })
    const { notes } = await seedTown(database.url, { only: ['visits'], seed: 1 })
    expect(notes).toContain('Referred to rows of another origin: 20 of places')
    expect(await townCounts(database.url)).toMatchObject({ visits: 221 })
  })

  it('names the parent that the database does not have', async () => {
    await seedTown(database.url, { only: ['kinds', 'places'] })
    await change(database.url, 'drop table visits, residents cascade')
    await change(
      database.url,
      `create table visits (id serial primary key, resident_id bigint not null,
      place_id uuid, region char(2) not null, code int not null, price numeric(10,2) not null,
      visited_on date not null)`,
    )
    expect(await failureFrom(seedTown(database.url, { only: ['visits'] }))).toEqual({
      code: 'TARGET_UNREADABLE',
      message: 'Cannot see what "residents" holds',
      why: 'The server said: relation "public.residents" does not exist (SQLSTATE 42P01).',
      fix: 'Apply the migrations: npx downpour migrate.',
      exitCode: 2,
    })
  })

  it('refuses a table that the schema does not have', async () => {
    expect(await failureFrom(seedTown(database.url, { only: ['house'] }))).toMatchObject({
      code: 'PLAN_UNKNOWN_TABLE',
      message: 'There is no table "house" in the schema',
    })
  })
})
