import type { DecimalVector, NumberVector } from '../../generate/vector.ts'
import type { BinaryFamily } from './binary-type.ts'
import { converted } from './column.ts'
import type { FixedEncoder } from './column.ts'
import { invalid, outOfRange } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { appendHalves, appendInt16, appendInt32, appendInt64 } from './sink.ts'

/** int2, int4 and int8, two's complement. PostgreSQL source: int.c, int8.c. */
export const int2: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendInt16(sink, readSmall(literal, 'int2')),
  from: { number: numbersToInt2, decimal: (vector) => fromWhole(vector, numbersToInt2) },
})

export const int4: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendInt32(sink, readSmall(literal, 'int4')),
  from: { number: numbersToInt4, decimal: (vector) => fromWhole(vector, numbersToInt4) },
})

export const int8: BinaryFamily = () => ({
  writeLiteral: writeInt8,
  from: { number: numbersToInt8, decimal: (vector) => fromWhole(vector, numbersToInt8) },
})

/** Appends an integer of up to ±2^53 as 8 bytes. */
export function appendSafeInteger(sink: ByteSink, value: number): void {
  const high = Math.floor(value / two32)
  appendHalves(sink, high, value - high * two32)
}

const two32 = 2 ** 32

/** The length of an int8 and the upper half of a small one, as one store; in an array, see `ColumnEncoder`. */
const eightAndZero = Float64Array.of(
  new DataView(Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 0).buffer).getFloat64(0, true),
)

const ranges = {
  int2: { low: -32768, high: 32767 },
  int4: { low: -2147483648, high: 2147483647 },
}

type Numbers = Pick<NumberVector, 'values'>

function numbersToInt2({ values }: Numbers): FixedEncoder {
  return {
    size: 6,
    write({ view, at }, first, end) {
      for (let row = first; row < end; row++) {
        const position = at[row]!
        const value = values[row]!
        if ((value << 16) >> 16 !== value) throw refuseNumber(value, 'int2')
        view.setInt32(position, 2)
        view.setInt16(position + 4, value)
        at[row] = position + 6
      }
    },
  }
}

function numbersToInt4(vector: Numbers): FixedEncoder {
  return {
    size: 8,
    write({ view, at }, first, end) {
      const { values } = vector
      let row = first
      for (; row < end; row++) {
        const position = at[row]!
        const value = values[row]!
        if ((value | 0) !== value) break
        view.setInt32(position, 4)
        view.setInt32(position + 4, value)
        at[row] = position + 8
      }
      if (row < end) throw refuseNumber(values[row]!, 'int4')
    },
  }
}

function numbersToInt8(vector: Numbers): FixedEncoder {
  return {
    size: 12,
    write({ view, at }, first, end) {
      const { values } = vector
      const lengthAndZero = eightAndZero[0]!
      let row = first
      for (; row < end; row++) {
        const position = at[row]!
        const value = values[row]!
        const low = value | 0
        if (low === value && low >= 0) {
          view.setFloat64(position, lengthAndZero, true)
          view.setInt32(position + 8, low)
        } else {
          if (!Number.isSafeInteger(value)) break
          const high = Math.floor(value / two32)
          view.setInt32(position, 8)
          view.setInt32(position + 4, high)
          view.setUint32(position + 8, value - high * two32)
        }
        at[row] = position + 12
      }
      if (row < end) throw refuseNumber(values[row]!, 'int8')
    },
  }
}

/** A decimal is an integer where nothing stands behind its point; `12.50` would lose its half. */
function fromWhole(
  vector: DecimalVector,
  encoderOf: (vector: Numbers) => FixedEncoder,
): FixedEncoder {
  if (vector.scale === 0) return encoderOf(vector)
  const unit = Number(`1e${vector.scale}`)
  return converted((row) => vector.values[row]! / unit, vector.capacity, encoderOf)
}

function refuseNumber(value: number, type: 'int2' | 'int4' | 'int8') {
  if (!Number.isInteger(value)) return invalid(type, 'an integer')
  if (type !== 'int8') return refuseRange(type)
  return outOfRange(
    'A number column holds integers up to 2^53 - 1; larger ones are no longer exact.',
  )
}

function refuseRange(type: 'int2' | 'int4' | 'int8') {
  if (type === 'int8') return outOfRange('int8 holds integers from -2^63 to 2^63 - 1.')
  return outOfRange(`${type} holds integers from ${ranges[type].low} to ${ranges[type].high}.`)
}

function readSmall(literal: string, type: 'int2' | 'int4'): number {
  if (!integerForm.test(literal)) throw invalid(type, 'an integer')
  const value = Number(literal)
  if (value < ranges[type].low || value > ranges[type].high) throw refuseRange(type)
  return value
}

function writeInt8(sink: ByteSink, literal: string): void {
  if (!integerForm.test(literal)) throw invalid('int8', 'an integer')
  const value = Number(literal)
  if (Number.isSafeInteger(value)) return appendSafeInteger(sink, value)
  const exact = BigInt(literal.trim().replace('+', ''))
  if (BigInt.asIntN(64, exact) !== exact) throw refuseRange('int8')
  appendInt64(sink, exact)
}

const integerForm = /^\s*[+-]?\d+\s*$/
