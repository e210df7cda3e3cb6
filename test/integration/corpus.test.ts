import { describe, expect, it } from 'vitest'
import { loadCorpus } from '../support/corpus.ts'
import { loadAndCheck } from '../support/seed-corpus.ts'

const corpus = await loadCorpus()

describe.concurrent('without configuration', () => {
  for (const { name, module, missing } of corpus) {
    const needs = missing.length > 0 ? ` (needs ${missing.join(' and ')})` : ''

    describe.skipIf(missing.length > 0)(`the schema ${name}${needs}`, () => {
      it.each([10, 2000])('takes %i rows a table, by batch and by copy alike', async (count) => {
        const batch = await loadAndCheck(module, { count, seed: 1, strategy: 'batch' })
        expect(batch.faults).toEqual([])
        const copy = await loadAndCheck(module, { count, seed: 1, strategy: 'copy' })
        expect(copy.faults).toEqual([])
        expect(copy.sums).toEqual(batch.sums)
      })
    })
  }
})

describe('another seed', () => {
  it('gives other rows, so that equal sums mean something', async () => {
    const { module } = corpus.find(({ name }) => name === 'storefront')!
    const [one, two] = await Promise.all(
      [1, 2].map((seed) => loadAndCheck(module, { count: 10, seed, strategy: 'copy' })),
    )
    const same = Object.keys(one!.sums).filter((key) => one!.sums[key]!.sum === two!.sums[key]!.sum)
    expect(same).toEqual([])
  })
})
