import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHashKey, hash } from '../../src/generate/hash.ts'
import { createWeightTable, createWeightTables } from '../../src/generate/weights.ts'
import { chiSquare, criticalChiSquare, tally } from '../support/statistics.ts'

const key = createHashKey(1, 'users.role')

describe('createWeightTable', () => {
  it.each([
    [[1, 1, 1]],
    [[90, 10]],
    [[0.7, 0.2, 0.1]],
    [[1, 0, 3, 0, 6]],
    [[1000, 1]],
    [Array.from({ length: 100 }, (_, index) => index + 1)],
    [Array.from({ length: 500 }, () => 0.002)],
  ])('draws as often as the weights say: %j', (weights) => {
    const draws = 300_000
    const table = createWeightTable(weights)
    const counts = tally(weights.length, draws, (row) => table.pick(hash(key, row)))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    const drawn = weights.flatMap((weight, index) =>
      weight > 0 ? [{ weight, count: counts[index]! }] : [],
    )
    const distance = chiSquare(
      drawn.map(({ count }) => count),
      (index) => (drawn[index]!.weight / sum) * draws,
    )
    expect(distance).toBeLessThan(criticalChiSquare(drawn.length - 1))
    expect(drawn.reduce((total, { count }) => total + count, 0)).toBe(draws)
  })

  it('gives each choice its share of all possible draws, to one in a hundred thousand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })), {
          minLength: 1,
          maxLength: 20,
        }),
        (weights) => {
          const sum = weights.reduce((total, weight) => total + weight, 0)
          fc.pre(sum > 1e-3)
          const table = createWeightTable(weights)
          const steps = 200_000
          const counts = tally(weights.length, steps, (step) =>
            table.pick(Math.floor(((step + 0.5) / steps) * 2 ** 32)),
          )
          weights.forEach((weight, index) => {
            expect(Math.abs(counts[index]! / steps - weight / sum)).toBeLessThan(
              (weights.length + 2) / steps,
            )
            if (weight === 0) expect(counts[index]).toBe(0)
          })
        },
      ),
      { seed: 6, numRuns: 60 },
    )
  })

  it('reads draws as unsigned and as signed 32-bit numbers', () => {
    const table = createWeightTable([1, 2, 3, 4])
    for (const bits of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(table.pick(bits)).toBe(table.pick(bits | 0))
    }
  })

  it('draws a single choice always', () => {
    const table = createWeightTable([0.001])
    expect([0, 0x80000000, 0xffffffff].map((bits) => table.pick(bits))).toEqual([0, 0, 0])
  })
})

describe('createWeightTables', () => {
  it('draws from each table as if it were alone', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(
        fc.array(
          weights.filter((list) => list.some((weight) => weight > 0)),
          { minLength: 1, maxLength: 6 },
        ),
        fc.array(fc.integer(), { minLength: 50, maxLength: 50 }),
        (lists, draws) => {
          const tables = createWeightTables(lists)
          for (const [number, list] of lists.entries()) {
            const alone = createWeightTable(list)
            expect(draws.map((bits) => tables.pick(number, bits))).toEqual(draws.map(alone.pick))
            const many = new Int32Array(draws.length)
            const numbers = new Int32Array(draws.length).fill(number)
            tables.pickEach(numbers, Int32Array.from(draws), draws.length, many)
            expect([...many]).toEqual(draws.map(alone.pick))
          }
        },
      ),
      { seed: 7, numRuns: 100 },
    )
  })
})
