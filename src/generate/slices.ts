import type { Plan, PlannedTable, RowRange } from '../plan/plan.ts'
import type { Group, PreparedGroup } from './generator.ts'
import { readMappedValues } from './mapped-values.ts'
import { openGenerated, sliceCapacity, withKnownRows } from './read-columns.ts'
import type { Vector } from './vector.ts'

/** Some consecutive rows of a table, one vector a column. */
export interface Slice {
  readonly first: number
  readonly count: number
  /** In the order of the properties asked for; refilled by the next slice. */
  readonly vectors: readonly Vector[]
}

/** A table's rows, generated on demand. */
export interface TableSource {
  /** The vectors of known and of generated rows; every slice uses one of the two. */
  readonly layouts: readonly (readonly Vector[])[]
  /** The groups that give the values, those of inputs among them. */
  readonly groups: ReadonlyMap<Group, PreparedGroup>
  /** Slices that cover a range of rows, one after the other; each is gone when the next is asked for. */
  slices(range: RowRange): Iterable<Slice>
}

/**
 * Prepares a table for generation. Known rows and generated rows never share a slice, because a
 * literal value needs a plain vector where a generated one has a typed one.
 *
 * @param properties - of the columns that are wanted, default all
 * @example
 * const source = await openTable(plan, table)
 * for (const slice of source.slices({ first: 0, count: 10_000 })) write(slice)
 */
export async function openTable(
  plan: Plan,
  table: PlannedTable,
  properties: readonly string[] = table.columns.map(({ model }) => model.property),
): Promise<TableSource> {
  const scope = { plan, path: [] }
  const columns = properties.map(
    (property) => table.columns.find(({ model }) => model.property === property)!.model,
  )
  const reader = await openGenerated(scope, table, properties)
  const generated = readMappedValues(reader, columns)
  const boundary = table.knownRows.length
  const known =
    boundary > 0 ? readMappedValues(withKnownRows(table, properties, reader), columns) : generated
  return {
    layouts: [known.vectors, generated.vectors],
    groups: reader.groups,
    *slices({ first, count }) {
      const end = first + count
      for (let row = first; row < end;) {
        const isKnown = row < boundary
        const size = Math.min(sliceCapacity, (isKnown ? Math.min(boundary, end) : end) - row)
        const source = isKnown ? known : generated
        source.readRange(row, size)
        yield { first: row, count: size, vectors: source.vectors }
        row += size
      }
    },
  }
}
