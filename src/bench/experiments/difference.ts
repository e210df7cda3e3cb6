import type { Measurement } from '../report.ts'
import { canDiffer, estimateRatio, isDifference } from '../statistics.ts'

/** Whether these have enough samples to show any difference between them. */
export function canBeCompared(a: Measurement, b: Measurement): boolean {
  return canDiffer(a.samples.length, b.samples.length)
}

/** The faster of two; `undefined` where their samples cannot show which it is. */
export function fasterOf(a: Measurement, b: Measurement): Measurement | undefined {
  if (!canBeCompared(a, b)) return undefined
  const ratio = estimateRatio(secondsPerRow(a), secondsPerRow(b))
  if (!isDifference(ratio)) return undefined
  return ratio.value < 1 ? a : b
}

function secondsPerRow({ samples, rows }: Measurement): readonly number[] {
  return samples.map(({ seconds }) => seconds / rows)
}
