import type { Faker } from '@faker-js/faker'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { createDictionary } from '../vector.ts'
import { pooled } from '../vocabulary.ts'
import type { Vocabulary } from '../vocabulary.ts'

/**
 * Words of a vocabulary, uniformly.
 *
 * @example
 * { columns: { city: f.words(cities) } } // 'Toledo', 'Euless', …
 */
export function words(source: Vocabulary): Generator<string> {
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
export function pool(
  make: (faker: Faker) => string,
  options: { readonly size?: number } = {},
): Generator<string> {
  return words(pooled(make, options.size))
}
