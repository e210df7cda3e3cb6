import { DownpourError } from '../../errors.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { drawBelow } from '../sql-form.ts'
import { createUniqueIndex } from '../unique-index.ts'
import { refuseOddRange, refuseOddShare } from './refuse.ts'

export interface IntOptions {
  /** @defaultValue 0 */
  readonly minValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxValue?: number
  /** No value twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Whole numbers, uniformly from `minValue` to `maxValue`, both included.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` when the range holds no whole number below 2^53
 * @example
 * { columns: { stock: f.int({ minValue: 0, maxValue: 500 }) } } // 271, 38, 402, …
 */
export function int(options: IntOptions = {}): Generator {
  const { minValue = 0, maxValue = 1000, isUnique = false } = options
  refuseOddRange('int', minValue, maxValue)
  const span = maxValue - minValue + 1
  return createGenerator('int', ({ seed, purpose, knownValues }) => {
    if (isUnique) {
      const taken = knownValues
        .map((value) => Number(value) - minValue)
        .filter((offset) => Number.isInteger(offset) && offset >= 0 && offset < span)
      const unique = createUniqueIndex(createPermutation(seed, purpose, span), taken)
      return fillVector(
        { kind: 'number' },
        (rows, { values }) => {
          unique.fill(rows.numbers, rows.count, values)
          for (let i = 0; i < rows.count; i++) values[i] = minValue + values[i]!
        },
        unique.size,
      )
    }
    const key = createHashKey(seed, purpose)
    const fill = fillVector({ kind: 'number' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = minValue + below(key, rows.numbers[i]!, span)
      }
    })
    return { ...fill, sqlForm: { kind: 'draw', sql: `${minValue} + ${drawBelow(span)}` } }
  })
}

export interface NumberOptions {
  /** @defaultValue 0 */
  readonly minValue?: number
  /** Inclusive. @defaultValue 1000 */
  readonly maxValue?: number
  /** Digits after the point, 0 to 9. @defaultValue 2 */
  readonly scale?: number
}

/**
 * Exact decimals, uniformly from `minValue` to `maxValue`, both included.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE` when the range is empty or beyond 2^53 units of `scale`,
 *   `PLAN_SCALE`
 * @example
 * { columns: { price: f.decimal({ minValue: 1, maxValue: 99.99 }) } } // 27.13, 80.02, …
 */
export function decimal(options: NumberOptions = {}): Generator {
  const { minValue = 0, maxValue = 1000, scale = 2 } = options
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
  const lowest = Math.round(minValue * one)
  const highest = Math.round(maxValue * one)
  refuseOddRange('decimal', lowest, highest)
  const span = highest - lowest + 1
  return createGenerator('decimal', ({ seed, purpose }) => {
    const key = createHashKey(seed, purpose)
    const fill = fillVector({ kind: 'decimal', scale }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = lowest + below(key, rows.numbers[i]!, span)
      }
    })
    const sql = `(${lowest} + ${drawBelow(span)}) * 1e-${scale}`
    return { ...fill, sqlForm: { kind: 'draw', sql } }
  })
}

/**
 * True with a probability.
 *
 * @param options - `probability` of true, from 0 to 1, default 0.5
 * @throws DownpourError `PLAN_NO_SHARE`
 * @example
 * { columns: { isActive: f.boolean({ probability: 0.9 }) } }
 */
export function boolean(options: { readonly probability?: number } = {}): Generator {
  const { probability = 0.5 } = options
  refuseOddShare('boolean', 'probability', probability)
  const threshold = probability * 1_000_000_000
  return createGenerator('boolean', ({ seed, purpose }) => {
    const key = createHashKey(seed, purpose)
    const fill = fillVector({ kind: 'boolean' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.values[i] = below(key, rows.numbers[i]!, 1_000_000_000) < threshold ? 1 : 0
      }
    })
    return { ...fill, sqlForm: { kind: 'draw', sql: `random() < ${probability}` } }
  })
}
