import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey, wideUnit } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { createUniqueIndex } from '../unique-index.ts'
import type { NumberDistribution } from './distributions.ts'
import { refuse } from './refuse.ts'

/**
 * Whole numbers of which some are beyond 2^53, as bigints. The range is taken in at most 2^53 equal
 * parts; a row has one of them, and a number in it.
 *
 * @throws DownpourError `PLAN_EMPTY_RANGE`, `PLAN_DISTRIBUTION`
 */
export function wideInt(
  range: { readonly lowest: number | bigint; readonly highest: number | bigint },
  options: {
    readonly isUnique: boolean
    readonly distribution: NumberDistribution | undefined
  },
): Generator {
  const { isUnique, distribution } = options
  const [lowest, highest] = [toBigInt(range.lowest), toBigInt(range.highest)]
  if (lowest === undefined || highest === undefined || highest < lowest) {
    refuse('PLAN_EMPTY_RANGE', 'int', {
      what: 'was given a range without values',
      why: `It goes from ${range.lowest} to ${range.highest}.`,
      fix: 'Give whole numbers with minValue at most maxValue, those beyond 2^53 as bigints.',
    })
  }
  if (distribution && distribution.kind !== 'uniform') {
    refuse('PLAN_DISTRIBUTION', 'int', {
      what: 'cannot spread numbers beyond 2^53',
      why: 'Distributions are computed with floating-point numbers.',
      fix: 'Give a range within 2^53, or leave out the distribution.',
    })
  }
  const span = highest - lowest + 1n
  if (span > widestSpan) {
    refuse('PLAN_EMPTY_RANGE', 'int', {
      what: 'was given too wide a range',
      why: `From ${lowest} to ${highest} there are more than 2^64 numbers.`,
      fix: 'Give a range that a bigint column holds.',
    })
  }
  const part = (span + mostParts - 1n) / mostParts
  const parts = Number((span + part - 1n) / part)
  const partSize = Number(part)
  const lastSize = Number(span - BigInt(parts - 1) * part)
  return createGenerator('int', ({ seed, purpose, knownValues, capacity }) => {
    const key = createHashKey(seed, purpose)
    const within = createHashKey(seed, `${purpose}/within`)
    const taken = knownValues.flatMap((value) => {
      const known = toBigInt(value)
      if (known === undefined || known < lowest || known > highest) return []
      return Number((known - lowest) / part)
    })
    const unique = createUniqueIndex(createPermutation(seed, purpose, parts), taken)
    const places = new Float64Array(capacity)
    const fill = fillVector(
      { kind: 'value' },
      ({ count, numbers }, { values }) => {
        if (isUnique) unique.fill(numbers, count, places)
        for (let i = 0; i < count; i++) {
          const row = numbers[i]!
          const place = isUnique ? places[i]! : Math.floor(wideUnit(key, row) * parts)
          const rest = below(within, row, place === parts - 1 ? lastSize : partSize)
          values[i] = lowest + BigInt(place) * part + BigInt(rest)
        }
      },
      isUnique ? unique.size : undefined,
    )
    return { ...fill, extent: { numbers: [lowest, highest] } }
  })
}

const mostParts = 9_007_199_254_740_991n
const widestSpan = 18_446_744_073_709_551_616n

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value)
  return undefined
}
