import { createPermutation } from '../permutation.ts'
import { below } from '../hash.ts'
import type { Generator, Group } from '../generator.ts'
import { createVector } from '../vector.ts'
import type { BooleanVector, NumberVector } from '../vector.ts'

/** One row in so many may be flagged. */
const stride = 3

/**
 * A parent's row and a flag that no two rows of one parent have: an address that is the default one,
 * of which a user has at most one.
 *
 * @param parent - the parent table's key in the schema
 * @returns a generator of the parent's row numbers, and one of booleans
 * @example
 * const { row, flag } = flaggedRow('users')
 */
export function flaggedRow(parent: string): { readonly row: Generator; readonly flag: Generator } {
  const group: Group = {
    name: `one of each ${parent}`,
    inputs: [],
    prepare(context) {
      const { firstReferable, firstRow, count: parents } = context.table(parent)
      const span = firstRow + parents - firstReferable
      const permutation = createPermutation(context.seed, context.purpose, Math.max(1, span))
      const key = context.random(`${context.purpose}/row`)
      const row = createVector({ kind: 'number' }, context.capacity) as NumberVector
      const flag = createVector({ kind: 'boolean' }, context.capacity) as BooleanVector
      const allNull = new Uint8Array(context.capacity).fill(1)
      return {
        outputs: { row, flag },
        fill({ count, numbers }) {
          row.nulls = span === 0 ? allNull : null
          for (let i = 0; i < count; i++) {
            const number = numbers[i]!
            const place = Math.floor(number / stride)
            const isFlagged = number % stride === 0 && place < span
            const choice = isFlagged ? permutation.at(place) : below(key, number, span)
            row.values[i] = firstReferable + choice
            flag.values[i] = isFlagged ? 1 : 0
          }
        },
      }
    },
  }
  return { row: { group, output: 'row' }, flag: { group, output: 'flag' } }
}
