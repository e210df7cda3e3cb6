import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import type { Project } from '../../src/config/load-project.ts'
import { defineSeeder, runSeeder } from '../../src/config/seeder.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import type { Finding } from '../../src/verify/finding.ts'
import { createTestDatabase, postgres15Url } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townRefinements } from '../support/town.ts'
import { verifyTown } from '../support/verify-town.ts'

const places = '"Odd Schema"."Places ""to be"""'
const samples = '"Odd Schema".samples'

let seeded: TestDatabase
let database: TestDatabase
beforeAll(async () => {
  seeded = await createTownDatabase()
  await seedTown(seeded.url)
})
afterAll(() => seeded.drop())
beforeEach(async () => {
  database = await createTestDatabase({ template: seeded.name })
})
afterEach(() => database.drop())

/** What is found once something has been changed by hand. */
async function findingsAfter(statements: string): Promise<readonly Finding[]> {
  await change(database.url, statements)
  const { ok, findings } = await verifyTown(database.url)
  expect(ok).toBe(findings.length === 0)
  return findings
}

/** The same without the planner's statistics, which a change of a few rows makes stale. */
const lookedAt = (statements: string) => `${statements}; analyze`

const noUser = 'alter table visits disable trigger all; alter table residents disable trigger all'

describe('a database that is as it was loaded', () => {
  it('has no differences, whatever the types and the names', async () => {
    const { findings, ...report } = await verifyTown(database.url)
    expect(findings).toEqual([])
    expect(report).toMatchObject({ ok: true, compared: 'values', differences: 0, rows: 339 })
    expect(report.tables.map(({ table, matching }) => [table, matching])).toEqual([
      ['kinds', 'row number'],
      ['papers', 'row number'],
      ['places', 'key'],
      ['residents', 'row number'],
      ['samples', 'row number'],
      ['visits', 'row number'],
    ])
  })

  it('says which columns it cannot compare', async () => {
    const { tables } = await verifyTown(database.url)
    const passed = tables.flatMap(({ table, passed: columns }) =>
      columns.map(({ column, why }) => `${table}.${column}: ${why}`),
    )
    expect(passed).toEqual(['residents.shout: computed by the server'])
  })

  it.each(['copy-text', 'batch'] as const)(
    'has none after a load by %s either',
    async (strategy) => {
      await seedTown(database.url, { strategy, existing: 'reset' })
      expect((await verifyTown(database.url)).findings).toEqual([])
    },
  )

  it('has none for a role that may only read', async () => {
    const reader = `reader_${database.name}`
    await change(
      database.url,
      `create role ${reader} login password 'r';
       grant usage on schema public, "Odd Schema", downpour to ${reader};
       grant select on all tables in schema public, "Odd Schema", downpour to ${reader}`,
    )
    const url = new URL(database.url)
    Object.assign(url, { username: reader, password: 'r' })
    const { findings, notes } = await verifyTown(url.href)
    expect(findings).toEqual([])
    expect(notes).toEqual([
      'The role may not read these sequences, so they were not checked: kinds.id, papers.id, residents.id, samples.id, visits.id',
    ])
    await change(database.url, `revoke select on visits from ${reader}`)
    expect(await failureFrom(verifyTown(url.href))).toEqual({
      code: 'READ_PERMISSION',
      message: 'Cannot read "visits"',
      why: 'The server said: permission denied for table visits (SQLSTATE 42501).',
      fix: 'Grant the user the right the server names, or connect as another user.',
      exitCode: 4,
    })
    await change(database.url, `drop owned by ${reader}; drop role ${reader}`)
  })

  it('leaves nothing behind and stores nothing', async () => {
    const query = `select md5(string_agg(c.oid || c.relname || coalesce(pg_stat_get_tuples_inserted(c.oid), 0), ',' order by c.oid))
      from pg_class c where relnamespace > 16383 or relname = 'visits'`
    const before = await ask(database.url, query)
    await verifyTown(database.url)
    expect(await ask(database.url, query)).toBe(before)
  })
})

describe('the project’s own three seeders', () => {
  it('load what verify then finds, with sums over children and without a difference', async () => {
    const project = await loadProject(join(import.meta.dirname, '../../downpour.config.ts'))
    const own = await createTestDatabase()
    const { counts } = project.config.profiles['tiny']!
    await seedTown(own.url, { project, profileCounts: counts, isEmbedded: true, strategy: 'auto' })
    const report = await verifyTown(own.url, { project })
    expect(report.findings).toEqual([])
    expect(report.rows).toBeGreaterThan(1000)
    expect((await verifyTown(own.url, { project, isQuick: true })).findings).toEqual([])
    await own.drop()
  })
})

describe.skipIf(postgres15Url() === undefined)('PostgreSQL 15 (needs PostgreSQL 15)', () => {
  it('is read and adds up in the same way', async () => {
    const older = await createTownDatabase({ server: postgres15Url()! })
    await seedTown(older.url)
    for (const isQuick of [false, true]) {
      expect((await verifyTown(older.url, { isQuick })).findings).toEqual([])
    }
    await older.drop()
  })
})

describe('of rows, verify finds', () => {
  it('one that was deleted', async () => {
    expect(await findingsAfter(lookedAt('delete from visits where id = 18'))).toEqual([
      { kind: 'missing row', table: 'visits', row: 17, key: '18' },
    ])
  })

  it('one that was added by hand', async () => {
    const copied = `insert into visits (resident_id, place_id, region, code, price, visited_on)
      select resident_id, place_id, region, code, price, visited_on from visits where id = 3`
    expect(await findingsAfter(lookedAt(copied))).toEqual([
      { kind: 'extra row', table: 'visits', key: '222' },
    ])
  })

  it('one in front of all others, and one without a key', async () => {
    const copied = (id: string) => `insert into papers overriding system value
      select ${id}, body, title from papers where id = 50`
    const found = await findingsAfter(
      lookedAt(
        `alter table papers alter id drop identity, drop constraint papers_pkey, alter id drop not null;
         ${copied('-3')}; ${copied('null')}; ${copied('51')}`,
      ),
    )
    expect(found).toEqual([
      { kind: 'extra row', table: 'papers', key: '-3' },
      { kind: 'extra row', table: 'papers', key: '51' },
      { kind: 'extra row', table: 'papers', key: 'NULL' },
      { kind: 'index missing', table: 'papers', name: 'a unique one on (id)' },
    ])
  })

  it('one cent that was changed', async () => {
    expect(await findingsAfter('update visits set price = -0.01 where id = 5')).toMatchObject([
      {
        kind: 'different value',
        table: 'visits',
        row: 4,
        key: '5',
        column: 'price',
        found: '-0.01',
      },
    ])
  })

  it('a NULL where none belongs', async () => {
    const emptied = `alter table residents alter "Mood" drop not null;
      update residents set "Mood" = null where id = 1000`
    expect(await findingsAfter(emptied)).toEqual([
      {
        kind: 'different value',
        table: 'residents',
        row: 0,
        key: '1000',
        column: 'mood',
        expected: '"calm"',
        found: 'NULL',
      },
    ])
  })

  it('a blank at the end of a text', async () => {
    expect(await findingsAfter(`update "select" set "a.b" = "a.b" || ' ' where id = 2`)).toEqual([
      {
        kind: 'different value',
        table: 'kinds',
        row: 1,
        key: '2',
        column: 'name',
        expected: '"adult"',
        found: '"adult "',
      },
    ])
  })

  it('any change of any type', async () => {
    const changes: Readonly<Record<string, string>> = {
      small: '1 - small',
      whole: 'case when whole is null then 1 end',
      huge: 'huge + 1',
      single: "'Infinity'",
      double: '-0.5',
      exact: 'exact + 0.0001',
      exactNumber: 'exact_number + 0.01',
      exactBigint: 'exact_bigint + 1',
      flag: 'not flag',
      words: `coalesce(words, '') || ' '`,
      short: 'upper(short) || lower(short)',
      fixed: `'zz'`,
      document: `'{"z": 1}'`,
      binaryDocument: `'{"z": null}'`,
      day: 'day + 1',
      clock: `clock + '1 microsecond'`,
      moment: `moment + '1 microsecond'`,
      momentObject: `moment_object + '1 millisecond'`,
      instant: `coalesce(instant, now()) + '1 microsecond'`,
      span: `span + '1 day -24 hours'`,
      token: `'00000000-0000-0000-0000-000000000000'`,
      numbers: 'numbers || 7',
      names: 'names || null::text',
      moods: `moods || 'calm'::"Mood"`,
      bytes: `bytes || '\\x00'`,
      address: `'10.9.9.9/31'`,
      network: `'11.0.0.0/8'`,
      card: `'ff:ff:ff:ff:ff:ff'`,
      bits: '~bits',
      spot: `'(7.5,1)'`,
    }
    const columnOf = (property: string) =>
      townProject.tables
        .find(({ key }) => key === 'samples')!
        .columns.find((column) => column.property === property)!.name
    const assignments = Object.entries(changes).map(
      ([property, value]) => `"${columnOf(property)}" = ${value}`,
    )
    const found = await findingsAfter(
      `update ${samples} set ${assignments.join(', ')} where id = 9`,
    )
    expect(found.map(({ column, row }) => `${row} ${column}`)).toEqual(
      Object.keys(changes).map((property) => `8 ${property}`),
    )
  })

  it('what a text column without a binary form holds', async () => {
    const found = await findingsAfter(`update papers set body = 'dog' where id = 60`)
    expect(found).toMatchObject([{ row: 10, column: 'body', found: `"'dog'"` }])
  })

  it('a change, a loss and a stranger in a table whose key tells no row number', async () => {
    const ids = await ask(
      database.url,
      `select string_agg(id::text, ' ' order by region, code) from ${places}`,
    )
    const [changed, lost] = ids.split(' ')
    const stranger = '00000000-0000-4000-8000-000000000000'
    const found = await findingsAfter(
      lookedAt(
        `set session_replication_role = replica;
         update ${places} set name = 'Nowhere' where id = '${changed}';
         delete from ${places} where id = '${lost}';
         insert into ${places} values ('${stranger}', 'XX', 1, 'Elsewhere')`,
      ),
    )
    expect(found).toMatchObject([
      { kind: 'missing row', table: 'places', key: lost },
      { kind: 'different value', table: 'places', key: changed, found: '"Nowhere"' },
      { kind: 'extra row', table: 'places', key: stranger },
      { kind: 'orphans', table: 'visits' },
      { kind: 'orphans', table: 'visits' },
    ])
  })

  it('the first few of many, and how many there are', async () => {
    await change(database.url, 'update visits set price = 1 where price <> 1')
    const { findings, tables, differences } = await verifyTown(database.url, { most: 3 })
    expect(findings.map(({ row, column }) => [row, column])).toEqual([
      [0, 'price'],
      [1, 'price'],
      [2, 'price'],
    ])
    const { different } = tables.find(({ table }) => table === 'visits')!
    expect(different).toBeGreaterThan(200)
    expect(differences).toBe(different)
  })

  it('where they differ, and no values unless they are asked for', async () => {
    await change(
      database.url,
      `update residents set handle = 'canary-4711' where id = 1003;
       update ${samples} set names = '{canary-4711}', document = '"canary-4711"' where id = 3`,
    )
    for (const isQuick of [false, true]) {
      const report = await verifyTown(database.url, { showsValues: false, isQuick })
      expect(report.ok).toBe(false)
      expect(JSON.stringify(report)).not.toContain('canary')
    }
  })
})

describe('besides rows, verify finds', () => {
  it('a sequence that is behind', async () => {
    expect(await findingsAfter(`select setval('visits_id_seq', 220)`)).toEqual([
      {
        kind: 'sequence behind',
        table: 'visits',
        column: 'id',
        name: 'visits_id_seq',
        expected: 'at least 221',
        found: '220',
      },
    ])
  })

  it('a sequence that was never used', async () => {
    expect(await findingsAfter(`alter sequence "Papers ""seq""" restart`)).toMatchObject([
      { kind: 'sequence behind', table: 'papers', expected: 'at least 74', found: '49' },
    ])
  })

  it('an index, a key, a check and a foreign key that are missing', async () => {
    const found = await findingsAfter(
      `alter table visits drop constraint fk_visits_region_code;
       alter table ${places} drop constraint uq_places;
       alter table residents drop constraint residents_handle_unique`,
    )
    expect(found.map(({ kind, table, name }) => [kind, table, name])).toEqual(
      [
        ['index missing', 'residents', 'residents_handle_unique'],
        ['constraint missing', 'visits', 'fk_visits_region_code'],
        ['index missing', 'places', 'uq_places'],
      ].toSorted(([, one], [, other]) => order.indexOf(one!) - order.indexOf(other!)),
    )
  })

  it('an index that is invalid', async () => {
    const invalid = `update pg_index set indisvalid = false
      where indexrelid = 'residents_handle_unique'::regclass`
    expect(await findingsAfter(invalid)).toEqual([
      { kind: 'index invalid', table: 'residents', name: 'residents_handle_unique' },
    ])
  })

  it('a constraint that nobody has checked', async () => {
    const unchecked = `alter table visits drop constraint fk_visits_region_code,
      add constraint fk_visits_region_code foreign key (region, code)
        references ${places} (region, code) not valid`
    expect(await findingsAfter(unchecked)).toEqual([
      { kind: 'constraint not validated', table: 'visits', name: 'fk_visits_region_code' },
    ])
  })

  it('rows without a parent', async () => {
    const found = await findingsAfter(lookedAt(`${noUser}; delete from residents where id = 1039;`))
    expect(found).toMatchObject([
      { kind: 'missing row', table: 'residents', row: 39 },
      { kind: 'orphans', table: 'visits', column: 'residentId' },
    ])
  })

  it('statistics that are stale', async () => {
    // Autovacuum would look into it by itself.
    await change(
      database.url,
      'alter table papers set (autovacuum_enabled = false); truncate papers; analyze papers',
    )
    const [paper] = await ask(database.url, 'select count(*) from papers')
    expect(paper).toBe('0')
    await seedTown(database.url, { existing: 'reset', only: ['papers'], counts: { papers: 900 } })
    await change(database.url, `update pg_class set reltuples = -1 where oid = 'papers'::regclass`)
    const { findings } = await verifyTown(database.url)
    expect(findings).toEqual([
      { kind: 'statistics stale', table: 'papers', expected: '900 rows', found: 'none' },
    ])
  })

  it('a table and a column that are not there', async () => {
    const found = await findingsAfter(
      lookedAt(`alter table residents drop column joined_at; drop table papers`).replace(
        'joined_at',
        '"joinedAt"',
      ),
    )
    expect(found.map(({ kind, table, column }) => [kind, table, column])).toEqual([
      ['table missing', 'papers', undefined],
      ['column missing', 'residents', 'joinedAt'],
    ])
  })
})

const order = townProject.tables.map(({ key }) => key)

describe('sums per chunk', () => {
  it('are equal where all is as planned', async () => {
    const report = await verifyTown(database.url, { isQuick: true })
    expect(report).toMatchObject({ ok: true, compared: 'sums', rows: 339, findings: [] })
  })

  it('tell a change of one value, and the rows among which it is', async () => {
    await seedTown(database.url, {
      existing: 'reset',
      only: ['papers'],
      counts: { papers: 25_000 },
    })
    await change(database.url, `update papers set title = title || ' ' where id = 50 + 12345`)
    expect((await verifyTown(database.url, { isQuick: true })).findings).toEqual([
      {
        kind: 'different rows',
        table: 'papers',
        row: 10_000,
        lastRow: 19_999,
        expected: '10000 rows',
        found: '10000 rows',
      },
    ])
  })

  it('tell a row that is missing, one that is added, and one of a table without a row number', async () => {
    await change(
      database.url,
      `delete from visits where id = 7; insert into papers values (-1, 'x', 'x');
       update ${places} set name = name || '!' where code = (select min(code) from ${places}); analyze`,
    )
    const { findings, tables } = await verifyTown(database.url, { isQuick: true })
    expect(findings.map(({ table, row }) => [table, row])).toEqual([
      ['papers', undefined],
      ['places', undefined],
      ['visits', 0],
    ])
    expect(
      tables.flatMap(({ table, missing, extra }) =>
        missing + extra === 0 ? [] : [[table, missing, extra]],
      ),
    ).toEqual([
      ['papers', 0, 1],
      ['visits', 1, 0],
    ])
  })
})

describe('what runs have written down', () => {
  it('is all of it known: rows that were left out, and rows that came later', async () => {
    await change(
      database.url,
      `truncate visits; alter table visits add constraint cheap check (price < 400)`,
    )
    await seedTown(database.url, { existing: 'reset', onError: 'skip' })
    const left = Number(await ask(database.url, 'select count(*) from visits'))
    expect(left).toBeLessThan(221)
    const first = await verifyTown(database.url)
    expect(first.findings).toEqual([])
    expect(first.tables.find(({ table }) => table === 'visits')).toMatchObject({
      rows: left,
      found: left,
      rejected: 221 - left,
    })
    await seedTown(database.url, {
      existing: 'append',
      onError: 'skip',
      counts: { residents: 55, samples: 40, papers: 33 },
    })
    const grown = await verifyTown(database.url)
    expect(grown.findings).toEqual([])
    expect(grown.tables.find(({ table }) => table === 'residents')).toMatchObject({ rows: 55 })
  })

  it('counts by the latest run that has a say in a table', async () => {
    await seedTown(database.url, { existing: 'append', counts: { papers: 40 }, only: ['papers'] })
    const { findings, tables } = await verifyTown(database.url)
    expect(findings).toEqual([])
    const runs = new Map(tables.map(({ table, run }) => [table, run]))
    expect(runs.get('papers')).not.toBe(runs.get('visits'))
    const one = await verifyTown(database.url, {
      against: { run: runs.get('papers')!, only: undefined },
    })
    expect(one.tables.map(({ table, found }) => [table, found])).toEqual([['papers', 40]])
  })

  it('leaves rows of another origin alone', async () => {
    await seedTown(database.url, { existing: 'reset', only: ['papers', 'places'] }).catch(() => {})
    await change(
      database.url,
      `truncate papers restart identity; truncate downpour.runs cascade;
       insert into papers (body, title) values ('x', 'mine'), ('y', 'mine too')`,
    )
    await seedTown(database.url, {
      existing: 'append',
      only: ['papers'],
      counts: { papers: 12 },
    })
    const { findings, tables, notes } = await verifyTown(database.url)
    expect(findings).toEqual([])
    expect(tables).toMatchObject([{ table: 'papers', rows: 10, found: 10, others: 2 }])
    expect(notes).toEqual([
      'No finished run has loaded these tables: kinds, places, residents, samples, visits',
    ])
    expect((await verifyTown(database.url, { isQuick: true })).findings).toEqual([])
  })

  it('says what the server has computed by itself', async () => {
    const project = plainProject()
    await change(database.url, plainTables)
    await seedTown(database.url, { project, strategy: 'server', only: ['numbered'] })
    const report = await verifyTown(database.url, {
      project,
      against: { run: undefined, only: ['numbered'] },
    })
    expect(report.findings).toEqual([])
    expect(report.tables[0]!.passed).toEqual([{ column: 'value', why: 'computed by the server' }])
  })

  it('has to be there, finished and of the same plan', async () => {
    expect(
      await failureFrom(verifyTown(database.url, { against: { run: 'abc', only: undefined } })),
    ).toMatchObject({ code: 'RUN_NONE', message: 'There is no run abc', exitCode: 2 })

    const handles = { residents: { ...townRefinements['residents']!, count: 41 } }
    const project = { ...townProject, refinements: { ...townRefinements, ...handles } }
    expect(await failureFrom(verifyTown(database.url, { project }))).toMatchObject({
      code: 'VERIFY_DIFFERS',
      fix: 'Verify with the schema and the seeders of that run; or compare with what they give now, with --no-ledger.',
      exitCode: 2,
    })

    await change(database.url, `update downpour.runs set state = 'running'`)
    const run = await ask(database.url, 'select id from downpour.runs')
    expect(await failureFrom(verifyTown(database.url))).toEqual({
      code: 'VERIFY_UNFINISHED',
      message: `Cannot verify "kinds": run ${run} is not finished`,
      why: 'Some of its rows are not there yet.',
      fix: 'Finish it with "npx downpour seed --resume", or leave its tables out with --except.',
      exitCode: 2,
    })

    await change(database.url, `update downpour.runs set state = 'emptied'`)
    expect(await failureFrom(verifyTown(database.url))).toMatchObject({ code: 'VERIFY_NOTHING' })
    await change(database.url, 'drop schema downpour cascade')
    expect(await failureFrom(verifyTown(database.url))).toMatchObject({ code: 'VERIFY_NO_LEDGER' })
  })

  it('is not needed where options say the same', async () => {
    await change(database.url, 'drop schema downpour cascade')
    const byOptions = (counts: Readonly<Record<string, number>>, seed = 1) =>
      verifyTown(database.url, {
        against: { seed, counts: { explicit: counts, profile: {}, scale: 1 }, only: undefined },
      })
    expect((await byOptions({})).findings).toEqual([])
    const more = await byOptions({ papers: 27 })
    expect(more.findings.slice(0, 2)).toEqual([
      { kind: 'missing row', table: 'papers', row: 25, key: '75' },
      { kind: 'missing row', table: 'papers', row: 26, key: '76' },
    ])
    expect((await byOptions({}, 2)).differences).toBeGreaterThan(300)
  })
})

const plain = {
  /** No two rows can be told apart. */
  notes: pgTable('notes', { body: text('body').notNull(), isRead: boolean('is_read') }),
  numbered: pgTable('numbered', { id: integer('id').primaryKey(), value: integer('value') }),
  /** Its key is left to the server. */
  keyed: pgTable('keyed', {
    id: text('id')
      .primaryKey()
      .default(sql`gen_random_uuid()::text`),
    email: text('email').notNull().unique(),
    remark: text('remark'),
  }),
}

const plainTables = `create table notes (body text not null, is_read boolean);
  create table numbered (id integer primary key, value integer);
  create table keyed (id text primary key default gen_random_uuid()::text,
    email text not null unique, remark text)`

function plainProject(): Project {
  const seeder = defineSeeder(plain, (f) => ({
    notes: {
      count: 3000,
      columns: {
        body: f.valuesFromArray({ values: ['a', 'b', 'c'] }),
        isRead: f.boolean(),
      },
    },
    numbered: { count: 20, columns: { value: f.int({ minValue: 1, maxValue: 99 }) } },
    keyed: {
      count: 50,
      columns: { id: false, remark: false, email: f.email() },
    },
  }))
  return {
    ...townProject,
    tables: readSchema(plain),
    refinements: runSeeder(seeder),
    isFree: true,
  }
}

describe('a table without a key', () => {
  const project = plainProject()
  const verify = () => verifyTown(database.url, { project })
  beforeEach(async () => {
    await change(database.url, `drop schema downpour cascade; ${plainTables}`)
    await seedTown(database.url, { project })
  })

  it('is compared by whole rows, in any order', async () => {
    await change(database.url, 'create table other as table notes; truncate notes')
    await change(
      database.url,
      'insert into notes select * from other order by random(); analyze notes',
    )
    const { findings, tables } = await verify()
    expect(findings).toEqual([])
    expect(tables.map(({ table, matching }) => [table, matching])).toEqual([
      ['keyed', 'key'],
      ['notes', 'whole row'],
      ['numbered', 'row number'],
    ])
  })

  it('shows a row that is doubled, one that is lost and one that is changed', async () => {
    await change(
      database.url,
      `insert into notes values ('a', null);
       update notes set body = 'b ' where ctid = (select ctid from notes where body = 'b' limit 1);
       delete from notes where ctid = (select ctid from notes where body = 'c' limit 1)`,
    )
    const { tables, findings } = await verify()
    expect(tables.find(({ table }) => table === 'notes')).toMatchObject({
      rows: 3000,
      found: 3000,
      missing: 2,
      extra: 2,
      different: 0,
    })
    expect(findings).toHaveLength(4)
  })

  it('shows a row that is doubled and nothing else', async () => {
    await change(database.url, 'insert into notes select * from notes limit 1')
    const { findings, differences } = await verify()
    expect(findings).toEqual([{ kind: 'extra row', table: 'notes' }])
    expect(differences).toBe(1)
  })

  it('is found by another key where the primary key is left to the server', async () => {
    await change(
      database.url,
      `update keyed set email = 'somebody@else' where ctid = '(0,5)'; delete from keyed where ctid = '(0,7)'`,
    )
    const { findings, tables } = await verify()
    expect(tables[0]).toMatchObject({
      table: 'keyed',
      missing: 2,
      extra: 1,
      passed: [{ column: 'id', why: 'left to the server' }],
    })
    expect(findings).toHaveLength(3)
    expect(findings.at(-1)).toEqual({ kind: 'extra row', table: 'keyed', key: '"somebody@else"' })
  })

  it('has to be NULL where nobody writes it, unless a trigger may', async () => {
    await change(database.url, `update keyed set remark = 'x' where ctid = '(0,5)'`)
    expect((await verify()).findings).toMatchObject([
      { kind: 'different value', table: 'keyed', column: 'remark', expected: 'NULL', found: '"x"' },
    ])
    await change(
      database.url,
      `create function fill() returns trigger language plpgsql as 'begin return new; end';
       create trigger fill before insert on keyed for each row execute function fill()`,
    )
    const { findings, tables } = await verify()
    expect(findings).toEqual([])
    expect(tables[0]!.passed).toContainEqual({ column: 'remark', why: 'left to the server' })
  })
})

describe('when it is to stop', () => {
  it('does so within a second, whatever the server is at', async () => {
    await change(
      database.url,
      `create view slow as select from pg_sleep(60);
       alter table visits rename to real_visits;
       create view visits as select real_visits.* from real_visits, slow`,
    )
    const stopping = new AbortController()
    const reason = new Error('Stopped')
    const verifying = verifyTown(database.url, {
      signal: stopping.signal,
      onProgress: ({ table }) => {
        if (table === 'visits') setTimeout(() => stopping.abort(reason), 300)
      },
    })
    let stopped = 0
    stopping.signal.addEventListener('abort', () => (stopped = performance.now()))
    await expect(verifying).rejects.toBe(reason)
    expect(performance.now() - stopped).toBeLessThan(1000)
  })
})
