import { describe, expect, it } from 'vitest'
import {
  createExponential,
  createExponentialRanks,
  createLogNormal,
  createLogNormals,
  createNormal,
  createZipf,
  exp,
  ln,
  normalQuantile,
} from '../../../src/generate/distribution.ts'
import type { Distribution } from '../../../src/generate/distribution.ts'
import { createHashKey, hash } from '../../../src/generate/hash.ts'

describe('exp', () => {
  it('agrees with e^x to twelve digits from -20 to 20', () => {
    for (let x = -20; x <= 20; x += 0.37) {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-12)
    }
  })

  it('is exactly 1 at 0', () => {
    expect(exp(0)).toBe(1)
  })
})

describe('ln', () => {
  it('agrees with the logarithm to twelve digits, whatever the magnitude', () => {
    for (let x = 1e-9; x < 1e17; x *= 3.7) {
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-12 * Math.max(1, Math.abs(Math.log(x))))
    }
  })

  it('is exactly 0 at 1', () => {
    expect(ln(1)).toBe(0)
  })
})

describe('createExponential', () => {
  const exponential = createExponential({ mean: 10 })

  it('has its mean and its quantiles', () => {
    expect(exponential.mean).toBeCloseTo(10, 2)
    for (const probability of [0.001, 0.25, 0.5, 0.9, 0.99]) {
      const quantile = -10 * Math.log(1 - probability)
      expect(exponential.at(probability * 4294967296)).toBeCloseTo(quantile, 1)
    }
    expect(exponential.at(0)).toBeCloseTo(0, 12)
    expect(exponential.at(4294967295)).toBeLessThan(90)
  })

  it('as ranks ends without a heap at the last', () => {
    const ranks = createExponentialRanks({ count: 10, mean: 10 })
    const counts = new Float64Array(10)
    for (let n = 0; n < 10_000; n++) counts[ranks.at((n / 10_000) * 4294967296, 0)]!++
    const all = 1 - Math.exp(-1)
    counts.forEach((count, rank) => {
      const share = (Math.exp(-rank / 10) - Math.exp(-(rank + 1) / 10)) / all
      expect(Math.abs(count / 10_000 - share)).toBeLessThan(0.002)
    })
  })
})

describe('createZipf', () => {
  it('gives every rank, and none beyond', () => {
    for (const [count, exponent] of [
      [1, 1],
      [5, 0],
      [5000, 0.5],
      [2 ** 53, 0.9],
    ] as const) {
      const { at } = createZipf({ count, exponent })
      const key = createHashKey(1, 'zipf')
      const ranks = Array.from({ length: 20_000 }, (_, row) =>
        at(hash(key, 2 * row), hash(key, 2 * row + 1)),
      )
      expect(Math.min(...ranks)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...ranks)).toBeLessThan(count)
      if (count <= 5) expect(new Set(ranks).size).toBe(count)
    }
  })
})

describe('normalQuantile', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.1, and Wichura's AS 241.
  it.each([
    [0.5, 0],
    [0.8413447460685429, 1],
    [0.9, 1.2815515655446004],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167813],
    [0.000001, -4.753424308822899],
  ])('gives the published value at %d', (probability, published) => {
    expect(normalQuantile(probability)).toBeCloseTo(published, 9)
  })
})

describe('createNormal', () => {
  const normal = createNormal({ mean: 100, deviation: 15 })

  it('has the mean, deviation, symmetry and tails of a bell curve', () => {
    const { mean, deviation, skewness, kurtosis } = momentsOf(normal)
    expect(mean).toBeCloseTo(100, 1)
    expect(deviation).toBeCloseTo(15, 1)
    expect(skewness).toBeCloseTo(0, 1)
    expect(kurtosis).toBeGreaterThan(2.9)
    expect(kurtosis).toBeLessThan(3.1)
  })

  it('gives the quantiles between the points of its table', () => {
    for (const probability of [0.0123, 0.3333, 0.5, 0.777, 0.987]) {
      expect(normal.at(probability * 4294967296)).toBeCloseTo(
        100 + 15 * normalQuantile(probability),
        1,
      )
    }
  })

  it('rises with the draw and stays finite at both ends', () => {
    const ends = [0, 1, 4294967294, 4294967295].map((bits) => normal.at(bits))
    expect(ends).toEqual(ends.toSorted((left, right) => left - right))
    expect(ends[0]).toBeGreaterThan(100 - 15 * 5)
    expect(ends[3]).toBeLessThan(100 + 15 * 5)
  })
})

describe('createLogNormal', () => {
  const median = 40
  const sigma = 0.6
  const logNormal = createLogNormal({ median, sigma })

  it('has its median in the middle and exp(±sigma) times it one deviation away', () => {
    expect(logNormal.at(0.5 * 4294967296)).toBeCloseTo(median, 9)
    expect(logNormal.at(0.8413447460685429 * 4294967296)).toBeCloseTo(median * 1.8221188, 2)
    expect(logNormal.at(0.15865525393145707 * 4294967296)).toBeCloseTo(median / 1.8221188, 2)
  })

  it('has the mean median × exp(sigma² / 2), and says so', () => {
    const expected = median * Math.exp((sigma * sigma) / 2)
    expect(logNormal.mean / expected).toBeCloseTo(1, 3)
    expect(momentsOf(logNormal).mean / expected).toBeCloseTo(1, 2)
  })

  it('has the deviation mean × sqrt(exp(sigma²) - 1)', () => {
    const expected = logNormal.mean * Math.sqrt(Math.exp(sigma * sigma) - 1)
    expect(momentsOf(logNormal).deviation / expected).toBeCloseTo(1, 2)
  })
})

describe('createLogNormals', () => {
  const options = [
    { median: 40, sigma: 0.6 },
    { median: 700, sigma: 0.25 },
    { median: 5, sigma: 0.6 },
  ]
  const all = createLogNormals(options)
  const key = createHashKey(1, 'log-normals')
  const draws = [0, 0xffffffff, ...Array.from({ length: 1000 }, (_, row) => hash(key, row))]

  it('draws from each distribution as if it were alone', () => {
    for (const [which, each] of options.entries()) {
      const alone = createLogNormal(each)
      expect(draws.map((bits) => all.at(which, bits))).toEqual(draws.map(alone.at))
      expect(all.means[which]).toBe(alone.mean)
    }
  })

  it('draws many at once as it draws each', () => {
    const which = Int32Array.from(draws, (_, n) => n % options.length)
    const out = new Float64Array(draws.length)
    all.atEach(which, Int32Array.from(draws), draws.length, out)
    expect([...out]).toEqual(draws.map((bits, n) => all.at(which[n]!, bits)))
  })
})

describe('the values of distributions', () => {
  const draws = [0, 123_456_789, 0x7fffffff, 0x80000000, 4_000_000_000, 0xffffffff]

  it('are the same bits for ever', () => {
    const logNormal = createLogNormal({ median: 40, sigma: 0.6 })
    expect(draws.map(logNormal.at)).toEqual([
      4.763948023319244, 12.795120375849223, 39.99999998601368, 40, 97.54619730869308,
      335.85589052224805,
    ])
    expect(logNormal.mean).toBe(47.91027355735423)
    const normal = createNormal({ mean: 100, deviation: 15 })
    expect(draws.map(normal.at)).toEqual([
      46.80493168958277, 71.50378411598992, 99.99999999124567, 100, 122.28603340803791,
      153.19506712898826,
    ])
  })
})

function momentsOf(distribution: Distribution) {
  const key = createHashKey(7, 'moments')
  const draws = Array.from({ length: 400_000 }, (_, row) => distribution.at(hash(key, row)))
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const mean = average(draws)
  const deviation = Math.sqrt(average(draws.map((draw) => (draw - mean) ** 2)))
  return {
    mean,
    deviation,
    skewness: average(draws.map((draw) => ((draw - mean) / deviation) ** 3)),
    kurtosis: average(draws.map((draw) => ((draw - mean) / deviation) ** 4)),
  }
}
