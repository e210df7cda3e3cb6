import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as f from '../../src/generate/generators/index.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import { each } from '../../src/plan/refinement.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { failureOf, planOf, rowsOf } from '../support/plans.ts'

const posts = pg.pgTable('posts', { id: pg.serial().primaryKey(), title: pg.text() })
const users = pg.pgTable('users', { id: pg.serial().primaryKey(), name: pg.text() })
const ofPost = () =>
  pg
    .integer()
    .notNull()
    .references(() => posts.id)
const ofUser = () =>
  pg
    .integer()
    .notNull()
    .references(() => users.id)

const translations = pg.pgTable(
  'translations',
  { postId: ofPost(), locale: pg.text().notNull(), title: pg.text().notNull() },
  (t) => [pg.unique().on(t.postId, t.locale)],
)
const items = pg.pgTable('items', { postId: ofPost(), position: pg.integer().notNull() }, (t) => [
  pg.unique().on(t.postId, t.position),
])
const votes = pg.pgTable(
  'votes',
  { postId: ofPost(), kind: pg.text({ enum: ['up', 'down', 'none'] }).notNull() },
  (t) => [pg.unique().on(t.postId, t.kind)],
)
const members = pg.pgTable('members', { userId: ofUser(), postId: ofPost() }, (t) => [
  pg.primaryKey({ columns: [t.userId, t.postId] }),
])
const addresses = pg.pgTable(
  'addresses',
  { userId: ofUser(), isDefault: pg.boolean().notNull() },
  (t) => [
    pg
      .uniqueIndex()
      .on(t.userId)
      .where(sql`${t.isDefault}`),
  ],
)

const schema = { posts, users, translations, items, votes, members, addresses }

async function seeded(table: keyof typeof schema, refinements: Refinements) {
  const plan = await planOf(refinements, { schema })
  await checkPlan(plan)
  return rowsOf(plan, table)
}

const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'sv', 'ja']
const distinct = (values: readonly unknown[]): number => new Set(values.map(String)).size
const pairs = (rows: readonly Record<string, unknown>[], ...names: string[]): number =>
  distinct(rows.map((row) => names.map((name) => row[name]).join()))

describe('columns that are unique together', () => {
  it('have their usual values where there are enough combinations with the parents', async () => {
    const rows = await seeded('translations', {
      posts: { count: 20 },
      translations: { count: 200 },
    })
    expect(rows.every(({ locale }) => languages.includes(String(locale)))).toBe(true)
    expect(pairs(rows, 'postId', 'locale')).toBe(200)
  })

  it('have values that never repeat where there are not', async () => {
    const rows = await seeded('translations', {
      posts: { count: 20 },
      translations: { count: 201 },
    })
    expect(pairs(rows, 'locale')).toBe(201)
    expect(rows.filter(({ locale }) => languages.includes(String(locale)))).toHaveLength(10)
  })

  it('have their usual values, each once, among the rows of one parent', async () => {
    const rows = await seeded('translations', {
      posts: { count: 300 },
      translations: { each: each('posts', 10) },
    })
    expect(rows).toHaveLength(3000)
    expect(rows.every(({ locale }) => languages.includes(String(locale)))).toBe(true)
    expect(pairs(rows, 'postId', 'locale')).toBe(3000)
  })

  it('begin elsewhere with each parent', async () => {
    const rows = await seeded('translations', {
      posts: { count: 1000 },
      translations: { each: each('posts', 1) },
    })
    for (const language of languages) {
      const count = rows.filter(({ locale }) => locale === language).length
      expect(count).toBeGreaterThan(60)
      expect(count).toBeLessThan(140)
    }
  })

  it('have places in a list of a believable size', async () => {
    const rows = await seeded('items', { posts: { count: 50 }, items: { each: each('posts', 8) } })
    expect(pairs(rows, 'postId', 'position')).toBe(400)
    expect(Math.max(...rows.map(({ position }) => Number(position)))).toBeLessThanOrEqual(100)
  })

  it('refer to another row each time among the rows of one parent', async () => {
    const rows = await seeded('members', {
      posts: { count: 40 },
      users: { count: 100 },
      members: { each: each('users', () => (user) => 1 + (user % 40)) },
    })
    expect(pairs(rows, 'userId', 'postId')).toBe(rows.length)
    expect(distinct(rows.map(({ postId }) => postId))).toBe(40)
  })

  it('are refused where one parent has more rows than there are values', async () => {
    const failure = await failureOf(() =>
      seeded('votes', { posts: { count: 5 }, votes: { each: each('posts', 4) } }),
    )
    expect(failure).toMatchObject({
      code: 'PLAN_UNIQUE_SPACE',
      message: 'Cannot seed "votes": column "kind" cannot be filled',
      why: 'Rows of one parent in posts must differ in them, and there are 3 combinations for 4 rows.',
      fix: 'Plan at most 3 rows of votes for each row of posts, or more of what it refers to.',
    })
  })

  it('combine what a seeder gives with the parents', async () => {
    const columns = { locale: f.valuesFromArray({ values: ['en', 'de', 'fr'] }) }
    const rows = await seeded('translations', {
      posts: { count: 20 },
      translations: { count: 60, columns },
    })
    expect(pairs(rows, 'postId', 'locale')).toBe(60)
    const ofParents = await seeded('translations', {
      posts: { count: 20 },
      translations: { each: each('posts', 3), columns },
    })
    expect(pairs(ofParents, 'postId', 'locale')).toBe(60)
  })

  it('are refused where what a seeder gives is too little', async () => {
    const failure = await failureOf(() =>
      seeded('translations', {
        posts: { count: 20 },
        translations: {
          count: 61,
          columns: { locale: f.valuesFromArray({ values: ['en', 'de', 'fr'] }) },
        },
      }),
    )
    expect(failure).toMatchObject({
      code: 'PLAN_UNIQUE_SPACE',
      message: 'Cannot seed "translations": columns "postId", "locale" cannot be filled',
      why: 'They are unique together, and there are 60 combinations for 61 rows.',
      fix: 'Plan at most 60 rows of translations, or more of what it refers to.',
    })
  })

  it('stay as a seeder gives them where these never repeat', async () => {
    const rows = await seeded('items', {
      posts: { count: 2 },
      items: { count: 100, columns: { position: f.int({ maxValue: 100, isUnique: true }) } },
    })
    expect(distinct(rows.map(({ position }) => position))).toBe(100)
  })

  it('flag one row of each parent', async () => {
    const rows = await seeded('addresses', {
      users: { count: 30 },
      addresses: { each: each('users', 3) },
    })
    const flagged = rows.filter(({ isDefault }) => isDefault === true)
    expect(flagged).toHaveLength(30)
    expect(distinct(flagged.map(({ userId }) => userId))).toBe(30)
  })
})

describe('unique times of day', () => {
  it('follow from the column, and leave out those of known rows', async () => {
    const slots = pg.pgTable('slots', { at: pg.time().notNull().unique() })
    const columns = { at: f.time({ min: '08:00', max: '08:00:11' }) }
    const known = [{ at: '08:00:03' }, { at: '08:00:07' }]
    const plan = await planOf({ slots: { count: 10, columns, rows: known } }, { schema: { slots } })
    await checkPlan(plan)
    const times = (await rowsOf(plan, 'slots')).map(({ at }) => String(at))
    expect(times.slice(0, 2)).toEqual(['08:00:03', '08:00:07'])
    expect(distinct(times)).toBe(10)
    expect(times.every((at) => at >= '08:00:00' && at <= '08:00:11')).toBe(true)
  })
})

describe('unique texts', () => {
  const labelled = (column: pg.PgColumnBuilderBase, name: string) =>
    seededAlone(pg.pgTable('labels', { [name]: column }), name)

  async function seededAlone(table: pg.PgTable, name: string): Promise<readonly string[]> {
    const plan = await planOf({ labels: { count: 20_000 } }, { schema: { labels: table } })
    await checkPlan(plan)
    const rows = await rowsOf(plan, 'labels')
    return rows.map((row) => String(row[name]))
  }

  it.each([
    ['name', undefined],
    ['title', 50],
    ['name', 30],
    ['name', 20],
    ['label', undefined],
    ['country', undefined],
    ['department', 40],
    ['jobTitle', undefined],
    ['description', undefined],
    ['role', undefined],
    ['version', undefined],
    ['zip', 10],
  ])(
    'are words for as long as there are any, then words and a number: %s of %s',
    async (name, length) => {
      const column = length === undefined ? pg.text() : pg.varchar({ length })
      const values = await labelled(column.notNull().unique(), name)
      expect(distinct(values)).toBe(20_000)
      expect(values.every((value) => value.length <= (length ?? 200))).toBe(true)
      const isNumber = name === 'version' || name === 'zip'
      expect(values.every((value) => isNumber || /^[^\d]+([ -][1-9]\d*)?$/.test(value))).toBe(true)
      expect(isNumber || !/\d/.test(values[0]!)).toBe(true)
    },
  )
})
