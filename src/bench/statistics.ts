import { median, medianAbsoluteDeviation, quantile } from 'simple-statistics'
import { below, createHashKey } from '../generate/hash.ts'
import type { Estimate } from './report.ts'

export { median, medianAbsoluteDeviation }

/**
 * The median with its 95 % bootstrap percentile interval (Efron and Tibshirani, "An Introduction to
 * the Bootstrap", 1993, chapter 13): the same samples, in any order, always give the same interval.
 *
 * The 95 % are nominal: of few samples the interval is less sure. Where its ends are samples, order
 * statistics tell how often it holds the true median: 96.1 % of the time for 9 samples, 87.5 % for 7
 * (from the second to the sixth), 93.8 % for 5, 75 % for 3 and 50 % for 2 (their range: there is
 * no more to say). A single sample has an interval of itself, which says nothing, and whoever shows
 * it has to say so; see {@link canDiffer}.
 *
 * @param samples - at least one
 * @throws RangeError when there is no sample, or one is no finite number
 * @example
 * estimateMedian([3, 1, 2]) // { value: 2, low: 1, high: 3 }
 */
export function estimateMedian(samples: readonly number[]): Estimate {
  const medians = resampleMedians(samples, 'bench/median')
  return intervalAround(median(samples), medians)
}

/**
 * The ratio of two medians with its 95 % bootstrap percentile interval: both are resampled,
 * independently of each other. For up to three samples each it is the range of what they can give.
 * Two series of the same distribution seem to differ about 4 times in 100 when they have 5 or more
 * samples each (10 in 100 for 3; simulated).
 *
 * @param above - at least one, all above 0
 * @param under - the same
 * @throws RangeError when there is no sample, or one is no finite number above 0
 * @example
 * estimateRatio([4, 6], [1, 2]) // { value: 3.333…, low: 2, high: 6 }
 */
export function estimateRatio(above: readonly number[], under: readonly number[]): Estimate {
  if (![...above, ...under].every((sample) => sample > 0)) {
    throw new RangeError('A ratio needs samples above 0')
  }
  const ratios = resampleMedians(above, 'bench/above')
  const divisors = resampleMedians(under, 'bench/under')
  for (let i = 0; i < ratios.length; i++) ratios[i] = ratios[i]! / divisors[i]!
  return intervalAround(median(above) / median(under), ratios)
}

/** Multiplies an estimate and its interval by a positive number. */
export function scaleEstimate({ value, low, high }: Estimate, factor: number): Estimate {
  return { value: value * factor, low: low * factor, high: high * factor }
}

/** Whether a ratio's interval leaves 1 out. */
export function isDifference({ low, high }: Estimate): boolean {
  return low > 1 || high < 1
}

/**
 * Whether so many samples can show a difference with 95 % confidence at all: if there is none, all
 * of one side lie above all of the other once in so many orders of the two together (the smallest
 * probability that Wilcoxon's rank sum test can give, two-sided).
 *
 * @example
 * [canDiffer(3, 3), canDiffer(4, 4), canDiffer(1, 7), canDiffer(2, 8)] // [false, true, false, true]
 */
export function canDiffer(first: number, second: number): boolean {
  let orders = 1
  for (let i = 1; i <= Math.min(first, second); i++) {
    orders = (orders * (Math.max(first, second) + i)) / i
  }
  return 2 / orders <= 0.05
}

/**
 * The median absolute deviation, scaled so that it estimates the standard deviation where samples
 * are normally distributed, with the constant of R's `mad`.
 *
 * @example
 * estimateDeviation([1, 3, 3, 6, 8, 10, 10, 1000]) // 5.1891
 */
export function estimateDeviation(samples: readonly number[]): number {
  return 1.4826 * medianAbsoluteDeviation([...samples])
}

/**
 * The medians of 10,000 samples of the same size, drawn from the samples with replacement.
 *
 * @param stream - names the random numbers; those of different names are independent
 * @throws RangeError when there is no sample, or one is no finite number
 */
export function resampleMedians(samples: readonly number[], stream: string): Float64Array {
  const size = samples.length
  if (size === 0) throw new RangeError('A median needs at least one sample')
  if (!samples.every(Number.isFinite)) throw new RangeError('A median needs finite samples')
  const ordered = Float64Array.from(samples).toSorted()
  const key = createHashKey(0, stream)
  const draws = new Uint32Array(size)
  const medians = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample++) {
    draws.fill(0)
    for (let draw = 0; draw < size; draw++) {
      const drawn = below(key, resample * size + draw, size)
      draws[drawn] = draws[drawn]! + 1
    }
    medians[resample] = medianOfDrawn(ordered, draws)
  }
  return medians
}

const resamples = 10_000

/** The median of as many values as there are, each taken as often as it was drawn: no sorting. */
function medianOfDrawn(ordered: Float64Array, draws: Uint32Array): number {
  const size = ordered.length
  let index = 0
  let seen = draws[0]!
  while (seen <= (size - 1) >> 1) seen += draws[++index]!
  const lower = ordered[index]!
  while (seen <= size >> 1) seen += draws[++index]!
  return (lower + ordered[index]!) / 2
}

function intervalAround(value: number, resampled: Float64Array): Estimate {
  // Any list of numbers that can be copied will do, though the type asks for an array.
  const list = resampled as unknown as readonly number[]
  const [low, high] = quantile(list, [0.025, 0.975]) as [number, number]
  return { value, low, high }
}
