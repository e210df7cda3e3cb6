import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { startDownpour } from '../support/command.ts'
import type { Running } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { newFolder } from '../support/export.ts'
import { killNow } from '../support/kill-again.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { argumentsOf, containersOf, readJob } from '../support/manifests.ts'
import type { Container, Job } from '../support/manifests.ts'
import { ledgerStateOf, runStateOf } from '../support/run-state.ts'
import type { RunState } from '../support/run-state.ts'
import { ask } from '../support/seed-town.ts'
import { makeCompiledShop, shopFile } from '../support/shop-project.ts'

let cwd: string
let migrate: Job
let seed: Container
let exporting: Container

beforeAll(async () => {
  const profiles = 'profiles: {'
  const staging = `staging: { counts: { people: 300, notes: 800_000 }, environment: 'staging' },`
  cwd = await makeCompiledShop(shopFile('downpour.config.ts', profiles, `${profiles} ${staging}`))
  migrate = await readJob('migrate.yaml')
  seed = containersOf(await readJob('seed.yaml'))[0]!
  exporting = containersOf(await readJob('export.yaml'))[0]!
})

interface PodOptions {
  readonly index?: number
  readonly uid?: string
  /** In the place of words of the manifest. */
  readonly instead: Readonly<Record<string, string>>
}

/** A pod as the manifest describes it, but for the names that belong to the place. */
function startPod(container: Container, { index, uid, instead }: PodOptions): Running {
  const args = argumentsOf(container, { ...(uid !== undefined && { JOB_UID: uid }) })
  const env = {
    ...(index !== undefined && { JOB_COMPLETION_INDEX: String(index) }),
    ...(container.envFrom && { DATABASE_URL: instead['DATABASE_URL']! }),
  }
  return startDownpour(
    args.map((word) => instead[word] ?? word),
    { cwd, env },
  )
}

describe('a Job that seeds', { timeout: 180_000 }, () => {
  let database: TestDatabase
  let uid: string
  let undisturbed: RunState

  beforeAll(async () => {
    const plain = await createTestDatabase()
    await migrated(plain)
    const args = ['seed', '--profile', 'staging', '--database-url', plain.url]
    await succeed(startDownpour(args, { cwd }))
    undisturbed = await stateOf(plain)
    await plain.drop()
  }, 180_000)

  beforeEach(async () => {
    database = await createTestDatabase()
    uid = randomUUID()
  })
  afterEach(() => database.drop())

  function insteadOf({ name, url }: TestDatabase) {
    return { shop_staging: name, DATABASE_URL: url }
  }

  function startSeeding(index: number): Running {
    return startPod(seed, { index, uid, instead: insteadOf(database) })
  }

  /** The first Job: migrations, then the plan. */
  async function migrated(one: TestDatabase): Promise<void> {
    for (const container of containersOf(migrate)) {
      await succeed(startPod(container, { instead: insteadOf(one) }))
    }
  }

  async function stateOf({ url }: TestDatabase): Promise<RunState> {
    const { tables } = await loadProject(join(cwd, 'downpour.config.js'))
    return runStateOf(url, tables)
  }

  it.each(['has begun the run', 'has joined it'])(
    'ends well when a pod that %s is killed and started again',
    async (role) => {
      await migrated(database)
      const gate = await holdLateChunks(database.url)
      const pods = [0, 1, 2].map(startSeeding)
      await waitUntil(async () => (await gate.waiting()) === 6)
      const beginner = await ask(database.url, 'select started_by from downpour.runs')
      const index = pods.findIndex(
        ({ process }) =>
          beginner.startsWith(`pid ${process.pid} on `) === (role === 'has begun the run'),
      )
      expect(await killNow(pods[index]!)).toBe(true)
      pods[index] = startSeeding(index)
      await pods[index].said(`\nJoining run ${uid}, 2 lanes\n`)
      expect(await ledgerStateOf(database.url)).toMatchObject({ runs: ['running'] })
      await gate.open()
      for (const pod of pods) await succeed(pod)
      expect(await stateOf(database)).toEqual(undisturbed)
      await expectNothingLeft(database.url)

      // Its pods may be evicted when all is done.
      const late = await succeed(startSeeding(2))
      expect(late).toContain(`\nRun ${uid} is finished; this is what it has done\n`)
      expect(await stateOf(database)).toEqual(undisturbed)
    },
  )

  it('begins before the migrations: its pods are refused, and tried again', async () => {
    const early = await startSeeding(0).finished
    expect(early.exitCode).toBe(2)
    expect(early.stderr).toContain('✖ The database lacks 1 migration  (REFUSED_UNMIGRATED)\n')
    await migrated(database)
    await succeed(startSeeding(0))
    expect(await stateOf(database)).toEqual(undisturbed)
  })
})

/** Lets the first chunks of the notes through; in the others lanes wait until they may go on. */
async function holdLateChunks(url: string) {
  const sql = postgres(url, { max: 1 })
  const gate = 4711
  await sql`select pg_advisory_lock(${gate})`
  await sql.unsafe(`
    create function hold() returns trigger language plpgsql as $$
      begin
        if (select count(*) from downpour.steps where is_done) > 3 then
          perform pg_advisory_xact_lock_shared(${gate});
        end if;
        return null;
      end $$;
    create trigger hold before insert on notes for each statement execute function hold()`)
  return {
    /** How many lanes wait. */
    async waiting(): Promise<number> {
      const [row] = await sql<[{ lanes: number }]>`
        select count(*)::int as lanes from pg_locks
        where locktype = 'advisory' and not granted and objid = ${gate}`
      return row.lanes
    },
    open: () => sql.end(),
  }
}

describe('a Job that exports', { timeout: 180_000 }, () => {
  function startExporting(folder: string, index: number): Running {
    return startPod(exporting, { index, instead: { '/files/shop': folder } })
  }

  it('writes what one process writes, though a pod is killed and started again', async () => {
    const plain = await newFolder()
    const args = ['export', plain, '--profile', 'staging', '--gzip', '--lanes', '1']
    await succeed(startDownpour(args, { cwd }))

    const folder = await newFolder()
    const pods = [0, 1, 2, 3].map((index) => startExporting(folder, index))
    const killed = pods[1]!
    const own = `.${killed.process.pid}-`
    await waitUntil(async () =>
      (await readdir(folder).catch(() => [])).some(
        (name) => name.startsWith('02-') && name.includes(own),
      ),
    )
    expect(await killNow(killed)).toBe(true)
    expect((await readdir(folder)).some((name) => name.includes(own))).toBe(true)
    pods[1] = startExporting(folder, 1)
    for (const pod of pods) await succeed(pod)
    const others = [4, 5, 6, 7].map((index) => startExporting(folder, index))
    for (const pod of others) await succeed(pod)

    const written = (names: readonly string[]) =>
      names.filter((name) => !name.startsWith('written-')).toSorted()
    const names = written(await readdir(plain))
    const found = await readdir(folder)
    expect(written(found)).toEqual(names)
    expect(found).toHaveLength(names.length + 8)
    for (const name of names) {
      expect(await digestOf(join(folder, name)), name).toBe(await digestOf(join(plain, name)))
    }

    // Its index is the same, and so is what it has to write.
    await succeed(startExporting(folder, 1))
    expect(await readdir(folder)).toEqual(found)
  })
})

/** @returns what it has said */
async function succeed({ finished }: Running): Promise<string> {
  const { exitCode, stderr } = await finished
  expect(exitCode, stderr).toBe(0)
  return stderr
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}
