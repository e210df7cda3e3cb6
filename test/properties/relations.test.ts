import * as pg from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as f from '../../src/generate/generators/index.ts'
import { firstNames } from '../../src/generate/vocabulary.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { failureOf, planOf, range, rowsOf } from '../support/plans.ts'

const people = pg.pgTable('people', {
  id: pg.integer().primaryKey(),
  name: pg.text(),
  mail: pg.text(),
  nick: pg.text(),
})
const profiles = pg.pgTable('profiles', {
  personId: pg
    .integer()
    .primaryKey()
    .references(() => people.id),
  nick: pg.text(),
  note: pg.text(),
})
const badges = pg.pgTable('badges', {
  id: pg.integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 10 }),
  number: pg.integer().notNull().generatedByDefaultAsIdentity({ startWith: 5000 }),
  personId: pg
    .integer()
    .notNull()
    .unique()
    .references(() => people.id),
})
const schema = { people, profiles, badges }

const person = () =>
  f.templates({
    parts: { first: firstNames, n: { min: 1, max: 99_999 } },
    columns: { name: '{first} {n}', mail: '{first:slug}{n}@x.example' },
    isUnique: true,
  })

/** The rows, computed in slices of some size. */
async function inSlices(refinements: Refinements, key: string, size: number) {
  const plan = await planOf(refinements, { schema })
  const rows: unknown[] = []
  const { count } = plan.tables.find(({ model }) => model.key === key)!.rows
  for (let first = 0; first < count; first += size) {
    rows.push(
      ...(await rowsOf(plan, key, { numbers: range(first, Math.min(size, count - first)) })),
    )
  }
  return rows
}

describe('f.nullable', () => {
  it('keeps an output with its group', async () => {
    const { name, mail } = person()
    const plan = await planOf(
      { people: { count: 300, columns: { name, mail: f.nullable(mail, { rate: 0.3 }) } } },
      { schema },
    )
    const rows = await rowsOf(plan, 'people')
    const given = rows.filter((row) => row['mail'] !== null)
    expect(given.length).toBeGreaterThan(150)
    expect(given.length).toBeLessThan(270)
    for (const row of given) {
      const [first, n] = String(row['name']).split(' ')
      expect(row['mail']).toBe(`${first!.toLowerCase().replace(/[^a-z]/g, '')}${n}@x.example`)
      expect(row['name']).not.toBeNull()
    }
  })

  it('multiplies when nested, and gives the same rows in slices of any size', async () => {
    const wish = (): Refinements => ({
      people: {
        count: 3000,
        columns: {
          nick: f.nullable(f.nullable(f.words(firstNames), { rate: 0.3 }), { rate: 0.3 }),
        },
      },
    })
    const whole = await inSlices(wish(), 'people', 3000)
    expect(await inSlices(wish(), 'people', 77)).toEqual(whole)
    const share = whole.filter((row) => (row as { nick: unknown }).nick === null).length / 3000
    expect(share).toBeGreaterThan(0.48)
    expect(share).toBeLessThan(0.54)
  })

  it('adds to the NULLs of a parent’s column without touching them', async () => {
    const wish = (): Refinements => ({
      people: {
        count: 1000,
        columns: { nick: f.nullable(f.words(firstNames), { rate: 0.3 }) },
      },
      profiles: {
        each: f.each('people', 1),
        columns: {
          nick: f.nullable(f.ofParent('people', 'nick'), { rate: 0.3 }),
          note: f.ofParent('people', 'nick'),
        },
      },
    })
    const whole = await inSlices(wish(), 'profiles', 1000)
    expect(await inSlices(wish(), 'profiles', 33)).toEqual(whole)
    const plan = await planOf(wish(), { schema })
    const nicks = (await rowsOf(plan, 'people')).map((row) => row['nick'])
    expect(whole.map((row) => (row as { note: unknown }).note)).toEqual(nicks)
    const share = whole.filter((row) => (row as { nick: unknown }).nick === null).length / 1000
    expect(share).toBeGreaterThan(0.45)
    expect(share).toBeLessThan(0.57)
  })
})

describe('one-to-one relations', () => {
  it('draw no parent twice where the foreign key is the primary key or unique', async () => {
    const plan = await planOf(
      { people: { count: 500 }, profiles: { count: 500 }, badges: { count: 200 } },
      { schema },
    )
    await checkPlan(plan)
    const keys = (await rowsOf(plan, 'profiles')).map((row) => Number(row['personId']))
    expect(keys.toSorted((a, b) => a - b)).toEqual(range(1, 500))
    expect(keys).not.toEqual(range(1, 500))
    expect(new Set((await rowsOf(plan, 'badges')).map((row) => row['personId'])).size).toBe(200)
  })

  it('are counted per parent where no parent has two', async () => {
    const plan = await planOf(
      { people: { count: 500 }, profiles: { each: f.each('people', 0.4) } },
      { schema },
    )
    await checkPlan(plan)
    const keys = (await rowsOf(plan, 'profiles')).map((row) => row['personId'])
    expect(new Set(keys).size).toBe(keys.length)
    const twice = await planOf(
      { people: { count: 500 }, profiles: { each: f.each('people', 1.4) } },
      { schema },
    )
    expect(await failureOf(() => checkPlan(twice))).toMatchObject({ code: 'PLAN_NOT_UNIQUE' })
  })

  it('are refused with more children than parents', async () => {
    const plan = await planOf({ people: { count: 5 }, profiles: { count: 6 } }, { schema })
    expect(await failureOf(() => checkPlan(plan))).toEqual({
      code: 'PLAN_UNIQUE_SPACE',
      message: 'Cannot seed "profiles": column "personId" cannot be filled',
      why: 'It is unique, and its generator has 5 different values for 6 rows.',
      fix: 'Plan at most 5 rows of profiles, or give the generator more values.',
    })
  })

  it('draw among the new parents when appending', async () => {
    const existing = new Map([
      ['people', { rows: 100, smallestKey: 1, largestKey: 100 }],
      ['profiles', { rows: 100, smallestKey: undefined, largestKey: undefined }],
    ])
    const plan = await planOf(
      { people: { count: 150 }, profiles: { count: 150 } },
      { schema, existing },
    )
    await checkPlan(plan)
    const keys = (await rowsOf(plan, 'profiles')).map((row) => Number(row['personId']))
    expect(keys.toSorted((a, b) => a - b)).toEqual(range(101, 50))
  })

  it('draw among the rows that are missing when behind rows of another origin', async () => {
    const grown = new Map([
      ['people', { rows: 100, ours: 100, smallestKey: 1, largestKey: 100 }],
      ['profiles', { rows: 90, smallestKey: undefined, largestKey: undefined }],
    ])
    const counts = { people: { count: 150 }, profiles: { count: 140 } }
    const plan = await planOf(counts, { schema, existing: grown })
    const keys = (await rowsOf(plan, 'profiles')).map((row) => Number(row['personId']))
    expect(keys.toSorted((a, b) => a - b)).toEqual(range(101, 50))
  })
})

describe('keys that count up', () => {
  it('have each the start of their own column', async () => {
    const plan = await planOf({ people: { count: 9 }, badges: { count: 3 } }, { schema })
    const rows = await rowsOf(plan, 'badges')
    expect(rows.map(({ id, number }) => [id, number])).toEqual([
      [10, 5000],
      [11, 5001],
      [12, 5002],
    ])
  })

  it('may be said by known rows where they are what they would be', async () => {
    const rows = [
      { id: 1, name: 'Ada' },
      { id: 2, name: 'Bea' },
    ]
    const plan = await planOf({ people: { count: 3, rows } }, { schema })
    await checkPlan(plan)
    expect((await rowsOf(plan, 'people')).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('tell nothing of the rows when a seeder fills them', async () => {
    const id = f.int({ minValue: 1, maxValue: 1e9, isUnique: true })
    const existing = new Map([['people', { rows: 4, smallestKey: 7, largestKey: 999_999 }]])
    const plan = await planOf({ people: { count: 7, columns: { id } } }, { schema, existing })
    expect(plan.tables[0]).toMatchObject({ key: undefined, rows: { first: 4, count: 3 } })
  })
})

describe('appending with only some tables', () => {
  const refinements: Refinements = {
    people: { count: 10 },
    profiles: { each: f.each('people', 1) },
  }
  const existing = new Map([['people', { rows: 10, smallestKey: 1, largestKey: 10 }]])

  it('is refused for children whose parents are left out', async () => {
    expect(
      await failureOf(() => planOf(refinements, { schema, existing, only: ['profiles'] })),
    ).toEqual({
      code: 'PLAN_APPEND_PARENT',
      message: 'Cannot append to "profiles" alone',
      why: 'Its rows are counted per row of "people", and --only leaves that table out.',
      fix: 'Name people in --only too.',
    })
  })

  it('gives new parents no children where these are left out', async () => {
    const more = { ...refinements, people: { count: 20 } }
    const plan = await planOf(more, { schema, existing, only: ['people'] })
    await checkPlan(plan)
    expect(plan.tables.map(({ rows }) => rows.count)).toEqual([10, 0, 0])
  })
})
