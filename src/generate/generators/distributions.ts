import { createExponential, createLogNormal, createNormal, createZipf } from '../distribution.ts'
import type { Distribution } from '../distribution.ts'
import type { Context } from '../generator.ts'
import { below, bits } from '../hash.ts'
import { refuse } from './refuse.ts'

/** How numbers are spread; made by `f.uniform()`, `f.normal()` and so on. */
export type NumberDistribution =
  UniformDistribution | NormalDistribution | LogNormalDistribution | ParentDistribution

/** How children are spread over their parents. */
export type ParentDistribution = UniformDistribution | ExponentialDistribution | ZipfDistribution

export interface UniformDistribution {
  readonly kind: 'uniform'
}

export interface NormalDistribution {
  readonly kind: 'normal'
  readonly mean: number
  readonly deviation: number
}

export interface LogNormalDistribution {
  readonly kind: 'logNormal'
  readonly median: number
  readonly sigma: number
}

export interface ExponentialDistribution {
  readonly kind: 'exponential'
  readonly mean: number
}

export interface ZipfDistribution {
  readonly kind: 'zipf'
  readonly exponent: number
}

/**
 * Each value as often as any other, as without a distribution.
 *
 * @example
 * f.int({ maxValue: 9, distribution: f.uniform() }) // 6, 3, 3, …
 */
export function uniform(): UniformDistribution {
  return { kind: 'uniform' }
}

/**
 * The bell curve, cut off at about ±3.5 deviations.
 *
 * @param options - `mean`; `deviation`, from 0: two thirds of the values are that close to the mean
 * @throws DownpourError `PLAN_DISTRIBUTION`
 * @example
 * f.int({ distribution: f.normal({ mean: 170, deviation: 8 }) }) // 172, 167, 181, …
 */
export function normal(options: {
  readonly mean: number
  readonly deviation: number
}): NormalDistribution {
  refuseOdd('normal', 'mean', options.mean, Number.isFinite(options.mean))
  refuseOdd('normal', 'deviation', options.deviation, isFrom(0, options.deviation))
  return { kind: 'normal', ...options }
}

/**
 * The product of many small influences: prices, incomes, durations.
 *
 * @param options - `median`, above 0: half of the values are below; `sigma`, from 0 to 10: 0.25 is a
 *   mild skew, 1 a strong one
 * @throws DownpourError `PLAN_DISTRIBUTION`
 * @example
 * f.decimal({ distribution: f.logNormal({ median: 40, sigma: 0.6 }) }) // '38.12', '71.60', …
 */
export function logNormal(options: {
  readonly median: number
  readonly sigma: number
}): LogNormalDistribution {
  refuseOdd('logNormal', 'median', options.median, isAbove0(options.median))
  refuseOdd('logNormal', 'sigma', options.sigma, isFrom(0, options.sigma) && options.sigma <= 10)
  return { kind: 'logNormal', ...options }
}

/**
 * From 0 on, the smaller the more often: waiting times, distances. Of parents, the first in an order
 * of their own.
 *
 * @param options - `mean`, above 0; for parents, how many of them have most of the children
 * @throws DownpourError `PLAN_DISTRIBUTION`
 * @example
 * f.int({ distribution: f.exponential({ mean: 20 }) }) // 3, 41, 12, …
 */
export function exponential(options: { readonly mean: number }): ExponentialDistribution {
  refuseOdd('exponential', 'mean', options.mean, isAbove0(options.mean))
  return { kind: 'exponential', ...options }
}

/**
 * Zipf's law: `minValue` comes up most, the one after it 2^exponent times less, the third 3^exponent
 * times. Of parents, the first in an order of their own.
 *
 * @param options - `exponent`, from 0 to 20; cities, words and visits have about 1
 * @throws DownpourError `PLAN_DISTRIBUTION`
 * @example
 * f.int({ minValue: 1, maxValue: 100, distribution: f.zipf({ exponent: 1 }) }) // 1, 7, 2, 1, …
 */
export function zipf(options: { readonly exponent: number }): ZipfDistribution {
  const { exponent } = options
  refuseOdd('zipf', 'exponent', exponent, isFrom(0, exponent) && exponent <= 20)
  return { kind: 'zipf', ...options }
}

/** Whether a distribution has a place for every value of a range, and so needs one. */
export function needsRange(distribution: NumberDistribution): boolean {
  return distribution.kind === 'uniform' || distribution.kind === 'zipf'
}

/** A whole number for each row. */
export interface WholeDraw {
  draw(row: number): number
  readonly least: number
  readonly most: number
}

/**
 * @param range - both ends included; `unit`: what 1 is of the distribution, e.g. 100 where it speaks
 *   of euros and the numbers of cents
 */
export function drawWhole(
  context: Context,
  distribution: NumberDistribution,
  range: { readonly lowest: number; readonly highest: number; readonly unit: number },
): WholeDraw {
  const { lowest, highest, unit } = range
  const key = context.random(context.purpose)
  if (distribution.kind === 'uniform') {
    const span = highest - lowest + 1
    return { draw: (row) => lowest + below(key, row, span), least: lowest, most: highest }
  }
  if (distribution.kind === 'zipf') {
    const { at } = createZipf({ count: highest - lowest + 1, exponent: distribution.exponent })
    const more = context.random(`${context.purpose}/more`)
    return {
      draw: (row) => lowest + at(bits(key, row), bits(more, row)),
      least: lowest,
      most: highest,
    }
  }
  const { at } = toQuantiles(distribution)
  function wholeAt(drawn: number): number {
    const value = Math.round(at(drawn) * unit)
    return value < lowest ? lowest : value > highest ? highest : value
  }
  return {
    draw: (row) => wholeAt(bits(key, row)),
    least: wholeAt(0),
    most: wholeAt(0xffff_ffff),
  }
}

function toQuantiles(
  distribution: NormalDistribution | LogNormalDistribution | ExponentialDistribution,
): Distribution {
  switch (distribution.kind) {
    case 'normal':
      return createNormal(distribution)
    case 'logNormal':
      return createLogNormal(distribution)
    case 'exponential':
      return createExponential(distribution)
  }
}

function isFrom(least: number, value: number): boolean {
  return value >= least && value < Infinity
}

function isAbove0(value: number): boolean {
  return value > 0 && value < Infinity
}

function refuseOdd(generator: string, option: string, value: number, isRight: boolean): void {
  if (isRight) return
  refuse('PLAN_DISTRIBUTION', generator, {
    what: `cannot have the ${option} ${value}`,
    why: 'No numbers are spread like that.',
    fix: limits[generator]!,
  })
}

const limits: Readonly<Record<string, string>> = {
  normal: 'Give a finite mean, and a deviation from 0.',
  logNormal: 'Give a median above 0, and a sigma from 0 to 10.',
  exponential: 'Give a mean above 0.',
  zipf: 'Give an exponent from 0 to 20.',
}
