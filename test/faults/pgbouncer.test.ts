import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import type { Patience } from '../../src/run/lane.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import { downpour, startDownpour } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { openOther, waitForBlockedLanes } from '../support/other-session.ts'
import type { OtherSession } from '../support/other-session.ts'
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import type { PgBouncer } from '../support/pgbouncer.ts'
import { ask, change, failureFrom, seedTown } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createShopDatabase, makeCompiledShop } from '../support/shop-project.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'
import { undisturbedTown } from '../support/undisturbed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const some: SeedWishes = { counts: { papers: 600, residents: 60 }, chunkSize: 150 }
const patience: Patience = { attempts: 3, reconnectSeconds: 60, silenceSeconds: 15 }

let whole: Readonly<Record<string, TableChecksum>>
beforeAll(async () => {
  whole = await undisturbedTown(some)
})

let database: TestDatabase
let pooler: PgBouncer | undefined
let other: OtherSession | undefined
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(async () => {
  await other?.leave()
  other = undefined
  // With its connections to the server, which outlive its clients'.
  await pooler?.stop()
  pooler = undefined
  await expectNothingLeft(database.url)
  await database.drop()
})

/** @returns the database's URL by way of the pooler */
async function pool(poolSize: number, ...settings: string[]): Promise<string> {
  pooler = await startPgBouncer({ poolSize, settings })
  return pooler.through(database.url)
}

async function expectWhole(): Promise<void> {
  expect(await checksumsOf(database.url, townTables)).toEqual(whole)
}

const reason = noPgBouncer()
const unless = reason === undefined ? '' : ` (${reason})`

describe.skipIf(reason)(`behind PgBouncer in transaction mode, a session${unless}`, () => {
  it('knows of the pooler', async () => {
    const [pooled, direct] = await Promise.all([
      openSession({ url: await pool(1) }),
      openSession({ url: database.url }),
    ])
    expect([pooled.pooled, direct.pooled]).toEqual([true, false])
    await Promise.all([pooled.close(), direct.close()])
  })
})

describe.skipIf(reason)(`behind PgBouncer in transaction mode, a run${unless}`, () => {
  it.each(['keep', 'defer'] as const)('is the same with indexes: %s', async (indexes) => {
    // For the lock, the main session and two lanes.
    await seedTown(await pool(4), { ...some, lanes: 2, indexes })
    await expectWhole()
  })

  it('goes on after a SIGKILL', async () => {
    const cwd = await makeCompiledShop()
    await database.drop()
    database = await createShopDatabase(cwd)
    const url = await pool(4)
    const seed = ['seed', '--database-url', url, '--lanes']
    const counts = ['--count', 'notes=4000', '--chunk-size', '500', '--indexes', 'defer']
    await change(database.url, GATE)
    other = await openOther(database.url, 'select from gate for update')
    const running = startDownpour([...seed, '2', ...counts], { cwd })
    await waitForBlockedLanes(database.url, 2)
    running.process.kill('SIGKILL')
    expect((await running.finished).exitCode).toBe(null)
    expect(await ask(database.url, 'select count(*) from notes')).toBe('1500')
    await other.leave()
    const resumed = await downpour([...seed, '1', '--resume'], { cwd })
    expect(resumed.exitCode).toBe(0)
    const notes = `select concat_ws(' ', count(*), count(distinct id), min(id), max(id)) from notes`
    expect(await ask(database.url, notes)).toBe('4000 4000 1 4000')
    const indexes = `select string_agg(indexrelid::regclass::text, ' ' order by 1) from (
      select indexrelid from pg_index where indrelid in ('notes'::regclass, 'people'::regclass)
        and indisvalid order by indexrelid::regclass::text) as i`
    expect(await ask(database.url, indexes)).toBe('notes_pkey people_email_key people_pkey')
  })

  it('takes turns where there are fewer connections than lanes', async () => {
    await seedTown(await pool(2), { ...some, lanes: 3 })
    await expectWhole()
  })

  it('fails with a reason where there is but one, which its lock needs', async () => {
    const url = await pool(1, 'query_wait_timeout = 2')
    expect(await failureFrom(seedTown(url, { ...some, lanes: 2 }))).toEqual({
      code: 'CONNECTION_LOST',
      message: `Lost the connection to database "${database.name}" on ${new URL(url).host}`,
      why: 'The server said: query_wait_timeout (SQLSTATE 08P01).',
      fix: 'Let the pooler have more connections to the server (default_pool_size): a run needs two, and one for each lane.',
      exitCode: 4,
    })
  })

  it('has fewer lanes where the pooler takes no more clients', async () => {
    const url = await pool(4, 'max_client_conn = 3')
    await seedTown(url, { ...some, lanes: 2, patience })
    await expectWhole()
    expect(await ask(database.url, 'select count(distinct done_by) from downpour.steps')).toBe('1')
  })

  it('is refused where the pooler takes too few clients', async () => {
    const url = await pool(4, 'max_client_conn = 2')
    expect(await failureFrom(seedTown(url, { ...some, lanes: 2, patience }))).toEqual({
      code: 'CONNECT_TOO_MANY',
      message: `Cannot connect to database "${database.name}" on ${new URL(url).host} as "postgres"`,
      why: 'The server said: no more connections allowed (max_client_conn) (SQLSTATE 08P01).',
      fix: 'Close other connections, or raise that limit.',
      exitCode: 4,
    })
  })

  it('leaves no setting behind in the pooler’s connections, even when it fails', async () => {
    await change(database.url, 'alter table papers add check (id < 300)')
    const url = await pool(3)
    const failure = await failureFrom(seedTown(url, { ...some, indexes: 'defer' }))
    expect(failure).toMatchObject({ code: 'LOAD_CHECK' })
    const sessions: Session[] = []
    for (let number = 0; number < 3; number++) {
      const session = await openSession({ url })
      sessions.push(session)
      // From now on it has one of the three for itself.
      await session.begin()
      const [row] = await session.query(
        `select string_agg(name || ' = ' || setting, ', ') as changed from pg_settings
         where source = 'session' and name <> all ($1::text[])`,
        [
          '{application_name,client_encoding,DateStyle,IntervalStyle,standard_conforming_strings,TimeZone,transaction_isolation}',
        ],
      )
      expect(row).toEqual({ changed: null })
    }
    for (const session of sessions) await session.close()
  })
})

/** Three chunks pass, the others wait at the gate. */
const GATE = `
  create table gate (id int);
  insert into gate values (1);
  create sequence tries;
  create function wait_at_gate() returns trigger language plpgsql as $$ begin
    if nextval('tries') > 3 then perform from gate for share; end if;
    return null; end $$;
  create trigger gate before insert on notes for each statement execute function wait_at_gate()`
