import type { Context, Generator } from '../generator.ts'
import {
  emailDomains,
  firstNames,
  jobAreas,
  jobDescriptors,
  jobTypes,
  lastNames,
  slug,
  wordsWithout,
} from '../vocabulary.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { composedText, oneOf } from './composed-text.ts'
import type { Form } from './composed-text.ts'

export interface UniqueTextOptions {
  /** No text twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * First names of faker's English locale: about 3,200. Where there are more rows and no name may
 * come twice, double names follow: ten million.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { firstName: f.firstName() } } // 'Hipolito', 'Ada', 'Morris', …
 */
export function firstName(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function firstName(options?: UniqueTextOptions): Generator<string>
export function firstName(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  return followColumn({
    generator: withArraySize(options, name('firstName', firstNames, options)),
    options,
    make: firstName,
  })
}

/**
 * Last names of faker's English locale: 473. Where there are more rows and no name may come twice,
 * double names follow: 220,000.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { lastName: f.lastName() } } // 'Boyle', 'Kling', 'Abbott', …
 * { columns: { lastName: f.lastName({ isUnique: true }) } } // row 473: 'Hintz-Carter'
 */
export function lastName(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function lastName(options?: UniqueTextOptions): Generator<string>
export function lastName(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  return followColumn({
    generator: withArraySize(options, name('lastName', lastNames, options)),
    options,
    make: lastName,
  })
}

function name(
  title: string,
  source: Vocabulary,
  { isUnique }: UniqueTextOptions,
): Generator<string> {
  return composedText(title, {
    isUnique,
    async forms(context) {
      const names = await source.words(context)
      if (!isUnique) return [[oneOf(names)]]
      const single = wordsWithout('-', names)
      return [[oneOf(single)], [oneOf(single), oneOf('-'), oneOf(single)]]
    },
  })
}

/**
 * First and last names of faker's English locale: 1.5 million. Where there are more rows and no name
 * may come twice, names with an initial follow: 39 million.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { name: f.fullName() } } // 'Ada Boyle', 'Morris Kling', …
 */
export function fullName(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function fullName(options?: UniqueTextOptions): Generator<string>
export function fullName(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique } = options
  const names = composedText('fullName', {
    isUnique,
    async forms(context) {
      const first = oneOf(wordsWithout(' ', await firstNames.words(context)))
      const last = oneOf(wordsWithout(' ', await lastNames.words(context)))
      return [
        [first, oneOf(' '), last],
        [first, oneOf(' '), oneOf(initials), oneOf(' '), last],
      ]
    },
  })
  return followColumn({
    generator: withArraySize(options, names),
    options,
    make: fullName,
  })
}

const initials = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}.`)

/**
 * Addresses at domains that nobody can own, lower-case, none twice: 7.5 million without a number,
 * then another 9,998 times as many with one.
 *
 * @param options - `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { email: f.email() } } // 'ada.boyle@example.org', 'morris.kling@example.com', …
 */
export function email(options: ArrayOptions): Generator<string[]>
export function email(options?: Readonly<Record<string, never>>): Generator<string>
export function email(options: Partial<ArrayOptions> = {}): Generator {
  const addresses = composedText('email', {
    isUnique: true,
    async forms(context) {
      const first = oneOf(slugs(await firstNames.words(context)))
      const last = oneOf(slugs(await lastNames.words(context)))
      const domain = oneOf(await emailDomains.words(context))
      return [
        [first, oneOf('.'), last, oneOf('@'), domain],
        [first, oneOf('.'), last, oneOf(numbers), oneOf('@'), domain],
      ]
    },
  })
  return withArraySize(options, addresses)
}

const numbers = Array.from({ length: 9998 }, (_, index) => String(index + 2))

/** Each once, and none with a digit, which would be taken for the number's. */
function slugs(words: readonly string[]): readonly string[] {
  return [...new Set(words.map(slug))].filter((word) => /^[a-z]+$/.test(word))
}

/**
 * Job titles of faker's English locale: 19,425.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { jobTitle: f.jobTitle() } } // 'Regional Brand Manager', 'Senior Web Developer', …
 */
export function jobTitle(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function jobTitle(options?: UniqueTextOptions): Generator<string>
export function jobTitle(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique } = options
  const titles = composedText('jobTitle', {
    isUnique,
    forms: async (context) => [await jobTitleForm(context)],
  })
  return followColumn({
    generator: withArraySize(options, titles),
    options,
    make: jobTitle,
  })
}

/** A descriptor, an area and a type: no title is composed in two ways. */
export async function jobTitleForm(context: Context): Promise<Form> {
  const [descriptors, areas, types] = await Promise.all(
    [jobDescriptors, jobAreas, jobTypes].map((source) => source.words(context)),
  )
  return [
    oneOf(wordsWithout(' ', descriptors!)),
    oneOf(' '),
    oneOf(wordsWithout(' ', areas!)),
    oneOf(' '),
    oneOf(types!),
  ]
}
