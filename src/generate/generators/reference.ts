import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below } from '../hash.ts'
import type { NumberVector } from '../vector.ts'

/**
 * The row number of a parent, drawn uniformly. Not a column's value by itself: `keyOf` makes the
 * parent's key of it, and several columns may share one draw (a composite foreign key).
 * A row of a table that refers to itself draws among the rows before it; the first row is its own.
 *
 * @param parent - the parent table's key in the schema
 */
export function drawnRow(parent: string): Generator {
  return createGenerator(`row of ${parent}`, (context) => {
    const table = context.table(parent)
    const key = context.random(`${context.purpose}/row`)
    const from = table.firstReferable
    const span = table.firstRow + table.count - from
    const isSelf = table.key === context.self.key
    return fillVector({ kind: 'number' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        const row = rows.numbers[i]!
        const choices = isSelf ? Math.max(1, row - from) : span
        out.values[i] = from + below(key, row, choices)
      }
      out.nulls = span === 0 ? allNull(out) : null
    })
  })
}

/** The row number of the parent that this row is enumerated by. */
export function enumeratedRow(): Generator {
  return createGenerator('row of the parent', () =>
    fillVector({ kind: 'number' }, (rows, out) => {
      out.values.set(rows.parents.subarray(0, rows.count))
    }),
  )
}

/**
 * A column of the parent, at the row that another generator gives: computed, never looked up.
 *
 * @param parent - the parent table's key in the schema
 * @param property - the parent's column
 * @param row - gives row numbers of the parent
 */
export function keyOf(parent: string, property: string, row: Generator): Generator {
  return {
    output: 'value',
    group: {
      name: `reference to ${parent}`,
      inputs: [row],
      async prepare(context) {
        const reader = await context.table(parent).read([property])
        const value = reader.vectors[0]!
        return {
          outputs: { value },
          fill(rows, inputs) {
            const source = inputs[0] as NumberVector
            reader.readRows(source.values, rows.count)
            if (!source.nulls) return
            value.nulls = source.nulls
            if (value.kind !== 'value') return
            for (let i = 0; i < rows.count; i++) {
              if (source.nulls[i] === 1) value.values[i] = null
            }
          },
        }
      },
    },
  }
}

/**
 * A foreign key. Without `row` the parent is drawn uniformly.
 *
 * @param parent - the parent table's key in the schema, e.g. `categories`
 * @param options - `column`: the parent's column that is referred to, default `id`;
 *   `row`: a generator of the parent's row numbers
 * @example
 * { columns: { brandId: f.reference('brands') } }
 */
export function reference(
  parent: string,
  options: { readonly column?: string; readonly row?: Generator } = {},
): Generator {
  return keyOf(parent, options.column ?? 'id', options.row ?? drawnRow(parent))
}

/**
 * A column of the parent that this row is counted by: the owner of an order's customer, the currency
 * of its account.
 *
 * @param parent - the table named in `each`
 * @param property - the parent's column
 * @example
 * { each: f.each('accounts', 20), columns: { userId: f.ofParent('accounts', 'userId') } }
 */
export function ofParent(parent: string, property: string): Generator {
  return keyOf(parent, property, enumeratedRow())
}

function allNull(out: NumberVector): Uint8Array {
  return new Uint8Array(out.capacity).fill(1)
}
