import { drizzle as drizzleOverPg } from 'drizzle-orm/node-postgres'
import { drizzle } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseLedger } from '../../src/ledger/database-ledger.ts'
import { installLedger } from '../../src/ledger/install.ts'
import { listRuns, refuseOtherRuns } from '../../src/ledger/runs.ts'
import type { Step } from '../../src/ledger/step.ts'
import { openSession, withSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import { defaultPatience, runLane } from '../../src/run/lane.ts'
import { inTransaction } from '../../src/run/transaction.ts'
import { seed } from '../../src/seed/seed.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { planWith } from '../support/estimates.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { engineWords, pretendEngine } from '../support/pretend-engine.ts'
import { recordShapes } from '../../bench/support/recorded-run.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { town, townTables } from '../support/town.ts'
import { undisturbedTown } from '../support/undisturbed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const engines = Object.keys(engineWords) as (keyof typeof engineWords)[]
const titles = { cockroach: 'CockroachDB 23.1.11', yugabyte: 'YugabyteDB 2.20.1.3' }
const names = { cockroach: 'CockroachDB', yugabyte: 'YugabyteDB' }

const some: SeedWishes = { counts: { papers: 600, residents: 60 }, chunkSize: 150 }

let whole: Readonly<Record<string, TableChecksum>>
beforeAll(async () => {
  whole = await undisturbedTown(some)
})

let database: TestDatabase
let url: string
beforeEach(async () => {
  database = await createTownDatabase()
  ;({ url } = database)
})
afterEach(async () => {
  await expectNothingLeft(url)
  await database.drop()
})

describe.each(engines)('a server that says it is %s', (engine) => {
  beforeEach(() => pretendEngine(database, engine))

  it('gets its rows by INSERT, keeps its indexes, and is told so', async () => {
    const report = await seedTown(url, { ...some, strategy: 'auto', indexes: 'auto', lanes: 2 })
    expect(new Set(report.tables.map(({ strategy }) => strategy))).toEqual(new Set(['values']))
    expect(report.database).toMatchObject({
      server: names[engine],
      version: titles[engine].split(' ')[1],
    })
    expect(report.notes[0]).toBe(
      `${titles[engine]}: rows go in by INSERT and indexes stay; Downpour has not been tried on a real one`,
    )
    expect(await ask(url, `select count(*) from downpour.steps where kind = 'drop'`)).toBe('0')
    expect(await checksumsOf(url, townTables)).toEqual(whole)
  })

  it('is planned as it is seeded', async () => {
    const plan = await planWith(url, {
      options: { counts: { papers: 100_000 }, only: ['papers', 'samples'] },
    })
    expect(plan.database).toMatchObject({ server: names[engine] })
    expect(new Set(plan.tables.map(({ strategy }) => strategy))).toEqual(new Set(['values']))
    expect(plan.dropped).toEqual([])
    expect(plan.time).toBe(null)
    expect(plan.notes).toEqual(
      expect.arrayContaining([
        `${titles[engine]}: rows go in by INSERT and indexes stay; Downpour has not been tried on a real one`,
        'How long it takes is not known: temporary tables tell nothing of distributed ones',
      ]),
    )
  })

  it.each([
    {
      wishes: { indexes: 'defer' },
      code: 'ENGINE_INDEXES',
      option: '--indexes defer',
      why: `Indexes and keys are dropped for the load and built again on PostgreSQL only: nobody has tried it on ${names[engine]}.`,
      fix: 'Leave it out: they stay.',
    },
    ...[
      { wishes: { ledger: 'no ledger' }, option: '--no-ledger' },
      { wishes: { transaction: 'run' }, option: '--transaction run' },
    ].map((alone) => ({
      ...alone,
      code: 'ENGINE_ALONE',
      why: `Only an advisory lock would keep another run away, and not every ${names[engine]} has those.`,
      fix: 'Leave it out: runs that are written down in the ledger are kept apart by it.',
    })),
  ])('is not asked for $option', async ({ wishes, code, option, why, fix }) => {
    const refusal = {
      code,
      message: `${option} cannot be had on ${names[engine]}`,
      why,
      fix,
      exitCode: 2,
    }
    expect(await failureFrom(seedTown(url, { ...some, ...(wishes as SeedWishes) }))).toEqual(
      refusal,
    )
    const { ledger = 'ledger', ...options } = wishes as SeedWishes
    expect(await failureFrom(planWith(url, { ledger, options: options as object }))).toEqual(
      refusal,
    )
    expect(await ask(url, `select to_regclass('downpour.runs')`)).toBe('null')
    expect(await townCounts(url)).toMatchObject({ kinds: 0, papers: 0 })
  })

  it('is said never to have been tried where its catalog lacks something', async () => {
    await change(
      url,
      `create function public.format_type(oid, integer) returns text language plpgsql as
       $$ begin raise 'unknown function: format_type()' using errcode = '42883'; end $$`,
    )
    const untried = {
      code: 'ENGINE_UNTRIED',
      message: `${titles[engine]} has refused a statement that PostgreSQL takes`,
      why: `The server said: unknown function: format_type() (SQLSTATE 42883). Downpour has not been tried on ${names[engine]}.`,
      fix: 'Use PostgreSQL; what is known of other engines is in docs/engines.md.',
      exitCode: 4,
    }
    expect(await failureFrom(seedTown(url, some))).toEqual(untried)
    expect(await failureFrom(planWith(url))).toEqual(untried)
    const own = postgres(url, { max: 1, onnotice: () => {} })
    expect(await failureFrom(seed(drizzle(own), town))).toEqual(untried)
    await own.end()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    expect(await failureFrom(seed(drizzleOverPg(pool), town))).toEqual(untried)
    await pool.end()
  })

  it('is emptied without an advisory lock, too', async () => {
    await seedTown(url, { ...some, strategy: 'auto' })
    await resetDatabase({
      url,
      tables: townTables,
      only: undefined,
      confirm: undefined,
      environment: 'test',
      signal: new AbortController().signal,
    })
    expect(await townCounts(url)).toMatchObject({ residents: 0, papers: 0 })
  })
})

describe('COPY where it is asked for', () => {
  it('goes to CockroachDB as to PostgreSQL', async () => {
    await pretendEngine(database, 'cockroach')
    const report = await seedTown(url, { ...some, strategy: 'copy' })
    expect(report.notes[0]).toBe(
      'CockroachDB 23.1.11: rows go in by COPY and indexes stay; Downpour has not been tried on a real one',
    )
    expect(await checksumsOf(url, townTables)).toEqual(whole)
  })

  it('tells YugabyteDB not to commit in between, in words that PostgreSQL does not know', async () => {
    await pretendEngine(database, 'yugabyte')
    const { why, ...failure } = await failureFrom(seedTown(url, { ...some, strategy: 'copy' }))
    expect(why).toBe('The server said: option "…" not recognized (SQLSTATE 42601).')
    expect(failure).toMatchObject({ code: 'LOAD_SCHEMA', exitCode: 4 })
    expect(await townCounts(url)).toMatchObject({ kinds: 0, papers: 0 })
  })
})

describe.each([1, 4])('a transaction that is given up at its commit, with lanes: %d', (lanes) => {
  it.each([
    ['40001', 'restart transaction: TransactionRetryWithProtoRefreshError'],
    ['40003', 'result is ambiguous: context canceled'],
  ])('is done again after %s', async (code, message) => {
    await pretendEngine(database, 'cockroach')
    await change(
      url,
      `create sequence commits;
       create function give_up() returns trigger language plpgsql as $$ begin
         if nextval('commits') <= 3 then raise '${message}' using errcode = '${code}'; end if;
         return null; end $$;
       create constraint trigger give_up after insert on papers
         deferrable initially deferred for each row execute function give_up()`,
    )
    await seedTown(url, { ...some, strategy: 'auto', lanes })
    expect(await ask(url, 'select last_value from commits')).toBe(String(3 + 600))
    expect(await checksumsOf(url, townTables)).toEqual(whole)
  })
})

describe('a commit that CockroachDB has lost sight of', () => {
  it('is not repeated when it has happened', async () => {
    await withSession({ url }, async (session) => {
      await installLedger(session)
      await recordShapes(session, 'ambiguous', [{ chunks: 3 }])
    })
    const performed: string[] = []
    const committed: string[] = []
    const nameOf = ({ kind, number }: Step) => `${kind} ${number}`
    let isLost = false
    const end = await runLane({
      url,
      open: async () => {
        const session = await openSession({ url })
        return Object.create(session, {
          commit: {
            value: async () => {
              await session.commit()
              if (performed.length !== 2 || isLost) return
              isLost = true
              const fields = { code: '40003', severity: 'ERROR' }
              throw Object.assign(new Error('result is ambiguous'), fields)
            },
          },
        }) as Session
      },
      ledger: databaseLedger('ambiguous', 'lane 1'),
      perform: (_session, step) => {
        performed.push(nameOf(step))
        return Promise.resolve({ seconds: 0, generateSeconds: 0 })
      },
      signal: new AbortController().signal,
      onCommitted: (step) => committed.push(nameOf(step)),
      onRolledBack: () => {},
      explain: ({ error }) => Promise.resolve(error),
      patience: defaultPatience,
    })
    expect(end).toEqual({ kind: 'done' })
    const steps = ['chunk 0', 'chunk 1', 'chunk 2', 'settle 0', 'finish 0']
    expect([isLost, performed, committed]).toEqual([true, steps, steps])
  })
})

describe('a server that shows nobody’s sessions', () => {
  it('is not taken for dead while it is at a long statement', async () => {
    await pretendEngine(database, 'cockroach')
    await change(
      url,
      `create view public.pg_stat_activity as select * from pg_catalog.pg_stat_activity where false;
       create sequence tries;
       create function dawdle() returns trigger language plpgsql as $$ begin
         perform nextval('tries'), pg_sleep(1.5); return null; end $$;
       create trigger dawdle after insert on papers for each statement execute function dawdle()`,
    )
    const patience = { ...defaultPatience, silenceSeconds: 0.3 }
    await seedTown(url, { ...some, strategy: 'auto', chunkSize: 1000, patience })
    expect(await ask(url, 'select last_value from tries')).toBe('1')
  })
})

describe(refuseOtherRuns, () => {
  it('lets one of several runs begin, and names it to the others', async () => {
    await withSession({ url }, (session) => installLedger(session))
    const begin = (id: string) =>
      withSession({ url }, (session) =>
        inTransaction(session, async () => {
          await refuseOtherRuns(session, [])
          await recordShapes(session, id, [{ chunks: 1 }])
        }),
      )
    const begun = await Promise.allSettled(['a1', 'b2', 'c3'].map(begin))
    const [winner] = ['a1', 'b2', 'c3'].filter((_, n) => begun[n]!.status === 'fulfilled')
    expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await failureFrom(begin('d4'))).toEqual({
      code: 'REFUSED_BUSY',
      message: 'Another run is at work on this database',
      why: `Run ${winner} of pid 4711 on shop-1 has begun meanwhile.`,
      fix: 'Help it with --join latest, or wait until it has ended.',
      exitCode: 2,
    })
    await withSession({ url }, (session) =>
      inTransaction(session, async () =>
        refuseOtherRuns(session, await listRuns(session, ['running'])),
      ),
    )
  })
})
