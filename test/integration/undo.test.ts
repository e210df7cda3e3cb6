import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { takeRunLock } from '../../src/run/lock.ts'
import { undoRun } from '../../src/run/undo.ts'
import type { UndoReport, UndoRequest } from '../../src/run/undo.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { faultsInBooks, noFaults } from '../support/sound-books.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

/** All but the places, whose key is a UUID. */
const keyed = ['kinds', 'residents', 'visits', 'samples', 'papers']
const more = { residents: 55, samples: 40, papers: 33 }

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(async () => {
  await expectNothingLeft(database.url)
  await database.drop()
})
expectNothingUnhandled()

async function seed(wishes: SeedWishes = {}): Promise<string> {
  return (await seedTown(database.url, { chunkSize: 50, only: keyed, ...wishes })).run
}

const append = (wishes: SeedWishes = {}) => seed({ existing: 'append', ...wishes })

function undo(run: string, wishes: Partial<UndoRequest> = {}): Promise<UndoReport> {
  return undoRun({
    url: database.url,
    run,
    confirm: undefined,
    environment: 'test',
    signal: new AbortController().signal,
    onProgress: () => {},
    ...wishes,
  })
}

/** Their sums are those of the visits to come, unless somebody corrects them. */
async function seedParents(): Promise<void> {
  await seed({ only: ['kinds', 'residents', 'places'] })
  await change(database.url, 'update residents set spent = 0')
}

const sums = () => checksumsOf(database.url, townTables)
const stateOf = (run: string) =>
  ask(database.url, `select state from downpour.runs where id = '${run}'`)

/** Residents whose sum is not that of their visits. */
const wrongSums = `select count(*) from residents r
  where spent <> (select coalesce(sum(price), 0) from visits where resident_id = r.id)`

describe('undoing a first run', () => {
  it('takes its rows away, and no others; sequences stay where they are', async () => {
    await seed({ only: ['places'] })
    const before = await sums()
    const run = await seed()
    expect(await undo(run)).toEqual({
      run,
      tables: [
        { table: 'visits', rows: 221 },
        { table: 'samples', rows: 30 },
        { table: 'residents', rows: 40 },
        { table: 'papers', rows: 25 },
        { table: 'kinds', rows: 3 },
      ],
      rows: 319,
    })
    expect(await sums()).toEqual(before)
    expect(await stateOf(run)).toBe('undone')
    expect(await ask(database.url, "select nextval('residents_id_seq')")).toBe('1040')
  })

  it('keeps to foreign keys that the schema does not know', async () => {
    const run = await seed({ only: ['samples', 'papers'] })
    await change(
      database.url,
      `alter table papers add sample bigint references "Odd Schema".samples; update papers set sample = 1`,
    )
    const { tables } = await undo(run)
    expect(tables).toEqual([
      { table: 'papers', rows: 25 },
      { table: 'samples', rows: 30 },
    ])
  })

  it('leaves alone what was emptied or dropped since, and counts what is gone', async () => {
    await seed({ only: ['places'] })
    const run = await seed()
    await seed({ only: ['samples'], existing: 'reset', counts: { samples: 5 } })
    await change(database.url, 'drop table papers; delete from visits where id <= 10')
    const { tables } = await undo(run)
    expect(tables).toEqual([
      { table: 'visits', rows: 211 },
      { table: 'residents', rows: 40 },
      { table: 'kinds', rows: 3 },
    ])
    expect(await ask(database.url, 'select count(*) from "Odd Schema".samples')).toBe('5')
  })
})

describe('undoing a run that added rows', () => {
  it('gives back what was there, and the same rows can be added again', async () => {
    await seed({ only: ['places'] })
    await seed()
    const before = await sums()
    const run = await append({ counts: more })
    const after = await sums()
    await undo(run)
    expect(await sums()).toEqual(before)
    const again = await append({ counts: more })
    expect(await sums()).toEqual(after)
    await undo(again)
    expect(await sums()).toEqual(before)
  })

  it('lowers the sums of parents that it did not load', async () => {
    await seedParents()
    const before = await sums()
    const run = await append({ only: ['visits'] })
    const after = await sums()
    await undo(run)
    expect(await sums()).toEqual(before)
    const again = await append({ only: ['visits'] })
    expect(await sums()).toEqual(after)
    // Somebody else's, which stay.
    await change(
      database.url,
      `insert into visits (resident_id, region, code, price, visited_on)
         select 1003, region, code, 12.34, '2026-01-01' from "Odd Schema"."Places ""to be""" limit 1;
       update residents set spent = spent + 12.34 where id = 1003`,
    )
    await undo(again)
    expect(await ask(database.url, 'select spent from residents where id = 1003')).toBe('12.34')
    expect(await ask(database.url, wrongSums)).toBe('0')
  })

  it('lowers several sums of a parent', async () => {
    await seedParents()
    const run = await append({ only: ['visits'] })
    await change(
      database.url,
      `alter table residents add codes numeric;
       update residents set codes = 7 + (select sum(code) from visits where resident_id = residents.id);
       update downpour.run_tables set summaries = summaries ||
         jsonb_set(jsonb_set(summaries -> 0, '{column}', '"codes"'), '{childColumn}', '"code"')
         where key = 'visits' and run = '${run}'`,
    )
    await undo(run)
    const both = "select string_agg(distinct spent || ' ' || codes, ',') from residents"
    expect(await ask(database.url, both)).toBe('0.00 7')
  })

  it('takes NULL for a sum of none', async () => {
    await seedParents()
    const run = await append({ only: ['visits'] })
    await change(
      database.url,
      `alter table visits alter price drop not null;
       update visits set price = null where resident_id = 1003;
       update residents set spent = 1 where id = 1003`,
    )
    await undo(run)
    expect(
      await ask(database.url, 'select string_agg(distinct spent::text, $$ $$) from residents'),
    ).toBe('0.00 1.00')
  })
})

describe('undoing a run of the project’s own seeders', () => {
  it('leaves the books as they were', async () => {
    const project = await loadProject(join(import.meta.dirname, '../../downpour.config.ts'))
    const shop = await createTestDatabase()
    const seedShop = (wishes: SeedWishes) =>
      seedTown(shop.url, { project, isEmbedded: true, ...wishes })
    await seedShop({ counts: { users: 18, products: 50, brands: 9 } })
    const before = await checksumsOf(shop.url, project.tables)
    const { run } = await seedShop({
      counts: { users: 60, products: 200, brands: 9 },
      existing: 'append',
      chunkSize: 500,
    })
    await undo(run, { url: shop.url })
    expect(await checksumsOf(shop.url, project.tables)).toEqual(before)
    expect(await faultsInBooks(shop.url)).toEqual(noFaults)
    await shop.drop()
  })
})

describe('undoing a run while another one is unfinished', () => {
  it('puts back first what that one has dropped', async () => {
    const run = await seed({ only: ['papers'] })
    const stop = new AbortController()
    const reason = new Error('stopped')
    const unfinished = seed({
      only: ['samples'],
      indexes: 'defer',
      chunkSize: 5,
      signal: stop.signal,
      onProgress: ({ rows }) => rows > 0 && stop.abort(reason),
    })
    await expect(unfinished).rejects.toBe(reason)
    const dropped = 'select count(*) from downpour.dropped where not is_restored'
    expect(await ask(database.url, dropped)).toBe('1')
    await undo(run)
    expect(await ask(database.url, dropped)).toBe('0')
    expect(await ask(database.url, 'select count(*) from papers')).toBe('0')
  })
})

describe('an undo that is interrupted', () => {
  it('is continued by the next one, and the sums are right in between', async () => {
    await seedParents()
    const before = await sums()
    const run = await append({ only: ['visits'], chunkSize: 9 })
    const stop = new AbortController()
    const reason = new Error('stopped')
    const interrupted = undo(run, {
      signal: stop.signal,
      onProgress({ rows }) {
        if (rows >= 100) stop.abort(reason)
      },
    })
    await expect(interrupted).rejects.toBe(reason)
    expect(await stateOf(run)).toBe('undoing')
    const left = Number((await townCounts(database.url))['visits'])
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(221)
    expect(await ask(database.url, wrongSums)).toBe('0')
    expect(await failureFrom(append({ only: ['visits'] }))).toEqual({
      code: 'REFUSED_UNDOING',
      message: `Cannot append: run ${run} is half undone`,
      why: 'Some of its rows are still there, and will not be later.',
      fix: `Let it be undone first: npx downpour undo ${run}.`,
      exitCode: 2,
    })
    expect((await undo(run)).rows).toBe(left)
    expect(await sums()).toEqual(before)
    expect(await stateOf(run)).toBe('undone')
  })

  it('says what the server refused, and goes on once that is mended', async () => {
    await seed({ only: ['places'] })
    const before = await sums()
    const run = await seed()
    await change(
      database.url,
      `create function refuse() returns trigger language plpgsql as
         $$ begin raise exception 'not today'; end $$;
       create trigger refuse before delete on residents for each row when (old.id = 1020)
         execute function refuse()`,
    )
    expect(await failureFrom(undo(run))).toEqual({
      code: 'UNDO_FAILED',
      message: `Run ${run} is not undone yet`,
      why: 'The server said: function refuse() raised an error (SQLSTATE P0001).',
      fix: 'Remove the cause; the same command then goes on where it stopped.',
      exitCode: 4,
    })
    expect(await stateOf(run)).toBe('undoing')
    await change(database.url, 'drop function refuse cascade')
    await undo(run)
    expect(await sums()).toEqual(before)
  })

  it('says when a trigger keeps rows', async () => {
    const run = await seed({ only: ['papers'] })
    await change(
      database.url,
      `create function keep() returns trigger language plpgsql as $$ begin return null; end $$;
       create trigger keep before delete on papers for each row when (old.id < 53)
         execute function keep()`,
    )
    expect(await failureFrom(undo(run))).toEqual({
      code: 'UNDO_ROWS_LEFT',
      message: `Run ${run} is not undone yet: 3 of its rows of "papers" are still there`,
      why: 'They were deleted, and a trigger or a rule has kept them.',
      fix: 'Disable it; the same command then goes on where it stopped.',
      exitCode: 4,
    })
    await change(database.url, 'drop function keep cascade')
    expect((await undo(run)).rows).toBe(3)
  })
})

describe('what cannot be undone', () => {
  /** Nothing may have changed. */
  async function refused(run: string, wishes: Partial<UndoRequest> = {}) {
    const before = await sums()
    const failure = await failureFrom(undo(run, wishes))
    expect(await sums()).toEqual(before)
    return failure
  }

  it('is a run that nobody knows', async () => {
    expect(await refused('00c0ffee')).toEqual({
      code: 'RUN_NONE',
      message: 'There is no run 00c0ffee to undo',
      why: 'This database has no ledger: no run was written down here.',
      fix: 'Name one that "npx downpour status" shows, on the same database.',
      exitCode: 2,
    })
    await seed({ only: ['places'] })
    expect(await refused('00c0ffee')).toMatchObject({
      code: 'RUN_NONE',
      why: 'The ledger of this database does not know it.',
    })
  })

  it('is a run that is not finished', async () => {
    await seed({ only: ['places'] })
    const run = await seed()
    await change(database.url, "update downpour.runs set state = 'running'")
    expect(await refused(run)).toEqual({
      code: 'UNDO_STATE',
      message: `Cannot undo run ${run}: it is not finished`,
      why: 'It can still go on.',
      fix: 'Throw it away with "npx downpour seed --restart", which begins again, or finish it with --resume.',
      exitCode: 2,
    })
  })

  it('is a run whose rows are gone', async () => {
    const run = await seed({ only: ['papers'] })
    await undo(run)
    const failure = {
      code: 'UNDO_STATE',
      message: `Cannot undo run ${run}: it is undone`,
      why: 'None of its rows are there any more.',
      fix: 'Nothing is left to do; "npx downpour status" shows the runs.',
      exitCode: 2,
    }
    expect(await refused(run)).toEqual(failure)
    const other = await seed({ only: ['papers'] })
    await seed({ only: ['papers'], existing: 'reset' })
    expect(await refused(other)).toEqual({
      ...failure,
      message: `Cannot undo run ${other}: it is emptied`,
    })
  })

  it('is a run whose tables a later one has added to, until that is undone', async () => {
    const run = await seed({ only: ['papers'] })
    const later = await append({ only: ['papers'], counts: { papers: 30 } })
    expect(await refused(run)).toEqual({
      code: 'UNDO_BUILT_ON',
      message: `Cannot undo run ${run}: run ${later} builds on it`,
      why: 'It came later, and has loaded rows into "papers" as well.',
      fix: `Undo that one first: npx downpour undo ${later}.`,
      exitCode: 2,
    })
    await undo(later)
    expect((await undo(run)).rows).toBe(25)
  })

  it('is a run to whose rows those of a later one refer', async () => {
    const run = await seed({ only: ['kinds'] })
    await seed({ only: ['places'] })
    const later = await seed({ only: ['residents', 'visits'] })
    expect(await refused(run)).toMatchObject({
      code: 'UNDO_BUILT_ON',
      message: `Cannot undo run ${run}: run ${later} builds on it`,
      why: 'It came later, and its rows of "residents" refer to "kinds".',
    })
    await change(database.url, `update downpour.runs set state = 'running' where id = '${later}'`)
    expect(await refused(run)).toMatchObject({
      code: 'UNDO_BUILT_ON',
      fix: 'It is not finished: throw it away with "npx downpour seed --restart", or finish it with --resume and undo it first.',
    })
  })

  it('is a run with a table whose keys tell no rows', async () => {
    const run = await seed({ only: ['papers', 'places'] })
    expect(await refused(run)).toEqual({
      code: 'RUN_NO_KEY',
      message: `Cannot undo run ${run}: nothing tells its rows of "places" from others`,
      why: 'The table has no key that counts up with the rows.',
      fix: 'Give it one; to be rid of these rows empty the table: npx downpour reset --only places.',
      exitCode: 2,
    })
  })

  it('is a run to whose rows others refer, whatever would become of them', async () => {
    const run = await seed({ only: ['papers'] })
    await change(database.url, 'create schema archive; create table archive.copies (paper integer)')
    await change(database.url, 'insert into archive.copies values (null), (51), (74)')
    const fates = {
      'no action': '',
      cascade: ', and they would be deleted too (ON DELETE CASCADE)',
      'set null': ', and they would lose their reference (ON DELETE SET NULL)',
      'set default': ', and they would lose their reference (ON DELETE SET DEFAULT)',
    }
    for (const [action, fate] of Object.entries(fates)) {
      await change(
        database.url,
        `alter table archive.copies drop constraint if exists fk_paper, add constraint fk_paper
           foreign key (paper) references papers on delete ${action}`,
      )
      expect(await refused(run)).toEqual({
        code: 'UNDO_REFERRED_TO',
        message: `Cannot undo run ${run}: rows of "archive.copies" refer to its rows of "papers"`,
        why: `Foreign key "fk_paper" has 2 rows that the run did not load${fate}.`,
        fix: 'Remove these rows, or let them refer to others, and undo the run then.',
        exitCode: 2,
      })
    }
    await change(database.url, 'insert into archive.copies select 50 from generate_series(1, 1200)')
    expect(await refused(run)).toMatchObject({
      why: `Foreign key "fk_paper" has at least 1000 rows that the run did not load${fates['set default']}.`,
    })
    expect(await stateOf(run)).toBe('finished')
    await change(
      database.url,
      `delete from archive.copies where paper is not null;
       insert into papers (id, body, title) values (4000, '', '');
       insert into archive.copies values (4000)`,
    )
    await undo(run)
    expect(await ask(database.url, 'select count(paper) from archive.copies')).toBe('1')
  })

  it('is a run one of whose rows somebody refers to meanwhile, though the server would let it go', async () => {
    const run = await seed({ only: ['papers'], chunkSize: 7 })
    await change(
      database.url,
      `create table copies (paper integer constraint fk_paper references papers on delete cascade);
       create function copy() returns trigger language plpgsql as
         $$ begin insert into copies values (51); return old; end $$;
       create trigger copy after delete on papers for each row when (old.id = 74)
         execute function copy()`,
    )
    const failure = await failureFrom(undo(run))
    expect(failure).toMatchObject({
      code: 'UNDO_REFERRED_TO',
      why: 'Foreign key "fk_paper" has 1 row that the run did not load, and they would be deleted too (ON DELETE CASCADE).',
    })
    expect(await ask(database.url, 'select count(*) from copies')).toBe('1')
    expect(await stateOf(run)).toBe('undoing')
  })

  it('is any run while another command is at work, and in production', async () => {
    const run = await seed({ only: ['papers'] })
    const lock = await takeRunLock(database.url)
    expect(await refused(run)).toMatchObject({ code: 'REFUSED_BUSY' })
    await lock.release()
    expect(await refused(run, { environment: 'production' })).toMatchObject({
      code: 'REFUSED_PRODUCTION',
      message: 'Refusing to undo a run: NODE_ENV is "production"',
    })
  })
})
