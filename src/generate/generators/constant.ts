import { extentOf } from '../extent.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'

/**
 * The same value in every row, as Drizzle's insert takes it; `null` is NULL.
 *
 * @param options - `defaultValue`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { currency: f.default({ defaultValue: 'EUR' }) } }
 * { columns: { tags: f.default({ defaultValue: 'new', arraySize: 2 }) } } // ['new', 'new']
 */
export function constant(
  options: { readonly defaultValue: unknown } & Partial<ArrayOptions>,
): Generator {
  return withArraySize(
    options,
    createGenerator('default', () => ({
      ...fillVector({ kind: 'value' }, (rows, out) => {
        out.values.fill(options.defaultValue, 0, rows.count)
      }),
      extent: extentOf([options.defaultValue]),
      sqlForm: { kind: 'choice', values: [options.defaultValue] },
    })),
  )
}
