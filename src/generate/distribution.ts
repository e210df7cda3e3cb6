/**
 * Draws from continuous distributions by one hash: a table of quantiles and linear interpolation.
 * The tables are computed with + − × ÷ only, so that they hold the same bits on every machine and
 * Node version; `Math.exp` and `Math.log` promise no such thing.
 */
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
 * The bell curve, cut off at about ±4 deviations.
 *
 * @example
 * createNormal({ mean: 100, deviation: 15 }).at(2 ** 31) // 100
 */
export function createNormal(options: {
  readonly mean: number
  readonly deviation: number
}): Distribution {
  return createDistribution(
    Float64Array.from(standardNormal(), (z) => options.mean + options.deviation * z),
  )
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
export function createLogNormal(options: {
  readonly median: number
  readonly sigma: number
}): Distribution {
  return createDistribution(
    Float64Array.from(standardNormal(), (z) => options.median * exp(options.sigma * z)),
  )
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

const intervals = 2048

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

function createDistribution(quantiles: Float64Array): Distribution {
  let sum = (quantiles[0]! + quantiles[intervals]!) / 2
  for (let n = 1; n < intervals; n++) sum += quantiles[n]!
  return {
    mean: sum / intervals,
    at(bits) {
      const place = (bits >>> 0) * (intervals / 4294967296)
      const index = Math.floor(place)
      const below = quantiles[index]!
      return below + (quantiles[index + 1]! - below) * (place - index)
    },
  }
}
