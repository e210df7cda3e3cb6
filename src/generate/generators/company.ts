import type { Generator } from '../generator.ts'
import { lastNames, legalEntities, wordsWithout } from '../vocabulary.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { composedText, oneOf } from './composed-text.ts'
import type { UniqueTextOptions } from './person.ts'

/**
 * Firms named after those who founded them. Unique ones have the three forms in turn until the
 * shorter ones are used up: a hundred million.
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for an `arraySize` that is none
 * @example
 * { columns: { company: f.companyName() } } // 'Kling LLC', 'Boyle - Hintz', 'Abbott, Kling and Rau', …
 */
export function companyName(options: UniqueTextOptions & ArrayOptions): Generator<string[]>
export function companyName(options?: UniqueTextOptions): Generator<string>
export function companyName(options: UniqueTextOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique } = options
  const companies = composedText('companyName', {
    isUnique,
    inTurn: true,
    async forms(context) {
      const founder = oneOf(wordsWithout(' ', await lastNames.words(context)))
      return [
        [founder, oneOf(' '), oneOf(await legalEntities.words(context))],
        [founder, oneOf(' - '), founder],
        [founder, oneOf(', '), founder, oneOf(' and '), founder],
      ]
    },
  })
  return followColumn({
    generator: withArraySize(options, companies),
    options,
    make: companyName,
  })
}
