import type { Comparison, MeasurementComparison } from '../../bench/compare.ts'
import { formatTable } from '../text-table.ts'
import type { TextColumn } from '../text-table.ts'
import { wrap } from '../wrap.ts'
import { formatDuration } from '../format.ts'

const columns: readonly TextColumn[] = [
  { title: 'measurement', align: 'left' },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'time', align: 'right' },
  { title: '95 %', align: 'right' },
  { title: 'verdict', align: 'left' },
]

/**
 * What has changed, for reading in a terminal.
 *
 * @param width - characters a line
 */
export function formatComparison(comparison: Comparison, width: number): string {
  const { experiments, onlyBefore, onlyAfter, warnings, regressions, threshold } = comparison
  const percent = `${formatPercent(threshold)} %`
  return [
    ...experiments.flatMap(({ name, measurements, ...only }) => [
      name,
      ...formatTable(columns, measurements.map(cells)),
      ...missing(only, width),
      '',
    ]),
    ...missing({ onlyBefore, onlyAfter }, width),
    ...warnings.flatMap(({ message, remedy }) => wrap(`Warning: ${message} ${remedy}`, width)),
    regressions === 0
      ? `No regression: nothing is surely more than ${percent} slower.`
      : `${regressions === 1 ? '1 regression' : `${regressions} regressions`}: surely more than ${percent} slower.`,
    '',
  ].join('\n')
}

function cells({ name, seconds, slowdown, verdict }: MeasurementComparison): readonly string[] {
  return [
    name,
    formatDuration(seconds.before.value),
    formatDuration(seconds.after.value),
    formatChange(slowdown.value),
    `${formatChange(slowdown.low)} to ${formatChange(slowdown.high)}`,
    verdict,
  ]
}

/** `+12 %` of the time. */
function formatChange(ratio: number): string {
  return `${ratio < 1 ? '−' : '+'}${formatPercent(Math.abs(ratio - 1))} %`
}

function formatPercent(share: number): string {
  const percent = share * 100
  return percent < 10 ? String(Number(percent.toFixed(1))) : percent.toFixed(0)
}

function missing(
  only: { readonly onlyBefore: readonly string[]; readonly onlyAfter: readonly string[] },
  width: number,
): readonly string[] {
  return [
    ...(only.onlyBefore.length > 0
      ? wrap(`Only before: ${only.onlyBefore.join('; ')}.`, width)
      : []),
    ...(only.onlyAfter.length > 0 ? wrap(`Only after: ${only.onlyAfter.join('; ')}.`, width) : []),
  ]
}
