import { createEvaluator } from '../check/evaluate.ts'
import { columnsOf } from '../check/expression.ts'
import type { ValueType, Value } from '../check/expression.ts'
import { parseExpression } from '../check/parse.ts'
import { jsonText } from '../generate/json-text.ts'
import type { TableModel } from '../model/table.ts'
import type { StoredCell } from './row-size.ts'
import { storedTypeOf } from './stored-type.ts'
import type { TableSample } from './table-sample.ts'

/** An expression over the rows of a sample. */
export interface SampledExpression {
  /** Its value as it would be stored; of one that cannot be computed here, what its columns hold. */
  cell(row: number): StoredCell | null
  /** Whether a row fulfils it; `undefined` where that cannot be told here. */
  holds(row: number): boolean | undefined
}

/** @param sql - as the schema declares it, or the server prints it */
export async function sampleExpression(
  sql: string,
  { table, columns }: TableSample,
): Promise<SampledExpression> {
  const expression = await parseExpression(sql, typesOf(table.model))
  const { test, value } = createEvaluator(expression, reference)
  const named = columnsOf(expression)
  const read = (row: number) => (name: string) => columns.get(name)?.values[row]
  const stored = storedTypeOf(expression.type)
  return {
    cell(row) {
      const computed = value(read(row))
      if (computed === null) return null
      if (computed !== undefined) {
        const bytes = Buffer.from(textOf(computed))
        return { stored, payload: stored.length ?? bytes.length, bytes }
      }
      const cells = named.flatMap((column) => columns.get(column)?.cells[row] ?? [])
      const bytes = Buffer.concat(cells)
      return { stored, payload: stored.length ?? bytes.length, bytes }
    },
    holds(row) {
      const outcome = test(read(row))
      return outcome === undefined ? undefined : outcome === true
    },
  }
}

/** What `now()` is: no size depends on it. */
const reference = new Date(0)

function typesOf({ columns }: TableModel): ReadonlyMap<string, ValueType> {
  return new Map(
    columns.map(({ name, base, type, enumValues }) => [
      name,
      { ...(base ?? type), ...(enumValues && { labels: enumValues }) },
    ]),
  )
}

function textOf(value: NonNullable<Value>): string {
  return typeof value === 'object' ? jsonText(value) : String(value)
}
