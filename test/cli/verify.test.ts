import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { VerifyReport } from '../../src/verify/verify.ts'
import { startDownpour } from '../support/command.ts'
import type { Finished } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { runHere } from '../support/run-here.ts'
import { ask, change } from '../support/seed-town.ts'
import { createShopDatabase, makeCompiledShop, makeShopProject } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase
beforeAll(async () => {
  cwd = await makeShopProject()
  database = await createShopDatabase(cwd)
})
afterAll(() => database.drop())
beforeEach(async () => {
  const seeded = await run('seed', '--reset', '--confirm', database.name)
  expect(seeded).toMatchObject({ stderr: '', exitCode: 0 })
})

function run(...args: string[]): Promise<Finished> {
  const config = join(cwd, 'downpour.config.ts')
  return runHere(...args, '--config', config, '--database-url', database.url, '--quiet')
}

/** What differs from one run of a test to the next. */
const steadied = (text: string) =>
  text.replaceAll(/[\d.]+ s, peak memory [\d.]+ MiB/g, '0.10 s, peak memory 100.0 MiB')

describe('downpour verify', () => {
  it('says that all is as planned', async () => {
    const { stdout, stderr, exitCode } = await run('verify')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(steadied(stdout)).toMatchInlineSnapshot(`
      "table   planned  found  missing  extra  different  compared by
      people       10     10        0      0          0  row number
      notes        40     40        0      0          0  row number

      50 rows compared value by value in 0.10 s, peak memory 100.0 MiB: all as planned.
      "
    `)
  })

  it('tells what differs, and exits with 5', async () => {
    await change(
      database.url,
      `delete from notes where id in (3, 4);
       update notes set body = 'short ' where id > 10 and body = 'short';
       update people set name = 'Canary' where id = 2;
       insert into notes (person_id, body) values (1, 'mine')`,
    )
    const { stdout, exitCode } = await run('verify', '--limit', '2')
    expect(exitCode).toBe(5)
    expect(stdout).not.toContain('Canary')
    expect(steadied(stdout)).toMatchInlineSnapshot(`
      "table   planned  found  missing  extra  different  compared by
      people       10     10        0      0          1  row number
      notes        40     39        2      1         15  row number

      people.name: row 1 (key 2) differs
      notes: row 2 (key 3) is missing
      notes: row 3 (key 4) is missing
      notes.body: row 10 (key 11) differs
      notes.body: row 12 (key 13) differs
      notes: the row with key 41 was not planned
      notes: 13 more different

      49 rows compared value by value in 0.10 s, peak memory 100.0 MiB: 19 differences.
      "
    `)
    expect((await run('verify', '--show-values')).stdout).toContain('and "Canary" is there')
    expect((await run('verify', '--limit', '0')).exitCode).toBe(5)
  })

  it('prints one object with --json', async () => {
    await change(database.url, `update people set name = 'Canary' where id = 2`)
    const { stdout, exitCode } = await run('verify', '--json', '--only', 'people')
    const report = JSON.parse(stdout) as VerifyReport
    expect(exitCode).toBe(5)
    expect(report).toMatchObject({
      ok: false,
      compared: 'values',
      rows: 10,
      differences: 1,
      findings: [{ kind: 'different value', table: 'people', row: 1, key: '2', column: 'name' }],
    })
    expect(Object.keys(report)).toEqual([
      'ok',
      'compared',
      'tables',
      'findings',
      'differences',
      'rows',
      'seconds',
      'peakRssBytes',
      'notes',
    ])
  })

  it('compares sums with --quick', async () => {
    await change(database.url, `update people set name = 'Canary' where id = 2`)
    const { stdout, exitCode } = await run('verify', '--quick')
    expect(exitCode).toBe(5)
    expect(steadied(stdout)).toMatchInlineSnapshot(`
      "table   planned  found  missing  extra  different  compared by
      people       10     10        0      0             sums
      notes        40     40        0      0             sums

      people: rows 0 to 9 are not all as planned: 10 rows are planned, and 10 rows are there

      50 rows compared by sums per chunk in 0.10 s, peak memory 100.0 MiB: 1 difference.
      "
    `)
  })

  it('compares with other options where they are said, and then needs no ledger', async () => {
    expect((await run('verify', '--seed', '2', '--quick')).exitCode).toBe(5)
    await change(database.url, 'drop schema downpour cascade')
    const failure = await run('verify')
    expect(failure).toMatchObject({ exitCode: 2, stdout: '' })
    expect(failure.stderr).toBe(
      `✖ This database has no ledger: no run was written down here  (VERIFY_NO_LEDGER)
  Why  What its tables should hold follows from a run’s options, or from yours.
  Fix  Say the options with which it was seeded, such as --profile or --count, and --no-ledger.
`,
    )
    expect((await run('verify', '--no-ledger')).exitCode).toBe(0)
    expect((await run('verify', '--count', 'notes=41')).exitCode).toBe(5)
  })

  it('takes a run, and no options of another plan beside it', async () => {
    const id = await ask(database.url, `select id from downpour.runs where state = 'finished'`)
    expect((await run('verify', id)).exitCode).toBe(0)
    expect((await run('verify', id, '--seed', '1')).stderr).toContain('(USAGE_RUN)')
    expect((await run('verify', 'nothing')).stderr).toContain('(RUN_NONE)')
  })

  it('stops at Ctrl-C within a second', async () => {
    await run('seed', '--reset', '--count', 'notes=20000')
    await change(
      database.url,
      `alter table notes rename to real_notes;
       create view notes as select real_notes.* from real_notes, pg_sleep(60)`,
    )
    const folder = await makeCompiledShop()
    const running = startDownpour(['verify', '--no-ledger', '--count', 'notes=20000'], {
      cwd: folder,
      env: { DATABASE_URL: database.url },
    })
    await running.said('Compared with')
    await new Promise((resolve) => setTimeout(resolve, 500))
    const asked = performance.now()
    running.process.kill('SIGINT')
    const { exitCode, stderr } = await running.finished
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(exitCode).toBe(130)
    expect(stderr).toContain('Stopped by SIGINT')
    expect(stderr).toContain('Nothing was changed.')
    await change(database.url, 'drop view notes; alter table real_notes rename to notes')
  })
})
