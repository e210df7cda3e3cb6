import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addNumeric,
  compareNumeric,
  divideNumeric,
  formatNumeric,
  multiplyNumeric,
  parseNumeric,
  remainderNumeric,
  roundNumeric,
} from '../../../src/check/decimal.ts'
import type { Numeric } from '../../../src/check/decimal.ts'

const number = (text: string): Numeric => parseNumeric(text)!

/** Digits and a scale; short ones take another way than long ones. */
const anyDecimal = fc
  .tuple(fc.oneof(fc.bigInt(-99999n, 99999n), fc.bigInt(-(10n ** 25n), 10n ** 25n)), fc.nat(8))
  .map(([units, scale]) => ({ units, scale }))

const written = ({ units, scale }: { units: bigint; scale: number }) => `${units}e-${scale}`

describe('numerics', () => {
  it('are equal whatever zeros they are written with', () => {
    expect(number('12.50')).toBe(12.5)
    expect(compareNumeric(number('12.50'), 12.5)).toBe(0)
    expect(compareNumeric(number('0.10000000000000000001'), 0.1)).toBe(1)
    expect(compareNumeric(number('9007199254740993'), 9007199254740992)).toBe(1)
    expect(compareNumeric(Number.NaN, Infinity)).toBe(1)
    expect(compareNumeric(Number.NaN, Number.NaN)).toBe(0)
  })

  it('are computed with to the last digit', () => {
    expect(addNumeric(0.1, 0.2)).toBe(0.3)
    expect(multiplyNumeric(1.1, 1.1)).toBe(1.21)
    expect(remainderNumeric(0.3, 0.1)).toBe(0)
    expect(remainderNumeric(-7, 3)).toBe(-1)
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (left, right) => {
        const [a, b] = [number(written(left)), number(written(right))]
        const scale = 10n ** 8n
        const scaled = (value: { units: bigint; scale: number }) =>
          value.units * 10n ** BigInt(8 - value.scale)
        const sum = addNumeric(a, b)
        expect(compareNumeric(sum, number(`${scaled(left) + scaled(right)}e-8`))).toBe(0)
        const product = number(`${scaled(left) * scaled(right)}e-16`)
        expect(compareNumeric(multiplyNumeric(a, b), product)).toBe(0)
        const order = scaled(left) < scaled(right) ? -1 : scaled(left) > scaled(right) ? 1 : 0
        expect(compareNumeric(a, b)).toBe(order)
        expect(scale > 0n).toBe(true)
      }),
      { seed: 1 },
    )
  })

  // Each as `select 1::numeric / 3` and so on prints it.
  it.each([
    ['1', '3', '0.33333333333333333333'],
    ['2', '3', '0.66666666666666666667'],
    ['-2', '3', '-0.66666666666666666667'],
    ['100000', '3', '33333.333333333333'],
    ['1', '8', '0.125'],
  ])('divides %s by %s into as many digits as the server', (left, right, quotient) => {
    expect(formatNumeric(divideNumeric(number(left), number(right))!)).toBe(quotient)
  })

  it('tells a division by zero', () => {
    expect(divideNumeric(1, 0)).toBeUndefined()
    expect(remainderNumeric(1, 0)).toBeUndefined()
  })

  it('rounds half away from zero, down, up and towards zero', () => {
    expect(roundNumeric(2.5, 'nearest', 0)).toBe(3)
    expect(roundNumeric(-2.5, 'nearest', 0)).toBe(-3)
    expect(roundNumeric(1.005, 'nearest', 2)).toBe(1.01)
    expect(roundNumeric(-2.1, 'down', 0)).toBe(-3)
    expect(roundNumeric(2.1, 'up', 0)).toBe(3)
    expect(roundNumeric(-2.9, 'zero', 0)).toBe(-2)
    expect(roundNumeric(149, 'nearest', -2)).toBe(100)
  })

  it('reads nothing that is no number', () => {
    for (const text of ['', '.', 'abc', '1.2.3', '0x10']) expect(parseNumeric(text)).toBeUndefined()
  })
})
