import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'

/**
 * True in the first row and nowhere else: for what at most one row may be.
 *
 * @example
 * { columns: { isDefault: firstRowOnly() } }
 */
export function firstRowOnly(): Generator<boolean> {
  return createGenerator('firstRowOnly', () =>
    fillVector({ kind: 'boolean' }, ({ count, numbers }, { values }) => {
      for (let i = 0; i < count; i++) values[i] = numbers[i] === 0 ? 1 : 0
    }),
  )
}

/**
 * True in the first row of each parent, in a table whose rows are counted per parent.
 *
 * @example
 * { each: each('users', 3), columns: { isDefault: firstOfParent() } }
 */
export function firstOfParent(): Generator<boolean> {
  return createGenerator('firstOfParent', () =>
    fillVector({ kind: 'boolean' }, ({ count, ordinals }, { values }) => {
      for (let i = 0; i < count; i++) values[i] = ordinals[i] === 0 ? 1 : 0
    }),
  )
}
