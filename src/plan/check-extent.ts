import type { Extent } from '../generate/extent.ts'
import type { SqlType } from '../model/sql-type.ts'

/** What a column does not hold, in words. */
export interface Misfit {
  readonly code: 'PLAN_OUT_OF_RANGE' | 'PLAN_TOO_LONG' | 'PLAN_WRONG_LENGTH'
  /** E.g. `numbers from 0 to 40000`. */
  readonly given: string
  /** E.g. `from -32768 to 32767`. */
  readonly held: string
  readonly fix: string
}

/**
 * Compares how far values go with what a type holds.
 *
 * @returns `undefined` where all of them fit, or nothing is known
 * @example
 * findMisfit(parseSqlType('smallint'), { numbers: [0, 40_000] })?.held // 'from -32768 to 32767'
 */
export function findMisfit(type: SqlType, extent: Extent): Misfit | undefined {
  if (type.dimensions > 0) {
    return extent.elements && findMisfit({ ...type, dimensions: 0 }, extent.elements)
  }
  return findNumberMisfit(type, extent) ?? findLengthMisfit(type, extent)
}

function findNumberMisfit(type: SqlType, { numbers }: Extent): Misfit | undefined {
  const range = wholeRanges[type.name] ?? numericRange(type)
  if (!range || !numbers) return undefined
  const [least, most] = numbers
  if (range.holds(least) && range.holds(most)) return undefined
  return {
    code: 'PLAN_OUT_OF_RANGE',
    given: least === most ? `the number ${least}` : `numbers from ${least} to ${most}`,
    held: `from -${range.negative ?? range.largest} to ${range.largest}`,
    fix: 'Give the generator a smaller range, or the column a larger type.',
  }
}

interface NumberRange {
  readonly largest: string
  /** Where it goes further below zero than above. */
  readonly negative?: string
  holds(number: number | bigint): boolean
}

const wholeRanges: Readonly<Record<string, NumberRange>> = {
  int2: wholeRange(32_767n),
  int4: wholeRange(2_147_483_647n),
  int8: wholeRange(9_223_372_036_854_775_807n),
}

function wholeRange(largest: bigint): NumberRange {
  return {
    largest: String(largest),
    negative: String(largest + 1n),
    holds: (number) => number >= -largest - 1n && number <= largest,
  }
}

/** The server rounds to the scale first. */
function numericRange({ name, modifiers }: SqlType): NumberRange | undefined {
  const [precision, scale = 0] = modifiers
  if (name !== 'numeric' || precision === undefined) return undefined
  const nines = '9'.repeat(precision)
  const whole =
    scale < 0 ? nines + '0'.repeat(-scale) : nines.slice(0, Math.max(0, precision - scale))
  const fraction =
    scale > 0 ? `.${nines.slice(Math.max(0, precision - scale)).padStart(scale, '0')}` : ''
  const limit = Number(`1e${precision - scale}`) - Number(`5e${-scale - 1}`)
  return {
    largest: `${whole || '0'}${fraction}`,
    holds: (number) => number < limit && number > -limit,
  }
}

function findLengthMisfit({ name, modifiers }: SqlType, { lengths }: Extent): Misfit | undefined {
  const [limit] = modifiers
  const measure = measures[name]
  if (!lengths || !measure || limit === undefined) return undefined
  const [fewest, most] = lengths
  if (most <= limit && (fewest >= limit || !measure.isExact)) return undefined
  return {
    code: measure.isExact ? 'PLAN_WRONG_LENGTH' : 'PLAN_TOO_LONG',
    given: measure.give(most > limit ? most : fewest),
    held: measure.isExact ? `exactly ${limit}` : String(limit),
    fix: measure.fix,
  }
}

/** What the length of a type's values counts. */
interface Measure {
  readonly isExact: boolean
  readonly fix: string
  give(length: number): string
}

const characters: Measure = {
  isExact: false,
  fix: 'Use shorter words, or a wider column.',
  give: (length) => `a text of ${length} characters`,
}

const bits = {
  fix: 'Give the generator the length that the column declares.',
  give: (length: number) => `${length} bits`,
}

const vectorNumbers: Measure = {
  isExact: true,
  fix: 'Give the generator the dimensions that the column declares.',
  give: (length) => `${length} numbers`,
}

const measures: Readonly<Record<string, Measure>> = {
  varchar: characters,
  bpchar: characters,
  bit: { ...bits, isExact: true },
  varbit: { ...bits, isExact: false },
  vector: vectorNumbers,
  halfvec: vectorNumbers,
}
