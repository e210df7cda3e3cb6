import { createDistribution } from '../distribution/column-distribution.ts'
import { sampleNumbers } from '../estimate/table-sample.ts'
import { readMappedValues } from '../generate/mapped-values.ts'
import { openColumns, sliceCapacity } from '../generate/read-columns.ts'
import type { Plan, RowRange } from '../plan/plan.ts'
import type { TableDistribution } from '../report/distribution.ts'
import { generating } from './preview-tables.ts'
import type { ShownTable } from './preview-tables.ts'

/**
 * How the values of a table's columns are spread, over rows drawn at random, or all of them.
 *
 * @param most - rows that are looked at
 */
export async function previewDistribution(
  plan: Plan,
  { table, columns }: ShownTable,
  most: number,
): Promise<TableDistribution> {
  const models = columns.map(({ model }) => model)
  const properties = models.map(({ property }) => property)
  const opened = await openColumns({ plan, path: [] }, table.model.key, properties)
  const reader = readMappedValues(opened, models)
  const builders = models.map(createDistribution)
  const drawn = Math.min(most, table.rows.count)
  for (const numbers of sampledNumbers(table.rows, drawn)) {
    const range = { first: numbers[0]!, count: numbers.at(-1)! - numbers[0]! + 1 }
    generating(table, range, () => reader.readRows(numbers, numbers.length))
    builders.forEach((builder, column) => builder.add(reader.vectors[column]!, numbers.length))
  }
  return {
    name: table.model.key,
    rows: drawn,
    total: table.rows.count,
    columns: builders.map((builder) => builder.finish()),
  }
}

/** Slice by slice; all rows need no list of their numbers. */
function* sampledNumbers(rows: RowRange, drawn: number): Iterable<Float64Array> {
  const numbers = drawn === rows.count ? undefined : sampleNumbers(rows, drawn)
  for (let from = 0; from < drawn; from += sliceCapacity) {
    const size = Math.min(sliceCapacity, drawn - from)
    yield numbers
      ? numbers.subarray(from, from + size)
      : Float64Array.from({ length: size }, (_, n) => rows.first + from + n)
  }
}
