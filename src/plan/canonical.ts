import { readText } from '../generate/cell.ts'
import type { Vector } from '../generate/vector.ts'

/**
 * One cell as text that no other value of any kind is written as, and that is the same on every
 * machine. Unlike the cell's own text it needs no column: nothing is converted, so nothing can fail.
 */
export function canonicalCell(vector: Vector, index: number): string {
  if (vector.kind === 'value') return canonicalValue(vector.values[index])
  if (vector.nulls !== null && vector.nulls[index] === 1) return canonicalValue(null)
  switch (vector.kind) {
    case 'dictionary':
    case 'text':
    case 'utf8':
      return canonicalValue(readText(vector, index))
    case 'uuid':
      return canonicalValue(vector.bytes.subarray(index * 16, index * 16 + 16))
    case 'decimal':
      return `${numberText(vector.values[index]!)}e-${vector.scale};`
    default:
      return `${vector.kind}:${numberText(vector.values[index]!)};`
  }
}

/**
 * A JavaScript value as text: its type, then its content, with the keys of objects in order.
 *
 * @example
 * canonicalValue({ b: [1, 'x'], a: null }) // '{1:anull;1:b[number:1;1:x]}'
 */
export function canonicalValue(value: unknown, within: ReadonlySet<unknown> = new Set()): string {
  if (value === null || value === undefined) return 'null;'
  if (typeof value === 'string') return `${value.length}:${value}`
  if (typeof value === 'number') return `number:${numberText(value)};`
  if (typeof value === 'bigint') return `bigint:${value};`
  if (typeof value === 'boolean') return `boolean:${value};`
  // Functions and symbols are no values, which the server will say.
  if (typeof value !== 'object') return `${typeof value};`
  if (value instanceof Date) return `Date:${value.getTime()};`
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    return `bytes:${Buffer.from(buffer, byteOffset, byteLength).toString('hex')};`
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return canonicalValue(value.toJSON(), within)
  }
  // An object that leads back to itself has no end.
  if (within.has(value)) return 'circle;'
  const inside = new Set([...within, value])
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item) => canonicalValue(item, inside)).join('')}]`
  }
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([key, item]) => canonicalValue(key) + canonicalValue(item, inside)).join('')}}`
}

/** `String(-0)` is `0`, but the server tells them apart. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
