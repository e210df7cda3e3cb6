import type { DecimalVector, NumberVector } from '../../generate/vector.ts'
import type { BinaryFamily, BinaryType } from './binary-type.ts'
import { appended } from './column.ts'
import type { SizingEncoder } from './column.ts'
import { describeType, invalid, numericModifier, outOfRange } from './refusal.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendInt16, closeField, openField } from './sink.ts'

/** numeric, base-10,000 digits. PostgreSQL source: numeric.c. */
export const numeric: BinaryFamily = (type) => {
  const limit = numericLimit(type.modifier, describeType(type))
  const writeLiteral = (sink: ByteSink, literal: string) => appendNumeric(sink, literal, limit)
  return {
    writeLiteral,
    from: {
      number: (vector) => numbersToNumeric(vector, writeLiteral, limit),
      decimal: (vector) => decimals(vector, limit),
    },
  }
}

/** What `numeric(precision, scale)` takes: the server rounds to `scale` first, then checks. */
interface NumericLimit {
  /** Digits before the point; negative where the value must begin that far behind it. */
  readonly wholeDigits: number
  readonly scale: number
  /** For messages. */
  readonly type: string
}

function numericLimit(modifier: number, type: string): NumericLimit | undefined {
  if (modifier < 4) return undefined
  const { precision, scale } = numericModifier(modifier)
  return { wholeDigits: precision - scale, scale, type }
}

/** Above this scale the digits behind the point, filled up to groups of four, pass 2^53. */
const largestFastScale = 12

/** Four groups of digits before the point hold 2^53, three behind it hold a scale of 12. */
const groupsPerCell = 7
const groupsBefore = 4

function decimals(
  vector: Pick<DecimalVector, 'values' | 'scale' | 'capacity'>,
  limit: NumericLimit | undefined,
): SizingEncoder {
  const { scale, capacity } = vector
  if (scale > largestFastScale || scale < 0) {
    return appended(longDecimal(vector, limit), capacity)
  }
  const { values } = vector
  const unit = Number(`1e${scale}`)
  const fill = Number(`1e${12 - scale}`)
  const bound = decimalBound(scale, limit)
  // Where all digits stand in one group before the point and one behind it.
  const fewDigits = scale > 4 ? 0 : Math.min(bound, 10_000 * unit)
  const fillGroup = Number(`1e${Math.max(0, 4 - scale)}`)
  const digits = new Int16Array(capacity * groupsPerCell)
  /** What a cell begins with, the sign bit that of the value: how many groups, the first one's weight. */
  const heads = new Int32Array(capacity)
  /** The last four bytes of the cells: two groups, or what stands before them if they have fewer. */
  const tails = new Int32Array(capacity)

  function split(row: number): void {
    const value = Math.abs(values[row]!)
    if (!(value < bound && value === Math.floor(value))) throw refuseDecimal(value, limit)
    const at = row * groupsPerCell
    const whole = Math.floor(value / unit)
    splitGroups(digits, at, whole)
    splitFraction(digits, at + groupsBefore, (value - whole * unit) * fill)
    let begins = 0
    while (begins < groupsPerCell && digits[at + begins] === 0) begins++
    let ends = groupsPerCell
    while (ends > begins && digits[at + ends - 1] === 0) ends--
    const groups = ends - begins
    const weight = groups === 0 ? 0 : groupsBefore - 1 - begins
    heads[row] = (values[row]! < 0 ? -0x80000000 : 0) | (groups << 16) | (weight & 0xffff)
    const last = begins === ends ? scale : digits[at + ends - 1]!
    const lastButOne = ends > begins + 1 ? digits[at + ends - 2]! : begins === ends ? 0 : scale
    tails[row] = (lastButOne << 16) | last
  }

  const shared = { values, scale, unit, fewDigits, fillGroup, heads, tails }
  return {
    addSizes(sizes, first, end) {
      const { values, scale, unit, fewDigits, fillGroup, heads, tails } = shared
      for (let row = first; row < end; row++) {
        const signed = values[row]! | 0
        const value = Math.abs(signed)
        const whole = (value / unit) | 0
        if (signed === values[row] && whole !== 0 && value < fewDigits) {
          // No branch, because which prices have cents cannot be guessed.
          const fraction = ((value - whole * unit) * fillGroup) | 0
          const groups = 1 + Number(fraction !== 0)
          const isTwo = 1 - groups
          heads[row] = (signed & -0x80000000) | (groups << 16)
          tails[row] = (((whole << 16) | fraction) & isTwo) | (((scale << 16) | whole) & ~isTwo)
        } else {
          split(row)
        }
        sizes[row]! += 12 + ((heads[row]! >>> 15) & 0x1e)
      }
    },
    write({ view, at }, first, end) {
      const { scale, heads, tails } = shared
      for (let row = first; row < end; row++) {
        const head = heads[row]!
        const counts = head & 0x7fffffff
        const groups = counts >>> 16
        const position = at[row]!
        const behind = position + 12 + groups * 2
        view.setInt32(position, 8 + groups * 2)
        view.setInt32(position + 4, counts)
        view.setInt32(position + 8, ((head >> 31) & negativeHead) | scale)
        view.setInt32(behind - 4, tails[row]!)
        if (groups > 2) {
          const from = row * groupsPerCell + groupsBefore - 1 - ((counts << 16) >> 16)
          for (let group = 0; group < groups - 2; group++) {
            view.setInt16(position + 12 + group * 2, digits[from + group]!)
          }
        }
        at[row] = behind
      }
    },
  }
}

function splitGroups(digits: Int16Array, at: number, value: number): void {
  const high = Math.floor(value / 1e8)
  const low = (value - high * 1e8) | 0
  const highest = (high / 10_000) | 0
  const third = (low / 10_000) | 0
  digits[at] = highest
  digits[at + 1] = high - highest * 10_000
  digits[at + 2] = third
  digits[at + 3] = low - third * 10_000
}

function splitFraction(digits: Int16Array, at: number, value: number): void {
  const high = Math.floor(value / 1e8)
  const low = (value - high * 1e8) | 0
  const middle = (low / 10_000) | 0
  digits[at] = high
  digits[at + 1] = middle
  digits[at + 2] = low - middle * 10_000
}

/** Whole numbers are decimals without digits behind the point; for others their text form is read. */
function numbersToNumeric(
  { values, capacity }: NumberVector,
  writeLiteral: BinaryType['writeLiteral'],
  limit: NumericLimit | undefined,
): SizingEncoder {
  const whole = decimals({ values, scale: 0, capacity }, limit)
  const others = appended((sink, row) => {
    const field = openField(sink)
    writeLiteral(sink, String(values[row]!))
    closeField(sink, field)
  }, capacity)
  let chosen = whole
  return {
    begin(first, end) {
      chosen = whole
      for (let row = first; row < end; row++) {
        if (!Number.isSafeInteger(values[row])) chosen = others
      }
      chosen.begin?.(first, end)
    },
    addSizes: (sizes, first, end) => chosen.addSizes(sizes, first, end),
    write: (frame, first, end) => chosen.write(frame, first, end),
  }
}

/** The smallest unscaled magnitude that does not fit: 2^53 + 1 where every decimal does. */
function decimalBound(scale: number, limit: NumericLimit | undefined): number {
  const exact = 2 ** 53 + 2
  if (limit === undefined) return exact
  const exponent = limit.wholeDigits + scale
  if (exponent > 15) return exact
  const roundedAway = scale > limit.scale ? Number(`5e${scale - limit.scale - 1}`) : 0
  return Number(`1e${exponent}`) - roundedAway
}

function refuseDecimal(value: number, limit: NumericLimit | undefined) {
  if (!Number.isInteger(value)) return invalid('numeric', 'whole numbers of the smallest unit')
  if (limit !== undefined && value <= 2 ** 53) return refuseRange(limit)
  return outOfRange('A decimal column holds integers up to 2^53, to be shifted by its scale.')
}

function longDecimal(
  { values, scale }: Pick<DecimalVector, 'values' | 'scale'>,
  limit: NumericLimit | undefined,
): CellEncoder {
  return (sink, index) => {
    const field = openField(sink)
    const value = values[index]!
    if (!(Math.abs(value) <= 2 ** 53 && Number.isInteger(value))) throw refuseDecimal(value, limit)
    appendNumeric(sink, `${value}e${-scale}`, limit)
    closeField(sink, field)
  }
}

const positive = 0
const negative = 0x4000
const negativeHead = negative << 16

/** Signs of the values that have no digits (`NUMERIC_NAN`, `NUMERIC_PINF`, `NUMERIC_NINF`). */
const specials: Readonly<Record<string, number>> = {
  nan: 0xc000,
  infinity: 0xd000,
  '+infinity': 0xd000,
  inf: 0xd000,
  '+inf': 0xd000,
  '-infinity': 0xf000,
  '-inf': 0xf000,
}

const numericForm = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?\s*$/i

function appendNumeric(sink: ByteSink, literal: string, limit: NumericLimit | undefined): void {
  const special = specials[literal.trim().toLowerCase()]
  if (special !== undefined) {
    if (limit !== undefined && special !== specials['nan']) throw refuseRange(limit)
    return appendDigits(sink, { sign: special, scale: 0, weight: 0, digits: '' })
  }
  const match = numericForm.exec(literal)
  if (!match || `${match[2]}${match[3] ?? ''}` === '') throw invalid('numeric', 'a number')
  const [, sign, whole = '', fraction = '', written = '0'] = match
  const exponent = Number(written)
  const scale = Math.max(0, fraction.length - exponent)
  const digits = `${whole}${fraction}`
  const significant = digits.replace(/^0+/, '')
  const wholeDigits = whole.length + exponent - (digits.length - significant.length)
  if (scale > 16_383 || (significant !== '' && wholeDigits > 131_072)) {
    throw outOfRange('numeric holds 131072 digits before the point and 16383 after it.')
  }
  if (significant === '')
    return appendDigits(sink, { sign: positive, scale, weight: 0, digits: '' })
  if (limit !== undefined && !fits(significant, wholeDigits, limit)) throw refuseRange(limit)
  const weight = Math.ceil(wholeDigits / 4) - 1
  const lead = '0'.repeat((weight + 1) * 4 - wholeDigits)
  appendDigits(sink, {
    sign: sign === '-' ? negative : positive,
    scale,
    weight,
    digits: `${lead}${significant}`.replace(/0+$/, ''),
  })
}

/** Whether 0.SIGNIFICANT × 10^wholeDigits fits once it is rounded. */
function fits(significant: string, wholeDigits: number, limit: NumericLimit): boolean {
  if (wholeDigits !== limit.wholeDigits) return wholeDigits < limit.wholeDigits
  const kept = limit.wholeDigits + limit.scale
  return !(/^9*$/.test(significant.slice(0, kept)) && /^[5-9]/.test(significant.slice(kept)))
}

interface Digits {
  readonly sign: number
  readonly scale: number
  /** The base-10,000 exponent of the first group. */
  readonly weight: number
  /** Decimal digits from the first group on; the last group may be cut short of zeros. */
  readonly digits: string
}

function appendDigits(sink: ByteSink, { sign, scale, weight, digits }: Digits): void {
  const count = Math.ceil(digits.length / 4)
  appendInt16(sink, count)
  appendInt16(sink, weight)
  appendInt16(sink, sign)
  appendInt16(sink, scale)
  for (let i = 0; i < count; i++) {
    appendInt16(sink, Number(digits.slice(i * 4, i * 4 + 4).padEnd(4, '0')))
  }
}

function refuseRange({ type, wholeDigits }: NumericLimit) {
  return outOfRange(`${type} holds magnitudes below 10^${wholeDigits}.`)
}
