import { DownpourError } from '../../errors.ts'
import type { Extent } from '../extent.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { ColumnFill, Context, Generator, OwnColumn } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { drawBelow } from '../sql-form.ts'
import { createUniqueIndex } from '../unique-index.ts'
import type { UniqueIndex } from '../unique-index.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn, uniqueness } from './follow-column.ts'
import { drawWhole, needsRange } from './distributions.ts'
import type { NumberDistribution } from './distributions.ts'
import { refuse, refuseOddRange } from './refuse.ts'
import { wideInt } from './wide-int.ts'

export interface IntOptions {
  /** A bigint for numbers beyond 2^53. @defaultValue 0 */
  readonly minValue?: number | bigint
  /** Inclusive. @defaultValue 1000 */
  readonly maxValue?: number | bigint
  /** No value twice. @defaultValue false */
  readonly isUnique?: boolean
  /**
   * How the numbers are spread; what it gives beyond the range becomes the range's end. A range that
   * is not given is no limit then, except for `f.zipf()`. @defaultValue uniform
   */
  readonly distribution?: NumberDistribution
}

/**
 * Whole numbers, from `minValue` to `maxValue`, both included.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` when the range holds no whole number, or one beyond 2^53
 *   that is no bigint; `PLAN_UNIQUE_DISTRIBUTION` when unique numbers have a distribution
 * @example
 * { columns: { stock: f.int({ minValue: 0, maxValue: 500 }) } } // 271, 38, 402, …
 */
export function int(options: IntOptions & ArrayOptions): Generator<number[]>
export function int(options?: IntOptions): Generator<number>
export function int(options: IntOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique = false, distribution } = options
  refuseUniqueSpread('int', isUnique, distribution)
  const range = rangeOf(options, { lowest: 0, highest: usualMost })
  const [lowest, highest] = [Number(range.lowest), Number(range.highest)]
  const isBig = typeof range.lowest === 'bigint' || typeof range.highest === 'bigint'
  if (isBig && ![lowest, highest, highest - lowest + 1].every(Number.isSafeInteger)) {
    return withArraySize(options, wideInt(range, { isUnique, distribution }))
  }
  refuseOddRange('int', lowest, highest)
  const units = { name: 'int', lowest, highest, unit: 1, isUnique, distribution }
  const generator = createGenerator('int', (context) =>
    fillUnits(context, units, {
      spec: { kind: 'number' },
      toSql: (sql) => sql,
    }),
  )
  return followColumn({
    generator: withArraySize(options, generator),
    options,
    make: int,
    missing: (column) =>
      distribution ? {} : { ...uniqueness(column), ...enough(column, options) },
  })
}

/** Unique numbers without a range reach as far as the rows need. */
function enough({ isUnique, rows, type }: OwnColumn, options: IntOptions): IntOptions {
  const isFree = options.minValue === undefined && options.maxValue === undefined
  if (!isFree || !(options.isUnique ?? isUnique) || rows <= usualMost) return {}
  const most = type.name === 'int2' ? 32_767 : 2_147_483_647
  return { maxValue: Math.min(most, rows * 10) }
}

const usualMost = 1000

export interface NumberOptions {
  /** @defaultValue `-maxValue` */
  readonly minValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxValue?: number
  /** How many numbers there are from one integer to the next: 100 for 12.34. @defaultValue 100 */
  readonly precision?: number
  /** No value twice. @defaultValue false */
  readonly isUnique?: boolean
  /** As that of `f.int`. @defaultValue uniform */
  readonly distribution?: NumberDistribution
}

/**
 * Numbers with a fixed precision, from `minValue` to `maxValue`, both included: for `real`, `double
 * precision` and `numeric`.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE`, `PLAN_SCALE`, `PLAN_UNIQUE_DISTRIBUTION`
 * @example
 * { columns: { price: f.number({ minValue: 10, maxValue: 120, precision: 100 }) } } // 27.13, …
 */
export function number(options: NumberOptions & ArrayOptions): Generator<number[]>
export function number(options?: NumberOptions): Generator<number>
export function number(options: NumberOptions & Partial<ArrayOptions> = {}): Generator {
  const { precision = 100, isUnique = false, distribution } = options
  const { maxValue = 1000, minValue = -maxValue } = options
  if (!Number.isInteger(precision) || precision < 1 || precision > 1e9) {
    refuse('PLAN_SCALE', 'number', {
      what: `cannot have the precision ${precision}`,
      why: 'It says how many numbers there are from one integer to the next.',
      fix: 'Give a whole number from 1 to 1000000000, such as 100 for two digits after the point.',
    })
  }
  const bounds = { ...options, minValue, maxValue }
  const given = distribution && !needsRange(distribution) ? options : bounds
  return followColumn({
    generator: withArraySize(
      options,
      unitsOf('number', given, { one: precision, isUnique, distribution }),
    ),
    options,
    make: number,
  })
}

export interface DecimalOptions {
  /** @defaultValue 0 */
  readonly minValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxValue?: number
  /** Digits after the point, 0 to 9. @defaultValue 2 */
  readonly scale?: number
  /** No value twice. @defaultValue false */
  readonly isUnique?: boolean
  /** As that of `f.int`. @defaultValue uniform */
  readonly distribution?: NumberDistribution
}

/**
 * Exact decimals, from `minValue` to `maxValue`, both included.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` when the range is empty or beyond 2^53 units of `scale`,
 *   `PLAN_SCALE`, `PLAN_UNIQUE_DISTRIBUTION`
 * @example
 * { columns: { price: f.decimal({ minValue: 1, maxValue: 99.99 }) } } // 27.13, 80.02, …
 */
export function decimal(options: DecimalOptions & ArrayOptions): Generator<number[]>
export function decimal(options?: DecimalOptions): Generator<number>
export function decimal(options: DecimalOptions & Partial<ArrayOptions> = {}): Generator {
  const { scale = 2, isUnique = false, distribution } = options
  if (!Number.isInteger(scale) || scale < 0 || scale > 9) {
    throw new DownpourError({
      code: 'PLAN_SCALE',
      message: `f.decimal() cannot have ${scale} digits after the point`,
      why: 'Decimals are held as whole numbers below 2^53.',
      fix: 'Give a whole number from 0 to 9.',
    })
  }
  let one = 1
  for (let digit = 0; digit < scale; digit++) one *= 10
  return followColumn({
    generator: withArraySize(options, unitsOf('decimal', options, { one, isUnique, distribution })),
    options,
    make: decimal,
  })
}

interface Draws {
  readonly isUnique: boolean
  readonly distribution: NumberDistribution | undefined
}

/** Whole numbers of units, both ends included. */
interface Units extends Draws {
  readonly name: string
  readonly lowest: number
  readonly highest: number
  /** So many make 1. */
  readonly unit: number
}

/** Numbers of which `one` lie between two integers. */
function unitsOf(
  name: string,
  options: { readonly minValue?: number; readonly maxValue?: number },
  { one, isUnique, distribution }: Draws & { readonly one: number },
): Generator<number> {
  refuseUniqueSpread(name, isUnique, distribution)
  const range = rangeOf({ ...options, distribution }, { lowest: 0, highest: 1000 }, one)
  const lowest = Math.round(Number(range.lowest) * one)
  const highest = Math.round(Number(range.highest) * one)
  refuseOddRange(name, lowest, highest)
  const units = { name, lowest, highest, unit: one, isUnique, distribution }
  const scale = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].indexOf(one)
  return createGenerator(name, (context) =>
    scale >= 0
      ? fillUnits(context, units, {
          spec: { kind: 'decimal', scale },
          toSql: (sql) => `(${sql}) * 1e-${scale}`,
        })
      : fillFractions(context, units),
  )
}

/** What is no decimal fraction becomes a floating-point number. */
function fillFractions(context: Context, units: Units): ColumnFill {
  const { unit } = units
  const whole = fillUnits(context, units, {
    spec: { kind: 'number' },
    toSql: (sql) => `(${sql}) / ${unit}::float8`,
  })
  return {
    ...whole,
    fill(rows, out) {
      whole.fill(rows, out)
      if (out.kind !== 'number') return
      for (let i = 0; i < rows.count; i++) out.values[i] = out.values[i]! / unit
    },
  }
}

function fillUnits(
  context: Context,
  units: Units,
  form: {
    readonly spec:
      { readonly kind: 'number' } | { readonly kind: 'decimal'; readonly scale: number }
    /** Of whole units in SQL. */
    toSql(sql: string): string
  },
): ColumnFill {
  const { lowest, highest, unit, isUnique, distribution } = units
  const { spec, toSql } = form
  const span = highest - lowest + 1
  const extent: Extent = { numbers: [lowest / unit, highest / unit] }
  if (isUnique) {
    const unique = uniqueUnits(context, units)
    const fill = fillVector(
      spec,
      (rows, { values }) => {
        unique.fill(rows.numbers, rows.count, values)
        for (let i = 0; i < rows.count; i++) values[i] = lowest + values[i]!
      },
      unique.size,
    )
    return { ...fill, extent }
  }
  if (distribution && distribution.kind !== 'uniform') {
    const { draw, least, most } = drawWhole(context, distribution, { lowest, highest, unit })
    const fill = fillVector(spec, (rows, { values }) => {
      for (let i = 0; i < rows.count; i++) values[i] = draw(rows.numbers[i]!)
    })
    return { ...fill, extent: { numbers: [least / unit, most / unit] } }
  }
  const key = createHashKey(context.seed, context.purpose)
  const fill = fillVector(spec, (rows, { values }) => {
    for (let i = 0; i < rows.count; i++) values[i] = lowest + below(key, rows.numbers[i]!, span)
  })
  return {
    ...fill,
    extent,
    sqlForm: { kind: 'draw', sql: toSql(`${lowest} + ${drawBelow(span)}`) },
  }
}

function uniqueUnits(context: Context, { lowest, highest, unit }: Units): UniqueIndex {
  const span = highest - lowest + 1
  const taken = context.knownValues
    .map((value) => Math.round(Number(value) * unit) - lowest)
    .filter((offset) => Number.isInteger(offset) && offset >= 0 && offset < span)
  return createUniqueIndex(createPermutation(context.seed, context.purpose, span), taken)
}

/** What is asked for, or else what is usual; no limit where a distribution needs none. */
function rangeOf(
  options: Pick<IntOptions, 'minValue' | 'maxValue'> & {
    readonly distribution?: NumberDistribution | undefined
  },
  usual: { readonly lowest: number; readonly highest: number },
  one = 1,
): { readonly lowest: number | bigint; readonly highest: number | bigint } {
  const { minValue, maxValue, distribution } = options
  const most = Math.floor(widest / one)
  const { lowest, highest } =
    distribution && !needsRange(distribution) ? { lowest: -most, highest: most } : usual
  return { lowest: minValue ?? lowest, highest: maxValue ?? highest }
}

/** So that the distance between the two is a safe integer too. */
const widest = 2 ** 52 - 1

function refuseUniqueSpread(
  name: string,
  isUnique: boolean,
  distribution: NumberDistribution | undefined,
): void {
  if (!isUnique || distribution === undefined || distribution.kind === 'uniform') return
  refuse('PLAN_UNIQUE_DISTRIBUTION', name, {
    what: 'cannot give unique numbers with a distribution',
    why: 'Where no number comes twice, none comes more often than another.',
    fix: 'Leave out isUnique or distribution.',
  })
}
