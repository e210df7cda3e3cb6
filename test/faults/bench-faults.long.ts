import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BenchReport } from '../../src/bench/report.ts'
import { runSmallBench } from '../support/bench-run.ts'
import { expectNoTraces, makeTemporary, processesIn, tracesOf } from '../support/bench-traces.ts'
import { downpour, startDownpour } from '../support/command.ts'
import type { Running } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { startOwnServer } from '../support/own-server.ts'
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { ask } from '../support/seed-town.ts'
import { makeCompiledShop } from '../support/shop-project.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

let cwd: string
beforeAll(async () => {
  cwd = await makeCompiledShop()
})

let database: TestDatabase
let temporary: string
let running: Running | undefined
beforeEach(async () => {
  database = await createTestDatabase()
  temporary = await makeTemporary()
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.finished
  running = undefined
  await database.drop()
})

/** Two ways, more often than anybody waits for. */
const few = ['--strategies', 'copy,values', '--rows', '200']
const endless = ['strategies', ...few, '--repeat', '2000', '--time-limit', '1e6']

function startBench(args: readonly string[], url = database.url): Running {
  running = startDownpour(['bench', ...args], {
    cwd,
    env: { DATABASE_URL: url, TMPDIR: temporary },
    ownGroup: true,
  })
  return running
}

/** Starts one, and waits until it has measured each of its ways. */
async function startMeasuring(args: readonly string[] = endless, url = database.url) {
  const started = startBench(args, url)
  await started.said('measuring ')
  const inserted = `select coalesce(sum(n_tup_ins), 0) from pg_stat_user_tables where relname = 'transactions'`
  const before = Number(await ask(url, inserted))
  await waitUntil(async () => Number(await ask(url, inserted)) >= before + 2000)
  return started
}

function failure(code: string, message: string, why: string, fix: string): string {
  return `✖ ${message}  (${code})\n  Why  ${why}\n  Fix  ${fix}\n`
}

/** The number of repetitions of each way in a report that is not whole. */
function countsIn(report: BenchReport): number[] {
  return report.experiments[0]!.measurements.map(({ samples }) => samples.length)
}

function expectSomeMeasured(report: BenchReport): void {
  const counts = countsIn(report)
  expect(counts.length).toBe(2)
  for (const count of counts) expect(count).toBeGreaterThanOrEqual(1)
  for (const count of counts) expect(count).toBeLessThan(2000)
  // They take turns.
  expect(Math.abs(counts[0]! - counts[1]!)).toBeLessThanOrEqual(1)
  expect(report.experiments[0]!.conclusion.length).toBeGreaterThan(0)
}

type Failed = BenchReport & {
  readonly ok: boolean
  readonly error: { readonly code: string; readonly message: string; readonly why: string }
}

const stopped = (signal: string) =>
  failure(
    'INTERRUPTED',
    `Stopped by ${signal}`,
    'What was measured until then is reported.',
    'Run it again; with a shorter --time-limit if it takes too long.',
  )

describe('a signal in the middle of a benchmark', () => {
  it('SIGINT, which its processes get too, ends it with what was measured, as a text', async () => {
    const { process: child, finished } = await startMeasuring()
    process.kill(-child.pid!, 'SIGINT')
    const { stdout, stderr, exitCode } = await finished
    expect(exitCode).toBe(130)
    expect(stderr).toContain('Stopping. A second SIGINT stops at once.\n')
    expect(stderr.endsWith(stopped('SIGINT'))).toBe(true)
    expect(stdout).toMatch(/^strategies: Which way of writing /)
    expect(stdout).toMatch(/^(copy|values) is fastest\b.*\.$/m)
    expect(await schemas()).toBe('0')
    await expectNoTraces({ url: database.url, temporary })
  })

  it('SIGTERM ends it with what was measured, as one JSON object', async () => {
    const { process: child, finished } = await startMeasuring([...endless, '--json'])
    child.kill('SIGTERM')
    const { stdout, stderr, exitCode } = await finished
    expect(exitCode).toBe(143)
    expect(stderr.endsWith(stopped('SIGTERM'))).toBe(true)
    const told = JSON.parse(stdout) as Failed
    expect(told).toMatchObject({ ok: false, error: { code: 'INTERRUPTED' }, format: 1 })
    expectSomeMeasured(told)
    expect(await schemas()).toBe('0')
    await expectNoTraces({ url: database.url, temporary })
  })

  it('SIGINT while its processes start leaves nothing, and nothing to report', async () => {
    const { process: child, finished, said } = startBench(['engines', '--json'])
    await said('starting')
    child.kill('SIGINT')
    const { stdout, exitCode } = await finished
    expect(exitCode).toBe(130)
    const { experiments, ...told } = JSON.parse(stdout) as Failed
    expect(told).toMatchObject({ ok: false, error: { code: 'INTERRUPTED' } })
    expect(experiments).toBeUndefined()
    expect(await schemas()).toBe('0')
    await expectNoTraces({ url: database.url, temporary })
  })

  it('SIGINT ends it also while it fills the table that is to be read', async () => {
    const { process: child, finished } = startBench(['reading', '--rows', '3000000'])
    const rows = `select pg_database_size(current_database()) > 40e6`
    await waitUntil(async () => (await ask(database.url, rows)) === 'true')
    child.kill('SIGINT')
    const begun = performance.now()
    const { exitCode } = await finished
    expect(exitCode).toBe(130)
    expect(performance.now() - begun).toBeLessThan(3000)
    expect(await schemas()).toBe('0')
  })
})

function schemas(url = database.url): Promise<string> {
  return ask(url, `select count(*) from pg_namespace where starts_with(nspname, 'downpour_bench')`)
}

describe('a benchmark that loses a process', () => {
  it('goes on without it, and says so', async () => {
    const { process: child, finished } = await startMeasuring([...endless, '--json'])
    const [victim] = (await processesIn(temporary)).filter((pid) => pid !== child.pid)
    process.kill(victim!, 'SIGKILL')
    await waitUntil(async () => (await processesIn(temporary)).length === 2)
    // The other one is measured on.
    await sleep(500)
    expect(child.exitCode).toBe(null)
    child.kill('SIGINT')
    const { stdout, exitCode } = await finished
    expect(exitCode).toBe(130)
    const told = JSON.parse(stdout) as Failed
    expect(told.experiments[0]!.notes).toEqual([
      expect.stringMatching(
        /^The process that measured "(copy|values)" ended, at up to 200 rows\. It was ended by SIGKILL\.$/,
      ),
    ])
    const [one, other] = countsIn(told)
    expect(Math.abs(one! - other!)).toBeGreaterThan(1)
    await expectNoTraces({ url: database.url, temporary })
  })
})

describe('a benchmark that is killed', () => {
  it('takes its processes with it; the next one removes its schema', async () => {
    const { process: child, finished } = await startMeasuring()
    child.kill('SIGKILL')
    expect((await finished).exitCode).toBe(null)
    await waitUntil(async () => (await processesIn(temporary)).length === 0)
    await waitUntil(async () => {
      const traces = await tracesOf({ url: database.url, temporary })
      return traces.every((trace) => trace.startsWith('schema'))
    })
    expect(await schemas()).toBe('1')
    await runSmallBench(database.url, { names: ['strategies'], strategies: ['copy'], rows: 5 })
    await expectNoTraces({ url: database.url, temporary })
  })

  it('is told from one that is still running, which nobody disturbs', async () => {
    const { process: child, finished } = await startMeasuring([...endless, '--json'])
    const { failure: none } = await runSmallBench(database.url, {
      names: ['strategies'],
      strategies: ['copy'],
      rows: 5,
    })
    expect(none).toBeUndefined()
    expect(await schemas()).toBe('1')
    expect(child.exitCode).toBe(null)
    child.kill('SIGINT')
    const { stdout } = await finished
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED' } })
    await expectNoTraces({ url: database.url, temporary })
  })
})

/** Between two statements, or within one. */
const lost = /^(?:CONNECTION_LOST|LOAD_CONNECTION)$/

describe('a server that fails a benchmark', () => {
  it('keeps what was measured when it goes away; the next one tidies up', async () => {
    const server = await startOwnServer()
    try {
      const { finished } = await startMeasuring([...endless, '--json'], server.url)
      await server.crash()
      const { stdout, stderr, exitCode } = await finished
      const told = JSON.parse(stdout) as Failed
      expect(told.error.code).toMatch(lost)
      // Whoever wants to tidy up by hand has to know the name.
      expect(stderr).toMatch(/downpour_bench_[0-9a-f]{8}/)
      expect(told.ok).toBe(false)
      expectSomeMeasured(told)
      expect(stderr).toContain(`✖ ${told.error.message}  (${told.error.code})\n`)
      expect(exitCode).toBe(4)
      expect(await processesIn(temporary)).toEqual([])
      await server.start()
      expect(await schemas(server.url)).toBe('1')
      await runSmallBench(server.url, { names: ['strategies'], strategies: ['copy'], rows: 5 })
      expect(await schemas(server.url)).toBe('0')
    } finally {
      await server.stop()
    }
  })

  it.each([
    ['a connection that is measured', `application_name ~ '^downpour bench [0-9a-f]'`],
    ['the one that watches', `application_name = 'downpour bench'`],
    ['all of its connections', `application_name ~ '^downpour bench'`],
  ])('keeps what was measured when it ends %s, and is left tidy', async (_, which) => {
    const { finished } = await startMeasuring([...endless, '--json'])
    await ask(
      database.url,
      `select count(pg_terminate_backend(pid)) from pg_stat_activity
       where datname = current_database() and ${which}`,
    )
    const { stdout, stderr, exitCode } = await finished
    const told = JSON.parse(stdout) as Failed
    expect(told).toMatchObject({
      ok: false,
      error: {
        code: expect.stringMatching(lost) as unknown,
        why: 'The server said: terminating connection due to administrator command (SQLSTATE 57P01).',
      },
    })
    expectSomeMeasured(told)
    expect(stderr).toContain(`✖ ${told.error.message}  (${told.error.code})\n`)
    expect(exitCode).toBe(4)
    expect(await schemas()).toBe('0')
    await expectNoTraces({ url: database.url, temporary })
  })

  it('is named when it cannot be reached at all', async () => {
    const { stdout, stderr, exitCode } = await downpour(['bench', 'strategies'], {
      cwd,
      env: { DATABASE_URL: 'postgres://postgres:s3cret@127.0.0.1:1/postgres' },
    })
    expect(stdout).toBe('')
    expect(stderr).toContain('127.0.0.1:1')
    expect(stderr).not.toContain('s3cret')
    expect(exitCode).toBe(2)
  })
})

const reason = noPgBouncer()

describe.skipIf(reason)(`behind PgBouncer${reason ? ` (${reason})` : ''}, a benchmark`, () => {
  it('compares what goes through it, and leaves neither schema nor lock', async () => {
    const pooler = await startPgBouncer({ poolSize: 4 })
    try {
      const { failure: none, report } = await runSmallBench(pooler.through(database.url), {
        names: ['strategies'],
        strategies: ['row', 'pipeline', 'values', 'unnest', 'copy'],
        rows: 100,
      })
      expect(none).toBeUndefined()
      expect(report.experiments[0]!.measurements.map(({ name }) => name)).toEqual([
        'row',
        'pipeline',
        'values',
        'unnest',
        'copy',
      ])
      expect(report.experiments[0]!.conclusion.length).toBeGreaterThan(0)
      expect(await schemas()).toBe('0')
      const locks = `select count(*) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`
      expect(await ask(database.url, locks)).toBe('0')
    } finally {
      await pooler.stop()
    }
  })
})
