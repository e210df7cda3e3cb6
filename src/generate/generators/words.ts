import { DownpourError } from '../../errors.ts'
import type { Faker } from '@faker-js/faker'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator, Rows } from '../generator.ts'
import { below, bits, createHashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { createUniqueIndex } from '../unique-index.ts'
import { createDictionary } from '../vector.ts'
import { pooled } from '../vocabulary.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { createWeightTable } from '../weights.ts'

/**
 * Words of a vocabulary, uniformly.
 *
 * @example
 * { columns: { city: f.words(cities) } } // 'Toledo', 'Euless', …
 */
export function words(source: Vocabulary): Generator {
  return createGenerator(source.name, async (context) => {
    const list = await source.words(context)
    const key = createHashKey(context.seed, context.purpose)
    const spec = { kind: 'dictionary', dictionary: createDictionary(list) } as const
    const fill = fillVector(spec, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.codes[i] = below(key, rows.numbers[i]!, list.length)
      }
    })
    return { ...fill, sqlForm: { kind: 'choice', values: list } }
  })
}

/**
 * Values that faker made once, drawn uniformly by hash: believable, at the speed of a list.
 *
 * @param make - called `size` times, when the plan is prepared
 * @param options - `size` of the pool, default 1000
 * @example
 * { columns: { note: f.pool((faker) => faker.lorem.sentence(), { size: 500 }) } }
 */
export function pool(make: (faker: Faker) => string, options: { readonly size?: number } = {}) {
  return words(pooled(make, options.size))
}

/** Values with equal chances, or groups of values with weights. */
export type WeightedValues<Value> =
  readonly Value[] | readonly { readonly weight: number; readonly values: readonly Value[] }[]

/**
 * Values of a list, uniformly or by weight.
 *
 * @param options - `values`: the list, or `[{ weight, values }, …]` with weights that need not add
 *   up to 1; `isUnique`: no value twice, for lists without weights
 * @throws DownpourError `PLAN_EMPTY_VALUES` when there is nothing to draw from
 * @example
 * f.valuesFromArray({ values: [{ weight: 9, values: ['member'] }, { weight: 1, values: ['admin'] }] })
 */
export function valuesFromArray(options: {
  readonly values: WeightedValues<string | number | boolean>
  readonly isUnique?: boolean
}): Generator {
  const isUnique = options.isUnique ?? false
  const { values: listed, weights } = flatten(options.values)
  const values = isUnique ? [...new Set(listed)] : listed
  const areWeights = weights.every((weight) => weight >= 0 && weight < Infinity)
  if (!areWeights || !weights.some((weight) => weight > 0)) {
    throw new DownpourError({
      code: 'PLAN_EMPTY_VALUES',
      message: 'f.valuesFromArray() has nothing to draw from',
      why: 'The list is empty, no weight is above 0, or one is below.',
      fix: 'Give at least one value with a weight above 0, and none below.',
    })
  }
  return createGenerator('valuesFromArray', ({ seed, purpose, knownValues, capacity }) => {
    const key = createHashKey(seed, purpose)
    const table = createWeightTable(weights)
    const known = values.flatMap((value, index) => (knownValues.includes(value) ? [index] : []))
    const unique = createUniqueIndex(createPermutation(seed, purpose, values.length), known)
    const indices = new Float64Array(capacity)
    function choose({ numbers, count }: Rows): void {
      if (isUnique) return unique.fill(numbers, count, indices)
      for (let i = 0; i < count; i++) indices[i] = table.pick(bits(key, numbers[i]!))
    }
    const texts = values.filter((value) => typeof value === 'string')
    const form = isUnique ? {} : { sqlForm: { kind: 'choice', values, weights } as const }
    if (texts.length === values.length) {
      const fill = fillVector(
        { kind: 'dictionary', dictionary: createDictionary(texts) },
        (rows, out) => {
          choose(rows)
          for (let i = 0; i < rows.count; i++) out.codes[i] = indices[i]!
        },
        isUnique ? unique.size : undefined,
      )
      return { ...fill, ...form }
    }
    const fill = fillVector(
      { kind: 'value' },
      (rows, out) => {
        choose(rows)
        for (let i = 0; i < rows.count; i++) out.values[i] = values[indices[i]!]
      },
      isUnique ? unique.size : undefined,
    )
    return { ...fill, ...form, vocabulary: values }
  })
}

function flatten<Value extends string | number | boolean>(
  list: WeightedValues<Value>,
): { values: Value[]; weights: number[] } {
  const groups = list.map((entry) =>
    typeof entry === 'object' ? entry : { weight: 1, values: [entry] },
  )
  return {
    values: groups.flatMap((group) => group.values),
    weights: groups.flatMap((group) => group.values.map(() => group.weight / group.values.length)),
  }
}
