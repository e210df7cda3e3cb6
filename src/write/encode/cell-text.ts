import { readCell } from '../../generate/cell.ts'
import type { Vector } from '../../generate/vector.ts'
import type { TargetColumn } from '../../postgres/server-type.ts'
import { toDriverValue } from './bind.ts'
import { driverText } from './driver-text.ts'

/**
 * One cell in PostgreSQL's text form, as INSERT and COPY's text format both send it; `null` for NULL.
 *
 * @throws Refusal for SQL, and for what Drizzle cannot map
 * @example
 * cellText(amount, amounts, 0) // '12.34'
 */
export function cellText(column: TargetColumn, vector: Vector, index: number): string | null {
  if (vector.kind === 'value') {
    const value = toDriverValue(column, vector.values[index])
    return value === null ? null : driverText(value)
  }
  // An integer's reader takes no `12.00`.
  const mode = vector.kind === 'decimal' && isInteger(column) ? 'number' : 'string'
  const value = readCell(vector, index, mode)
  return value === null ? null : driverText(value)
}

function isInteger({ serverType }: TargetColumn): boolean {
  return ['int2', 'int4', 'int8'].includes(serverType.name)
}
