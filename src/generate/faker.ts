import type { Faker, Randomizer } from '@faker-js/faker'
import type { RowFaker } from './generator.ts'
import { mix } from './hash.ts'
import type { HashKey } from './hash.ts'

/** Loaded only when a generator needs it, and one locale only: all of them are 46 MB of memory. */
export async function loadFaker(): Promise<Faker> {
  return (await import('@faker-js/faker/locale/en')).faker
}

/**
 * A faker whose randomness is a function of the row: its randomizer counts the draws since
 * `seedRow` and hashes (key, row, draw). faker's own generator needs 88 µs to be seeded; this one
 * needs two assignments.
 *
 * @param key - the stream of draws
 * @param referenceDate - what `faker.date.recent()` and the like count from, `YYYY-MM-DD`
 */
export async function openRowFaker(key: HashKey, referenceDate: string): Promise<RowFaker> {
  const english = await loadFaker()
  const FakerOfOneLocale = english.constructor as typeof Faker
  let low = 0
  let draw = 0
  const randomizer: Randomizer = {
    next: () => nextBits() * 2.3283064365386963e-10,
    seed: () => {},
  }
  function nextBits(): number {
    draw++
    return mix(mix(low + Math.imul(draw, 0x9e3779b9)) ^ key.high) >>> 0
  }
  const faker = new FakerOfOneLocale({ locale: english.rawDefinitions, randomizer })
  faker.setDefaultRefDate(`${referenceDate}T00:00:00.000Z`)
  return {
    faker,
    seedRow(row) {
      low = mix(mix((row >>> 0) + key.low) ^ Math.floor(row / 4294967296))
      draw = 0
    },
  }
}
