import { spawnSync } from 'node:child_process'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Sample } from '../../src/bench/report.ts'
import type { ExperimentName } from '../../src/bench/questions.ts'
import type { BenchRequest } from '../../src/bench/run-bench.ts'
import type { BenchProgress } from '../../src/bench/run-experiment.ts'
import { runSmallBench } from '../support/bench-run.ts'
import { expectNoTraces, makeTemporary, tracesOf } from '../support/bench-traces.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { ask, change } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

let temporary: string
let database: TestDatabase
beforeEach(async () => {
  temporary = await makeTemporary()
  // Of this process, and of those that it starts.
  vi.stubEnv('TMPDIR', temporary)
  database = await createTestDatabase()
})
afterEach(async () => {
  await expectNoTraces({ url: database.url, temporary })
  await database.drop()
  vi.unstubAllEnvs()
})

const patient = 180_000

describe('a benchmark', () => {
  it('touches nothing that was there', async () => {
    await change(
      database.url,
      'create table transactions (id int); insert into transactions values (1)',
    )
    const { report } = await runSmallBench(database.url, {
      names: ['strategies'],
      strategies: ['copy'],
      rows: 5,
    })
    expect(await ask(database.url, 'select count(*) from transactions')).toBe('1')
    expect(report.server).toMatchObject({ connection: 'TCP', isLocal: true })
    expect(report.server.place).not.toContain(new URL(database.url).password)
  })

  it('removes the schemas of killed ones, and no other', async () => {
    const names = [
      'downpour_bench_0123abcd',
      'downpour_bench_0123abcde',
      'downpour_bench_notes',
      'downpour_bench',
      'my_downpour_bench_0123abcd',
      'DOWNPOUR_BENCH_0123abcd',
    ]
    await change(
      database.url,
      names.map((name) => `create schema "${name}"; create table "${name}".t ()`).join(';'),
    )
    await runSmallBench(database.url, { names: ['strategies'], strategies: ['copy'], rows: 5 })
    const found = await schemasIn(database.url)
    expect(found).toEqual(names.slice(1).toSorted())
    await change(database.url, found.map((name) => `drop schema "${name}" cascade`).join(';'))
  })
})

async function schemasIn(url: string): Promise<string[]> {
  return withSql(url, async (sql) => {
    const rows = await sql`select nspname as name from pg_namespace where nspname ~* 'bench'`
    return rows.map(({ name }) => name as string).toSorted()
  })
}

describe('a benchmark of SQLite', () => {
  it('removes the files of killed ones, and no other', async () => {
    const { pid: gone } = spawnSync(process.execPath, ['--version'])
    const names = [
      `downpour-bench-${gone}-aB3dE6`,
      `downpour-bench-${process.pid}-aB3dE6`,
      'downpour-bench-notes',
      `my-downpour-bench-${gone}-aB3dE6`,
    ]
    for (const name of names) {
      await mkdir(join(temporary, name))
      await writeFile(join(temporary, name, 'row.sqlite'), '')
    }
    const stop = new AbortController()
    const onProgress = () => stop.abort()
    await runSmallBench(database.url, { names: ['engines'], signal: stop.signal, onProgress })
    expect((await readdir(temporary)).toSorted()).toEqual(names.slice(1).toSorted())
    for (const name of names.slice(1)) await rm(join(temporary, name), { recursive: true })
  })
})

/** Runs two ways, or those of another experiment, and stops them in a phase. */
async function stoppedIn(
  phase: BenchProgress['phase'],
  turn: number,
  name: ExperimentName = 'strategies',
) {
  const stop = new AbortController()
  const reason = new Error('enough')
  let turns = 0
  const request: Partial<BenchRequest> = {
    signal: stop.signal,
    repeat: 50,
    strategies: ['copy', 'values'],
    onProgress: (progress) => {
      if (progress.phase === phase && ++turns === turn) setTimeout(() => stop.abort(reason), 5)
    },
  }
  const outcome = await runSmallBench(database.url, { names: [name], ...request })
  return { ...outcome, reason, left: await tracesOf({ url: database.url, temporary }) }
}

describe('a benchmark that is told to stop', () => {
  it.each([
    ['start', 1, 'strategies'],
    ['start', 2, 'strategies'],
    ['start', 1, 'reading'],
    ['start', 2, 'engines'],
    ['start', 1, 'rtt'],
    ['estimate', 1, 'strategies'],
    ['warm up', 1, 'strategies'],
  ] as const)(
    'in the phase "%s" (%d) of %s ends with what it was told, and nothing measured',
    async (phase, turn, name) => {
      const { report, failure, reason, left } = await stoppedIn(phase, turn, name)
      expect(failure).toBe(reason)
      expect(report.experiments).toMatchObject([{ name, measurements: [] }])
      expect(left.filter((trace) => !trace.startsWith('session'))).toEqual([])
    },
    patient,
  )

  it('while it measures ends with what was measured until then', async () => {
    const { report, failure, reason, left } = await stoppedIn('measure', 8)
    expect(failure).toBe(reason)
    const [experiment] = report.experiments
    const counts = experiment!.measurements.map(({ samples }) => samples.length)
    expect(counts.length).toBe(2)
    for (const count of counts) {
      expect(count).toBeGreaterThanOrEqual(3)
      expect(count).toBeLessThan(50)
    }
    expect(experiment!.repetitions).toBe(50)
    expect(experiment!.conclusion.length).toBeGreaterThan(0)
    expect(left.filter((trace) => !trace.startsWith('session'))).toEqual([])
  })
})

describe('a benchmark by a role with few rights', () => {
  const role = 'bench_guest'
  let url: string
  beforeEach(async () => {
    await change(database.url, `create role ${role} login password 'guest'`)
    const guest = Object.assign(new URL(database.url), { username: role, password: 'guest' })
    url = guest.href
  })
  afterEach(() => change(database.url, `drop owned by ${role}; drop role ${role}`))

  it('refuses where it may not create a schema', async () => {
    const { report, failure } = await runSmallBench(url, { names: ['strategies'] })
    expect(failure).toMatchObject({
      code: 'BENCH_NO_RIGHT',
      message: 'Cannot measure in this database: its role may not create a schema',
      why: 'A benchmark works in a schema of its own, which it removes again.',
      fix: 'Let the owner say GRANT CREATE ON DATABASE … TO this role, or measure on the embedded server.',
      exitCode: 2,
    })
    expect(report.experiments).toEqual([])
  })

  it('measures without the right to a checkpoint, and leaves out what it may not know', async () => {
    await change(database.url, `grant create on database ${database.name} to ${role}`)
    const { report, failure } = await runSmallBench(url, {
      names: ['strategies'],
      strategies: ['copy'],
    })
    expect(failure).toBeUndefined()
    const [{ server }] = report.experiments[0]!.measurements[0]!.samples as [Sample]
    expect(server!.walBytes).toBeGreaterThan(0)
    expect(server!.relationBytes).toBeGreaterThan(0)
    expect(server!.freeDiskBytesBefore).toBeNull()
    expect(report.experiments[0]!.notes).toEqual([
      'This role may not ask for checkpoints, so one may fall into a repetition: GRANT pg_checkpoint, from PostgreSQL 15 on.',
    ])
  })
})
