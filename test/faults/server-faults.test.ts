import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { DownpourError } from '../../src/errors.ts'
import * as f from '../../src/generate/generators/index.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import {
  builtinLocale,
  initialiseCluster,
  startCluster,
  stopCluster,
} from '../../src/postgres/embedded/cluster.ts'
import { freePort } from '../../src/postgres/embedded/port.ts'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'
import { disposableSettings } from '../../src/postgres/embedded/settings.ts'
import { errorObject, formatError } from '../../src/report/error.ts'
import type { Patience } from '../../src/run/lane.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { makeHome, waitUntil } from '../support/embedded.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import {
  createOwner,
  endSessions,
  openOther,
  waitForBlockedLanes,
} from '../support/other-session.ts'
import type { OtherSession } from '../support/other-session.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townRefinements, townTables } from '../support/town.ts'
import { undisturbedTown } from '../support/undisturbed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

/** Enough chunks of the last table for all lanes. */
const some: SeedWishes = { counts: { papers: 600, residents: 60 }, chunkSize: 150 }
const patience: Patience = { attempts: 3, reconnectSeconds: 60, silenceSeconds: 15 }

let whole: Readonly<Record<string, TableChecksum>>
beforeAll(async () => {
  whole = await undisturbedTown(some)
})

let database: TestDatabase
let url: string
let other: OtherSession | undefined
beforeEach(async () => {
  database = await createTownDatabase()
  ;({ url } = database)
})
afterEach(async () => {
  await other?.leave()
  other = undefined
  await expectNothingLeft(url)
  await database.drop()
})

/** Somebody reads papers, and wants nobody to write to it meanwhile. */
async function block(settings = ''): Promise<OtherSession> {
  other = await openOther(url, `${settings}lock table papers in share mode`)
  return other
}

async function expectWhole(): Promise<void> {
  expect(await checksumsOf(url, townTables)).toEqual(whole)
}

function setDefault(setting: string): Promise<void> {
  return change(url, `alter database "${database.name}" set ${setting}`)
}

describe.each([1, 4])('a session that the server ends, with lanes: %d', (lanes) => {
  it('is opened again, for each lane in turn and for all at once', async () => {
    const { leave } = await block()
    const seeding = seedTown(url, { ...some, lanes })
    for (let lane = 1; lane <= lanes; lane++) {
      await waitForBlockedLanes(url, lanes)
      expect(await endSessions(url, `downpour % lane ${lane}`)).toBe(1)
    }
    await waitForBlockedLanes(url, lanes)
    expect(await endSessions(url, 'downpour % lane %')).toBe(lanes)
    await waitForBlockedLanes(url, lanes)
    await leave()
    await seeding
    await expectWhole()
  })

  it('takes the lock on the database again, and the main one is not missed', async () => {
    const { leave } = await block()
    const seeding = seedTown(url, { ...some, lanes })
    await waitForBlockedLanes(url, lanes)
    const holder = await lockHolder()
    expect(await endSessions(url, 'downpour (pid %')).toBe(1)
    await waitUntil(async () => /^\d+$/.test(await lockHolder()))
    expect(await lockHolder()).not.toBe(holder)
    expect(await endSessions(url, 'downpour')).toBe(1)
    await leave()
    expect((await seeding).rows).toBeGreaterThan(900)
    await expectWhole()
  })

  it('is opened again when it is every session of the run', async () => {
    const { leave } = await block()
    const seeding = seedTown(url, { ...some, lanes })
    await waitForBlockedLanes(url, lanes)
    expect(await endSessions(url, 'downpour%')).toBe(lanes + 2)
    await leave()
    await seeding
    await expectWhole()
  })
})

function lockHolder(): Promise<string> {
  return ask(
    url,
    `select string_agg(pid::text, ',') from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
  )
}

describe.each([1, 4])('a fault of the server, with lanes: %d', (lanes) => {
  it('ends the run at once when it is a statement timeout, to be resumed', async () => {
    await setDefault(`statement_timeout = '500ms'`)
    await change(url, slowly(0.005))
    expect(await failureFrom(seedTown(url, { ...some, lanes }))).toEqual({
      code: 'LOAD_CANCELLED',
      message: 'Cannot load "papers": the server cancelled the statement',
      why: 'The server said: canceling statement due to statement timeout (SQLSTATE 57014).',
      fix: 'Use a smaller chunk size, or raise statement_timeout.',
      exitCode: 4,
    })
    expect(Number(await attempts())).toBeLessThanOrEqual(150 * lanes)
    await setDefault('statement_timeout = 0')
    await change(url, 'drop trigger slow on papers')
    await seedTown(url, { ...some, lanes, unfinished: 'resume' })
    await expectWhole()
  })

  it('is retried and then named with its culprit when it is a lock timeout', async () => {
    await setDefault(`lock_timeout = '30ms'`)
    const { pid, leave } = await block()
    expect(await failureFrom(seedTown(url, { ...some, lanes, patience }))).toEqual({
      code: 'LOAD_LOCK',
      message: 'Cannot load "papers": another session holds a lock on it',
      why: `The server said: canceling statement due to lock timeout (SQLSTATE 55P03). Held by process ${pid} (somebody else, idle in transaction).`,
      fix: 'End the session that holds the lock (pg_blocking_pids names it), and run it again.',
      exitCode: 4,
    })
    await leave()
    await seedTown(url, { ...some, lanes, patience, unfinished: 'resume' })
    await expectWhole()
  })

  it('is survived when it is a deadlock', async () => {
    await setDefault(`deadlock_timeout = '50ms'`)
    await change(url, 'create table gate (id int); insert into gate values (1)')
    other = await openOther(url, `set deadlock_timeout = '1h'; select from gate for update`)
    const { run, leave } = other
    await change(url, meeting(other.pid, lanes))
    const seeding = seedTown(url, { ...some, lanes })
    await waitUntil(async () => Number(await attempts()) >= lanes)
    // It waits for a lane; the lane waits for the gate, and is the one that has to give up.
    await run(`select from downpour.steps where kind = 'chunk' and not is_done
      order by number limit 1 for update`)
    await leave()
    await seeding
    await expectWhole()
  })

  it('is survived when a transaction cannot be serialized', async () => {
    await setDefault(`default_transaction_isolation = 'serializable'`)
    await change(
      url,
      `create sequence tries;
       create function conflict() returns trigger language plpgsql as $$ begin
         if nextval('tries') <= 3 then raise 'conflict' using errcode = '40001'; end if;
         return null; end $$;
       create trigger conflict before insert on papers for each statement execute function conflict()`,
    )
    await seedTown(url, { ...some, lanes })
    expect(await attempts()).toBe(String(3 + 4))
    await expectWhole()
  })

  it('needs no ledger where the role may not create one', async () => {
    const role = `${database.name}_owner`
    const owner = await createOwner(url, { role, mayCreate: false })
    expect(await failureFrom(seedTown(owner, { ...some, lanes }))).toEqual({
      code: 'LEDGER_NO_RIGHT',
      message: 'Cannot use the ledger, the tables in which runs are written down',
      why: `The server said: permission denied for database ${database.name} (SQLSTATE 42501).`,
      fix: 'Let a role that may create schemas run "npx downpour init --role ROLE" once, or seed with --no-ledger: such a run cannot be resumed, joined or undone.',
      exitCode: 2,
    })
    expect(await townCounts(url)).toMatchObject({ kinds: 0, papers: 0 })
    const before = await indexIds()
    const report = await seedTown(owner, {
      ...some,
      lanes,
      ledger: 'no ledger',
      indexes: 'defer',
    })
    expect(report.lanes).toBe(1)
    expect(await indexIds()).toBe(before)
    await expectWhole()
    await change(url, `drop owned by ${role} cascade; drop role ${role}`)
  })
})

/** Lanes go to the gate once somebody else waits for one of them. */
const meeting = (somebody: number, lanes: number) => `
  create sequence tries;
  create function meet() returns trigger language plpgsql as $$ begin
    if nextval('tries') <= ${lanes} then
      while not exists (select from pg_locks where pid = ${somebody} and not granted) loop
        perform pg_sleep(0.01);
      end loop;
    end if;
    perform from gate for share;
    return null; end $$;
  create trigger meet before insert on papers for each statement execute function meet()`

/** A trigger that counts rows, even those rolled back, and takes its time over each. */
const slowly = (seconds: number) => `
  create sequence tries;
  create function slow() returns trigger language plpgsql as
    $$ begin perform nextval('tries'), pg_sleep(${seconds}); return new; end $$;
  create trigger slow before insert on papers for each row execute function slow()`

const attempts = () => countOf('tries')

function countOf(sequence: string): Promise<string> {
  return ask(url, `select case when is_called then last_value else 0 end from ${sequence}`)
}

/** Indexes that were dropped and built again have other numbers. */
const indexIds = () =>
  ask(url, `select string_agg(indexrelid::text, ',' order by indexrelid) from pg_index`)

describe('a limit of connections', () => {
  let owner: string
  let role: string
  async function limit(connections: number): Promise<void> {
    role = `${database.name}_owner`
    owner = await createOwner(url, { role, clauses: `connection limit ${connections}` })
  }
  afterEach(() => change(url, `drop owned by ${role} cascade; drop role ${role}`))

  it('leaves a run with the lanes that it allows', async () => {
    // The main session, that of the lock, and two lanes.
    await limit(4)
    const { leave } = await block()
    const seeding = seedTown(owner, { ...some, lanes: 4, patience })
    await waitForBlockedLanes(url, 2)
    await leave()
    await seeding
    const workers = `select count(distinct done_by) from downpour.steps`
    expect(await ask(url, workers)).toBe('2')
    await expectWhole()
  })

  it.each([0, 1, 2])('ends a run when it allows no lane at all: %d', async (connections) => {
    await limit(connections)
    const { host } = new URL(url)
    expect(await failureFrom(seedTown(owner, { ...some, lanes: 4, patience }))).toEqual({
      code: 'CONNECT_TOO_MANY',
      message: `Cannot connect to database "${database.name}" on ${host} as "${role}"`,
      why: `The server said: too many connections for role "${role}" (SQLSTATE 53300).`,
      fix: 'Close other connections, or raise max_connections on the server.',
      exitCode: 4,
    })
    await change(url, `alter role ${role} connection limit -1`)
    await seedTown(owner, some)
    await expectWhole()
  })
})

describe('a server that takes no writes', () => {
  const refusal = {
    code: 'REFUSED_READ_ONLY',
    message: 'Cannot seed: the server takes no writes',
    why: 'It is a standby, or its transactions are read-only by default.',
    fix: 'Use the primary server.',
    exitCode: 2,
  }

  it('is refused before the ledger is made', async () => {
    await setDefault('default_transaction_read_only = on')
    expect(await failureFrom(seedTown(url, some))).toEqual(refusal)
    expect(await ask(url, `select to_regnamespace('downpour') is null`)).toBe('true')
  })

  it('is refused when it is a standby', async () => {
    const dataFolder = join(await makeHome(), '..', 'standby')
    const user = await serverUser()
    const cluster = { binFolder: inject('binFolder'), dataFolder, user }
    await initialiseCluster(cluster, { password: 'secret', locale: builtinLocale })
    await writeFile(join(dataFolder, 'standby.signal'), '')
    const settings = { ...disposableSettings, wal_level: 'replica', max_wal_senders: '10' }
    const port = await freePort()
    await startCluster(cluster, { port, settings, logFile: `${dataFolder}.log` })
    const standby = `postgres://postgres:secret@127.0.0.1:${port}/postgres`
    expect(await failureFrom(seedTown(standby, some))).toEqual(refusal)
    await stopCluster(dataFolder)
  })
})

const canary = 'CANARY-0171'

/** Papers of which some hold the canary. */
function canaryIn(...rows: number[]): Refinements {
  const papers = townRefinements['papers']!
  const title = f.faker((_, row) => (rows.includes(row) ? canary : 'fine'))
  return { papers: { ...papers, columns: { ...papers.columns, title } } }
}

const knownTitles = `create table known_titles (title text primary key);
  insert into known_titles values ('fine'); alter table papers add constraint fk_title
  foreign key (title) references known_titles`

const refusing = (action: string) => `
  create function refuse() returns trigger language plpgsql as $$ begin
    if new.title <> 'fine' then ${action}; end if; return new; end $$;
  create trigger refuse before insert on papers for each row execute function refuse()`

const violations = [
  {
    name: 'a unique index',
    rows: [20, 40],
    sql: `create unique index uq_title on papers (title) where title <> 'fine'`,
    repair: 'drop index uq_title',
    failure: {
      code: 'LOAD_UNIQUE',
      message: 'Cannot load "papers": row 40 repeats a value that must be unique',
      why: 'The server said: duplicate key value violates unique constraint "uq_title" (SQLSTATE 23505).',
      fix: 'Make the column’s generator unique, or empty the table first: npx downpour reset.',
    },
  },
  {
    name: 'a foreign key',
    rows: [40],
    sql: knownTitles,
    repair: `insert into known_titles values ('${canary}')`,
    failure: {
      code: 'LOAD_FOREIGN_KEY',
      message: 'Cannot load "papers": a row refers to a row that does not exist',
      why: 'The server said: insert or update on table "papers" violates foreign key constraint "fk_title" (SQLSTATE 23503).',
      fix: 'Load the referenced table too, or let the column be generated as a reference to it.',
    },
  },
  {
    name: 'a foreign key that is checked at the commit',
    rows: [40],
    sql: `${knownTitles} deferrable initially deferred`,
    repair: `insert into known_titles values ('${canary}')`,
    failure: {
      code: 'LOAD_FOREIGN_KEY',
      message: 'Cannot load "papers": a row refers to a row that does not exist',
      why: 'The server said: insert or update on table "papers" violates foreign key constraint "fk_title" (SQLSTATE 23503).',
      fix: 'Load the referenced table too, or let the column be generated as a reference to it.',
    },
  },
  {
    name: 'a check',
    rows: [40],
    sql: `alter table papers add constraint ck_title check (title = 'fine')`,
    repair: 'alter table papers drop constraint ck_title',
    failure: {
      code: 'LOAD_CHECK',
      message: 'Cannot load "papers": row 40 breaks a check constraint',
      why: 'The server said: new row for relation "papers" violates check constraint "ck_title" (SQLSTATE 23514).',
      fix: 'Choose a generator for the column whose values the constraint allows.',
    },
  },
  {
    name: 'a trigger that skips rows',
    rows: [40],
    sql: refusing('return null'),
    repair: 'drop trigger refuse on papers',
    failure: {
      code: 'LOAD_ROWS_MISSING',
      message: 'Cannot load "papers": the server stored 149 of 150 rows',
      why: 'Rows 0 to 149 were sent; a trigger or a rule left some out.',
      fix: 'Disable that trigger or rule for the load; this chunk was rolled back.',
    },
  },
  {
    name: 'a trigger that raises an error',
    rows: [40],
    sql: refusing(`raise 'no % here', new.title`),
    repair: 'drop trigger refuse on papers',
    failure: {
      code: 'LOAD_TRIGGER',
      message: 'Cannot load "papers": row 40 was refused by a function in the database',
      why: 'The server said: function refuse() raised an error (SQLSTATE P0001).',
      fix: 'Look up the message in the server’s log; correct the generator or the trigger.',
    },
  },
  {
    name: 'a missing partition',
    rows: [40],
    sql: `alter table papers rename to old_papers;
      create table papers (like old_papers including identity) partition by list (title);
      create table fine_papers partition of papers for values in ('fine')`,
    repair: 'create table other_papers partition of papers default',
    failure: {
      code: 'LOAD_PARTITION',
      message: 'Cannot load "papers": row 40 belongs to no partition of the table',
      why: 'The server said: no partition of relation "papers" found for row (SQLSTATE 23514).',
      fix: 'Create the missing partition (or a DEFAULT one), or keep the partition key within the existing ones.',
    },
  },
]

describe('a row that the server refuses, on one of four lanes', () => {
  it.each(violations)(
    'ends all of them, without its values, because of $name',
    async ({ rows, sql, repair, failure }) => {
      await change(url, sql)
      await change(url, COUNTING)
      const wishes: SeedWishes = { ...some, only: ['papers'], lanes: 4, refine: canaryIn(...rows) }
      const error = await seedTown(url, wishes).catch((reason: unknown) => reason)
      const { code, message, why, fix, exitCode, table } = error as DownpourError
      expect({ code, message, why, fix }).toEqual(failure)
      expect({ exitCode, table }).toEqual({ exitCode: 4, table: 'papers' })
      // Not again, but by a lane that claims it before it hears of the failure.
      expect(['1', '2', '3', '4']).toContain(await countOf('first_chunk'))
      expect(await ask(url, 'select count(*) from papers where id < 200')).toBe('0')
      expect(tellings(error as DownpourError)).not.toContain(canary)
      expect(await ledgerText()).not.toContain(canary)
      expect(await ask(url, `select string_agg(state, ',') from downpour.runs`)).toBe('running')
      await change(url, repair)
      await seedTown(url, { ...wishes, unfinished: 'resume' })
      expect(await ask(url, 'select count(*) from papers')).toBe('600')
    },
  )

  it('is named with its column when a value is missing', async () => {
    await change(url, `alter table "Odd Schema".samples alter whole set not null`)
    const error = await seedTown(url, { ...some, lanes: 4 }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'LOAD_NOT_NULL',
      message: 'Cannot load "samples": row 2 has no value in a column that needs one',
      why: 'The server said: null value in column "whole" of relation "samples" violates not-null constraint (SQLSTATE 23502).',
      fix: 'Give the column a generator without nulls.',
      exitCode: 4,
      table: 'samples',
      column: 'whole',
      row: 2,
    })
    // The server's detail would be the row.
    expect(tellings(error as DownpourError)).not.toMatch(/stamped|Failing row/)
  })

  it('stops the other lanes soon', async () => {
    await change(url, `alter table papers add constraint ck_title check (title = 'fine')`)
    await change(url, slowly(0.001))
    const large = { counts: { papers: 6000 }, only: ['papers'], chunkSize: 150 }
    const seeding = seedTown(url, { ...large, lanes: 4, refine: canaryIn(40) })
    expect(await failureFrom(seeding)).toMatchObject({ code: 'LOAD_CHECK' })
    expect(Number(await attempts())).toBeLessThan(3000)
    expect(Number(await ask(url, 'select count(*) from papers')) % 150).toBe(0)
  })
})

/** Counts how often the first chunk of papers is tried, also when that is rolled back. */
const COUNTING = `
  create sequence first_chunk;
  create function count_it() returns trigger language plpgsql as
    $$ begin perform nextval('first_chunk'); return new; end $$;
  create trigger a_count before insert on papers for each row
    when (new.id = 50) execute function count_it()`

/** Everything that people and machines are told of an error. */
function tellings(error: DownpourError): string {
  const terminal = { isInteractive: false, columns: 80, hasColour: false, write: () => true }
  return [
    formatError(terminal, error),
    JSON.stringify(errorObject(error)),
    inspect(error, { depth: Infinity, showHidden: true }),
  ].join('\n')
}

function ledgerText(): Promise<string> {
  return ask(url, `select schema_to_xml('downpour', true, false, '')`)
}
