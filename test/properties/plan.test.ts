import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as f from '../../src/generate/generators/index.ts'
import { cities } from '../../src/generate/vocabulary.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { planOf, rowsOf } from '../support/plans.ts'

const title = f.template(
  '{city}: {n}',
  { city: cities, n: { min: 1, max: 9999 } },
  { isUnique: true },
)
const name = f.nullable(f.words(cities), { rate: 0.3 })

const refinements = (shelves: number): Refinements => ({
  shelves: {
    count: shelves,
    rows: [{ name: 'Poetry' }],
    columns: { name, capacity: f.sumOf('books', 'pages') },
  },
  books: {
    each: f.each('shelves', 3.3),
    columns: { title, pages: f.int({ minValue: 1, maxValue: 900 }) },
  },
  loans: {
    each: f.each('books', 0.4),
    columns: { note: f.reference('shelves', { column: 'name' }) },
  },
})

describe('a plan', () => {
  it('is the same for whoever builds it, and another one for another seed', async () => {
    const all = async (seed: number) => {
      const plan = await planOf(refinements(40), { seed })
      return Promise.all(['shelves', 'books', 'loans'].map((key) => rowsOf(plan, key)))
    }
    expect(await all(1)).toEqual(await all(1))
    const [one, two] = [await all(1), await all(2)]
    for (const table of [0, 1, 2]) expect(one[table]).not.toEqual(two[table])
  })

  it('gives children that refer to rows that there are, whatever the counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer(), async (count, seed) => {
        const plan = await planOf(refinements(count), { seed })
        const [shelves, books, loans] = await Promise.all(
          ['shelves', 'books', 'loans'].map((key) => rowsOf(plan, key)),
        )
        const shelfIds = new Set(shelves!.map(({ id }) => id))
        const bookIds = new Set(books!.map(({ id }) => id))
        expect(books!.every(({ shelfId }) => shelfIds.has(shelfId))).toBe(true)
        expect(loans!.every(({ bookId }) => bookIds.has(bookId))).toBe(true)
        expect(new Set(books!.map((book) => book['title'])).size).toBe(books!.length)
        const sum = (values: readonly unknown[]) =>
          values.reduce<number>((total, value) => total + Number(value), 0)
        expect(sum(shelves!.map(({ capacity }) => capacity))).toBe(
          sum(books!.map(({ pages }) => pages)),
        )
      }),
      { seed: 12, numRuns: 25 },
    )
  })

  it('begins with the same rows when it has more of them', async () => {
    const few = await planOf(refinements(30))
    const many = await planOf(refinements(60))
    for (const key of ['shelves', 'books']) {
      const rows = await rowsOf(few, key)
      expect((await rowsOf(many, key)).slice(0, rows.length)).toEqual(rows)
    }
  })

  it('gives by appending in steps what one load gives', async () => {
    const books = (shelves: number): Refinements => {
      const { shelves: _, ...rest } = refinements(shelves)
      return { ...rest, shelves: { count: shelves, columns: { name } } }
    }
    const whole = await planOf(books(50))
    const first = await planOf(books(20))
    const existing = new Map(
      first.tables
        .filter(({ rows }) => rows.count > 0)
        .map(({ model, key, rows }) => {
          const smallestKey = key?.start ?? 1
          const largestKey = smallestKey + rows.count - 1
          return [model.key, { rows: rows.count, smallestKey, largestKey }]
        }),
    )
    const second = await planOf(books(50), { existing })
    for (const key of ['shelves', 'books']) {
      expect([...(await rowsOf(first, key)), ...(await rowsOf(second, key))]).toEqual(
        await rowsOf(whole, key),
      )
    }
  })

  it('shares out any exact number of children, and refers to the same parents in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3000), fc.integer({ min: 1, max: 60 }), async (count, shelves) => {
        const plan = await planOf(refinements(shelves), {
          counts: { explicit: { books: count }, profile: {}, scale: 1 },
        })
        const books = await rowsOf(plan, 'books', { properties: ['shelfId'] })
        const ids = books.map(({ shelfId }) => Number(shelfId))
        expect(ids.length).toBe(count)
        expect(ids).toEqual(ids.toSorted((a, b) => a - b))
      }),
      { seed: 13, numRuns: 25 },
    )
  })
})
