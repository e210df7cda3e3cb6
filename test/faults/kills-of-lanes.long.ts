import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { killAgainAndAgain } from '../support/kill-again.ts'
import { prepareShopRun } from '../support/shop-run.ts'
import type { ShopRun } from '../support/shop-run.ts'

let run: ShopRun
let database: TestDatabase

beforeAll(async () => {
  run = await prepareShopRun({
    chunks: 240,
    chunkSeconds: 0.05,
    args: ['--lanes', '4', '--threads', '3', '--indexes', 'defer'],
  })
  database = await run.createDatabase()
})

afterAll(() => database.drop())

describe('a command with four lanes that is killed', { timeout: 180_000 }, () => {
  it('leaves behind what --resume makes whole, however often', async () => {
    const { kills, stepsDone, last } = await killAgainAndAgain(run, {
      url: database.url,
      kills: 4,
      seconds: 0.4,
      seed: 1,
    })
    expect(last.exitCode).toBe(0)
    expect(kills).toBe(4)
    // Each went on from where the one before it was.
    expect(stepsDone).toEqual(stepsDone.toSorted((a, b) => a - b))
    expect(await run.stateOf(database.url)).toEqual(run.undisturbed)
  })
})
