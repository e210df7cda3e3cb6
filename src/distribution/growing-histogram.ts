/** Numbers from `from` up to, but not including, `to`; the last bin holds its end as well. */
export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Counts numbers by bins of the same width, whatever their range turns out to be. */
export interface GrowingHistogram {
  add(value: number): void
  /** @param most - how many bins; those at the ends are not empty */
  bins(most: number): readonly Bin[]
}

/**
 * Makes a histogram that needs no second look: its bins begin narrow and are merged in pairs whenever
 * a number lies outside. Widths are 1, 2 or 5 times a power of ten in what it gives.
 *
 * @param least - bins are never narrower, such as 1 for whole numbers
 */
export function createGrowingHistogram(least = 0): GrowingHistogram {
  const early: number[] = []
  const counts = new Float64Array(binCount)
  let start = 0
  let width = 0

  function begin(): void {
    const [smallest, largest] = [Math.min(...early), Math.max(...early)]
    width = Math.max(niceAtLeast((largest - smallest) / (binCount / 4)), least)
    start = Math.floor(smallest / width - binCount / 4) * width
    for (const value of early) count(value)
  }

  function count(value: number): void {
    while (value < start) grow('down')
    while (value >= start + width * binCount) grow('up')
    counts[Math.min(binCount - 1, Math.floor((value - start) / width))]!++
  }

  /** Twice as wide, and with room on the side where it is needed. */
  function grow(side: 'up' | 'down'): void {
    const merged = new Float64Array(binCount)
    // A bin begins at a multiple of its width.
    const isOdd = Math.abs(Math.round(start / width)) % 2
    const first = start - isOdd * width
    const shift = side === 'down' ? binCount / 2 : 0
    for (let bin = 0; bin < binCount; bin++) {
      const place = Math.min(binCount - 1, ((bin + isOdd) >> 1) + shift)
      merged[place]! += counts[bin]!
    }
    counts.set(merged)
    width *= 2
    start = first - shift * width
  }

  return {
    add(value) {
      if (width > 0) return count(value)
      early.push(value)
      if (early.length === earlyCount) begin()
    },
    bins(most) {
      if (early.length === 0) return []
      if (width === 0) begin()
      return gather({ counts, start, width, most })
    },
  }
}

const binCount = 4096
/** Numbers that are looked at before the first width is chosen. */
const earlyCount = 1000

function gather(of: {
  readonly counts: Float64Array
  readonly start: number
  readonly width: number
  readonly most: number
}): readonly Bin[] {
  const { counts, start, width, most } = of
  const first = counts.findIndex((count) => count > 0)
  const last = counts.findLastIndex((count) => count > 0)
  const [low, high] = [start + first * width, start + (last + 1) * width]
  // Where a bin is not a whole part of a wider one, its middle says where it belongs.
  const wide = Math.max(width, niceAtLeast((high - low) / (most - 1)))
  const base = Math.floor(low / wide)
  const bins: { from: number; to: number; count: number }[] = []
  for (let bin = first; bin <= last; bin++) {
    const place = Math.floor((start + (bin + 0.5) * width) / wide) - base
    for (let n = bins.length; n <= place; n++) {
      bins.push({ from: (base + n) * wide, to: (base + n + 1) * wide, count: 0 })
    }
    bins[place]!.count += counts[bin]!
  }
  return bins
}

/** @example [niceAtLeast(3), niceAtLeast(0.07), niceAtLeast(0)] // [5, 0.1, 1] */
function niceAtLeast(width: number): number {
  if (!(width > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(width))
  return ([1, 2, 5].find((digit) => digit * power >= width) ?? 10) * power
}
