import type { ColumnMode, ColumnModel } from '../model/table.ts'
import { readCell } from './cell.ts'
import type { ColumnReader } from './generator.ts'
import { createVector } from './vector.ts'
import type { ValueVector, Vector } from './vector.ts'

/** Where Drizzle's mapping does more than change the notation. */
const mappedModes: readonly ColumnMode[] = ['array', 'buffer', 'custom', 'json']

/** Whether Drizzle's mapping changes more of a column's values than their notation. */
export function isMapped(mode: ColumnMode): boolean {
  return mappedModes.includes(mode)
}

/**
 * Reads columns with a mapping of their own as plain values, so that every value goes through it:
 * a custom type's `toDriver` gets what the generator gave, from whatever kind of vector.
 */
export function readMappedValues(
  reader: ColumnReader,
  columns: readonly ColumnModel[],
): ColumnReader {
  const toMap = columns.map(
    ({ mode }, column) => isMapped(mode) && reader.vectors[column]!.kind !== 'value',
  )
  if (!toMap.includes(true)) return reader
  const vectors = reader.vectors.map((vector, column): Vector =>
    toMap[column] ? createVector({ kind: 'value' }, vector.capacity) : vector,
  )
  function map(count: number): void {
    for (const [column, { mode }] of columns.entries()) {
      if (!toMap[column]) continue
      const { values } = vectors[column] as ValueVector
      for (let i = 0; i < count; i++) values[i] = readCell(reader.vectors[column]!, i, mode)
    }
  }
  return {
    ...reader,
    vectors,
    readRange(first, count) {
      reader.readRange(first, count)
      map(count)
    },
    readRows(numbers, count) {
      reader.readRows(numbers, count)
      map(count)
    },
  }
}
