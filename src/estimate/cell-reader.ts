import type { ColumnModel } from '../model/table.ts'
import { sampleExpression } from './expression-cells.ts'
import type { StoredCell } from './row-size.ts'
import { storedTypeOf } from './stored-type.ts'
import type { TableSample } from './table-sample.ts'

/** Gives a cell of a sampled row as it will be stored; `null` for NULL. */
export type CellReader = (row: number) => StoredCell | null

/**
 * Reads any column of a table: one that is written, one that the server computes, or one that it
 * fills with a default of its own.
 */
export async function cellReader(column: ColumnModel, sample: TableSample): Promise<CellReader> {
  const drawn = sample.columns.get(column.name)
  if (drawn) {
    const { stored, cells } = drawn
    return (row) => {
      const bytes = cells[row]
      return bytes ? { stored, payload: stored.payload(bytes), bytes } : null
    }
  }
  if (column.generatedAs !== undefined) {
    const expression = await sampleExpression(column.generatedAs, sample)
    return (row) => expression.cell(row)
  }
  if (column.default.kind === 'none') return () => null
  const stored = storedTypeOf(column.base ?? column.type, isEnum(column) ? 'enum' : 'scalar')
  const cell = { stored, payload: stored.length ?? unknownPayload, bytes: Buffer.alloc(0) }
  return () => cell
}

/** Of a value that only the server knows. */
const unknownPayload = 16

/** The values of `text({ enum })` are nothing to the server. */
export function isEnum({ enumValues, type }: Pick<ColumnModel, 'enumValues' | 'type'>): boolean {
  return enumValues !== undefined && !['text', 'varchar', 'bpchar'].includes(type.name)
}
