import type { Faker, Randomizer } from '@faker-js/faker'
import { DownpourError } from '../errors.ts'
import type { RowFaker } from './generator.ts'
import type { HashKey } from './hash.ts'
import { createRowBits } from './row-bits.ts'

/**
 * Loaded only when a generator needs it, and one locale only: all of them are 46 MB of memory.
 *
 * @param locale - as faker names it, e.g. `pt_BR`
 * @throws DownpourError `PLAN_UNKNOWN_LOCALE`
 */
export async function loadFaker(locale = 'en'): Promise<Faker> {
  if (locale === 'en') return (await (english ??= import('@faker-js/faker/locale/en'))).faker
  if (!/^[a-z]{2,3}(_[A-Za-z]+)*$/.test(locale)) throw unknownLocale(locale)
  try {
    const loaded = (await import(`@faker-js/faker/locale/${locale}`)) as { readonly faker: Faker }
    return loaded.faker
  } catch (error) {
    throw isMissing(error) ? unknownLocale(locale, error) : error
  }
}

/** Every vocabulary asks for it, and hooks that resolve modules, as tsx has, take a millisecond. */
let english: Promise<{ readonly faker: Faker }> | undefined

/**
 * A faker whose randomness is a function of the row: its randomizer hashes (key, row, draw).
 * faker's own generator needs 88 µs to be seeded; this one needs two assignments.
 *
 * @param key - the stream of draws
 * @param referenceDate - what `faker.date.recent()` and the like count from, `YYYY-MM-DD`
 * @param locale - as faker names it. @defaultValue 'en'
 * @throws DownpourError `PLAN_UNKNOWN_LOCALE`
 */
export async function openRowFaker(
  key: HashKey,
  referenceDate: string,
  locale?: string,
): Promise<RowFaker> {
  const loaded = await loadFaker(locale)
  const FakerOfOneLocale = loaded.constructor as typeof Faker
  const { seedRow, next } = createRowBits(key)
  const randomizer: Randomizer = {
    next: () => next() * 2.3283064365386963e-10,
    seed: () => {},
  }
  const faker = new FakerOfOneLocale({ locale: loaded.rawDefinitions, randomizer })
  faker.setDefaultRefDate(`${referenceDate}T00:00:00.000Z`)
  return { faker, seedRow }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
}

function unknownLocale(locale: string, cause?: unknown): DownpourError {
  return new DownpourError({
    code: 'PLAN_UNKNOWN_LOCALE',
    message: `faker has no locale "${locale}"`,
    why: 'Locales are named by their language, and some by their country as well.',
    fix: 'Use one of faker’s, such as en, en_GB, de, es, fr, it, ja, nl, pl, pt_BR or zh_CN.',
    cause,
  })
}
