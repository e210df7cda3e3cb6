import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'

/**
 * An integer primary key, counted up from the column's start: the key of row n is start + n, so a
 * child can compute it without asking.
 *
 * @example
 * { columns: { id: f.intPrimaryKey() } } // 1, 2, 3, …
 */
export function intPrimaryKey(): Generator {
  return createGenerator('intPrimaryKey', ({ self }) =>
    fillVector(
      { kind: 'number' },
      (rows, out) => {
        for (let i = 0; i < rows.count; i++) out.values[i] = self.keyStart + rows.numbers[i]!
      },
      Infinity,
    ),
  )
}
