import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Finished, Running } from '../support/command.ts'
import { downpour } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { killNow } from '../support/kill-again.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { hurry } from '../support/linger.ts'
import { ledgerStateOf } from '../support/run-state.ts'
import { ask } from '../support/seed-town.ts'
import { makeCompiledShop, shopFile } from '../support/shop-project.ts'
import { prepareShopRun } from '../support/shop-run.ts'
import type { ShopRun } from '../support/shop-run.ts'

let run: ShopRun
let database: TestDatabase
let url: string

beforeAll(async () => {
  run = await prepareShopRun({
    chunks: 150,
    chunkSeconds: 0.15,
    args: ['--lanes', '1', '--indexes', 'defer'],
  })
})

beforeEach(async () => {
  database = await run.createDatabase()
  url = database.url
})

afterEach(() => database.drop())

/** Three processes at one run, each of which has done a chunk. */
async function startThree(): Promise<readonly [Running, Running, Running]> {
  const first = run.start(url)
  await first.said('Run ')
  const second = run.start(url, '--join', 'latest')
  const third = run.start(url, '--join', await ask(url, 'select id from downpour.runs'))
  await Promise.all([second.said('Joining run '), third.said('Joining run ')])
  await waitUntil(async () => (await workers()) === 3)
  return [first, second, third]
}

async function workers(): Promise<number> {
  return Number(await ask(url, 'select count(distinct done_by) from downpour.steps'))
}

async function expectWhole(finished: readonly Finished[]): Promise<void> {
  expect(finished.map(({ exitCode }) => exitCode)).toEqual(finished.map(() => 0))
  expect(await run.stateOf(url)).toEqual(run.undisturbed)
  await expectNothingLeft(url)
}

describe('three processes at one run', { timeout: 120_000 }, () => {
  it('make the same of a database as one', async () => {
    const three = await startThree()
    await hurry(url)
    await expectWhole(await Promise.all(three.map(({ finished }) => finished)))
    expect(await workers()).toBe(3)
  })

  it('finish it when one that helps is killed', async () => {
    const [first, second, third] = await startThree()
    expect(await killNow(third)).toBe(true)
    await hurry(url)
    await expectWhole(await Promise.all([first.finished, second.finished]))
  })

  it('finish it when the first is killed', async () => {
    const [first, second, third] = await startThree()
    expect(await killNow(first)).toBe(true)
    await hurry(url)
    await expectWhole(await Promise.all([second.finished, third.finished]))
  })
})

describe('a process that would join', { timeout: 120_000 }, () => {
  const join = (cwd: string, ...args: readonly string[]) =>
    downpour(['seed', '--join', ...args, '--database-url', url], { cwd })

  it('is refused where it would do something else, and told what differs', async () => {
    const first = run.start(url)
    await first.said('Run ')
    const other = await makeCompiledShop(shopFile('seeder.ts', `'short'`, `'shorter'`))
    const [otherSeeder, otherOption] = await Promise.all([
      join(other, 'latest'),
      join(run.cwd, 'latest', '--chunk-size', '7'),
    ])
    await killNow(first)
    for (const { exitCode, stderr } of [otherSeeder, otherOption]) {
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(
        /^✖ Cannot go on with run [0-9a-f]{8}: it is not the same any more {2}\(RUN_DIFFERS\)$/m,
      )
    }
    expect(otherSeeder.stderr).toContain('  Why  notes.body ')
    expect(otherSeeder.stderr).not.toContain('shorter')
    expect(otherOption.stderr).toContain(
      '  Why  --chunk-size 7 was asked for, and the run has 200.\n',
    )
  })

  it('is told that there is no run', async () => {
    const refused = await join(run.cwd, 'latest')
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain(`✖ There is no run to join  (RUN_NONE)
  Why  The ledger of this database does not know an unfinished one.
  Fix  Start one with "npm run seed", on the same database; "npm run downpour -- status" shows the runs.
`)
    expect(await ledgerStateOf(url)).toMatchObject({ runs: [] })
  })

  it('is told that the run is over', async () => {
    await hurry(url)
    expect((await run.start(url).finished).exitCode).toBe(0)
    const id = await ask(url, 'select id from downpour.runs')
    const late = await join(run.cwd, id)
    expect(late.exitCode).toBe(2)
    expect(late.stderr).toContain(`✖ There is no run ${id} to join  (RUN_NONE)
  Why  It is finished.
`)
    const latest = await join(run.cwd, 'latest')
    expect(latest.exitCode).toBe(2)
    expect(latest.stderr).toContain('✖ There is no run to join  (RUN_NONE)\n')
  })
})
