import { describe, expect, it } from 'vitest'
import {
  below,
  bits,
  createHashKey,
  fillBits,
  fillBitsAt,
  hash,
  mix,
  unit,
  wideUnit,
} from '../../src/generate/hash.ts'
import { correlationInErrors, dependence, nonUniformity } from '../support/statistics.ts'

const draws = 200_000
const twoTo32 = 4294967296
const starts = [0, 1_000_000_000, twoTo32 - draws / 2, twoTo32, 2 ** 40 + 12345, 2 ** 53 - draws]

describe('hash', () => {
  const key = createHashKey(1, 'users.name')

  it.each(starts)('is uniform in its upper and in its lower bits from row %d on', (start) => {
    expect(nonUniformity(1024, draws, (draw) => hash(key, start + draw) >>> 22)).toBeLessThan(1)
    expect(nonUniformity(1024, draws, (draw) => hash(key, start + draw) & 1023)).toBeLessThan(1)
  })

  it.each([1, 2, 3, 64, 1000, 4096, 65536, twoTo32, 3 * twoTo32])(
    'tells nothing about the row %d rows further on',
    (distance) => {
      const pair = (row: number) =>
        [hash(key, row) >>> 28, hash(key, row + distance) >>> 28] as const
      expect(dependence(16, draws, pair)).toBeLessThan(1)
      const units = (row: number) => [unit(key, row), unit(key, row + distance)] as const
      expect(correlationInErrors(draws, units)).toBeLessThan(3.9)
    },
  )

  it.each([
    ['another column', createHashKey(1, 'users.email')],
    ['a column named almost alike', createHashKey(1, 'users.namf')],
    ['the same column of another table', createHashKey(1, 'ysers.name')],
    ['the next seed', createHashKey(2, 'users.name')],
    ['a seed far away', createHashKey(2 ** 52, 'users.name')],
    ['the opposite seed', createHashKey(-1, 'users.name')],
  ])('tells nothing about the same row with %s', (_, other) => {
    for (const shift of [28, 14, 0]) {
      const pair = (row: number) =>
        [(hash(key, row) >>> shift) & 15, (hash(other, row) >>> shift) & 15] as const
      expect(dependence(16, draws, pair)).toBeLessThan(1)
    }
  })

  it('changes every bit of the result half the time when one bit of the row changes', () => {
    const samples = 4000
    for (let bit = 0; bit < 48; bit++) {
      const flips = new Float64Array(32)
      for (let sample = 0; sample < samples; sample++) {
        const row = sample * 7919
        const withBit = Math.floor(row / 2 ** bit) % 2 === 1 ? row - 2 ** bit : row + 2 ** bit
        const changed = hash(key, row) ^ hash(key, withBit)
        for (let out = 0; out < 32; out++) flips[out]! += (changed >>> out) & 1
      }
      // 5.5 standard errors: 1536 pairs of bits are looked at.
      for (const flipped of flips) {
        expect(Math.abs(flipped / samples - 0.5)).toBeLessThan(5.5 * (0.5 / Math.sqrt(samples)))
      }
    }
  })

  it('is a whole number of 32 bits for every row', () => {
    for (const row of [0, 1, twoTo32 - 1, twoTo32, twoTo32 + 1, 2 ** 53 - 1, 2 ** 53]) {
      const value = hash(key, row)
      expect(value).toBe(value >>> 0)
    }
  })

  it('gives neighbouring rows different bits, since it permutes 32-bit integers', () => {
    const seen = new Set<number>()
    for (let row = 0; row < 500_000; row++) seen.add(hash(key, row))
    expect(seen.size).toBe(500_000)
  })

  it('does not repeat the rows below 2^32 above it', () => {
    let equal = 0
    for (let row = 0; row < draws; row++) {
      if (hash(key, row) === hash(key, row + twoTo32)) equal++
    }
    expect(equal).toBe(0)
  })
})

describe('fillBits', () => {
  const key = createHashKey(1, 'users.name')

  it.each([0, twoTo32 - 3, twoTo32, 2 ** 53 - 10])('gives the bits of rows from %d on', (first) => {
    const out = new Int32Array(10)
    fillBits(key, first, 8, out)
    const expected = Array.from({ length: 8 }, (_, n) => bits(key, first + n))
    expect([...out]).toEqual([...expected, 0, 0])
  })
})

describe('fillBitsAt', () => {
  const key = createHashKey(1, 'users.name')
  const offsets = Int32Array.of(0, 2, 3, 9, 40, 0)

  it.each([0, twoTo32 - 10, twoTo32, 2 ** 53 - 50])('gives the bits of rows behind %d', (first) => {
    const out = new Int32Array(6)
    fillBitsAt(key, first, { offsets, count: 5 }, out)
    const expected = [0, 2, 3, 9, 40].map((offset) => bits(key, first + offset))
    expect([...out]).toEqual([...expected, 0])
  })

  it('gives nothing for no rows', () => {
    const out = Int32Array.of(7)
    fillBitsAt(key, twoTo32 - 1, { offsets, count: 0 }, out)
    expect([...out]).toEqual([7])
  })
})

describe('createHashKey', () => {
  it('gives each of 200,000 purposes a key of its own', () => {
    const keys = new Set<string>()
    for (let i = 0; i < 200_000; i++) {
      const { low, high } = createHashKey(1, `table${i % 500}.column${Math.floor(i / 500)}`)
      keys.add(`${low}/${high}`)
    }
    expect(keys.size).toBe(200_000)
  })

  it('tells where the seed ends and the purpose begins', () => {
    expect(createHashKey(1, '1/a')).not.toEqual(createHashKey(11, '/a'))
    expect(createHashKey(1, '')).not.toEqual(createHashKey(1, '\0'))
    expect(createHashKey(1, 'ab')).not.toEqual(createHashKey(1, 'ba'))
  })
})

describe('unit and wideUnit', () => {
  const key = createHashKey(7, 'orders.total')

  it.each(starts)('are uniform in [0, 1) from row %d on', (start) => {
    for (const drawUnit of [unit, wideUnit]) {
      const bucket = (draw: number) => Math.floor(drawUnit(key, start + draw) * 1000)
      expect(nonUniformity(1000, draws, bucket)).toBeLessThan(1)
    }
  })

  it('wideUnit begins as unit does and goes on with 21 bits of its own', () => {
    for (let row = 0; row < 1000; row++) {
      expect(wideUnit(key, row) - unit(key, row)).toBeGreaterThanOrEqual(0)
      expect(wideUnit(key, row) - unit(key, row)).toBeLessThan(1 / twoTo32)
    }
    const rest = (row: number) => (wideUnit(key, row) * 2 ** 53) % 2 ** 21
    expect(nonUniformity(512, draws, (row) => Math.floor(rest(row) / 2 ** 12))).toBeLessThan(1)
    expect(nonUniformity(512, draws, (row) => rest(row) % 512)).toBeLessThan(1)
    const pair = (row: number) => [hash(key, row) >>> 28, Math.floor(rest(row) / 2 ** 17)] as const
    expect(dependence(16, draws, pair)).toBeLessThan(1)
  })

  it('wideUnit gives 200,000 rows values of their own', () => {
    const seen = new Set<number>()
    for (let row = 0; row < draws; row++) seen.add(wideUnit(key, row * 65537))
    expect(seen.size).toBe(draws)
  })
})

describe('below', () => {
  const key = createHashKey(3, 'users.age')

  it.each([1, 2, 3, 7, 10, 100, 365, 1000])('gives each number below %d as often', (bound) => {
    const counts = nonUniformity(Math.max(2, bound), draws, (row) =>
      bound === 1 ? (below(key, row, 1) === 0 ? row % 2 : -1) : below(key, row, bound),
    )
    expect(counts).toBeLessThan(1)
  })

  it.each([4194304, 4194305, 1_000_003, 2 ** 31 - 1, 2 ** 32 + 15, 2 ** 53 - 1])(
    'is uniform and whole below the large bound %d',
    (bound) => {
      const bucket = (row: number) => {
        const value = below(key, row, bound)
        return Number.isSafeInteger(value) ? Math.floor(value / (bound / 256)) : -1
      }
      expect(nonUniformity(256, draws, bucket)).toBeLessThan(1)
    },
  )

  it('reaches odd and even numbers alike where 32 bits would not', () => {
    expect(nonUniformity(2, draws, (row) => below(key, row, 2 ** 53 - 1) % 2)).toBeLessThan(1)
    expect(nonUniformity(7, draws, (row) => below(key, row, 2 ** 45) % 7)).toBeLessThan(1)
  })
})

describe('mix', () => {
  it('does not change its output', () => {
    expect([0, 1, -1, 0x12345678].map((value) => mix(value) >>> 0)).toEqual([
      0, 2261973619, 2578835075, 384267965,
    ])
  })
})
