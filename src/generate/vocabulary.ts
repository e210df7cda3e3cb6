import type { Faker, LocaleDefinition } from '@faker-js/faker'
import { DownpourError } from '../errors.ts'
import { loadFaker } from './faker.ts'
import type { Context } from './generator.ts'

/** A list of words that a column draws from: taken once, when the plan is prepared. */
export interface Vocabulary {
  readonly name: string
  words(context: Context): Promise<readonly string[]>
}

/**
 * Words of one's own, or lists of faker's English locale.
 *
 * @param name - for messages
 * @param take - gets faker's definitions, as in `faker.definitions.commerce.department`
 * @example
 * const departments = vocabulary('department', (en) => en.commerce.department)
 */
export function vocabulary(
  name: string,
  take: readonly string[] | ((definitions: Faker['definitions']) => readonly string[]),
): Vocabulary {
  return {
    name,
    async words() {
      const words = typeof take === 'function' ? take((await loadFaker()).definitions) : take
      return distinct(name, words)
    },
  }
}

/**
 * A pool: a number of faker's own values, made once and drawn from by hash.
 *
 * @param make - called once for each of the pool's values
 * @param size - how many values are made; repeated ones count once. @defaultValue 1000
 * @example
 * const phrases = pooled((faker) => faker.company.catchPhrase(), 500)
 */
export function pooled(make: (faker: Faker) => string, size = 1000): Vocabulary {
  return {
    name: 'pool',
    async words(context) {
      const { faker, seedRow } = await context.faker()
      const words = Array.from({ length: size }, (_, index) => {
        seedRow(index)
        return make(faker)
      })
      return distinct('pool', words)
    },
  }
}

function distinct(name: string, words: readonly string[]): readonly string[] {
  if (words.length > 0) return [...new Set(words)]
  throw new DownpourError({
    code: 'PLAN_EMPTY_VALUES',
    message: `The vocabulary "${name}" has nothing to draw from`,
    why: 'It holds no words.',
    fix: 'Give it at least one word.',
  })
}

type Person = NonNullable<LocaleDefinition['person']>
type Names = Person['first_name']

/** The lists that faker keeps apart by sex, as one. */
function allNames(names: Names): readonly string[] {
  const { generic = [], female = [], male = [] } = names ?? {}
  return [...generic, ...female, ...male]
}

export const firstNames = vocabulary('firstName', (en) => allNames(en.person.first_name))
export const lastNames = vocabulary('lastName', (en) => allNames(en.person.last_name))
export const cities = vocabulary('city', (en) => en.location.city_name)
export const countries = vocabulary('country', (en) => en.location.country)
export const departments = vocabulary('department', (en) => en.commerce.department)
export const productAdjectives = vocabulary(
  'productAdjective',
  (en) => en.commerce.product_name.adjective,
)
export const productMaterials = vocabulary(
  'productMaterial',
  (en) => en.commerce.product_name.material,
)
export const productNouns = vocabulary('productNoun', (en) => en.commerce.product_name.product)
export const states = vocabulary('state', (en) => en.location.state)
export const cityPrefixes = vocabulary('cityPrefix', (en) => en.location.city_prefix)
export const streetSuffixes = vocabulary('streetSuffix', (en) => en.location.street_suffix)
export const jobDescriptors = vocabulary('jobDescriptor', (en) => en.person.job_descriptor)
export const jobAreas = vocabulary('jobArea', (en) => en.person.job_area)
export const jobTypes = vocabulary('jobType', (en) => en.person.job_type)
export const legalEntities = vocabulary('legalEntity', ['Group', 'Inc', 'LLC', 'and Sons'])
/** Domains that nobody can own (RFC 2606): no mail to them reaches a stranger. */
export const emailDomains = vocabulary('emailDomain', [
  'example.com',
  'example.net',
  'example.org',
  'mail.example',
  'post.example',
])

/**
 * The words without a separator, so that texts in which it stands between two of them are told
 * apart.
 *
 * @example
 * wordsWithout('-', ['Mary', 'Mary-Jane']) // ['Mary']
 */
export function wordsWithout(separator: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => !word.includes(separator))
}

/**
 * Lower-case ASCII letters and digits only, as in an address: accents are dropped, not transcribed.
 *
 * @example
 * slug("Mary-Jane O'Neil") // 'maryjaneoneil'
 */
export function slug(text: string): string {
  // Most words are plain, and the long way takes ten times as long.
  if (/^[a-z0-9]*$/i.test(text)) return text.toLowerCase()
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}
