import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enterFuzzProject, tryArguments, tryConfigurations, tryPrograms } from '../support/fuzz.ts'

let leave: () => void
beforeAll(async () => {
  leave = await enterFuzzProject()
})
afterAll(() => leave())

describe('the command line', () => {
  it('answers whatever it is given with a documented exit code and words', async () => {
    expect(await tryArguments(2000)).toEqual([])
  }, 300_000)

  it('does so as a program', async () => {
    expect(await tryPrograms(30)).toEqual([])
  }, 300_000)

  it('uses a configuration or refuses it in words, whatever that says', async () => {
    expect(await tryConfigurations(2000)).toEqual([])
  }, 300_000)
})
