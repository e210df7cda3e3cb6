import type { DecimalVector, NumberVector } from '../../generate/vector.ts'
import type { BinaryFamily } from './binary-type.ts'
import { invalid, outOfRange } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendHalves, appendInt16, appendInt32, appendInt64, reserve } from './sink.ts'

/** int2, int4 and int8, two's complement. PostgreSQL source: int.c, int8.c. */
export const int2: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendInt16(sink, readSmall(literal, 'int2')),
  from: { number: numberToInt2, decimal: (vector) => fromWhole(vector, numberToInt2) },
})

export const int4: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendInt32(sink, readSmall(literal, 'int4')),
  from: { number: numberToInt4, decimal: (vector) => fromWhole(vector, numberToInt4) },
})

export const int8: BinaryFamily = () => ({
  writeLiteral: writeInt8,
  from: { number: numberToInt8, decimal: (vector) => fromWhole(vector, numberToInt8) },
})

/** Appends an integer of up to ±2^53 as 8 bytes. */
export function appendSafeInteger(sink: ByteSink, value: number): void {
  const high = Math.floor(value / two32)
  appendHalves(sink, high, value - high * two32)
}

const two32 = 2 ** 32

const ranges = {
  int2: { low: -32768, high: 32767 },
  int4: { low: -2147483648, high: 2147483647 },
}

function numberToInt2({ values }: Pick<NumberVector, 'values'>): CellEncoder {
  return (sink, index) => {
    const value = values[index]!
    if ((value << 16) >> 16 !== value) throw refuseNumber(value, 'int2')
    reserve(sink, 6)
    sink.view.setInt32(sink.length, 2)
    sink.view.setInt16(sink.length + 4, value)
    sink.length += 6
  }
}

function numberToInt4({ values }: Pick<NumberVector, 'values'>): CellEncoder {
  return (sink, index) => {
    const value = values[index]!
    if ((value | 0) !== value) throw refuseNumber(value, 'int4')
    reserve(sink, 8)
    sink.view.setInt32(sink.length, 4)
    sink.view.setInt32(sink.length + 4, value)
    sink.length += 8
  }
}

function numberToInt8({ values }: Pick<NumberVector, 'values'>): CellEncoder {
  return (sink, index) => {
    const value = values[index]!
    if (!Number.isSafeInteger(value)) throw refuseNumber(value, 'int8')
    const high = Math.floor(value / two32)
    reserve(sink, 12)
    sink.view.setInt32(sink.length, 8)
    sink.view.setInt32(sink.length + 4, high)
    sink.view.setUint32(sink.length + 8, value - high * two32)
    sink.length += 12
  }
}

/** A decimal is an integer where nothing stands behind its point; `12.50` would lose its half. */
function fromWhole(
  vector: DecimalVector,
  encoder: (vector: Pick<NumberVector, 'values'>) => CellEncoder,
): CellEncoder {
  if (vector.scale === 0) return encoder(vector)
  const unit = Number(`1e${vector.scale}`)
  const whole = { values: new Float64Array(1) }
  const encode = encoder(whole)
  return (sink, index) => {
    whole.values[0] = vector.values[index]! / unit
    encode(sink, 0)
  }
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
