import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPermutation } from '../../src/generate/permutation.ts'
import { createUniqueIndex } from '../../src/generate/unique-index.ts'
import { correlationInErrors, dependence, nonUniformity } from '../support/statistics.ts'

const awkward = [
  1, 2, 3, 4, 5, 7, 8, 9, 13, 31, 32, 33, 97, 127, 128, 129, 1023, 1024, 1025, 4095, 4097, 65535,
  65536, 65537, 99991, 1_000_000,
]
const vast = [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 1e12, 2 ** 52 + 1, 2 ** 53 - 1, 2 ** 53]

describe('createPermutation', () => {
  it.each(awkward)('gives every number below %d exactly once', (size) => {
    const permutation = createPermutation(1, 'users.email', size)
    const seen = new Uint8Array(size)
    for (let position = 0; position < size; position++) {
      const value = permutation.at(position)
      if (!(value in seen) || seen[value] === 1) expect.fail(`${value} at ${position}`)
      seen[value] = 1
    }
    expect(permutation.size).toBe(size)
  })

  it('is a bijection for any size and seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (size, seed) => {
        const { at } = createPermutation(seed, 'any', size)
        const values = new Set(Array.from({ length: size }, (_, position) => at(position)))
        return values.size === size && [...values].every((value) => value >= 0 && value < size)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it.each(vast)('keeps positions apart and in range when the size is %d', (size) => {
    const { at } = createPermutation(1, 'users.email', size)
    const stride = Math.floor(size / 100_000)
    for (const step of [1, stride]) {
      const seen = new Set<number>()
      for (let i = 0; i < 100_000; i++) {
        const value = at(step === 1 ? size - 1 - i : i * stride)
        if (!(Number.isInteger(value) && value >= 0 && value < size)) expect.fail(String(value))
        seen.add(value)
      }
      expect(seen.size).toBe(100_000)
    }
  })

  it.each([100_003, 1_000_000, ...vast])('looks random in its first positions of %d', (size) => {
    const { at } = createPermutation(5, 'orders.number', size)
    const draws = Math.min(50_000, size)
    const bucket = (position: number) => Math.floor((at(position) / size) * 100)
    expect(nonUniformity(100, draws, bucket)).toBeLessThan(1)
    expect(nonUniformity(16, draws, (position) => at(position) % 16)).toBeLessThan(1)
    const coarse = (position: number) => Math.floor((at(position) / size) * 16)
    const pair = (position: number) => [coarse(position), coarse(position + 1)] as const
    expect(dependence(16, draws - 1, pair)).toBeLessThan(1)
    const values = (position: number) => [at(position), at(position + 1)] as const
    expect(correlationInErrors(draws - 1, values)).toBeLessThan(3.9)
    const withPosition = (position: number) => [position, at(position)] as const
    expect(correlationInErrors(draws, withPosition)).toBeLessThan(3.9)
  })

  it('orders a small domain differently for each seed and purpose', () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      for (const purpose of ['a', 'b']) {
        const { at } = createPermutation(seed, purpose, 20)
        orders.add(Array.from({ length: 20 }, (_, position) => at(position)).join())
      }
    }
    expect(orders.size).toBe(400)
  })

  it.each([3, 10, 100])('puts each of %d values first equally often over the seeds', (size) => {
    const first = (seed: number) => createPermutation(seed, 'p', size).at(0)
    expect(nonUniformity(size, 20_000, first)).toBeLessThan(1)
  })

  it.each([...awkward, ...vast])('fills in what it gives one by one below %d', (size) => {
    const permutation = createPermutation(3, 'users.email', size)
    const count = Math.min(size, 5_000)
    const positions = Float64Array.from({ length: count }, (_, index) => size - 1 - index)
    const filled = new Float64Array(count)
    permutation.fill(positions, count, filled)
    expect(filled).toEqual(positions.map((position) => permutation.at(position)))
    // In place, and for fewer rows than before.
    permutation.fill(positions, 1, positions)
    expect(positions[0]).toBe(filled[0])
  })

  it('throws for a position outside its domain instead of walking for ever', () => {
    const { at, fill } = createPermutation(1, 'p', 3)
    for (const position of [3, 4, 1000, -1, Number.NaN]) {
      expect(() => at(position)).toThrow(
        new RangeError(`Position ${position} is outside a permutation of 3`),
      )
      expect(() => fill(Float64Array.of(0, position), 2, new Float64Array(2))).toThrow(
        new RangeError(`Position ${position} is outside a permutation of 3`),
      )
    }
    expect(() => createPermutation(1, 'p', 0).at(0)).toThrow(RangeError)
  })
})

describe('createUniqueIndex', () => {
  it('gives every index that is not taken to exactly one row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        fc.integer(),
        (size, picks, seed) => {
          const taken = picks.map((pick) => pick % size)
          const unique = createUniqueIndex(createPermutation(seed, 'p', size), taken)
          const given = Array.from({ length: unique.size }, (_, row) => unique.at(row))
          const filled = new Float64Array(unique.size)
          unique.fill(
            Float64Array.from(given, (_, row) => row),
            unique.size,
            filled,
          )
          return (
            unique.size === size - new Set(taken).size &&
            new Set([...given, ...taken]).size === size &&
            given.every((index, row) => !taken.includes(index) && filled[row] === index)
          )
        },
      ),
      { seed: 2, numRuns: 500 },
    )
  })

  it('changes only the rows whose index is taken', () => {
    const permutation = createPermutation(1, 'p', 1000)
    const taken = [5, 17, 901]
    const unique = createUniqueIndex(permutation, taken)
    for (let row = 0; row < unique.size; row++) {
      const before = permutation.at(row)
      if (!taken.includes(before)) expect(unique.at(row)).toBe(before)
    }
  })

  it('refuses rows for which there is no index, instead of looking for ever', () => {
    const permutation = createPermutation(1, 'p', 20)
    const taken = Array.from({ length: 5 }, (_, place) => permutation.at(19 - place))
    const { at, fill, size } = createUniqueIndex(permutation, taken)
    expect(size).toBe(15)
    for (const row of [15, 16, 19]) {
      const error = new RangeError(`Row ${row} has no index: there are 15`)
      expect(() => at(row)).toThrow(error)
      expect(() => fill(Float64Array.of(0, row), 2, new Float64Array(2))).toThrow(error)
    }
    expect(() => at(20)).toThrow(new RangeError('Position 20 is outside a permutation of 20'))
    expect(() => at(-1)).toThrow(RangeError)
  })

  it('leaves no row when everything is taken', () => {
    expect(createUniqueIndex(createPermutation(1, 'p', 3), [0, 1, 2, 2]).size).toBe(0)
  })
})
