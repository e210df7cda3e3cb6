import { bigint, customType, integer, pgTable, text, timestamp, varchar } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { generatorsVersion } from '../../src/generate/version.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import { canonicalValue } from '../../src/plan/canonical.ts'
import {
  columnDigests,
  digestsIn,
  fingerprintDifferences,
  fingerprintPlan,
} from '../../src/plan/fingerprint.ts'
import type { Fingerprint } from '../../src/plan/fingerprint.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { planOf, rowsOf } from '../support/plans.ts'
import type { PlanOptions } from '../support/plans.ts'

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
const users = pgTable('people', {
  id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
  email: varchar('email', { length: 90 }).notNull(),
  name: text('name').notNull(),
  role: text('role').notNull(),
  age: integer('age'),
  total: integer('total'),
  picture: bytes('picture'),
})
const posts = pgTable('posts', {
  id: integer('id').primaryKey(),
  userId: bigint('user_id', { mode: 'bigint' })
    .notNull()
    .references(() => users.id),
  likes: integer('likes').notNull(),
  writtenAt: timestamp('written_at').notNull(),
})
const schema = { users, posts }

const surnames = Array.from({ length: 4_000 }, (_, n) => `Name${n}`)
const rareRoles = Array.from({ length: 4_000 }, (_, n) => `role ${n}`)

interface Wishes {
  readonly names?: readonly string[]
  readonly roles?: readonly (string | number)[]
  readonly columns?: Refinements[string]['columns']
  readonly known?: readonly Record<string, unknown>[]
  readonly count?: number
  readonly postsEach?: (user: number) => number
}

function refinementsOf(wishes: Wishes = {}): Refinements {
  const { names = surnames, roles = rareRoles, known = [{ name: 'Ada' }] } = wishes
  return {
    users: {
      count: wishes.count ?? 1000,
      rows: known,
      columns: {
        email: f.template(
          '{name:slug}-{n}@example.com',
          { name: vocabulary('name', names), n: { min: 1, max: 99 } },
          { isUnique: true },
        ),
        name: f.words(vocabulary('name', names)),
        role: f.valuesFromArray({ values: roles }),
        total: f.nullable(f.sumOf('posts', 'likes'), { rate: 0 }),
        ...wishes.columns,
      },
    },
    posts: {
      each: f.each('users', () => wishes.postsEach ?? (() => 3)),
      columns: { likes: f.int({ maxValue: 9 }), writtenAt: f.timestamp() },
    },
  }
}

async function fingerprintOf(wishes: Wishes = {}, options: PlanOptions = {}): Promise<Fingerprint> {
  return fingerprintPlan(await planOf(refinementsOf(wishes), { schema, ...options }))
}

/** What is said of a plan that is not the usual one. */
async function differencesOf(
  wishes: Wishes,
  options: PlanOptions = {},
): Promise<readonly string[]> {
  const [recorded, now] = [await fingerprintOf(), await fingerprintOf(wishes, options)]
  expect(now.digest).not.toBe(recorded.digest)
  return fingerprintDifferences(recorded, now)
}

describe('fingerprintPlan', () => {
  it('is the same for whoever builds the plan, and on every machine', async () => {
    const fingerprint = await fingerprintOf()
    expect(await fingerprintOf()).toEqual(fingerprint)
    expect(fingerprintDifferences(fingerprint, await fingerprintOf())).toEqual([])
    expect(JSON.parse(JSON.stringify(fingerprint))).toEqual(fingerprint)
    expect(fingerprint).toMatchInlineSnapshot(`
      {
        "digest": "b24bc5f69341cef6",
        "facts": {
          "posts counts its keys": "from 1",
          "posts has": "rows 0 to 2999",
          "posts is": "public.posts",
          "posts is referred to from": "row 0",
          "posts loads": "rows 0 to 2999",
          "posts.id gives": "82f4364ac93551f4",
          "posts.id is": "int4",
          "posts.likes gives": "c22990cf85ba106f",
          "posts.likes is": "int4",
          "posts.userId gives": "c8501e66e9b9e445",
          "posts.userId is": "int8",
          "posts.writtenAt gives": "5a4996e05c01762e",
          "posts.writtenAt is": "timestamp",
          "the reference date is": "2026-01-01",
          "the seed is": "1",
          "the version of the generators is": "4",
          "users counts its keys": "from 1",
          "users has": "rows 0 to 999",
          "users is": "public.people",
          "users is referred to from": "row 0",
          "users loads": "rows 0 to 999",
          "users.age gives": "8d3aa1e589023233",
          "users.age is": "int4",
          "users.email gives": "e09903e1719246c0",
          "users.email is": "varchar(90)",
          "users.id gives": "0939148117f3a4c7",
          "users.id is": "int8",
          "users.name gives": "571be9f285a630d4",
          "users.name is": "text",
          "users.picture gives": "98f8294c847c20d8",
          "users.picture is": "bytea",
          "users.role gives": "21e7c54a03f80d5a",
          "users.role is": "text",
          "users.total gives": "7c3d1a0966839ca5",
          "users.total is": "int4",
        },
      }
    `)
  })

  it('says which rows a run loads and which it knows', async () => {
    const existing = new Map([
      ['users', { rows: 400, ours: 400, smallestKey: 1, largestKey: 400 }],
      ['posts', { rows: 7, smallestKey: 1, largestKey: 7 }],
    ])
    const { facts } = await fingerprintOf({ count: 401 }, { existing })
    expect(facts).toMatchObject({
      'users has': 'rows 0 to 400',
      'users loads': 'row 400',
      'posts has': 'rows 7 to 9',
      'posts loads': 'rows 7 to 9',
      'posts is referred to from': 'row 7',
    })
  })

  it('holds of tables that are not loaded only what is computed from them', async () => {
    const names = async (only: string) =>
      Object.keys((await fingerprintOf({}, { only: [only] })).facts).filter((name) =>
        name.includes('.'),
      )
    expect(await names('posts')).toEqual([
      'users.id is',
      'users.id gives',
      ...['id', 'userId', 'likes', 'writtenAt'].flatMap((column) => [
        `posts.${column} is`,
        `posts.${column} gives`,
      ]),
    ])
    const summing = { columns: { total: f.sumOf('posts', 'likes') } }
    const { facts } = await fingerprintOf(summing, { only: ['users'] })
    expect(Object.keys(facts).filter((name) => name.startsWith('posts.'))).toEqual([
      'posts.userId is',
      'posts.userId gives',
      'posts.likes is',
      'posts.likes gives',
    ])
  })

  it('looks at a generator that fails in the middle without failing itself', async () => {
    const failing = (at: number) =>
      createGenerator('failing', () =>
        fillVector({ kind: 'number' }, (rows) => {
          if (rows.numbers[0]! <= at && rows.numbers[rows.count - 1]! >= at) throw new Error('no')
        }),
      )
    const recorded = await fingerprintOf({ columns: { age: failing(900) } })
    expect(await fingerprintOf({ columns: { age: failing(900) } })).toEqual(recorded)
    const sound = await fingerprintOf({ columns: { age: failing(-1) } })
    expect(fingerprintDifferences(recorded, sound)).toContain('users.age gives other values')
  })
})

describe('fingerprintDifferences', () => {
  it('names a changed seed', async () => {
    const differences = await differencesOf({}, { seed: 2 })
    expect(differences[0]).toBe('the seed is 1 in the run and 2 now')
    expect(differences).toContain('users.email gives other values')
  })

  it('names a changed reference date', async () => {
    expect(await differencesOf({}, { referenceDate: '2026-01-02' })).toEqual([
      'the reference date is 2026-01-01 in the run and 2026-01-02 now',
      'posts.writtenAt gives other values',
    ])
  })

  it('names a changed count', async () => {
    const differences = await differencesOf({ count: 2000 })
    expect(differences.slice(0, 3)).toEqual([
      'users has rows 0 to 999 in the run and rows 0 to 1999 now',
      'users loads rows 0 to 999 in the run and rows 0 to 1999 now',
      'users.id gives other values',
    ])
    expect(differences).toContain('posts has rows 0 to 2999 in the run and rows 0 to 5999 now')
  })

  it('names the columns of a changed word, even one that no row has', async () => {
    const rows = await rowsOf(await planOf(refinementsOf(), { schema }), 'users')
    const unused = (words: readonly string[], isIn: (word: string) => boolean) =>
      words.findIndex((word) => !isIn(word))
    const has = (property: string, text: string) =>
      rows.some((row) => String(row[property]).startsWith(text))
    const name = unused(
      surnames,
      (word) => has('name', word) || has('email', `${word.toLowerCase()}-`),
    )
    expect(await differencesOf({ names: surnames.with(name, 'Nobody') })).toEqual([
      'users.email gives other values',
      'users.name gives other values',
    ])
    const role = unused(rareRoles, (word) => has('role', word))
    const roles = rareRoles.with(role, 'nothing')
    expect(await differencesOf({ roles })).toEqual(['users.role gives other values'])
    // What is no text has no dictionary.
    const [mixed, other] = [await fingerprintOf({ roles: [...rareRoles, 7] }), [...roles, 7]]
    expect(fingerprintDifferences(mixed, await fingerprintOf({ roles: other }))).toEqual([
      'users.role gives other values',
    ])
  })

  it('names a changed option of a generator, and what is computed from it', async () => {
    const columns = { id: f.int({ minValue: 5, isUnique: true, maxValue: 1e6 }) }
    expect(await differencesOf({ columns })).toEqual([
      'users counts its keys from 1 in the run and not at all now',
      'users.id gives other values',
      'posts.userId gives other values',
    ])
  })

  it('names a changed known row, however many there are', async () => {
    const known = Array.from({ length: 3000 }, (_, n) => ({ name: `known ${n}` }))
    const changed = known.map((row, n) => (n === 700 ? { name: 'changed' } : row))
    const recorded = await fingerprintOf({ known, count: 3000 })
    const now = await fingerprintOf({ known: changed, count: 3000 })
    expect(fingerprintDifferences(recorded, now)).toEqual(['users.name gives other values'])
    const dropped = await fingerprintOf({ known: known.with(700, {} as never), count: 3000 })
    expect(fingerprintDifferences(recorded, dropped)).toEqual(['users.name gives other values'])
  })

  it('names what one parent more or less counts, sampled or not', async () => {
    const recorded = await fingerprintOf({ count: 9000, postsEach: () => 3 })
    const now = await fingerprintOf({
      count: 9000,
      // As many as before in all, for two users whose posts no sample holds.
      postsEach: (user) => (user === 1500 ? 2 : user === 1700 ? 4 : 3),
    })
    expect(fingerprintDifferences(recorded, now)).toEqual(['posts.userId gives other values'])
  })

  it('names columns and tables that are new or gone, once', async () => {
    const [columns, ageless] = [{ age: f.int() }, { columns: { age: false } as const }]
    const [usual, aged] = [await fingerprintOf(ageless), await fingerprintOf({ columns })]
    expect(fingerprintDifferences(usual, aged)).toEqual(['users.age was not in the run'])
    expect(fingerprintDifferences(aged, usual)).toEqual([
      'users.age was in the run and is not in it now',
    ])
    const without = await fingerprintOf({ columns: { total: f.int() } }, { only: ['users'] })
    const whole = await fingerprintOf({ columns: { total: f.int() } })
    expect(fingerprintDifferences(without, whole)).toEqual(['posts was not in the run'])
    expect(fingerprintDifferences(whole, without)).toEqual([
      'posts was in the run and is not in it now',
    ])
  })

  it('names a changed type, another table and another version', async () => {
    const fingerprint = await fingerprintOf()
    const facts = {
      ...fingerprint.facts,
      'the version of the generators is': '0',
      'users is': 'app.people',
      'users.email is': 'text',
    }
    expect(fingerprintDifferences({ ...fingerprint, facts }, fingerprint)).toEqual([
      `the version of the generators is 0 in the run and ${generatorsVersion} now`,
      'users is app.people in the run and public.people now',
      'users.email is text in the run and varchar(90) now',
    ])
  })
})

describe('columnDigests', () => {
  it('are those of the fingerprint over the rows of the plan', async () => {
    const plan = await planOf(refinementsOf(), { schema })
    const fingerprint = await fingerprintPlan(plan)
    for (const table of plan.tables) {
      const digests = await columnDigests(plan, table, table.rows)
      expect(digestsIn(fingerprint, table.model.key)).toEqual(digests)
    }
    expect(digestsIn(fingerprint, 'user')).toEqual({})
  })

  it('are the same for the first rows of a larger plan', async () => {
    const [small, large] = [
      await planOf(refinementsOf({ count: 3000 }), { schema }),
      await planOf(refinementsOf({ count: 4000 }), { schema }),
    ]
    for (const [index, table] of small.tables.entries()) {
      expect(await columnDigests(large, large.tables[index]!, table.rows)).toEqual(
        await columnDigests(small, table, table.rows),
      )
    }
  })

  it('see the beginning, the end and two places between', async () => {
    const changedAt = async (row: number) => {
      const marked = createGenerator('marked', () =>
        fillVector({ kind: 'number' }, (rows, out) => {
          for (let i = 0; i < rows.count; i++) out.values[i] = rows.numbers[i] === row ? 1 : 0
        }),
      )
      const plan = await planOf(
        refinementsOf({ count: 9728, columns: { age: marked, total: f.int() } }),
        { schema },
      )
      const table = plan.tables.find(({ model }) => model.key === 'users')!
      return (await columnDigests(plan, table, table.rows))['age']
    }
    const none = await changedAt(-1)
    for (const row of [1, 511, 3072, 3583, 6144, 6655, 9216, 9727]) {
      expect(await changedAt(row)).not.toBe(none)
    }
    expect(await changedAt(600)).toBe(none)
  })
})

describe('canonicalValue', () => {
  it('tells values of all kinds apart', () => {
    const values = [
      null,
      0,
      -0,
      NaN,
      '0',
      0n,
      false,
      true,
      '',
      [],
      {},
      [[]],
      ['', ''],
      ['1:x'],
      ['1', 'x'],
      'null;',
      'number:0;',
      new Date(0),
      new Uint8Array([0]),
      Buffer.from('0'),
      { a: 1, b: 2 },
      { a: 1, c: 2 },
      { a: { b: 2 } },
    ]
    expect(new Set(values.map((value) => canonicalValue(value))).size).toBe(values.length)
  })

  it('tells no more than the value', () => {
    expect(canonicalValue({ b: [1, 'x'], a: null })).toBe('{1:anull;1:b[number:1;1:x]}')
    expect(canonicalValue({ b: 2, a: 1 })).toBe(canonicalValue({ a: 1, b: 2 }))
    expect(canonicalValue(undefined)).toBe(canonicalValue(null))
    expect(canonicalValue(Buffer.from([1, 2]))).toBe(canonicalValue(new Uint8Array([1, 2])))
    expect(canonicalValue(new URL('http://localhost/'))).toBe(canonicalValue('http://localhost/'))
    const circle: Record<string, unknown> = { name: 'me' }
    circle['self'] = circle
    expect(canonicalValue(circle)).toBe('{4:name2:me4:selfcircle;}')
  })
})
