import { formatCount } from '../report/format.ts'
import type { Estimate } from './report.ts'
import { isDifference } from './statistics.ts'

/**
 * A speed-up in words, for tables and in front of "as …". `about` says that no interval is known:
 * both sides were measured once.
 *
 * @returns `no difference` where the interval holds 1, or the difference is below 0.5 %
 * @example
 * describeSpeedUp({ value: 131.4, low: 120, high: 140 }) // '131 times as fast'
 * describeSpeedUp({ value: 0.48, low: 0.4, high: 0.5 }) // '2.1 times as slow'
 * describeSpeedUp({ value: 1.1, low: 0.9, high: 1.3 }) // 'no difference'
 * describeSpeedUp({ value: 2, low: 2, high: 2 }) // 'about 2.0 times as fast'
 */
export function describeSpeedUp(speedUp: Estimate): string {
  const factor = speedUp.value < 1 ? 1 / speedUp.value : speedUp.value
  if (!isDifference(speedUp) || factor < 1.005) return 'no difference'
  const about = speedUp.low === speedUp.high ? 'about ' : ''
  return `${about}${formatFactor(factor)} times as ${speedUp.value < 1 ? 'slow' : 'fast'}`
}

/**
 * A speed-up as a sentence for a conclusion.
 *
 * @example
 * sayHowFast({ name: 'copy', baseline: 'row', speedUp: { value: 131.4, low: 120, high: 140 } })
 * // 'copy is 131 times as fast as row.'
 * sayHowFast({ name: 'json', baseline: 'unnest', speedUp: { value: 1.1, low: 0.9, high: 1.3 } })
 * // 'json cannot be told from unnest by these repetitions.'
 */
export function sayHowFast({
  name,
  baseline,
  speedUp,
}: {
  readonly name: string
  readonly baseline: string
  readonly speedUp: Estimate
}): string {
  const words = describeSpeedUp(speedUp)
  return words === 'no difference'
    ? `${name} cannot be told from ${baseline} by these repetitions.`
    : `${name} is ${words} as ${baseline}.`
}

/**
 * As many digits as a factor from 1 deserves: three at most, two decimals close to 1.
 *
 * @example
 * [1.0449, 1.1, 9.94, 9.96, 131.4, 1234].map(formatFactor)
 * // ['1.04', '1.1', '9.9', '10', '131', '1,230']
 */
export function formatFactor(factor: number): string {
  if (factor < 1.095) return factor.toFixed(2)
  if (factor < 9.95) return factor.toFixed(1)
  return formatCount(Number(factor.toPrecision(3)))
}
