import { below } from '../hash.ts'
import type { Context, Generator, Group } from '../generator.ts'
import { createVector } from '../vector.ts'
import type { NumberVector } from '../vector.ts'

/** After so many parents without relatives a row gets none. */
const attempts = 64

/**
 * Rows of several parents that have one grandparent in common: a project's owner and its deputy are
 * members of one tenant.
 *
 * @param parents - tables whose rows are counted per row of the same table, by their keys
 * @param grandparent - that table's row: the one that the row's own table is counted by, or one that
 *   the first parent has. @defaultValue 'drawn'
 * @returns a generator of row numbers for each parent; NULL where the first one's has no relatives
 * @example
 * const [member, project] = familyRows(['members', 'projects'])
 */
export function familyRows(
  parents: readonly string[],
  grandparent: 'its own parent' | 'drawn' = 'drawn',
): readonly Generator[] {
  const group: Group = {
    name: `family of ${parents.join(', ')}`,
    inputs: [],
    prepare(context) {
      const vectors = parents.map(
        () => createVector({ kind: 'number' }, context.capacity) as NumberVector,
      )
      const choose = openFamily(context, parents)
      const nulls = new Uint8Array(context.capacity)
      return {
        outputs: Object.fromEntries(vectors.map((vector, index) => [String(index), vector])),
        fill({ count, numbers, parents: ownParents }) {
          let missing = 0
          for (let i = 0; i < count; i++) {
            const own = grandparent === 'drawn' ? undefined : ownParents[i]!
            const rows = choose(numbers[i]!, own)
            nulls[i] = rows ? 0 : 1
            missing += nulls[i]!
            for (const [index, vector] of vectors.entries()) vector.values[i] = rows?.[index] ?? 0
          }
          for (const vector of vectors) vector.nulls = missing > 0 ? nulls : null
        },
      }
    },
  }
  return parents.map((_, index) => ({ group, output: String(index) }))
}

function openFamily(
  context: Context,
  parents: readonly string[],
): (row: number, grandparent: number | undefined) => readonly number[] | undefined {
  const tables = parents.map((key) => context.table(key))
  const readers = tables.map((table) => table.openParents())
  const keys = parents.map((_, index) => context.random(`${context.purpose}/${index}`))
  const { firstRow, count } = tables[0]!
  return (row, own) => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      // Another attempt is the draw of a row that no table has.
      const draw = row + attempt * 2 ** 44
      const first = firstRow + below(keys[0]!, draw, count)
      const grandparent = own ?? (count === 0 ? 0 : readers[0]!.parentRow(first))
      const rows = readers.map((reader, index) => {
        const start = reader.firstChild(grandparent)
        const siblings = reader.firstChild(grandparent + 1) - start
        return siblings > 0 ? start + below(keys[index]!, draw, siblings) : -1
      })
      if (count > 0 && !rows.includes(-1)) return rows
    }
    return undefined
  }
}
