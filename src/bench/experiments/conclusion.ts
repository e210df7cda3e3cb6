import { formatCount } from '../../report/format.ts'
import type { Chart, ChartPoint, Measurement } from '../report.ts'
import { formatFactor, sayHowFast } from '../describe-speed-up.ts'
import { median } from '../statistics.ts'
import { canBeCompared, fasterOf } from './difference.ts'

export function fastestFirst(measurements: readonly Measurement[]): readonly Measurement[] {
  return measurements.toSorted(
    (a, b) => b.summary.rowsPerSecond.value - a.summary.rowsPerSecond.value,
  )
}

/** `undefined` only where nothing was measured. */
export function fastestOf(measurements: readonly Measurement[]): Measurement | undefined {
  return fastestFirst(measurements)[0]
}

/** What is fastest, by how much, and what cannot be told apart. */
export function describeOrder(measurements: readonly Measurement[]): readonly string[] {
  const order = fastestFirst(measurements)
  const [fastest] = order
  if (!fastest) return []
  const { rowsPerSecond, speedUp } = fastest.summary
  const { name } = fastest
  const baseline = baselineOf(measurements)
  const equal = order.filter(
    (one) => one !== fastest && canBeCompared(one, fastest) && !fasterOf(fastest, one),
  )
  const rate = `${formatCount(rowsPerSecond.value)} rows/s`
  const sentences = [
    equal.length === 0
      ? `${name} is fastest: ${rate}.`
      : `${name} is fastest (${rate}), but cannot be told from ${listed(equal)} by these repetitions.`,
  ]
  if (speedUp && baseline) sentences.push(sayHowFast({ name, baseline, speedUp }))
  if (order.length > 1) {
    sentences.push(`From fast to slow: ${order.map((one) => one.name).join(', ')}.`)
  }
  const equals = order.slice(1).flatMap((one, index) => {
    const next = order[index + 2]
    if (!next || !canBeCompared(one, next) || fasterOf(one, next)) return []
    return [`${one.name} and ${next.name}`]
  })
  if (equals.length > 0) {
    sentences.push(`No difference that these repetitions can show: ${equals.join('; ')}.`)
  }
  const slowest = order.at(-1)!
  return [...sentences, ...describePhases(slowest === fastest ? [fastest] : [fastest, slowest])]
}

/** Why it is so: where the time goes. */
export function describePhases(measurements: readonly Measurement[]): readonly string[] {
  const shares = measurements.flatMap(({ name, samples }) => {
    const phases = Object.keys(samples[0]!.phases)
    if (phases.length < 2) return []
    const share = (phase: string) =>
      median(samples.map((sample) => sample.phases[phase]! / sample.seconds))
    const told = phases
      .map((phase) => ({ phase, percent: Math.round(share(phase) * 100) }))
      .filter(({ percent }) => percent > 0)
    return [`${name} ${told.map(({ phase, percent }) => `${phase} ${percent} %`).join(', ')}`]
  })
  return shares.length === 0 ? [] : [`Where the time goes: ${shares.join('; ')}.`]
}

function listed(measurements: readonly Measurement[]): string {
  return measurements.map(({ name }) => name).join(', ')
}

/** The one that all others are compared with; `null` where none of them was, or it is missing. */
export function baselineOf(measurements: readonly Measurement[]): string | null {
  const isCompared = measurements.some(({ summary }) => summary.speedUp !== null)
  const alone = measurements.filter(({ summary }) => summary.speedUp === null)
  return isCompared && alone.length === 1 ? alone[0]!.name : null
}

export function strategyOf({ factors }: Measurement): string {
  return factors['strategy'] as string
}

/** In the order in which they stand. */
export function strategiesOf(measurements: readonly Measurement[]): readonly string[] {
  return [...new Set(measurements.map(strategyOf))]
}

/** A point of a chart over rows per second, with its interval. */
export function ratePoint(
  { summary }: Measurement,
  { series, x }: { readonly series: string; readonly x: string | number },
): ChartPoint {
  const { value, low, high } = summary.rowsPerSecond
  return { series, x, y: value, low, high }
}

/** A bar for each. */
export function rateChart(title: string, measurements: readonly Measurement[]): Chart {
  const order = fastestFirst(measurements)
  const [fastest, slowest] = [order[0], order.at(-1)]
  const rateOf = ({ name, summary }: Measurement) =>
    `${name} ${formatCount(summary.rowsPerSecond.value)}`
  const says =
    fastest && slowest && fastest !== slowest
      ? `Rows a second: ${rateOf(fastest)}, the most, to ${rateOf(slowest)}, the least.`
      : fastest
        ? `Rows a second: ${rateOf(fastest)}.`
        : 'Nothing was measured.'
  return {
    title,
    says,
    kind: 'bars',
    x: { title: 'rows/s', scale: 'linear' },
    y: { title: '', scale: 'names' },
    points: measurements.map((one) => ratePoint(one, { series: '', x: one.name })),
  }
}

/**
 * @example
 * [times(2.04), times(131.4)] // ['2.0 times', '131 times']
 */
export function times(ratio: number): string {
  return `${formatFactor(ratio)} times`
}
