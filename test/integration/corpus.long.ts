import { describe, expect, it } from 'vitest'
import { loadCorpus } from '../support/corpus.ts'
import { loadAndCheck } from '../support/seed-corpus.ts'

const corpus = await loadCorpus()
const count = 20_000

describe('without configuration', () => {
  for (const { name, module, missing } of corpus) {
    const needs = missing.length > 0 ? ` (needs ${missing.join(' and ')})` : ''

    it.skipIf(missing.length > 0)(
      `the schema ${name} takes 20,000 rows a table, by batch and by copy alike${needs}`,
      { timeout: 300_000 },
      async () => {
        const batch = await loadAndCheck(module, { count, seed: 1, strategy: 'batch' })
        expect(batch.faults).toEqual([])
        const copy = await loadAndCheck(module, { count, seed: 1, strategy: 'copy' })
        expect(copy.faults).toEqual([])
        expect(copy.sums).toEqual(batch.sums)
      },
    )
  }
})
