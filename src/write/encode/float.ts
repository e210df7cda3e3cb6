import type { DecimalVector, NumberVector } from '../../generate/vector.ts'
import type { BinaryFamily } from './binary-type.ts'
import { converted } from './column.ts'
import type { FixedEncoder } from './column.ts'
import { invalid, outOfRange } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { reserve } from './sink.ts'

type Numbers = Pick<NumberVector, 'values'>

/** float4 and float8, IEEE 754. PostgreSQL source: float.c. */
export const float4: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendFloat4(sink, readFloat4(literal)),
  from: {
    number: numbersToFloat4,
    decimal: (vector) => converted(decimalAsNumber(vector), vector.capacity, numbersToFloat4),
  },
})

export const float8: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendFloat8(sink, readFloat8(literal, 'float8')),
  from: {
    number: numbersToFloat8,
    decimal: (vector) => converted(decimalAsNumber(vector), vector.capacity, numbersToFloat8),
  },
})

export function appendFloat8(sink: ByteSink, value: number): void {
  reserve(sink, 8)
  sink.view.setFloat64(sink.length, value)
  sink.length += 8
}

/**
 * Reads a float8 in PostgreSQL's text form.
 *
 * @throws Refusal where the server says 22P02 or 22003
 * @example
 * readFloat8('-Infinity', 'float8') // -Infinity
 */
export function readFloat8(literal: string, type: string): number {
  const special = specials[literal.trim().toLowerCase()]
  if (special !== undefined) return special
  if (!floatForm.test(literal)) throw invalid(type, 'a number such as 1.5')
  const value = Number(literal)
  const isLost = !Number.isFinite(value) || (value === 0 && hasDigitAboveZero(literal))
  if (isLost) throw outOfRange(`${type} holds magnitudes from about 4.9e-324 to 1.8e308, and 0.`)
  return value
}

/** -0 has the text form 0 in JavaScript, and so arrives as 0 through every other way of writing. */
function numbersToFloat8({ values }: Numbers): FixedEncoder {
  return {
    size: 12,
    write({ view, at }, first, end) {
      for (let row = first; row < end; row++) {
        const position = at[row]!
        view.setInt32(position, 8)
        view.setFloat64(position + 4, values[row]! + 0)
        at[row] = position + 12
      }
    },
  }
}

function numbersToFloat4({ values }: Numbers): FixedEncoder {
  return {
    size: 8,
    write({ view, at }, first, end) {
      for (let row = first; row < end; row++) {
        const position = at[row]!
        view.setInt32(position, 4)
        view.setFloat32(position + 4, roundToFloat4(values[row]! + 0, undefined))
        at[row] = position + 8
      }
    },
  }
}

/** Exact: the division of two exact doubles rounds once, as reading `12.34` does (scale up to 22). */
function decimalAsNumber({ values, scale }: DecimalVector): (index: number) => number {
  const unit = Number(`1e${scale}`)
  return (index) => values[index]! / unit + 0
}

function appendFloat4(sink: ByteSink, value: number): void {
  reserve(sink, 4)
  sink.view.setFloat32(sink.length, value)
  sink.length += 4
}

function readFloat4(literal: string): number {
  return roundToFloat4(readFloat8(literal, 'float4'), literal)
}

/**
 * The server reads a float4 from its decimal text, in one rounding. Rounding a double a second time
 * differs where the double lies exactly between two floats and its decimal text does not.
 *
 * @param literal - the text that `value` was read from; its own shortest form when `undefined`
 */
function roundToFloat4(value: number, literal: string | undefined): number {
  const near = Math.fround(value)
  if (near === value || Number.isNaN(value)) return near
  if (!Number.isFinite(near) || near === 0) {
    throw outOfRange('float4 holds magnitudes from about 1.4e-45 to 3.4e38, and 0.')
  }
  const far = value + (value - near)
  if (Math.fround(far) !== far) return near
  const side = compareDigits(literal ?? String(value), value)
  if (side === 0) return near
  const isFarLarger = Math.abs(far) > Math.abs(near)
  return side > 0 === isFarLarger ? far : near
}

/** The most that `toExponential` gives (ECMAScript 2018). */
const mostDigits = 100

/** Above 0 where the magnitude written in `literal` is larger than that of `value`, below where smaller. */
function compareDigits(literal: string, value: number): number {
  const written = significantDigits(literal)
  const exact = significantDigits(value.toExponential(mostDigits))
  const length = Math.max(written.length, exact.length)
  const left = written.padEnd(length, '0')
  const right = exact.padEnd(length, '0')
  if (left === right) return 0
  return left > right ? 1 : -1
}

function significantDigits(literal: string): string {
  return literal.trim().replace(/e.*$/i, '').replace(/[^\d]/g, '').replace(/^0+/, '')
}

function hasDigitAboveZero(literal: string): boolean {
  return /[1-9]/.test(literal.replace(/e.*$/i, ''))
}

const floatForm = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i

const specials: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
}
