import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { lingerOverChunks, lingerOverIndexes } from '../support/linger.ts'
import { createOrchard, orchardTables, seedOrchard } from '../support/orchard.ts'
import { startOwnServer } from '../support/own-server.ts'
import type { OwnServer } from '../support/own-server.ts'
import { runStateOf } from '../support/run-state.ts'
import type { RunState } from '../support/run-state.ts'
import { ask, failureFrom } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

let server: OwnServer
let undisturbed: RunState

expectNothingUnhandled()

beforeAll(async () => {
  server = await startOwnServer()
  const reference = await createOrchard({ server: server.url })
  await seedOrchard(reference.url)
  undisturbed = await runStateOf(reference.url, orchardTables)
  await reference.drop()
})

afterAll(() => server.stop())

describe('a server that crashes in the middle of a run', { timeout: 120_000 }, () => {
  it('is waited for, and the run ends as if nothing had happened', async () => {
    const database = await createSlowOrchard()
    let ended = false
    const seeding = seedOrchard(database.url, { lanes: 3, chunkSize: 1, indexes: 'defer' }).finally(
      () => (ended = true),
    )
    seeding.catch(() => {})
    for (const moment of [
      loaded(database.url, 5),
      loaded(database.url, 25),
      building(database.url),
    ]) {
      await waitUntil(moment)
      await server.crash()
      // Long enough for some attempts in vain.
      await sleep(300)
      await server.start()
      expect(ended).toBe(false)
    }
    const report = await seeding
    expect(report.rows).toBe(90)
    expect(await runStateOf(database.url, orchardTables)).toEqual(undisturbed)
    await expectNothingLeft(database.url)
  })

  it('is given up when it stays away, and the run can be gone on with', async () => {
    const away = await createSlowOrchard()
    const seeding = seedOrchard(away.url, {
      lanes: 3,
      chunkSize: 1,
      indexes: 'defer',
      patience: { attempts: 3, reconnectSeconds: 0.5, silenceSeconds: 1 },
    })
    seeding.catch(() => {})
    await waitUntil(loaded(away.url, 5))
    await server.crash()
    expect(await failureFrom(seeding)).toMatchObject({ code: 'CONNECT_UNREACHABLE' })
    await server.start()
    await seedOrchard(away.url, { lanes: 3, chunkSize: 1, indexes: 'defer' })
    expect(await runStateOf(away.url, orchardTables)).toEqual(undisturbed)
    await expectNothingLeft(away.url)
  })
})

async function createSlowOrchard(): Promise<TestDatabase> {
  const database = await createOrchard({ server: server.url })
  await lingerOverIndexes(database.url, 0.5)
  await lingerOverChunks(database.url, 'apples', 0.1)
  return database
}

const loaded = (url: string, rows: number) => () =>
  holds(url, `select count(*) >= ${rows} from apples`)

const building = (url: string) => () =>
  holds(
    url,
    `select exists (select from pg_stat_activity
       where query like 'CREATE %INDEX%' and pid <> pg_backend_pid())`,
  )

/** A server that is just recovering holds nothing. */
async function holds(url: string, query: string): Promise<boolean> {
  return (await ask(url, query).catch(() => 'false')) === 'true'
}
