import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canDiffer,
  estimateDeviation,
  estimateMedian,
  estimateRatio,
  isDifference,
  median,
  medianAbsoluteDeviation,
  resampleMedians,
  scaleEstimate,
} from '../../../src/bench/statistics.ts'
import { chiSquare, criticalChiSquare, dependence } from '../../support/statistics.ts'

// Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, table 2.1: survival times of mice,
// in days, and the standard error of the treatment group's median for B → ∞.
const treatment = [94, 197, 16, 38, 99, 141, 23]
const control = [52, 104, 146, 10, 51, 30, 40, 27, 46]
const publishedError = 37.83

const oneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9]

// Durations: from a microsecond to a day, as whole nanoseconds so that none is denormal.
const durations = (minLength: number) =>
  fc.array(
    fc.integer({ min: 1_000, max: 86_400_000_000_000 }).map((ns) => ns / 1e9),
    { minLength, maxLength: 12 },
  )

describe('median and medianAbsoluteDeviation', () => {
  it("give the values in the manual of R's mad", () => {
    // https://stat.ethz.ch/R-manual/R-devel/library/stats/html/mad.html, examples
    expect(medianAbsoluteDeviation(oneToNine)).toBe(2)
    expect(medianAbsoluteDeviation([1, 2, 3, 4, 5, 6, 7, 8, 100])).toBe(2)
  })

  it('give the medians of the mice', () => {
    expect([median(treatment), median(control)]).toEqual([94, 46])
  })
})

describe(estimateDeviation, () => {
  it("scales by the constant of R's mad", () => {
    // The same page: mad(c(1:9)) with constant = 1.4826. With 1 / qnorm(3/4) it would be 2.965204.
    expect(estimateDeviation(oneToNine)).toBe(2.9652)
    expect(estimateDeviation(oneToNine)).toBeCloseTo(2.965204, 4)
  })

  it('gives the value of Leys et al., "Detecting outliers", 2013', () => {
    // Journal of Experimental Social Psychology 49 (4), section 2.
    expect(median([1, 3, 3, 6, 8, 10, 10, 1000])).toBe(7)
    expect(estimateDeviation([1, 3, 3, 6, 8, 10, 10, 1000])).toBeCloseTo(5.1891, 10)
  })
})

describe(resampleMedians, () => {
  it.each([
    ['treatment', treatment],
    ['control', control],
    ['thirteen', [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41]],
    ['three', [1, 2, 4]],
  ])('draws medians as often as their exact distribution says: %s', (_, samples) => {
    const ordered = samples.toSorted((a, b) => a - b)
    const medians = resampleMedians(samples, 'test')
    const counts = ordered.map((value) => medians.filter((one) => one === value).length)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10_000)
    const likely = exactDistribution(samples.length)
    // Chi-square wants no cell with hardly anything in it.
    const cells = likely.map((_, rank) => rank).filter((rank) => likely[rank]! > 0.0005)
    const chi = chiSquare(
      cells.map((rank) => counts[rank]!),
      (cell) => 10_000 * likely[cells[cell]!]!,
    )
    expect(chi).toBeLessThan(criticalChiSquare(cells.length - 1))
  })

  it("agrees with the published standard error of the mice's median", () => {
    // The closed form gives it exactly, so both are compared with what was published.
    const ordered = treatment.toSorted((a, b) => a - b)
    expect(deviationOf(ordered, exactDistribution(7))).toBeCloseTo(publishedError, 2)
    const medians = resampleMedians(treatment, 'test')
    const equally = Array.from(medians, () => 1 / medians.length)
    const error = deviationOf(medians, equally)
    // 10,000 resamples give the standard error with an error of its own of about 1 %.
    expect(Math.abs(error / publishedError - 1)).toBeLessThan(0.03)
  })

  it('draws even numbers of samples, too', () => {
    // Of two samples: both the lesser, one each, both the larger.
    const medians = resampleMedians([1, 2], 'test')
    const counts = [1, 1.5, 2].map((value) => medians.filter((one) => one === value).length)
    const chi = chiSquare(counts, (cell) => [2_500, 5_000, 2_500][cell]!)
    expect(chi).toBeLessThan(criticalChiSquare(2))
  })

  it('draws independently for streams of different names', () => {
    const [first, second] = ['bench/above', 'bench/under'].map((stream) =>
      resampleMedians([0, 1, 2], stream),
    )
    // Uniform cells are asked for, so each of the medians 0, 1 and 2 is compared within itself.
    const middle = Array.from(first!, (value, i) => [value, second![i]!] as const).filter(
      ([a, b]) => a !== 1 && b !== 1,
    )
    expect(
      dependence(2, middle.length, (i) => [middle[i]![0] / 2, middle[i]![1] / 2]),
    ).toBeLessThan(1)
  })

  it('refuses what has no median', () => {
    expect(() => resampleMedians([], 'test')).toThrow('A median needs at least one sample')
    expect(() => resampleMedians([1, Number.NaN], 'test')).toThrow('A median needs finite samples')
  })
})

describe(estimateMedian, () => {
  it.each([treatment, control])('takes the exact percentiles of sample set %#', (...samples) => {
    const ordered = samples.toSorted((a, b) => a - b)
    const likely = exactDistribution(samples.length)
    expect(estimateMedian(samples)).toEqual({
      value: median(samples),
      low: ordered[rankAt(likely, 0.025)],
      high: ordered[rankAt(likely, 0.975)],
    })
  })

  it('has the interval from the second to the sixth of seven samples', () => {
    expect(estimateMedian(treatment)).toEqual({ value: 94, low: 23, high: 141 })
  })

  it('has the range as interval of up to three samples, and of one itself', () => {
    expect(estimateMedian([5, 1, 2])).toEqual({ value: 2, low: 1, high: 5 })
    expect(estimateMedian([5, 1])).toEqual({ value: 3, low: 1, high: 5 })
    expect(estimateMedian([5])).toEqual({ value: 5, low: 5, high: 5 })
  })

  it('gives the same interval whenever it is asked, in whatever order the samples are', () => {
    fc.assert(
      fc.property(durations(1), (samples) => {
        expect(estimateMedian(samples.toReversed())).toEqual(estimateMedian(samples))
      }),
      { numRuns: 30 },
    )
  })

  it('has the median within the interval, and the interval within the range', () => {
    fc.assert(
      fc.property(durations(1), (samples) => {
        const { value, low, high } = estimateMedian(samples)
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
        expect(low).toBeGreaterThanOrEqual(Math.min(...samples))
        expect(high).toBeLessThanOrEqual(Math.max(...samples))
      }),
      { numRuns: 50 },
    )
  })

  it('does not change its samples', () => {
    const samples = [3, 1, 2]
    estimateMedian(samples)
    expect(samples).toEqual([3, 1, 2])
  })
})

describe(estimateRatio, () => {
  it('has the exact percentiles of two independent medians', () => {
    const ratios = treatmentOverControl()
    const [low, high] = [percentile(ratios, 0.025), percentile(ratios, 0.975)]
    const estimate = estimateRatio(treatment, control)
    expect(estimate.value).toBe(94 / 46)
    expect(estimate).toEqual({ value: 94 / 46, low, high })
  })

  it('is the range of what few samples can give', () => {
    expect(estimateRatio([4, 6], [1, 2])).toEqual({ value: 5 / 1.5, low: 2, high: 6 })
    expect(estimateRatio([4, 5, 6], [1, 2, 4])).toEqual({ value: 2.5, low: 1, high: 6 })
    expect(estimateRatio([6], [3])).toEqual({ value: 2, low: 2, high: 2 })
  })

  it('holds 1 for a series and itself, and lies within what the samples can give', () => {
    fc.assert(
      fc.property(durations(2), durations(2), (above, under) => {
        const same = estimateRatio(above, above)
        expect(same.low <= 1 && same.high >= 1).toBe(true)
        const ratio = estimateRatio(above, under)
        expect(ratio.low).toBeLessThanOrEqual(ratio.value)
        expect(ratio.high).toBeGreaterThanOrEqual(ratio.value)
        expect(ratio.low).toBeGreaterThanOrEqual(Math.min(...above) / Math.max(...under))
        expect(ratio.high).toBeLessThanOrEqual(Math.max(...above) / Math.min(...under))
      }),
      { numRuns: 30 },
    )
  })

  it('refuses what has no ratio', () => {
    expect(() => estimateRatio([1], [0])).toThrow('A ratio needs samples above 0')
    expect(() => estimateRatio([1], [])).toThrow('A median needs at least one sample')
  })
})

describe(canDiffer, () => {
  it("is right about Wilcoxon's smallest probabilities", () => {
    // Tables of the rank sum test (Mann and Whitney, 1947) have two-sided 5 % critical values from
    // sizes 2 and 8, 3 and 5, 4 and 4 on.
    expect([canDiffer(2, 8), canDiffer(3, 5), canDiffer(4, 4), canDiffer(1, 39)]).toEqual(
      Array.from({ length: 4 }, () => true),
    )
    expect([canDiffer(2, 7), canDiffer(3, 4), canDiffer(1, 38), canDiffer(0, 9)]).toEqual(
      Array.from({ length: 4 }, () => false),
    )
    expect(canDiffer(8, 2)).toBe(true)
  })
})

describe('estimates', () => {
  it('are scaled with their ends, and differ where they leave 1 out', () => {
    expect(scaleEstimate({ value: 2, low: 1, high: 4 }, 3)).toEqual({ value: 6, low: 3, high: 12 })
    expect(isDifference({ value: 2, low: 1.1, high: 3 })).toBe(true)
    expect(isDifference({ value: 0.5, low: 0.4, high: 0.9 })).toBe(true)
    expect(isDifference({ value: 1.2, low: 1, high: 2 })).toBe(false)
  })
})

/**
 * How likely each of n samples, in order, is the median of a resample, n odd: the median is above
 * the k-th where at most (n - 1) / 2 of n draws are among the first k, each with probability k / n.
 * Efron, "Bootstrap Methods: Another Look at the Jackknife", The Annals of Statistics 7, 1979,
 * section 3.
 */
function exactDistribution(size: number): number[] {
  const isAbove = (rank: number) => {
    let sum = 0
    for (let draws = 0; draws <= (size - 1) / 2; draws++) {
      sum += choose(size, draws) * (rank / size) ** draws * (1 - rank / size) ** (size - draws)
    }
    return sum
  }
  return Array.from({ length: size }, (_, rank) => isAbove(rank) - isAbove(rank + 1))
}

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k
}

function rankAt(likely: readonly number[], share: number): number {
  let sum = 0
  return likely.findIndex((probability) => (sum += probability) >= share)
}

function deviationOf(values: ArrayLike<number>, likely: readonly number[]): number {
  const mean = likely.reduce((sum, probability, i) => sum + probability * values[i]!, 0)
  return Math.sqrt(
    likely.reduce((sum, probability, i) => sum + probability * (values[i]! - mean) ** 2, 0),
  )
}

interface Likely {
  readonly ratio: number
  readonly probability: number
}

function treatmentOverControl(): Likely[] {
  const [above, under] = [treatment, control].map((samples) => {
    const likely = exactDistribution(samples.length)
    return samples
      .toSorted((a, b) => a - b)
      .map((value, rank) => ({ value, probability: likely[rank]! }))
  })
  return above!
    .flatMap((one) =>
      under!.map((other) => ({
        ratio: one.value / other.value,
        probability: one.probability * other.probability,
      })),
    )
    .toSorted((a, b) => a.ratio - b.ratio)
}

function percentile(likely: readonly Likely[], share: number): number {
  let sum = 0
  return likely.find(({ probability }) => (sum += probability) >= share)!.ratio
}
