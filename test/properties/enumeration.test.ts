import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEnumeration } from '../../src/generate/enumeration.ts'
import type { EnumerationOptions } from '../../src/generate/enumeration.ts'
import { createRows } from '../../src/generate/generator.ts'
import { below, createHashKey } from '../../src/generate/hash.ts'
import { failureOf } from '../support/plans.ts'
import { nonUniformity } from '../support/statistics.ts'

const key = createHashKey(1, 'posts/each')

function enumerate(options: Partial<EnumerationOptions>) {
  return createEnumeration({
    firstParent: 0,
    parents: 10,
    firstChild: 0,
    expected: () => 1,
    key,
    total: undefined,
    ...options,
  })
}

/** Children of each parent, by the places of their first children. */
function countsOf(options: Partial<EnumerationOptions>): number[] {
  const { firstParent = 0, parents = 10 } = options
  const reader = enumerate(options).open()
  return Array.from(
    { length: parents },
    (_, index) =>
      reader.firstChild(firstParent + index + 1) - reader.firstChild(firstParent + index),
  )
}

/** Parent, ordinal and siblings of each child, found one after the other by hand. */
function expectedPlaces(counts: readonly number[], firstParent: number) {
  return counts.flatMap((siblings, index) =>
    Array.from({ length: siblings }, (_, ordinal) => ({
      parent: firstParent + index,
      ordinal,
      siblings,
    })),
  )
}

function locate(reader: ReturnType<ReturnType<typeof enumerate>['open']>, numbers: number[]) {
  const rows = createRows(numbers.length)
  rows.numbers.set(numbers)
  rows.count = numbers.length
  reader.locate(rows)
  return numbers.map((_, index) => ({
    parent: rows.parents[index]!,
    ordinal: rows.ordinals[index]!,
    siblings: rows.siblings[index]!,
  }))
}

/** Parents with very different numbers of children, none at all among them. */
const anyEnumeration = fc
  .record({
    firstParent: fc.nat(1000),
    firstChild: fc.nat(1000),
    expectations: fc.array(
      fc.oneof(
        fc.constant(0),
        fc.constant(0),
        fc.nat(5),
        fc.double({ min: 0, max: 30, noNaN: true }),
      ),
      { minLength: 1, maxLength: 400 },
    ),
    share: fc.option(fc.nat(2000), { nil: undefined }),
  })
  .map(({ firstParent, firstChild, expectations, share }) => {
    const isEmpty = expectations.every((expected) => expected === 0)
    return {
      firstParent,
      firstChild,
      parents: expectations.length,
      expected: (row: number) => expectations[row - firstParent]!,
      total: isEmpty ? undefined : share,
    }
  })

describe('createEnumeration', () => {
  it('gives every child one parent, in order, wherever one begins to look', () => {
    fc.assert(
      fc.property(anyEnumeration, fc.array(fc.nat(), { maxLength: 60 }), (options, picks) => {
        const enumeration = enumerate(options)
        const counts = countsOf(options)
        const places = expectedPlaces(counts, options.firstParent)
        expect(counts.every((count) => count >= 0)).toBe(true)
        expect(places.length).toBe(enumeration.total)
        const inOrder = places.map((_, child) => options.firstChild + child)
        expect(locate(enumeration.open(), inOrder)).toEqual(places)
        if (places.length === 0) return
        const anywhere = picks.map((pick) => pick % places.length)
        const reader = enumeration.open()
        expect(
          locate(
            reader,
            anywhere.map((child) => options.firstChild + child),
          ),
        ).toEqual(anywhere.map((child) => places[child]))
        for (const child of anywhere) {
          const parent = reader.parentRow(options.firstChild + child)
          expect(parent).toBe(places[child]!.parent)
          expect(reader.firstChild(parent)).toBe(
            options.firstChild + child - places[child]!.ordinal,
          )
        }
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('agrees with itself when first children are asked for in any order', () => {
    fc.assert(
      fc.property(anyEnumeration, fc.array(fc.nat(), { maxLength: 60 }), (options, picks) => {
        const { firstParent, firstChild, parents } = options
        const counts = countsOf(options)
        const reader = enumerate(options).open()
        for (const pick of picks) {
          const parent = pick % (parents + 1)
          const before = counts.slice(0, parent).reduce((sum, count) => sum + count, 0)
          expect(reader.firstChild(firstParent + parent)).toBe(firstChild + before)
        }
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  it('passes over parents without children at the start, in the middle and at the end', () => {
    const children = [0, 0, 3, 0, 0, 0, 1, 2, 0, 0]
    for (const total of [undefined, 6]) {
      const options = { expected: (row: number) => children[row]!, total }
      expect(countsOf(options)).toEqual(children)
      const reader = enumerate(options).open()
      expect([0, 1, 2, 3, 4, 5].map((child) => reader.parentRow(child))).toEqual([2, 2, 2, 6, 7, 7])
      expect([5, 0, 4, 1, 3].map((child) => reader.parentRow(child))).toEqual([7, 2, 7, 2, 6])
      expect(reader.firstChild(0)).toBe(0)
      expect(reader.firstChild(9)).toBe(6)
      expect(reader.firstChild(10)).toBe(6)
    }
  })

  it('counts nothing where no parent expects children', () => {
    const enumeration = enumerate({ expected: () => 0 })
    expect(enumeration).toMatchObject({ total: 0, weight: 0 })
    expect(enumeration.open().firstChild(3)).toBe(0)
    expect(enumerate({ parents: 0 })).toMatchObject({ total: 0, weight: 0 })
  })

  it('finds its way among more parents than there are checkpoints', () => {
    const parents = 65536 * 64 + 4321
    const expected = (row: number) => below(createHashKey(9, 'children'), row, 3)
    const enumeration = enumerate({ parents, expected })
    const starts = new Map<number, number>()
    let sum = 0
    for (let parent = 0; parent < parents; parent++) {
      if (parent % 99_991 === 0 || parent > parents - 4) starts.set(parent, sum)
      sum += expected(parent)
    }
    expect(enumeration.total).toBe(sum)
    const reader = enumeration.open()
    for (const [parent, start] of [...starts].toReversed()) {
      expect(reader.firstChild(parent)).toBe(start)
      if (expected(parent) > 0) expect(reader.parentRow(start)).toBe(parent)
      if (start > 0) expect(reader.parentRow(start - 1)).toBeLessThan(parent)
    }
  })

  it('rounds a fraction up for that share of the parents, whoever they are', () => {
    const counts = countsOf({ parents: 100_000, expected: () => 2.3 })
    expect(new Set(counts)).toEqual(new Set([2, 3]))
    const threes = counts.filter((count) => count === 3).length
    expect(Math.abs(threes - 30_000)).toBeLessThan(4 * Math.sqrt(100_000 * 0.3 * 0.7))
    const where = counts.flatMap((count, parent) => (count === 3 ? [parent] : []))
    expect(
      nonUniformity(100, where.length, (draw) => Math.floor(where[draw]! / 1000)),
    ).toBeLessThan(1)
  })

  it('gives a parent as many children whatever number of parents follows', () => {
    const many = countsOf({ parents: 1000, expected: () => 1.7 })
    for (const parents of [1, 63, 64, 65, 500]) {
      expect(countsOf({ parents, expected: () => 1.7 })).toEqual(many.slice(0, parents))
    }
  })

  it('gives a parent as many children whichever parents come before', () => {
    const all = countsOf({ parents: 500, expected: () => 1.7 })
    expect(countsOf({ firstParent: 200, parents: 300, expected: () => 1.7 })).toEqual(
      all.slice(200),
    )
  })

  it('shares out an exact total in proportion, within one child', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.nat(1_000_000),
        (weights, total) => {
          const whole = weights.reduce((sum, weight) => sum + weight, 0)
          fc.pre(whole > 0)
          const counts = countsOf({
            parents: weights.length,
            expected: (row) => weights[row]!,
            total,
          })
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total)
          counts.forEach((count, parent) => {
            const share = (weights[parent]! / whole) * total
            expect(Math.abs(count - share)).toBeLessThanOrEqual(1 + 1e-6)
            if (weights[parent] === 0) expect(count).toBe(0)
          })
        },
      ),
      { seed: 5, numRuns: 200 },
    )
  })

  it('shares out totals that 32 bits cannot hold', () => {
    const total = 2 ** 40 + 1
    const reader = enumerate({ parents: 3, expected: (row) => row + 1, total }).open()
    expect(reader.firstChild(3)).toBe(total)
    expect(reader.parentRow(total - 1)).toBe(2)
    expect(reader.parentRow(0)).toBe(0)
  })

  it('throws for a child that there is not', () => {
    const reader = enumerate({ parents: 2, expected: () => 3 }).open()
    expect(() => reader.parentRow(6)).toThrow(new RangeError('There is no child 6 among 6'))
    expect(() => enumerate({ parents: 0 }).open().parentRow(0)).toThrow(
      new RangeError('There is no child 0 among 0'),
    )
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses an expected number of %d children',
    async (odd) => {
      for (const total of [undefined, 100]) {
        expect(
          await failureOf(() => enumerate({ total, expected: (row) => (row === 7 ? odd : 1) })),
        ).toEqual({
          code: 'PLAN_EACH',
          message: 'Cannot count the children of parent row 7',
          why: `Its expected number of children is ${odd}.`,
          fix: 'Have the function given to `each` return 0 or a number above it.',
        })
      }
    },
  )
})
