import type { Generator } from '../generator.ts'
import {
  cities,
  cityPrefixes,
  countries,
  firstNames,
  lastNames,
  states,
  streetSuffixes,
  wordsWithout,
} from '../vocabulary.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { characters, composedText, decimalDigits, oneOf } from './composed-text.ts'
import type { UniqueTextOptions } from './person.ts'

/**
 * Countries of the world, by their English names: 249.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { country: f.country() } } // 'Norway', 'Belize', 'Togo', …
 */
export function country(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function country(options?: UniqueTextOptions): Generator<string>
export function country(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  return followColumn({
    generator: withArraySize(options, wordOf('country', countries, options)),
    options,
    make: country,
  })
}

/**
 * States of the United States: 50.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { state: f.state() } } // 'Ohio', 'New Mexico', 'Maine', …
 */
export function state(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function state(options?: UniqueTextOptions): Generator<string>
export function state(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  return followColumn({
    generator: withArraySize(options, wordOf('state', states, options)),
    options,
    make: state,
  })
}

function wordOf(
  title: string,
  source: Vocabulary,
  { isUnique }: UniqueTextOptions,
): Generator<string> {
  return composedText(title, {
    isUnique,
    forms: async (context) => [[oneOf(await source.words(context))]],
  })
}

/**
 * Cities of the United States: about 900. Where there are more rows and no name may come twice, made
 * up ones follow: 400,000.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { city: f.city() } } // 'Toledo', 'Euless', …
 * { columns: { city: f.city({ isUnique: true }) } } // row 1000: 'Port Maybell Heights'
 */
export function city(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function city(options?: UniqueTextOptions): Generator<string>
export function city(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique } = options
  const places = composedText('city', {
    isUnique,
    async forms(context) {
      const names = await cities.words(context)
      if (!isUnique) return [[oneOf(names)]]
      const prefixes = wordsWithout(' ', await cityPrefixes.words(context))
      const first = wordsWithout(' ', await firstNames.words(context))
      return [
        [oneOf(names.filter((each) => !looksMadeUp(each)))],
        [oneOf(prefixes), oneOf(' '), oneOf(first), oneOf(' '), oneOf(landforms)],
      ]
    },
  })
  return followColumn({
    generator: withArraySize(options, places),
    options,
    make: city,
  })
}

const landforms = [
  'Beach',
  'Creek',
  'Crossing',
  'Falls',
  'Grove',
  'Harbor',
  'Heights',
  'Hills',
  'Junction',
  'Lake',
  'Mills',
  'Park',
  'Point',
  'Ridge',
  'Springs',
  'Valley',
]

function looksMadeUp(name: string): boolean {
  const words = name.split(' ')
  return words.length === 3 && landforms.includes(words[2]!)
}

/**
 * Streets with a number from 1 to 999; about 700 million different ones.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { street: f.streetAddress() } } // '118 Kling Meadows', '7 Ada Avenue', …
 */
export function streetAddress(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function streetAddress(options?: UniqueTextOptions): Generator<string>
export function streetAddress(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique } = options
  const streets = composedText('streetAddress', {
    isUnique,
    async forms(context) {
      const people = [
        ...new Set([...(await firstNames.words(context)), ...(await lastNames.words(context))]),
      ]
      const names = oneOf(wordsWithout(' ', people))
      const suffixes = oneOf(await streetSuffixes.words(context))
      return [[oneOf(houseNumbers), oneOf(' '), names, oneOf(' '), suffixes]]
    },
  })
  return followColumn({
    generator: withArraySize(options, streets),
    options,
    make: streetAddress,
  })
}

const houseNumbers = Array.from({ length: 999 }, (_, index) => String(index + 1))

/**
 * Postal codes as in the United States, half of them with four more digits. Unique ones have five
 * digits and nine in turn while there are any of five: a billion in all.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { postcode: f.postcode() } } // '40917', '02138-4417', …
 */
export function postcode(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function postcode(options?: UniqueTextOptions): Generator<string>
export function postcode(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique } = options
  const short = characters(decimalDigits, 5)
  const codes = composedText('postcode', {
    isUnique,
    inTurn: true,
    forms: () => [short, [...short, oneOf('-'), ...characters(decimalDigits, 4)]],
  })
  return followColumn({
    generator: withArraySize(options, codes),
    options,
    make: postcode,
  })
}
