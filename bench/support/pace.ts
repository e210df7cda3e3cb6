import type { Slice, TableSource } from '../../src/generate/slices.ts'
import type { RowRange } from '../../src/plan/plan.ts'

/** What a piece of work has come to. */
export interface Pace {
  readonly rows: number
  readonly seconds: number
}

/**
 * Generates a range of rows again and again, for at least so many seconds.
 *
 * @param use - is given every slice. @defaultValue nothing is done with it
 */
export function generateFor(
  seconds: number,
  source: TableSource,
  range: RowRange,
  use: (slice: Slice) => void = () => {},
): Pace {
  const started = performance.now()
  let rows = 0
  for (;;) {
    for (const slice of source.slices(range)) {
      use(slice)
      rows += slice.count
      const passed = (performance.now() - started) / 1000
      if (passed >= seconds) return { rows, seconds: passed }
    }
  }
}
