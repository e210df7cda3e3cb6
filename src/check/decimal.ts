/**
 * An exact number that a double cannot stand for: `units` × 10^-scale.
 */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/**
 * A value of the type `numeric`. A JavaScript number stands for the decimal that it is printed as,
 * so 12.5 is 12.50 and 0.1 is exactly one tenth; what has more digits than that is a `Decimal`.
 */
export type Numeric = number | Decimal

/** Up to 15 significant digits, a decimal and the double nearest to it stand for each other. */
const exactUnits = 1e15
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/**
 * @returns `undefined` when the text is no number
 * @example
 * parseNumeric('12.50') // 12.5
 */
export function parseNumeric(text: string): Numeric | undefined {
  const trimmed = text.trim()
  if (/^nan$/i.test(trimmed)) return Number.NaN
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(trimmed)
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(trimmed)
  if (!parts || (parts[2] === '' && (parts[3] ?? '') === '')) return undefined
  const fraction = parts[3] ?? ''
  const units = BigInt(parts[2]! + fraction) * (parts[1] === '-' ? -1n : 1n)
  return simplest(units, fraction.length - Number(parts[4] ?? 0))
}

/** -1, 0 or 1; NaN equals itself and is greater than everything else, as on the server. */
export function compareNumeric(left: Numeric, right: Numeric): number {
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right)
  const odd = [left, right].some((value) => typeof value === 'number' && !Number.isFinite(value))
  if (odd) return compareNumbers(toDouble(left), toDouble(right))
  const [a, b] = aligned(left, right)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Doubles in the server's order. */
export function compareNumbers(left: number, right: number): number {
  if (left < right) return -1
  if (left > right) return 1
  if (left === right) return 0
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
}

export function addNumeric(left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'number' && typeof right === 'number') {
    if (!Number.isFinite(left) || !Number.isFinite(right)) return left + right
    for (let scale = 0; scale <= 6; scale += 2) {
      const a = unitsAt(left, scale)
      const b = unitsAt(right, scale)
      if (a !== undefined && b !== undefined && Math.abs(a + b) < exactUnits) {
        return (a + b) / powersOfTen[scale]!
      }
    }
  }
  if (isOdd(left) || isOdd(right)) return toDouble(left) + toDouble(right)
  const [a, b, scale] = aligned(left, right)
  return simplest(a + b, scale)
}

export function negateNumeric(value: Numeric): Numeric {
  // Not -0, which a test of equality would tell from 0.
  if (typeof value === 'number') return 0 - value
  return { units: -value.units, scale: value.scale }
}

export function multiplyNumeric(left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'number' && typeof right === 'number') {
    for (let scale = 0; scale <= 4; scale += 2) {
      const a = unitsAt(left, scale)
      const b = unitsAt(right, scale)
      if (a !== undefined && b !== undefined && Math.abs(a * b) < exactUnits) {
        return (a * b) / powersOfTen[scale * 2]!
      }
    }
  }
  if (isOdd(left) || isOdd(right)) return toDouble(left) * toDouble(right)
  const a = toDecimal(left)
  const b = toDecimal(right)
  return simplest(a.units * b.units, a.scale + b.scale)
}

/**
 * A quotient with as many digits as the server keeps: `select_div_scale` of PostgreSQL's numeric.c,
 * in which a digit is one of base 10,000.
 *
 * @returns `undefined` for a division by zero
 */
export function divideNumeric(left: Numeric, right: Numeric): Numeric | undefined {
  if (typeof right === 'number' && right === 0) return undefined
  if (isOdd(left) || isOdd(right)) return toDouble(left) / toDouble(right)
  const a = toDecimal(left)
  const b = toDecimal(right)
  const [firstWeight, firstDigit] = leadingDigit(a)
  const [secondWeight, secondDigit] = leadingDigit(b)
  const weight = firstWeight - secondWeight - (firstDigit <= secondDigit ? 1 : 0)
  const scale = Math.min(1000, Math.max(16 - weight * 4, a.scale, b.scale, 0))
  return simplest(
    divideRounding(a.units * 10n ** BigInt(scale + b.scale), b.units * 10n ** BigInt(a.scale)),
    scale,
  )
}

/** The remainder, which has the sign of the dividend; `undefined` for a division by zero. */
export function remainderNumeric(left: Numeric, right: Numeric): Numeric | undefined {
  if (typeof right === 'number' && right === 0) return undefined
  if (isOdd(left) || isOdd(right)) return toDouble(left) % toDouble(right)
  const [a, b, scale] = aligned(left, right)
  return simplest(a % b, scale)
}

/**
 * @param rounding - where to: half away from zero, towards zero, down or up
 * @param places - digits after the point; may be negative
 */
export function roundNumeric(
  value: Numeric,
  rounding: 'nearest' | 'zero' | 'down' | 'up',
  places: number,
): Numeric {
  if (isOdd(value)) return value
  const isShort = typeof value === 'number' && places >= 0 && places < powersOfTen.length
  if (isShort && unitsAt(value, places) !== undefined) return value
  const { units, scale } = toDecimal(value)
  if (scale <= places) return value
  const step = 10n ** BigInt(scale - places)
  const rest = units % step
  let rounded = (units - rest) / step
  if (rounding === 'nearest') rounded = divideRounding(units, step)
  if (rounding === 'down' && rest < 0n) rounded -= 1n
  if (rounding === 'up' && rest > 0n) rounded += 1n
  return simplest(rounded, places)
}

export function toDouble(value: Numeric): number {
  return typeof value === 'number' ? value : Number(formatNumeric(value))
}

/**
 * @example
 * formatNumeric(12.5) // '12.5'
 */
export function formatNumeric(value: Numeric): string {
  if (isOdd(value)) return String(value)
  const { units, scale } = toDecimal(value)
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(whole.length)}`
}

function isOdd(value: Numeric): value is number {
  return typeof value === 'number' && !Number.isFinite(value)
}

/** How often 10^-scale goes into a number that is exactly that often 10^-scale. */
function unitsAt(value: number, scale: number): number | undefined {
  const power = powersOfTen[scale]!
  const units = Math.round(value * power)
  return Math.abs(units) < exactUnits && units / power === value ? units : undefined
}

function toDecimal(value: Numeric): Decimal {
  if (typeof value !== 'number') return value
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!
  const units = BigInt(whole! + fraction) * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - Number(exponent)
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale }
}

function simplest(units: bigint, scale: number): Numeric {
  let rest = units
  let places = scale
  if (rest === 0n) return 0
  while (places > 0 && rest % 10n === 0n) {
    rest /= 10n
    places--
  }
  if (places < 0) {
    rest *= 10n ** BigInt(-places)
    places = 0
  }
  const isShort = rest < BigInt(exactUnits) && rest > -BigInt(exactUnits)
  if (isShort && places < powersOfTen.length) return Number(rest) / powersOfTen[places]!
  return { units: rest, scale: places }
}

function aligned(left: Numeric, right: Numeric): [bigint, bigint, number] {
  const a = toDecimal(left)
  const b = toDecimal(right)
  const scale = Math.max(a.scale, b.scale)
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale]
}

function divideRounding(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** The first digit of base 10,000 that is not 0, and the power of 10,000 it stands at. */
function leadingDigit({ units, scale }: Decimal): [weight: number, digit: number] {
  if (units === 0n) return [0, 0]
  const digits = String(units < 0n ? -units : units)
  const exponent = digits.length - 1 - scale
  const weight = Math.floor(exponent / 4)
  return [
    weight,
    Number(digits.slice(0, exponent - weight * 4 + 1).padEnd(exponent - weight * 4 + 1, '0')),
  ]
}
