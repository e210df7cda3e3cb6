import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'

/**
 * The same value in every row, as Drizzle's insert takes it; `null` is NULL.
 *
 * @example
 * { columns: { currency: f.default({ defaultValue: 'EUR' }) } }
 */
export function constant(options: { readonly defaultValue: unknown }): Generator {
  return createGenerator('default', () => ({
    ...fillVector({ kind: 'value' }, (rows, out) => {
      out.values.fill(options.defaultValue, 0, rows.count)
    }),
    sqlForm: { kind: 'choice', values: [options.defaultValue] },
  }))
}
