import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { drawBelow } from '../sql-form.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { refuseOddRange } from './refuse.ts'

export interface YearOptions {
  /** @defaultValue 20 years before `maxYear` */
  readonly minYear?: number
  /** Inclusive. @defaultValue the year of the plan's reference date */
  readonly maxYear?: number
}

/**
 * Years, uniformly, for columns of numbers as of texts.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` (when prepared)
 * @example
 * { columns: { graduated: f.year() } } // 2011, 2024, 2008, …
 */
export function year(options: YearOptions & Partial<ArrayOptions> = {}): Generator {
  return withArraySize(
    options,
    createGenerator('year', ({ seed, purpose, referenceDay }) => {
      const { maxYear = new Date(referenceDay * 86_400_000).getUTCFullYear() } = options
      const { minYear = maxYear - 20 } = options
      refuseOddRange('year', minYear, maxYear)
      const span = maxYear - minYear + 1
      const key = createHashKey(seed, purpose)
      const fill = fillVector({ kind: 'value' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          out.values[i] = minYear + below(key, rows.numbers[i]!, span)
        }
      })
      return {
        ...fill,
        extent: { numbers: [minYear, maxYear] },
        sqlForm: { kind: 'draw', sql: `${minYear} + ${drawBelow(span)}` },
      }
    }),
  )
}
