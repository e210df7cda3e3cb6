import { beforeAll, describe, expect, it } from 'vitest'
import { killAgainAndAgain } from '../support/kill-again.ts'
import { prepareShopRun } from '../support/shop-run.ts'
import type { ShopRun } from '../support/shop-run.ts'

let run: ShopRun

beforeAll(async () => {
  run = await prepareShopRun({
    chunks: 200,
    chunkSeconds: 0.05,
    args: ['--lanes', '4', '--threads', '3', '--indexes', 'defer'],
  })
})

describe('a command with four lanes that is killed', { timeout: 10 * 60_000 }, () => {
  it.each([2, 3, 4, 5, 6])(
    'is made whole by --resume, with the moments of seed %d',
    async (seed) => {
      const database = await run.createDatabase()
      const { url } = database
      const { kills, last } = await killAgainAndAgain(run, { url, kills: 6, seconds: 0.8, seed })
      expect(last.exitCode).toBe(0)
      expect(kills).toBe(6)
      expect(await run.stateOf(url)).toEqual(run.undisturbed)
      await database.drop()
    },
  )
})
