import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below } from '../hash.ts'
import { countries, firstNames, lastNames, slug } from '../vocabulary.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'

/** Who has no job has neither a salary nor a day of beginning. */
export interface PersonRecord {
  email: string
  name: string
  isGraduated: boolean
  hasJob: boolean
  salary?: number
  startedWorking?: string
  visitedCountries: string[]
}

/**
 * Objects about people, for `json` and `jsonb`.
 *
 * @example
 * { columns: { profile: f.json() } }
 * // { email: 'ada.boyle47@example.com', name: 'Ada', isGraduated: true, hasJob: false,
 * //   visitedCountries: ['Chad', 'Peru'] }, …
 */
export function json(options: Partial<ArrayOptions> = {}): Generator {
  return withArraySize(
    options,
    createGenerator('json', async (context) => {
      const { purpose, referenceDay } = context
      const firsts = await firstNames.words(context)
      const lasts = (await lastNames.words(context)).map(slug)
      const slugs = firsts.map(slug)
      const lands = await countries.words(context)
      const days = Array.from({ length: mostDays }, (_, day) => isoDay(referenceDay - day))
      const keyOf = (property: string) => context.random(`${purpose}/${property}`)
      const [nameKey, lastKey, numberKey] = [keyOf('name'), keyOf('last'), keyOf('number')]
      const [flagKey, salaryKey, dayKey] = [keyOf('flags'), keyOf('salary'), keyOf('day')]
      const [landKey, stepKey] = [keyOf('country'), keyOf('step')]
      function visited(row: number): string[] {
        const land = below(landKey, row, lands.length)
        // Four steps of less than a quarter of the list never come back to where they began.
        const step = 1 + below(stepKey, row, Math.floor(lands.length / 5))
        const count = Math.floor(below(flagKey, row, flags) / 4)
        const visits: string[] = []
        for (let n = 0; n < count; n++) visits.push(lands[(land + n * step) % lands.length]!)
        return visits
      }
      const fill = fillVector({ kind: 'value' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          const row = rows.numbers[i]!
          const first = below(nameKey, row, firsts.length)
          const last = lasts[below(lastKey, row, lasts.length)]!
          const flag = below(flagKey, row, flags)
          const email = `${slugs[first]!}.${last}${1 + below(numberKey, row, 999)}@example.com`
          const name = firsts[first]!
          const isGraduated = (flag & 1) !== 0
          const visitedCountries = visited(row)
          const record: PersonRecord =
            (flag & 2) === 0
              ? { email, name, isGraduated, hasJob: false, visitedCountries }
              : {
                  email,
                  name,
                  isGraduated,
                  hasJob: true,
                  salary: 200 + below(salaryKey, row, 3801),
                  startedWorking: days[below(dayKey, row, mostDays)]!,
                  visitedCountries,
                }
          out.values[i] = record
        }
      })
      return { ...fill, vocabulary: [firsts, lasts, lands] }
    }),
  )
}

/** Two yes or no, and from 0 to 4 countries. */
const flags = 20
const mostDays = 8 * 365

function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
