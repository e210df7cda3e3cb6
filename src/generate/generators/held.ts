import { createGenerator, fillVector } from '../generator.ts'
import type { ColumnFill, Generator, Rows } from '../generator.ts'
import type { HeldColumn, HeldSpec } from '../held-column.ts'
import type { Utf8Vector, UuidVector, ValueVector, Vector } from '../vector.ts'

/** A column of rows that are in the database already: read once, given by row number. */
export function held(column: HeldColumn): Generator {
  return createGenerator('held', ({ capacity }) => {
    const nulls = column.nulls && new Uint8Array(capacity)
    const fill = fillerOf(column)
    return {
      ...fill,
      fill(rows, out) {
        fill.fill(rows, out)
        if (nulls) markNulls(column.nulls, rows, nulls)
        out.nulls = nulls
      },
      vocabulary: [column.digest],
    }
  })
}

/**
 * A column of which only the type is known yet. Numbers are 1, so that whoever is counted by them
 * counts something.
 */
export function blank(spec: HeldSpec): Generator {
  return createGenerator('blank', () =>
    fillVector(spec, ({ count }, out) => {
      if ('values' in out) out.values.fill(1, 0, count)
    }),
  )
}

function fillerOf(column: HeldColumn): ColumnFill {
  const { spec } = column
  switch (spec.kind) {
    case 'utf8':
      return fillVector({ kind: 'utf8' }, (rows, out) => fillTexts(column, rows, out))
    case 'uuid':
      return fillVector({ kind: 'uuid' }, (rows, out) => fillUuids(column, rows, out))
    case 'value':
      return fillVector({ kind: 'value' }, (rows, out) => fillValues(column, rows, out))
    default:
      return fillVector(spec, (rows, out) =>
        fillNumbers(column.numbers, rows, out as NumericVector),
      )
  }
}

type NumericVector = Extract<Vector, { readonly values: Float64Array | Int32Array | Uint8Array }>

function fillNumbers(
  held: Float64Array,
  { count, numbers }: Rows,
  { values }: NumericVector,
): void {
  for (let i = 0; i < count; i++) values[i] = held[numbers[i]!]!
}

function fillUuids(held: HeldColumn, { count, numbers }: Rows, { bytes }: UuidVector): void {
  for (let i = 0; i < count; i++) {
    const start = held.offsets[numbers[i]!]!
    bytes.set(held.bytes.subarray(start, start + 16), i * 16)
  }
}

function fillTexts(held: HeldColumn, { count, numbers }: Rows, out: Utf8Vector): void {
  let end = 0
  for (let i = 0; i < count; i++) {
    const row = numbers[i]!
    out.offsets[i] = end
    end += held.offsets[row + 1]! - held.offsets[row]!
  }
  out.offsets[count] = end
  if (out.bytes.length < end) out.bytes = new Uint8Array(end * 2)
  for (let i = 0; i < count; i++) {
    const row = numbers[i]!
    out.bytes.set(held.bytes.subarray(held.offsets[row], held.offsets[row + 1]), out.offsets[i])
  }
}

function fillValues(held: HeldColumn, { count, numbers }: Rows, { values }: ValueVector): void {
  const bytes = Buffer.from(held.bytes.buffer, held.bytes.byteOffset)
  for (let i = 0; i < count; i++) {
    const row = numbers[i]!
    values[i] =
      held.nulls?.[row] === 1
        ? null
        : bytes.toString('utf8', held.offsets[row], held.offsets[row + 1])
  }
}

function markNulls(held: Uint8Array, { count, numbers }: Rows, nulls: Uint8Array): void {
  for (let i = 0; i < count; i++) nulls[i] = held[numbers[i]!]!
}
