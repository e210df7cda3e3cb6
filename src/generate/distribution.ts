/**
 * Draws from continuous distributions by one hash: a table of quantiles and linear interpolation.
 * The tables are computed with + − × ÷ only, so that they hold the same bits on every machine and
 * Node version; `Math.exp` and `Math.log` promise no such thing.
 */
import { createWeightTable } from './weights.ts'

export interface Distribution {
  /**
   * @param bits - 32 random bits, as `hash` gives them
   * @returns the quantile at bits / 2^32
   */
  at(bits: number): number
  /** The mean of the values that `at` gives. */
  readonly mean: number
}

/**
 * The bell curve, cut off at about ±3.5 deviations.
 *
 * @example
 * createNormal({ mean: 100, deviation: 15 }).at(2 ** 31) // 100
 */
export function createNormal(options: {
  readonly mean: number
  readonly deviation: number
}): Distribution {
  const quantiles = Float64Array.from(standardNormal(), (z) => options.mean + options.deviation * z)
  return {
    mean: meanOf((n) => quantiles[n]!),
    at(bits) {
      const index = bits >>> indexShift
      const below = quantiles[index]!
      return below + (quantiles[index + 1]! - below) * ((bits >>> 0) * perBit - index)
    },
  }
}

/**
 * What is the product of many small influences: prices, incomes, waiting times. Its logarithm has a
 * normal distribution.
 *
 * @param options - `median`: half of the values are below; `sigma`: the logarithm's deviation; 0.25
 *   is a mild skew, 1 a strong one (the largest of a thousand values is about 22 times the median)
 * @example
 * createLogNormal({ median: 40, sigma: 0.6 }).mean // about 48
 */
export function createLogNormal(options: LogNormalOptions): Distribution {
  const { at, means } = createLogNormals([options])
  return { mean: means[0]!, at: (bits) => at(0, bits) }
}

export interface LogNormalOptions {
  readonly median: number
  readonly sigma: number
}

/**
 * Waiting times: the smaller the value, the more often.
 *
 * @param options - `mean`, above 0; the largest values are about eight times as large
 * @example
 * createExponential({ mean: 10 }).at(2 ** 31) // 6.93…, below which half of the values are
 */
export function createExponential(options: { readonly mean: number }): Distribution {
  const { mean } = options
  const quantiles = Float64Array.from({ length: intervals + 1 }, (_, n) =>
    n < intervals ? -mean * ln(1 - n / intervals) : 0,
  )
  // Where the last line has to end for its mean to be that of the whole tail.
  quantiles[intervals] = quantiles[intervals - 1]! + 2 * mean
  return {
    mean: meanOf((n) => quantiles[n]!),
    at(bits) {
      const index = bits >>> indexShift
      const below = quantiles[index]!
      return below + (quantiles[index + 1]! - below) * ((bits >>> 0) * perBit - index)
    },
  }
}

/** Ranks, the first of which come up most. */
export interface Ranks {
  /**
   * @param bits - 32 random bits, as `hash` gives them
   * @param more - 32 others, for ranks behind the first thousands
   * @returns a rank from 0 to `count - 1`
   */
  at(bits: number, more: number): number
}

/**
 * Zipf's law: rank k, counted from 1, comes up in proportion to 1 / k^exponent. The first ranks have
 * a weight each, those behind share one by ranges whose ends differ by a 64th.
 *
 * @param options - `count` of ranks, from 1 to 2^53; `exponent` from 0: 0 is uniform, 1 makes the
 *   first rank twice as frequent as the second
 * @example
 * createZipf({ count: 1000, exponent: 1 }).at(0, 0) // 0
 */
export function createZipf(options: { readonly count: number; readonly exponent: number }): Ranks {
  const { count, exponent } = options
  const single = Math.min(count, mostSingleRanks)
  const weightOf = (rank: number) => exp(-exponent * ln(rank))
  const weights = Array.from({ length: single }, (_, index) => weightOf(index + 1))
  const starts: number[] = []
  const sizes: number[] = []
  for (let start = single; start < count; start += sizes.at(-1)!) {
    const size = Math.min(count - start, Math.floor(start / 64))
    starts.push(start)
    sizes.push(size)
    weights.push(size * weightOf(start + (size + 1) / 2))
  }
  const table = createWeightTable(weights)
  return {
    at(bits, more) {
      const entry = table.pick(bits)
      if (entry < single) return entry
      const range = entry - single
      return starts[range]! + Math.floor((more >>> 0) * 2.3283064365386963e-10 * sizes[range]!)
    },
  }
}

const mostSingleRanks = 4096

/**
 * Ranks of which each comes up less than the one before it, by the same factor.
 *
 * @param options - `count` of ranks, from 1; `mean` of the ranks, above 0, were there no last one
 * @example
 * createExponentialRanks({ count: 1000, mean: 50 }).at(0, 0) // 0
 */
export function createExponentialRanks(options: {
  readonly count: number
  readonly mean: number
}): Ranks {
  const { count, mean } = options
  const { at } = createExponential({ mean })
  // The quantiles below that of the last rank, so that it does not stand for all behind it.
  const share = 1 - exp(-count / mean)
  return { at: (bits) => Math.min(count - 1, Math.floor(at((bits >>> 0) * share))) }
}

/** Several distributions. */
export interface Distributions {
  /**
   * @param which - of the distributions, counted from 0
   * @param bits - 32 random bits, as `hash` gives them
   * @returns the quantile at bits / 2^32
   */
  at(which: number, bits: number): number
  /** The quantiles of `count` draws, into `out`; several times as fast as one at a time. */
  atEach(which: Int32Array, draws: Int32Array, count: number, out: Float64Array): void
  /** The mean of each. */
  readonly means: Float64Array
}

/**
 * As `createLogNormal`, for draws whose distribution differs from row to row: those of one sigma
 * share a table and all tables lie side by side in memory, which makes a draw three times as fast as
 * from one among many objects.
 *
 * @param options - one for each distribution
 * @example
 * createLogNormals([{ median: 40, sigma: 0.6 }, { median: 5, sigma: 0.6 }]).at(1, 2 ** 31) // 5
 */
export function createLogNormals(options: readonly LogNormalOptions[]): Distributions {
  const sigmas = [...new Set(options.map(({ sigma }) => sigma))]
  const tables = Float32Array.from(
    sigmas.flatMap((sigma) => [...standardNormal()].map((z) => exp(sigma * z))),
  )
  const medians = Float64Array.from(options, ({ median }) => median)
  const starts = Int32Array.from(options, ({ sigma }) => sigmas.indexOf(sigma) * (intervals + 1))
  return {
    means: medians.map((median, which) => meanOf((n) => median * tables[starts[which]! + n]!)),
    at(which, bits) {
      const index = bits >>> indexShift
      const place = starts[which]! + index
      const median = medians[which]!
      const below = median * tables[place]!
      return below + (median * tables[place + 1]! - below) * ((bits >>> 0) * perBit - index)
    },
    atEach(which, draws, count, out) {
      for (let i = 0; i < count; i++) {
        const draw = draws[i]!
        const distribution = which[i]!
        const index = draw >>> indexShift
        const place = starts[distribution]! + index
        const median = medians[distribution]!
        const below = median * tables[place]!
        out[i] = below + (median * tables[place + 1]! - below) * ((draw >>> 0) * perBit - index)
      }
    },
  }
}

/**
 * e^x by its Taylor series, near 0 after halving the exponent.
 *
 * @example
 * exp(1) // 2.718281828459045, give or take the last digits
 */
export function exp(x: number): number {
  let reduced = x
  let squarings = 0
  while (reduced > 0.25 || reduced < -0.25) {
    reduced /= 2
    squarings++
  }
  let term = 1
  let sum = 1
  for (let n = 1; n <= 12; n++) {
    term = (term * reduced) / n
    sum += term
  }
  for (; squarings > 0; squarings--) sum *= sum
  return sum
}

/**
 * The natural logarithm, by Halley's method on `exp`.
 *
 * @param x - above 0
 * @example
 * ln(10) // 2.302585092994046, give or take the last digits
 */
export function ln(x: number): number {
  let mantissa = x
  let halvings = 0
  for (; mantissa >= 1.5; halvings++) mantissa /= 2
  for (; mantissa < 0.75; halvings--) mantissa *= 2
  let y = mantissa - 1
  for (let step = 0; step < 4; step++) {
    const power = exp(y)
    y += (2 * (mantissa - power)) / (mantissa + power)
  }
  return y + halvings * Math.LN2
}

/**
 * The value that a standard normal variable stays below with a probability: Newton's method on
 * Marsaglia's series ("Evaluating the Normal Distribution", 2004).
 *
 * @param probability - from 1e-9 to 1 - 1e-9
 * @param start - a first guess. @defaultValue 0
 * @example
 * normalQuantile(0.975) // 1.959963984540054
 */
export function normalQuantile(probability: number, start = 0): number {
  let z = start
  for (let step = 0; step < 100; step++) {
    const density = 0.3989422804014327 * exp((-z * z) / 2)
    let term = z
    let sum = z
    for (let n = 3; sum + term !== sum; n += 2) {
      term = (term * z * z) / n
      sum += term
    }
    // At most one deviation at a time: far out the density is so small that Newton overshoots.
    const change = (0.5 + density * sum - probability) / density
    z -= change > 1 ? 1 : change < -1 ? -1 : change
    if (change < 1e-13 && change > -1e-13) break
  }
  return z
}

/** So few that the tables of a dozen distributions stay in a processor's first cache. */
const intervals = 512
/** The upper 9 bits of a draw say between which two quantiles it lies. */
const indexShift = 23
const perBit = intervals / 4294967296

let table: Float64Array | undefined

/** The normal quantiles at n / intervals; the two that are infinite give way to far ones. */
function standardNormal(): Float64Array {
  if (table) return table
  const quantiles = new Float64Array(intervals + 1)
  let z = 0
  for (let n = intervals / 2; n < intervals; n++) {
    z = normalQuantile(n / intervals, z)
    quantiles[n] = z
    quantiles[intervals - n] = -z
  }
  const farthest = normalQuantile(1 - 0.1 / intervals, z)
  quantiles[intervals] = farthest
  quantiles[0] = -farthest
  table = quantiles
  return quantiles
}

/** The mean of what lies, in straight lines, between quantiles. */
function meanOf(quantile: (n: number) => number): number {
  let sum = (quantile(0) + quantile(intervals)) / 2
  for (let n = 1; n < intervals; n++) sum += quantile(n)
  return sum / intervals
}
