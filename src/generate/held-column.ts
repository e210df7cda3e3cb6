import { createHash } from 'node:crypto'
import type { VectorSpec } from './vector.ts'

/**
 * How values that the database holds are kept here, by what a vector of them will be; those of
 * `value` are texts, for numbers that no double holds.
 */
export type HeldSpec =
  | {
      readonly kind:
        'number' | 'boolean' | 'date' | 'timestamp' | 'time' | 'uuid' | 'utf8' | 'value'
    }
  | Extract<VectorSpec, { readonly kind: 'decimal' }>

/** A column of rows that somebody else has written, by row number, as compact as its type allows. */
export interface HeldColumn {
  readonly spec: HeldSpec
  /** For numbers of any kind; empty for others. */
  readonly numbers: Float64Array
  /** For texts and uuids: value n is `bytes[offsets[n] .. offsets[n + 1])`. */
  readonly bytes: Uint8Array
  readonly offsets: Float64Array
  /** One byte a row, 1 where it is NULL; `null` where none is. */
  readonly nulls: Uint8Array | null
  /** Of all values: tells whether the rows are those of another time. */
  readonly digest: string
}

/** A held column while it is read. */
export interface HeldColumnBuilder {
  /** How much memory it takes so far, in bytes. */
  readonly size: number
  /** @param value - a number for numbers, dates and times as their vectors hold them, else a text */
  add(value: number | string | null): void
  finish(): HeldColumn
}

/**
 * Begins to hold a column.
 *
 * @example
 * const builder = createHeldColumn({ kind: 'utf8' })
 * builder.add('DE')
 * builder.finish().offsets // Float64Array [0, 2]
 */
export function createHeldColumn(spec: HeldSpec): HeldColumnBuilder {
  const isText = spec.kind === 'utf8' || spec.kind === 'uuid' || spec.kind === 'value'
  let numbers = new Float64Array(isText ? 0 : 1024)
  let offsets = new Float64Array(isText ? 1025 : 0)
  let bytes = new Uint8Array(isText ? 16_384 : 0)
  let nulls = new Uint8Array(1024)
  let count = 0
  let hasNull = false

  function addBytes(text: string): void {
    const start = offsets[count]!
    const source =
      spec.kind === 'uuid' ? Buffer.from(text.replaceAll('-', ''), 'hex') : Buffer.from(text)
    if (start + source.length > bytes.length) bytes = grown(bytes, start + source.length)
    bytes.set(source, start)
    offsets[count + 1] = start + source.length
  }

  return {
    get size() {
      return numbers.byteLength + offsets.byteLength + bytes.byteLength + nulls.byteLength
    },
    add(value) {
      if (count === nulls.length) {
        nulls = grown(nulls, count + 1)
        if (isText) offsets = grown(offsets, count + 2)
        else numbers = grown(numbers, count + 1)
      }
      if (value === null) {
        nulls[count] = 1
        hasNull = true
      }
      if (isText) addBytes(value === null ? '' : String(value))
      else numbers[count] = Number(value ?? 0)
      count++
    },
    finish() {
      const held = {
        numbers: numbers.slice(0, isText ? 0 : count),
        offsets: offsets.slice(0, isText ? count + 1 : 0),
        bytes: bytes.slice(0, isText ? offsets[count]! : 0),
        nulls: hasNull ? nulls.slice(0, count) : null,
      }
      const hash = createHash('sha256').update(JSON.stringify(spec))
      for (const part of [held.numbers, held.offsets, held.bytes, held.nulls ?? new Uint8Array()]) {
        hash.update(part)
      }
      return { spec, ...held, digest: hash.digest('hex') }
    },
  }
}

function grown<Values extends Float64Array | Uint8Array>(values: Values, least: number): Values {
  const Kind = values.constructor as new (length: number) => Values
  const larger = new Kind(Math.max(least, values.length * 2))
  larger.set(values)
  return larger
}
