import { readColumnCell } from '../cell.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import type { PromiseOptions } from './custom.ts'

/**
 * What a function of other columns is given, for each property asked for: what Drizzle gives for that
 * column in its mode. Timestamps as strings say the zone: `2026-03-14 09:26:53+00`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the schema's types are not known here
export type RowOf<Name extends string> = Readonly<Record<Name, any>>

/**
 * A column that is computed from others of the same row, those of known rows included.
 *
 * @param properties - of the same table; they may be computed from others in turn
 * @param compute - gets their values, and the row's number counted from 0; gives the value as
 *   Drizzle's insert takes it. Called once a row, and again wherever others read this column
 * @param options - `isUnique`: a promise that no value comes twice
 * @throws DownpourError (when prepared) `PLAN_CIRCULAR_COLUMNS` when columns depend on each other in
 *   a circle, `PLAN_UNPLANNED_COLUMN` for one that is not there or left to the server
 * @example
 * { columns: { total: f.from(['price', 'quantity'], (row) => row.price * row.quantity) } }
 */
export function from<const Name extends string, Value>(
  properties: readonly Name[],
  compute: (row: RowOf<Name>, number: number) => Value,
  options: PromiseOptions = {},
): Generator<Value> {
  return createGenerator<Value>('from', async ({ self }) => {
    const reader = await self.read(properties)
    return fillVector(
      { kind: 'value' },
      ({ numbers, count }, out) => {
        reader.readRows(numbers, count)
        for (let i = 0; i < count; i++) {
          const row: Record<string, unknown> = {}
          for (const [index, property] of properties.entries()) {
            row[property] = readColumnCell(reader.vectors[index]!, i, reader.columns[index]!)
          }
          out.values[i] = compute(row as RowOf<Name>, numbers[i]!)
        }
      },
      options.isUnique ? Infinity : undefined,
    )
  })
}
