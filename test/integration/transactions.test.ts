import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DownpourError } from '../../src/errors.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { LoadProgress } from '../../src/run/load-tracker.ts'
import type { RunNews } from '../../src/run/seed.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil, withSql } from '../support/embedded.ts'
import { ask, change, failureFrom, seedTown, sessionsIn, townCounts } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

const nothing = { kinds: 0, residents: 0, places: 0, visits: 0, samples: 0, papers: 0 }
const all = { kinds: 3, residents: 40, places: 20, visits: 221, samples: 30, papers: 25 }

/** Fails for row 200 of `visits`, in the last of five chunks of 50 rows. */
const lastChunk = 'alter table visits add constraint early check (id <= 200)'

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(async () => {
  expect(await sessionsIn(database.url)).toBe(0)
  await database.drop()
})

describe.each(['batch', 'copy'] as const)('transactions by %s', (strategy) => {
  it.each([
    { transaction: 'run', left: nothing },
    { transaction: 'table', left: { ...all, visits: 0 } },
    { transaction: 'chunk', left: { ...all, visits: 200 } },
  ] as const)(
    'leave what $transaction covers, when the last chunk of a table fails',
    async (way) => {
      await change(database.url, lastChunk)
      const failure = await failureFrom(
        seedTown(database.url, { strategy, transaction: way.transaction, chunkSize: 50 }),
      )
      expect(failure).toEqual({
        code: 'LOAD_CHECK',
        message: `Cannot load "visits": ${strategy === 'copy' ? 'row 200' : 'a row'} breaks a check constraint`,
        why: 'The server said: new row for relation "visits" violates check constraint "early" (SQLSTATE 23514).',
        fix: 'Choose a generator for the column whose values the constraint allows.',
        exitCode: 4,
      })
      expect(await townCounts(database.url)).toEqual(way.left)
    },
  )

  it('let the run begin again after a failure', async () => {
    await change(database.url, lastChunk)
    await failureFrom(seedTown(database.url, { strategy, chunkSize: 50 }))
    await change(database.url, 'alter table visits drop constraint early')
    await seedTown(database.url, { strategy, chunkSize: 50, existing: 'reset' })
    expect(await townCounts(database.url)).toEqual(all)
  })

  it('go on where a run has stopped, once the cause is removed', async () => {
    await change(database.url, lastChunk)
    let failed: string | undefined
    const failing = { strategy, chunkSize: 50, onRun: ({ run }: RunNews) => (failed = run) }
    await failureFrom(seedTown(database.url, failing))
    await change(database.url, 'alter table visits drop constraint early')
    const kept = 'select string_agg(xmin::text, $$ $$ order by id) from visits where id <= 200'
    const before = await ask(database.url, kept)
    const news: RunNews[] = []
    await seedTown(database.url, { strategy, chunkSize: 50, onRun: (run) => news.push(run) })
    expect(news).toEqual([{ run: failed, kind: 'continued', lanes: 1 }])
    expect(await townCounts(database.url)).toEqual(all)
    expect(await ask(database.url, kept)).toBe(before)
  })

  it('leave sequences after the keys that are there, when a chunk fails', async () => {
    await change(database.url, lastChunk)
    await failureFrom(seedTown(database.url, { strategy, chunkSize: 50 }))
    expect(await ask(database.url, "select nextval('visits_id_seq')")).toBe('201')
    expect(await ask(database.url, "select nextval('residents_id_seq')")).toBe('1040')
  })

  it.each(['chunk', 'table', 'run'] as const)(
    'name a constraint that is checked when a %s is committed',
    async (transaction) => {
      await change(
        database.url,
        `alter table papers add constraint ghosts foreign key (id) references "select" (id)
           deferrable initially deferred`,
      )
      const failure = await failureFrom(seedTown(database.url, { strategy, transaction }))
      expect(failure).toEqual({
        code: 'LOAD_FOREIGN_KEY',
        message: 'Cannot load "papers": a row refers to a row that does not exist',
        why: 'The server said: insert or update on table "papers" violates foreign key constraint "ghosts" (SQLSTATE 23503).',
        fix: 'Load the referenced table too, or let the column be generated as a reference to it.',
        exitCode: 4,
      })
      const before = transaction === 'run' ? nothing : { ...nothing, kinds: 3 }
      expect(await townCounts(database.url)).toEqual(before)
    },
  )

  it.each([
    {
      cause: 'a unique index',
      statement: 'create unique index one_title on papers (title)',
      code: 'LOAD_UNIQUE',
      what: (row: string) => `${row} repeats a value that must be unique`,
      row: 'row 2',
    },
    {
      cause: 'a foreign key',
      statement:
        'alter table papers add constraint ghosts foreign key (id) references "select" (id)',
      code: 'LOAD_FOREIGN_KEY',
      what: () => 'a row refers to a row that does not exist',
      row: 'a row',
    },
    {
      cause: 'a trigger',
      statement: `create function refuse() returns trigger language plpgsql
          as $$ begin raise exception 'no %', new.title; end $$;
        create trigger refuse before insert on papers for each row execute function refuse()`,
      code: 'LOAD_TRIGGER',
      what: (row: string) => `${row} was refused by a function in the database`,
      row: 'row 0',
    },
    {
      cause: 'a check',
      statement: `alter table papers add check (title <> 'plain')`,
      code: 'LOAD_CHECK',
      what: (row: string) => `${row} breaks a check constraint`,
      row: 'row 4',
    },
  ])('tell of $cause that the plan does not know', async ({ statement, code, what, row }) => {
    await change(database.url, statement)
    const failure = await failureFrom(seedTown(database.url, { strategy }))
    const place = strategy === 'copy' ? row : 'a row'
    expect(failure).toMatchObject({
      code,
      message: `Cannot load "papers": ${what(place)}`,
      exitCode: 4,
    })
    expect(await townCounts(database.url)).toEqual({ ...nothing, kinds: 3 })
  })

  it('do not take rows for stored that a trigger leaves out', async () => {
    await change(
      database.url,
      `create function skip() returns trigger language plpgsql
         as $$ begin return case when new.id in (60, 70) then null else new end; end $$;
       create trigger skip before insert on papers for each row execute function skip()`,
    )
    const failure = await failureFrom(seedTown(database.url, { strategy, chunkSize: 10 }))
    expect(failure).toEqual({
      code: 'LOAD_ROWS_MISSING',
      message: 'Cannot load "papers": the server stored 9 of 10 rows',
      why: 'Rows 10 to 19 were sent; a trigger or a rule left some out.',
      fix: 'Disable that trigger or rule for the load; this chunk was rolled back.',
      exitCode: 4,
    })
    expect(await townCounts(database.url)).toEqual({ ...nothing, kinds: 3, papers: 10 })
  })

  it.each([
    { transaction: 'run', visits: 0, residents: 0 },
    { transaction: 'table', visits: 0, residents: 40 },
    { transaction: 'chunk', visits: 100, residents: 40 },
  ] as const)('are rolled back when a run by $transaction is interrupted', async (way) => {
    const { transaction, ...left } = way
    const controller = new AbortController()
    const reason = new DownpourError({
      code: 'INTERRUPTED',
      message: 'Stopped by SIGINT',
      why: 'Somebody wished it.',
      fix: 'Begin again.',
      exitCode: 130,
    })
    const failure = await failureFrom(
      seedTown(database.url, {
        strategy,
        transaction,
        chunkSize: 50,
        signal: controller.signal,
        onProgress: ({ table, rows }) => {
          if (table === 'visits' && rows >= 100) controller.abort(reason)
        },
      }),
    )
    expect(failure).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
    expect(await townCounts(database.url)).toMatchObject(left)
  })

  it('end at once when the run is interrupted while the server makes it wait', async () => {
    const controller = new AbortController()
    const reason = new DownpourError({
      code: 'INTERRUPTED',
      message: 'Stopped by SIGINT',
      why: 'Somebody wished it.',
      fix: 'Begin again.',
      exitCode: 130,
    })
    await withSql(database.url, async (sql) => {
      await sql.unsafe('begin; lock table visits in access exclusive mode')
      const seeding = failureFrom(
        seedTown(database.url, { strategy, existing: 'append', signal: controller.signal }),
      )
      const waiting = `select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`
      await waitUntil(async () => (await ask(database.url, waiting)) === '1')
      controller.abort(reason)
      expect(await seeding).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
    })
  })

  it('end at once when the server ends the session of a run by run', async () => {
    const failure = await failureFrom(
      seedTown(database.url, {
        strategy,
        transaction: 'run',
        chunkSize: 1,
        ...endingSessions('loading'),
      }),
    )
    expect(failure).toEqual({
      code: 'LOAD_CONNECTION',
      message: 'Cannot load "visits": the connection to the server was lost',
      // The system may refuse what is being sent before the server's last words have been read.
      why: expect.stringMatching(
        /^(?:The server said: terminating connection due to administrator command \(SQLSTATE 57P01\)|The connection broke \((?:EPIPE|ECONNRESET)\))\.$/,
      ) as string,
      fix: 'Look into the server’s log; once it answers again, run the command again.',
      exitCode: 4,
    })
    expect(await townCounts(database.url)).toEqual(nothing)
  })

  it('are done again when the server ends every session of a run with a ledger', async () => {
    const other = await createTownDatabase()
    await seedTown(other.url)
    const sums = await checksumsOf(other.url, townTables)
    await other.drop()

    const ending = endingSessions('all')
    const report = await seedTown(database.url, { strategy, chunkSize: 1, ...ending })
    // The lane's, the lock's and the one that looks.
    expect(await ending.ended()).toBeGreaterThanOrEqual(3)
    expect(report).toMatchObject({ rows: 339 })
    expect(await checksumsOf(database.url, townTables)).toEqual(sums)
    expect(await ask(database.url, "select nextval('visits_id_seq')")).toBe('222')
  })
})

/**
 * Ends sessions of a run once, in the middle of `visits`: all of them, or those apart that hold its
 * lock, whose loss has an error of its own.
 */
function endingSessions(which: 'all' | 'loading') {
  const condition =
    which === 'all'
      ? ''
      : `and not exists (
           select from pg_locks
           where pg_locks.pid = pg_stat_activity.pid and locktype = 'advisory')`
  let ending: Promise<string> | undefined
  return {
    onProgress({ table, rows }: LoadProgress): void {
      if (table !== 'visits' || rows < 20) return
      ending ??= ask(
        database.url,
        `select count(pg_terminate_backend(pid)) from pg_stat_activity
           where datname = current_database() and application_name like 'downpour%' ${condition}`,
      )
    },
    ended: async () => Number(await ending),
  }
}

describe('runSeed', () => {
  it('names the generator’s own error, and leaves earlier chunks', async () => {
    const failing = createGenerator('failing', () =>
      fillVector({ kind: 'text' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          if (rows.numbers[i] === 5015) throw new TypeError('that is too much')
          out.values[i] = 'fine'
        }
      }),
    )
    const failure = await failureFrom(
      seedTown(database.url, {
        chunkSize: 1000,
        refine: { papers: { count: 5500, columns: { body: failing, title: failing } } },
      }),
    )
    expect(failure).toEqual({
      code: 'LOAD_GENERATOR',
      message: 'Cannot load "papers": a generator failed between rows 5000 and 5499',
      why: 'It threw TypeError.',
      fix: 'Correct the generator in the seeder; this chunk was rolled back. With --show-values the error is told as a whole.',
      exitCode: 4,
    })
    expect(await townCounts(database.url)).toMatchObject({ papers: 5000 })
  })

  it('stores what it reports, and reports every table', async () => {
    const report = await seedTown(database.url, { chunkSize: 50 })
    expect(report).toMatchObject({ rows: 339, profile: 'test', seed: 1 })
    expect(report.tables.map(({ table, rows, chunks }) => [table, rows, chunks])).toEqual([
      ['kinds', 3, 1],
      ['papers', 25, 1],
      ['places', 20, 1],
      ['residents', 40, 1],
      ['samples', 30, 1],
      ['visits', 221, 5],
    ])
    const sums = await checksumsOf(database.url, townTables)
    expect(Object.fromEntries(Object.entries(sums).map(([key, { rows }]) => [key, rows]))).toEqual(
      all,
    )
  })
})
