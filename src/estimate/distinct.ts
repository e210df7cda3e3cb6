/**
 * How many different values all rows have, from how often each occurs in a sample of them: the
 * estimator of Haas and Stokes (1998) that PostgreSQL's ANALYZE uses.
 *
 * @param occurrences - how often each value occurs in the sample
 * @param rows - in all
 * @example
 * estimateDistinct([1, 1, 1, 1], 1000) // 1000
 * estimateDistinct([50, 50], 1000) // 2
 */
export function estimateDistinct(occurrences: Iterable<number>, rows: number): number {
  let sampled = 0
  let different = 0
  let once = 0
  for (const times of occurrences) {
    sampled += times
    different++
    if (times === 1) once++
  }
  if (sampled === 0) return 0
  if (sampled >= rows) return different
  const estimate = (sampled * different) / (sampled - once + (once * sampled) / rows)
  return Math.min(rows, Math.max(different, estimate))
}
