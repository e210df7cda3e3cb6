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
