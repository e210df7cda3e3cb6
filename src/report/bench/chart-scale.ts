/** How the numbers of an axis become places. */
export interface Scale {
  readonly type: 'linear' | 'log' | 'symlog'
  /** From the first to the last. */
  readonly domain: readonly [number, number]
  /** Where numbers stand; left to the drawing where the scale is linear. */
  readonly ticks: readonly number[] | undefined
  /** Of a symlog scale: below it, it is linear. */
  readonly constant?: number
}

/**
 * A scale that ends on round numbers.
 *
 * @param values - what is to be shown, the ends of intervals included
 */
export function scaleFor(kind: 'linear' | 'log', values: readonly number[]): Scale {
  const least = Math.min(...values)
  const most = Math.max(...values)
  if (kind === 'linear' || most <= 0) {
    return {
      type: 'linear',
      domain: [Math.min(0, least), Math.max(0, most) || 1],
      ticks: undefined,
    }
  }
  if (least > 0) {
    const ticks = logTicks(least, most)
    return { type: 'log', domain: [ticks[0]!, ticks.at(-1)!], ticks }
  }
  // A logarithm never comes to 0, which `0 ms` needs a place for.
  const constant = Math.min(...values.filter((value) => value > 0))
  const ticks = [0, ...logTicks(constant, most).slice(1)]
  return { type: 'symlog', domain: [Math.min(0, least), ticks.at(-1)!], ticks, constant }
}

/**
 * Powers of ten, or steps between where there are few of them. The first lies below the least value:
 * a bar for it would have no length.
 */
function logTicks(least: number, most: number): readonly number[] {
  const steps = most / least > 100 ? [1] : [1, 2, 5]
  const all: number[] = []
  const first = Math.floor(Math.log10(least)) - 1
  for (let power = first; all.length === 0 || all.at(-1)! < most; power++) {
    // Written out, as 10 ** -3 has rounding errors on some machines.
    all.push(...steps.map((step) => Number(`${step}e${power}`)))
  }
  const from = all.findLastIndex((tick) => tick < least)
  const to = all.findIndex((tick) => tick >= most)
  return all.slice(from, to + 1)
}
