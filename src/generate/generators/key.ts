import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'

/**
 * An integer primary key, counted up: the key of row n is start + n, so a child can compute it
 * without asking.
 *
 * @param options - `start`: the key of row 0, default the start of the table's key
 * @example
 * { columns: { id: f.intPrimaryKey() } } // 1, 2, 3, …
 */
export function intPrimaryKey(options: { readonly start?: number } = {}): Generator {
  return createGenerator('intPrimaryKey', ({ self }) => {
    const start = options.start ?? self.keyStart
    const fill = fillVector(
      { kind: 'number' },
      ({ count, numbers }, { values }) => {
        for (let i = 0; i < count; i++) values[i] = start + numbers[i]!
      },
      Infinity,
    )
    return { ...fill, sqlForm: { kind: 'counted', start } }
  })
}
