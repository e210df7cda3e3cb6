import type { Sample, Summary } from './report.ts'
import {
  estimateMedian,
  estimateRatio,
  medianAbsoluteDeviation,
  scaleEstimate,
} from './statistics.ts'

/** What was measured, before it is summarised. */
export interface Measured {
  /** Rows that each repetition writes or reads. */
  readonly rows: number
  readonly samples: readonly Pick<Sample, 'seconds'>[]
}

/**
 * What the samples of a measurement come to.
 *
 * @param baseline - what it is compared with, in rows per second; `null` for the baseline itself and
 *   where there is none
 * @throws RangeError when there is no sample, one took no time, or there are no rows
 * @example
 * const baseline = { rows: 100, samples: [{ seconds: 1 }, { seconds: 2 }, { seconds: 3 }] }
 * const samples = [{ seconds: 4 }, { seconds: 5 }, { seconds: 6 }]
 * summarise({ rows: 1000, samples, baseline })
 * // {
 * //   seconds: { value: 5, low: 4, high: 6 },
 * //   spreadSeconds: 1,
 * //   rowsPerSecond: { value: 200, low: 166.6…, high: 250 },
 * //   speedUp: { value: 4, low: 1.66…, high: 7.5 },
 * // }
 */
export function summarise({
  rows,
  samples,
  baseline,
}: Measured & { readonly baseline: Measured | null }): Summary {
  const taken = secondsOf({ rows, samples })
  const seconds = estimateMedian(taken)
  return {
    seconds,
    spreadSeconds: medianAbsoluteDeviation(taken),
    rowsPerSecond: {
      value: rows / seconds.value,
      low: rows / seconds.high,
      high: rows / seconds.low,
    },
    speedUp:
      baseline && scaleEstimate(estimateRatio(secondsOf(baseline), taken), rows / baseline.rows),
  }
}

function secondsOf({ rows, samples }: Measured): number[] {
  if (!(rows > 0)) throw new RangeError(`Rows per second need rows, not ${rows}`)
  return samples.map(({ seconds }) => {
    if (!(seconds > 0)) throw new RangeError(`Rows per second need time, not ${seconds} s`)
    return seconds
  })
}
