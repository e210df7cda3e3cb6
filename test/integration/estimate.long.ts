import { describe, expect, it } from 'vitest'
import { createCorpusDatabase, loadCorpus } from '../support/corpus.ts'
import { corpusProject, missesOf, planWith, totalMiss } from '../support/estimates.ts'
import { seedTown } from '../support/seed-town.ts'

const corpus = await loadCorpus()
/** A day of holidays is unique, and there are not so many. */
const countOf = (name: string) => (name === 'calendar' ? 1500 : 5000)

/** A schema's tables together. */
const tolerance = 0.25

describe('the estimate of a plan', () => {
  for (const { name, module, missing } of corpus) {
    const needs = missing.length > 0 ? ` (needs ${missing.join(' and ')})` : ''

    it.skipIf(missing.length > 0)(`is near what ${name} takes on disk${needs}`, async () => {
      const database = await createCorpusDatabase(module)
      try {
        const project = corpusProject(module)
        const options = { otherwise: countOf(name), indexes: 'auto', strategy: 'auto' } as const
        const plan = await planWith(database.url, { project, options })
        await seedTown(database.url, { project, ...options })
        const misses = await missesOf(database.url, plan, { project })
        expect(Math.abs(totalMiss(misses))).toBeLessThan(tolerance)
      } finally {
        await database.drop()
      }
    })
  }
})
