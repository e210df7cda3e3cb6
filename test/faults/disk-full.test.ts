import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checksumsOf } from '../support/checksum.ts'
import { serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { ask, change, failureFrom, seedTown } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'
import { undisturbedTown } from '../support/undisturbed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const megabytes = 1
const disk = await mountSmallDisk(megabytes)
const reason = typeof disk === 'string' ? ` (${disk})` : ''
const small = typeof disk === 'string' ? undefined : disk

describe.skipIf(small === undefined)(`a disk that is full${reason}`, () => {
  const space = `small_${process.pid}`
  beforeAll(() => change(serverUrl(), `create tablespace ${space} location '${small!.folder}'`))
  afterAll(async () => {
    await change(serverUrl(), `drop tablespace ${space}`)
    await small!.remove()
  })

  let database: TestDatabase
  beforeEach(async () => {
    database = await createTownDatabase()
  })
  afterEach(async () => {
    await expectNothingLeft(database.url)
    await database.drop()
    small!.resize(megabytes)
  })

  const papers: SeedWishes = { counts: { papers: 40_000 }, chunkSize: 2000, only: ['papers'] }
  let whole: unknown
  beforeAll(async () => {
    whole = await undisturbedTown(papers)
  })

  it.each([1, 4])('ends a run at once, to be resumed, with lanes: %d', async (lanes) => {
    const { url } = database
    await change(url, `alter table papers set tablespace ${space}`)
    const began = performance.now()
    expect(await failureFrom(seedTown(url, { ...papers, lanes }))).toEqual({
      code: 'LOAD_DISK_FULL',
      message: 'Cannot load "papers": the server’s disk is full',
      why: expect.stringMatching(
        /^The server said: could not extend file "[^"]+".*: No space left on device \(SQLSTATE 53100\)\.$/,
      ) as string,
      fix: 'Free space on the server, run VACUUM on the table (a failed load keeps its space until then), and run it again.',
      exitCode: 4,
    })
    // Not one of the faults that are waited out.
    expect(performance.now() - began).toBeLessThan(10_000)
    const loaded = Number(await ask(url, 'select count(*) from papers'))
    expect(loaded % 2000).toBe(0)
    expect(loaded).toBeGreaterThan(0)
    small!.resize(100)
    await seedTown(url, { ...papers, lanes, unfinished: 'resume' })
    expect(await checksumsOf(url, townTables)).toEqual(whole)
  })
})
