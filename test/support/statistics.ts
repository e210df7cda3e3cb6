/** How far counts are from what was expected: Pearson's chi-square. */
export function chiSquare(counts: ArrayLike<number>, expected: (index: number) => number): number {
  let sum = 0
  for (let i = 0; i < counts.length; i++) {
    const distance = counts[i]! - expected(i)
    sum += (distance * distance) / expected(i)
  }
  return sum
}

/**
 * What chi-square exceeds once in 10,000 times when nothing is wrong (Wilson and Hilferty, "The
 * Distribution of Chi-Square", 1931). Tests draw with fixed seeds, so one that passes always does.
 */
export function criticalChiSquare(freedom: number): number {
  const spread = 2 / (9 * freedom)
  return freedom * (1 - spread + 3.719 * Math.sqrt(spread)) ** 3
}

/** Counts how often each bucket is named. */
export function tally(buckets: number, draws: number, bucketOf: (draw: number) => number) {
  const counts = new Float64Array(buckets)
  for (let draw = 0; draw < draws; draw++) {
    const bucket = bucketOf(draw)
    if (!(bucket in counts)) throw new RangeError(`Draw ${draw} is outside: ${bucket}`)
    counts[bucket] = counts[bucket]! + 1
  }
  return counts
}

/** Chi-square of uniformity, as a share of its critical value: below 1 is uniform. */
export function nonUniformity(
  buckets: number,
  draws: number,
  bucketOf: (draw: number) => number,
): number {
  const counts = tally(buckets, draws, bucketOf)
  return chiSquare(counts, () => draws / buckets) / criticalChiSquare(buckets - 1)
}

/** Chi-square of a square contingency table of two uniform draws, as a share of its critical value. */
export function dependence(
  buckets: number,
  draws: number,
  pairOf: (draw: number) => readonly [number, number],
): number {
  return nonUniformity(buckets * buckets, draws, (draw) => {
    const [first, second] = pairOf(draw)
    return first * buckets + second
  })
}

/** Pearson's correlation of two series, in standard errors of independent ones. */
export function correlationInErrors(
  draws: number,
  pairOf: (draw: number) => readonly [number, number],
): number {
  const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0 }
  for (let draw = 0; draw < draws; draw++) {
    const [x, y] = pairOf(draw)
    sums.x += x
    sums.y += y
    sums.xx += x * x
    sums.yy += y * y
    sums.xy += x * y
  }
  const covariance = sums.xy - (sums.x * sums.y) / draws
  const varianceX = sums.xx - (sums.x * sums.x) / draws
  const varianceY = sums.yy - (sums.y * sums.y) / draws
  return Math.abs(covariance / Math.sqrt(varianceX * varianceY)) * Math.sqrt(draws)
}
