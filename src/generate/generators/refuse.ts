import { DownpourError } from '../../errors.ts'

/**
 * Refuses a range that holds no whole number, or numbers beyond 2^53.
 *
 * @param generator - for the message, e.g. `int`
 * @throws DownpourError `PLAN_EMPTY_RANGE`
 */
export function refuseOddRange(generator: string, lowest: number, highest: number): void {
  const isWhole = Number.isSafeInteger(lowest) && Number.isSafeInteger(highest)
  if (isWhole && highest >= lowest && Number.isSafeInteger(highest - lowest + 1)) return
  throw new DownpourError({
    code: 'PLAN_EMPTY_RANGE',
    message: `f.${generator}() was given a range without values`,
    why: `It goes from ${lowest} to ${highest}.`,
    fix: 'Give whole numbers below 2^53 with minValue at most maxValue.',
  })
}

/**
 * Refuses a share of rows that is none.
 *
 * @param generator - for the message, e.g. `nullable`
 * @param option - e.g. `rate`
 * @throws DownpourError `PLAN_NO_SHARE`
 */
export function refuseOddShare(generator: string, option: string, share: number): void {
  if (share >= 0 && share <= 1) return
  throw new DownpourError({
    code: 'PLAN_NO_SHARE',
    message: `f.${generator}() cannot have the ${option} ${share}`,
    why: 'It is a share of the rows.',
    fix: 'Give a number from 0 to 1.',
  })
}

/**
 * Refuses a length that is no whole number from 1.
 *
 * @param generator - for the message, e.g. `string`
 * @param option - e.g. `length`
 * @throws DownpourError `PLAN_LENGTH`
 */
export function refuseOddLength(generator: string, option: string, length: number): void {
  if (Number.isInteger(length) && length >= 1 && length <= 1_000_000) return
  throw new DownpourError({
    code: 'PLAN_LENGTH',
    message: `f.${generator}() cannot have the ${option} ${length}`,
    why: 'It counts what each value is made of.',
    fix: 'Give a whole number from 1 to 1000000.',
  })
}

/**
 * Refuses options that cannot be, for a reason of the generator's own.
 *
 * @throws DownpourError
 */
export function refuse(code: string, generator: string, problem: Problem): never {
  const { what, why, fix } = problem
  throw new DownpourError({ code, message: `f.${generator}() ${what}`, why, fix })
}

export interface Problem {
  /** What follows the generator's name, e.g. `cannot repeat and not repeat`. */
  readonly what: string
  readonly why: string
  readonly fix: string
}

/**
 * Refuses weights by which nothing can be drawn.
 *
 * @throws DownpourError `PLAN_EMPTY_VALUES`
 */
export function refuseOddWeights(generator: string, weights: readonly number[]): void {
  const areWeights = weights.every((weight) => weight >= 0 && weight < Infinity)
  if (areWeights && weights.some((weight) => weight > 0)) return
  refuse('PLAN_EMPTY_VALUES', generator, {
    what: 'has nothing to draw from',
    why: 'The list is empty, no weight is above 0, or one is below.',
    fix: 'Give at least one value with a weight above 0, and none below.',
  })
}
