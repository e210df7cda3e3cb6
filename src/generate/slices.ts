import type { Plan, PlannedTable, RowRange } from '../plan/plan.ts'
import { readMappedValues } from './mapped-values.ts'
import { openColumns, openGenerated, sliceCapacity } from './read-columns.ts'
import type { Vector } from './vector.ts'

/** Some consecutive rows of a table, one vector a column. */
export interface Slice {
  readonly first: number
  readonly count: number
  /** In the order of the table's planned columns; refilled by the next slice. */
  readonly vectors: readonly Vector[]
}

/** A table's rows, generated on demand. */
export interface TableSource {
  /** The vectors of known and of generated rows; every slice uses one of the two. */
  readonly layouts: readonly (readonly Vector[])[]
  /** Slices that cover a range of rows, one after the other; each is gone when the next is asked for. */
  slices(range: RowRange): Iterable<Slice>
}

/**
 * Prepares a table for generation. Known rows and generated rows never share a slice, because a
 * literal value needs a plain vector where a generated one has a typed one.
 *
 * @example
 * const source = await openTable(plan, table)
 * for (const slice of source.slices({ first: 0, count: 10_000 })) write(slice)
 */
export async function openTable(plan: Plan, table: PlannedTable): Promise<TableSource> {
  const properties = table.columns.map(({ model }) => model.property)
  const scope = { plan, path: [] }
  const columns = table.columns.map(({ model }) => model)
  const generated = readMappedValues(await openGenerated(scope, table, properties), columns)
  const boundary = table.knownRows.length
  const known =
    boundary > 0
      ? readMappedValues(await openColumns(scope, table.model.key, properties), columns)
      : generated
  return {
    layouts: [known.vectors, generated.vectors],
    *slices({ first, count }) {
      const end = first + count
      for (let row = first; row < end;) {
        const isKnown = row < boundary
        const size = Math.min(sliceCapacity, (isKnown ? Math.min(boundary, end) : end) - row)
        const reader = isKnown ? known : generated
        reader.readRange(row, size)
        yield { first: row, count: size, vectors: reader.vectors }
        row += size
      }
    },
  }
}
