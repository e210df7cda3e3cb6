import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LedgerStatus } from '../../src/report/run-status.ts'
import { asTyped } from '../../src/cli/npm-command.ts'
import { formatStatus } from '../../src/report/run-status.ts'
import { readDefinitions } from '../../src/postgres/definitions.ts'
import { openSession } from '../../src/postgres/session.ts'
import { takeRunLock } from '../../src/run/lock.ts'
import { startDownpour } from '../support/command.ts'
import type { Finished, Running } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { runHere } from '../support/run-here.ts'
import { ask, change } from '../support/seed-town.ts'
import { createShopDatabase, makeCompiledShop, makeShopProject } from '../support/shop-project.ts'

let cwd: string
let compiled: string
let database: TestDatabase

beforeAll(async () => {
  cwd = await makeShopProject()
  compiled = await makeCompiledShop()
})

function start(...args: string[]): Running {
  return startDownpour(args, { cwd: compiled, env: { DATABASE_URL: database.url } })
}

async function run(command: string, ...args: string[]): Promise<Finished> {
  const config = join(cwd, 'downpour.config.ts')
  const finished = await runHere(
    command,
    '--config',
    config,
    '--database-url',
    database.url,
    ...args,
  )
  expect(finished.stdout + finished.stderr).not.toContain(new URL(database.url).password)
  return finished
}

/** What a command prints on stdout; it must succeed. */
async function shown(command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await run(command, ...args, '--quiet')
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  return stdout
}

/** The error's lines: notes come before. */
function errorOf({ stderr }: Finished): string {
  return stderr.slice(stderr.indexOf('✖'))
}

const latestRun = () =>
  ask(database.url, 'select id from downpour.runs order by ordinal desc limit 1')

/** What differs from one run of a test to the next. */
async function steadied(text: string): Promise<string> {
  return text
    .replaceAll(await latestRun(), '1f0c2d3e')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-11-21 12:00:00')
    .replaceAll(/pid \d+ on [^\s);]+/g, 'pid 1 on here')
}

/** Kept small enough to be finished afterwards, and large enough to be caught in the middle. */
const long = ['--count', 'people=500', '--count', 'notes=150000', '--chunk-size', '1000']

/** Kills a command in the middle of the notes. */
async function killIn(running: Running, signal: NodeJS.Signals): Promise<Finished> {
  await running.said('notes ')
  running.process.kill(signal)
  const finished = await running.finished
  await expectNothingLeft(database.url)
  return finished
}

async function definitions(): Promise<unknown> {
  const session = await openSession({ url: database.url })
  const tables = ['people', 'notes'].map((name) => ({ schema: 'public', name }))
  const found = await readDefinitions(session, tables)
  await session.close()
  return found
}

describe('--help of the commands about runs', () => {
  it('says what they take besides the database', async () => {
    const helps: string[] = []
    for (const command of ['status', 'rejects', 'undo', 'restore', 'init']) {
      const { stdout } = await runHere(command, '--help')
      const common =
        /^ +(?:--(?:help|version|config|json|quiet|database-url|confirm) |this machine|\[string\] \[default: (?:DATABASE_URL|downpour\.config\.ts)).*\n/gm
      helps.push(stdout.replaceAll(common, ''))
    }
    expect(helps.join('')).toMatchInlineSnapshot(`
      "npm run downpour -- status [run]

      Show the runs, and what is left of unfinished ones

      Positionals:
        run  Which run                                         [string] [default: all]

      Options:
      npm run downpour -- rejects [run]

      Print the rows that a run left out

      Positionals:
        run  Which run               [string] [default: the latest that left rows out]

      Options:

      Examples:
        npm run --silent downpour -- rejects >    a file of them
        rejects.tsv
      npm run downpour -- undo <run>

      Remove the rows that a finished run has loaded

      Positionals:
        run  Which run, as status shows it                         [string] [required]

      Options:

      Examples:
        npm run downpour -- undo 1f0c2d3e  its rows, and no others
      npm run downpour -- restore

      Put back indexes and foreign keys that unfinished runs have dropped

      Options:
        --show-values   Let errors tell the values of rows  [boolean] [default: false]
      npm run downpour -- init

      Install the ledger, where the role that seeds may not

      Options:
        --role          A role that may use it; may be repeated                [array]
        --environment   Mark the database as one for this: development, staging, …
                                                                              [string]

      Examples:
        npm run downpour -- init --role seeder    run as its owner, once
        npm run downpour -- init --environment    commands of others refuse it
        staging
      "
    `)
  })

  it('undo says that it takes a run', async () => {
    const { stderr, exitCode } = await runHere('undo')
    expect({ stderr, exitCode }).toEqual({
      stderr: `✖ The command is not complete  (USAGE)
  Why  "undo" takes one more word.
  Fix  See "npm run downpour -- undo --help".
`,
      exitCode: 2,
    })
  })
})

describe('status, rejects, undo and init', () => {
  beforeAll(async () => {
    database = await createShopDatabase(cwd)
  })
  afterAll(() => database.drop())

  it('say so where there is no ledger', async () => {
    expect(await shown('status')).toBe('There is no ledger: no run was written down here.\n')
    expect(JSON.parse(await shown('status', '--json'))).toEqual({
      ok: true,
      hasLedger: false,
      environment: null,
      lockedBy: null,
      runs: [],
    })
    expect(await shown('restore')).toBe('Nothing is dropped.\n')
    const rejects = await run('rejects')
    expect(rejects).toMatchObject({
      stdout: 'table\trow\tkey\tcode\tconstraint\tcolumn\n',
      exitCode: 0,
    })
    expect(rejects.stderr.endsWith('\nNo run has left rows out.\n')).toBe(true)
    const unknown = await run('status', '00000017')
    expect(unknown.exitCode).toBe(2)
    expect(errorOf(unknown)).toBe(
      `✖ There is no run 00000017  (RUN_NONE)
  Why  This database has no ledger: no run was written down here.
  Fix  Name one that "npm run downpour -- status" shows, on the same database.
`,
    )
    expect(await ask(database.url, "select to_regnamespace('downpour') is null")).toBe('true')
  })

  it('init installs the ledger for others, who may read and seed then', async () => {
    const role = `${database.name}_seeder`
    await change(
      database.url,
      `create role ${role} login password 's3cret';
       grant all on people, notes to ${role};
       grant all on all sequences in schema public to ${role};
       grant usage on schema drizzle to ${role};
       grant select on all tables in schema drizzle to ${role}`,
    )
    const theirs = Object.assign(new URL(database.url), { username: role, password: 's3cret' }).href
    const asThey = (command: string, ...args: string[]) =>
      run(command, ...args, '--database-url', theirs)
    expect((await asThey('seed', '--quiet')).stderr).toContain('(LEDGER_NO_RIGHT)')
    const unknown = await run('init', '--role', 'nobody there')
    expect(errorOf(unknown)).toBe(
      `✖ There is no role "nobody there"  (USAGE_ROLE)
  Why  The server does not know it, and nothing was changed.
  Fix  Create it first, or name another; upper and lower case matter.
`,
    )
    expect(await shown('init')).toBe('Installed the ledger, version 4.\n')
    const unread = await asThey('status')
    expect(unread.exitCode).toBe(2)
    expect(errorOf(unread)).toBe(
      `✖ Cannot read the ledger, the tables in which runs are written down  (LEDGER_UNREADABLE)
  Why  The server said: permission denied for schema downpour (SQLSTATE 42501).
  Fix  Use a role that may: GRANT USAGE ON SCHEMA downpour and SELECT ON ALL TABLES IN SCHEMA downpour TO the role.
`,
    )
    await change(
      database.url,
      `grant usage on schema downpour to ${role};
       grant select on all tables in schema downpour to ${role}`,
    )
    expect((await asThey('status')).stdout).toBe('No run was written down yet.\n')
    expect(await shown('init', '--role', role)).toBe(
      `The ledger is up to date: version 4.\n${role} may use it.\n`,
    )
    expect(JSON.parse(await shown('init', '--json'))).toEqual({
      ok: true,
      before: 4,
      version: 4,
      environment: null,
      roles: [],
    })
    const seeded = await asThey('seed', '--quiet', '--strategy', 'batch', '--indexes', 'keep')
    expect(seeded).toMatchObject({ stderr: '', exitCode: 0 })
    expect(await shown('undo', await latestRun())).toContain('is undone.\n')
    await change(database.url, `drop owned by ${role}; drop role ${role}`)
  })

  it('status shows a finished run, and undo removes its rows', async () => {
    await run('seed')
    const id = await latestRun()
    expect(await steadied(await shown('status', id))).toBe(
      `run       state     done      rows  started (UTC)        profile  by
1f0c2d3e  finished  100%  50 of 50  2026-11-21 12:00:00  dev      pid 1 on here
It ended 2026-11-21 12:00:00 (UTC).
`,
    )
    expect(await steadied(await shown('undo', id))).toBe(
      `table   rows removed
notes             40
people            10

Run 1f0c2d3e is undone.
`,
    )
    expect(await ask(database.url, 'select count(*) from people')).toBe('0')
    const { runs } = JSON.parse(await shown('status', '--json')) as { runs: object[] }
    expect(runs[0]).toMatchObject({
      run: id,
      state: 'undone',
      profile: 'dev',
      seed: 1,
      rows: 50,
      total: 50,
      rejected: 0,
    })
    const again = await run('undo', id)
    expect(again.exitCode).toBe(2)
    expect(errorOf(again)).toContain(`✖ Cannot undo run ${id}: it is undone  (UNDO_STATE)\n`)
  })

  it('undo --json prints one object', async () => {
    await run('seed')
    const id = await latestRun()
    expect(JSON.parse(await shown('undo', id, '--json'))).toEqual({
      ok: true,
      run: id,
      tables: [
        { table: 'notes', rows: 40 },
        { table: 'people', rows: 10 },
      ],
      rows: 50,
    })
  })

  it('rejects prints a file of the rows that were left out', async () => {
    await change(
      database.url,
      `alter table notes add constraint ck_short check (body = 'short' or id % 10 > 0)`,
    )
    await run('seed', '--on-error', 'skip', '--strategy', 'batch', '--seed', '7')
    const id = await latestRun()
    const left = (
      await ask(
        database.url,
        `select string_agg(number::text, ',' order by number) from generate_series(1, 40) as number
         where not exists (select from notes where id = number)`,
      )
    ).split(',')
    expect(left.length).toBeGreaterThan(0)
    const rejects = await run('rejects')
    expect(rejects.stdout).toBe(
      [
        'table\trow\tkey\tcode\tconstraint\tcolumn',
        ...left.map((key) => `notes\t${Number(key) - 1}\t${key}\t23514\tck_short\t`),
        '',
      ].join('\n'),
    )
    expect(rejects.stderr).toContain(
      `Run ${id} left ${left.length} ${left.length === 1 ? 'row' : 'rows'} out.
Their values are not kept. To see them:
  npm run preview -- notes --row ${Number(left[0]) - 1} --profile dev --seed 7
`,
    )
    expect(JSON.parse(await shown('rejects', id, '--json'))).toMatchObject({
      ok: true,
      run: id,
      rejects: left.map((key) => ({
        table: 'notes',
        row: Number(key) - 1,
        key: Number(key),
        code: '23514',
        constraint: 'ck_short',
        column: null,
      })),
    })
    expect(await shown('status', id)).toContain(
      `Rows were left out: npm run downpour -- rejects ${id}\n`,
    )
    await run('reset')
    await change(database.url, 'alter table notes drop constraint ck_short')
  })

  it('undo is stopped between two chunks, and the same command goes on', async () => {
    await run('seed', ...long)
    const id = await latestRun()
    const stopped = await killIn(start('undo', id), 'SIGINT')
    expect(stopped.exitCode).toBe(130)
    expect(errorOf(stopped)).toBe(
      `✖ Stopped by SIGINT  (INTERRUPTED)
  Why  The transaction under way was rolled back; what was committed before it stays.
  Fix  Run it again: it goes on where it stopped.
`,
    )
    const left = Number(await ask(database.url, 'select count(*) from notes'))
    expect(left % 1000).toBe(0)
    expect(left).toBeLessThan(150_000)
    await killIn(start('undo', id), 'SIGKILL')
    expect(await steadied(await shown('status', id))).toBe(
      `run       state    done                rows  started (UTC)        profile  by
1f0c2d3e  undoing  100%  150,500 of 150,500  2026-11-21 12:00:00  dev      pid 1 on here

Run 1f0c2d3e is half undone, and nobody is at it.
  To go on: npm run downpour -- undo 1f0c2d3e
`,
    )
    expect(await shown('undo', id)).toContain(`Run ${id} is undone.\n`)
    expect(await ask(database.url, 'select count(*) from people')).toBe('0')
  })
})

describe('a run that was killed, its indexes dropped', () => {
  let before: unknown

  beforeEach(async () => {
    database = await createShopDatabase(cwd)
    before = await definitions()
    const killed = start('seed', ...long, '--indexes', 'defer', '--lanes', '1')
    await killIn(killed, 'SIGKILL')
    return () => database.drop()
  })

  it('is shown by status, put back by restore, and still to be resumed', async () => {
    expect(await definitions()).not.toEqual(before)
    const unfinished = (await steadied(await shown('status')))
      .replace(/done +rows/, 'done  rows')
      .replace(/ +500 of 500/, '  500 of 500')
      .replaceAll(/ *\d+,\d+ of 150/g, '  9,000 of 150')
      .replaceAll(/ +\d+%/g, '  9%')
      .replaceAll(/chunks \d+ of/g, 'chunks 9 of')
      .replace(/[\d.]+[kM]? rows.s lately: [\d:]+/, '9k rows/s lately: 0:09')
    expect(unfinished).toBe(
      `run       state    done  rows  started (UTC)        profile  by
1f0c2d3e  running  9%  9,000 of 150,500  2026-11-21 12:00:00  dev      pid 1 on here

Run 1f0c2d3e is not finished, and nobody is at work on it.
  people  9%  500 of 500
  notes  9%  9,000 of 150,000
  Steps: dropping done, chunks 9 of 151, indexes 0 of 7, sequences 0 of 2, sums to be done
  9k rows/s lately: 0:09 for what is left to load
  Dropped: notes_person_id_fkey on notes, notes_pkey on notes, people_email_key on people, people_pkey on people
  To go on: npm run seed -- --resume
  To put back what is dropped now: npm run downpour -- restore
The database is marked "development".
`,
    )
    const restored = await shown('restore')
    expect(restored.split('\n').toSorted()).toEqual([
      '',
      'Put back notes_person_id_fkey on notes.',
      'Put back notes_pkey on notes.',
      'Put back people_email_key on people.',
      'Put back people_pkey on people.',
    ])
    expect(await definitions()).toEqual(before)
    expect(await shown('restore')).toBe('Nothing is dropped.\n')
    expect(await shown('status')).not.toContain('ropped')
    const resumed = start('seed', '--resume', '--lanes', '1')
    await resumed.said('notes ')
    const underWay = await steadied(await shown('status'))
    expect(underWay).toContain('Run 1f0c2d3e is not finished, and lane 1 is at work on it.\n')
    expect(underWay).toContain('  To help: npm run seed -- --join 1f0c2d3e\n')
    expect((await resumed.finished).exitCode).toBe(0)
    expect(await ask(database.url, 'select count(*) from notes')).toBe('150000')
    expect(await definitions()).toEqual(before)
    expect(await shown('status')).toContain('finished')
  })

  it('is put back but for what the rows do not keep to', async () => {
    await change(
      database.url,
      `insert into people (id, name, email) overriding system value
         values (1, 'twin', 'twin@example.com')`,
    )
    const failed = await run('restore')
    expect(failed.exitCode).toBe(4)
    expect(failed.stdout).toBe(
      'Put back notes_pkey on notes.\nPut back people_email_key on people.\n',
    )
    expect(errorOf(failed)).toBe(
      `✖ Cannot put "people_pkey" back: the rows do not keep to it  (REBUILD_VIOLATION)
  Why  The server said: could not create unique index "people_pkey" (SQLSTATE 23505), key (id).
  Fix  The rows stay. Correct them and run "npm run downpour -- restore"; or correct the seeder and begin again with --reset.
notes_person_id_fkey on notes has to wait for these.
`,
    )
    const migrated = await run('migrate')
    expect(migrated.exitCode).toBe(4)
    expect(errorOf(migrated)).toContain('(REBUILD_VIOLATION)')
    const json = await run('restore', '--json', '--quiet')
    expect(json.exitCode).toBe(4)
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      error: { code: 'REBUILD_VIOLATION', table: 'people' },
      restored: [],
      errors: [{ code: 'REBUILD_VIOLATION' }],
      waiting: ['notes_person_id_fkey on notes'],
    })
    await change(database.url, "delete from people where name = 'twin'")
    expect(await shown('migrate')).toBe('Nothing to apply.\n')
    expect(await definitions()).toEqual(before)
  })

  it('is left alone while somebody is at work', async () => {
    const lock = await takeRunLock(database.url)
    const refused = await run('restore')
    expect(refused.exitCode).toBe(2)
    expect(errorOf(refused)).toContain('(REFUSED_BUSY)')
    expect(await steadied(await shown('status'))).toContain(
      'Run 1f0c2d3e is not finished, and nobody is at work on it; downpour (pid 1 on here) holds the lock.\n',
    )
    await lock.release()
    const helper = await openSession({
      url: database.url,
      applicationName: `downpour ${await latestRun()} lane 2`,
    })
    expect(await steadied(errorOf(await run('restore')))).toBe(
      `✖ Somebody is at work on run 1f0c2d3e  (REFUSED_BUSY)
  Why  Its lane 2 is connected, and will put everything back at the end.
  Fix  Wait until the run has ended, or stop it first.
`,
    )
    const status = await steadied(await shown('status'))
    expect(status).toContain('Run 1f0c2d3e is not finished, and lane 2 is at work on it.\n')
    expect(status).toContain('  To help: npm run seed -- --join 1f0c2d3e\n')
    expect(status).not.toContain('--resume')
    await helper.close()
    expect((await run('seed', '--restart')).exitCode).toBe(0)
    expect(await definitions()).toEqual(before)
    expect(await steadied(await shown('status'))).toMatch(
      /^1f0c2d3e  finished .*\n[0-9a-f]{8}  abandoned /m,
    )
  })
})

describe(formatStatus, () => {
  const summary = {
    run: '1f0c2d3e',
    startedAt: '2026-11-21 12:00:00',
    endedAt: null,
    startedBy: 'pid 4711 on shop-1',
    profile: 'staging',
    seed: 1,
  }
  const status: LedgerStatus = {
    lockedBy: null,
    environment: null,
    runs: [
      {
        ...summary,
        state: 'running',
        rows: 1_999_999,
        total: 2_000_000,
        rejected: 12,
        details: {
          tables: [
            { table: 'users', rows: 0, total: 0, rejected: 0 },
            { table: 'transactions', rows: 1_999_999, total: 2_000_000, rejected: 12 },
          ],
          steps: [
            { kind: 'drop', done: 1, total: 1 },
            { kind: 'chunk', done: 39, total: 40 },
            { kind: 'rebuild', done: 3, total: 7 },
            { kind: 'finish', done: 0, total: 1 },
          ],
          rowsPerSecond: 412_000,
          secondsLeft: 61,
          dropped: [{ name: 'ix_transactions_user_id', kind: 'index', table: 'transactions' }],
          lanes: [],
        },
      },
      { ...summary, run: '00c0ffee', state: 'finished', rows: 5, total: 5, rejected: 0 },
    ],
  }

  it('shows runs, and what is left of those that are not finished', () => {
    expect(formatStatus(status, Infinity, asTyped)).toMatchInlineSnapshot(`
      "run       state     done                    rows  started (UTC)        profile  by
      1f0c2d3e  running    99%  1,999,999 of 2,000,000  2026-11-21 12:00:00  staging  pid 4711 on shop-1
      00c0ffee  finished  100%                  5 of 5  2026-11-21 12:00:00  staging  pid 4711 on shop-1

      Run 1f0c2d3e is not finished, and nobody is at work on it.
        transactions  99%  1,999,999 of 2,000,000  12 left out
        Steps: dropping done, chunks 39 of 40, indexes 3 of 7, sums to be done
        412k rows/s lately: 1:01 for what is left to load
        Dropped: ix_transactions_user_id on transactions
        Rows were left out: npm run downpour -- rejects 1f0c2d3e
        To go on: npm run seed -- --resume
        To put back what is dropped now: npm run downpour -- restore
      "
    `)
  })

  it('leaves columns out and breaks lines where the window is narrow', () => {
    const narrow = formatStatus(status, 40, asTyped)
    expect(narrow).toMatchInlineSnapshot(`
      "run       state     done
      1f0c2d3e  running    99%
      00c0ffee  finished  100%

      Run 1f0c2d3e is not finished, and nobody
      is at work on it.
        transactions  99%
        Steps: dropping done, chunks 39 of 40,
        indexes 3 of 7, sums to be done
        412k rows/s lately: 1:01 for what is
        left to load
        Dropped: ix_transactions_user_id on
        transactions
        Rows were left out: npm run downpour
        -- rejects 1f0c2d3e
        To go on: npm run seed -- --resume
        To put back what is dropped now: npm
        run downpour -- restore
      "
    `)
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(40)
  })
})
