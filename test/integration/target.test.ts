import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installLedger } from '../../src/ledger/install.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, sessionsIn, townCounts } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

const differs = 'Cannot seed "papers": the database differs from the schema'
const samplesDiffer = 'Cannot seed "samples": the database differs from the schema'
const agree = 'Generate and apply a migration, so that the two agree.'
const migrate = 'Apply the migrations (npx downpour migrate), or generate the one that adds it.'

describe('a run', () => {
  it.each([
    {
      difference: 'a table is missing',
      statements: 'drop table papers',
      code: 'TARGET_NO_TABLE',
      message: differs,
      why: 'The database has no table "public"."papers".',
      fix: 'Apply the migrations: npx downpour migrate.',
    },
    {
      difference: 'a table is a view',
      statements: `alter table papers rename to sheets; create view papers as select * from sheets`,
      code: 'TARGET_NOT_A_TABLE',
      message: differs,
      why: '"public"."papers" is a view or a foreign table, which cannot be loaded.',
      fix: 'Leave it out of the schema module that is seeded.',
    },
    {
      difference: 'a column is missing',
      statements: 'alter table papers drop title',
      code: 'TARGET_NO_COLUMN',
      message: differs,
      why: 'The database\'s table has no column "title".',
      fix: migrate,
    },
    {
      difference: 'a column is missing that is left to the server',
      statements: 'alter table "Odd Schema".samples drop stamp',
      code: 'TARGET_NO_COLUMN',
      message: samplesDiffer,
      why: 'The database\'s table has no column "stamp".',
      fix: migrate,
    },
    {
      difference: 'a varchar has another length',
      statements: 'alter table "Odd Schema".samples alter short type varchar(20)',
      code: 'TARGET_TYPE',
      message: samplesDiffer,
      why: 'Its column "short" is character varying(20) in the database and varchar(30) in the schema.',
      fix: agree,
    },
    {
      difference: 'a numeric has another scale',
      statements: 'alter table visits alter price type numeric(10, 3)',
      code: 'TARGET_TYPE',
      message: 'Cannot seed "visits": the database differs from the schema',
      why: 'Its column "price" is numeric(10,3) in the database and numeric(10, 2) in the schema.',
      fix: agree,
    },
    {
      difference: 'an integer is a bigint',
      statements: 'alter table "Odd Schema".samples alter whole type bigint',
      code: 'TARGET_TYPE',
      message: samplesDiffer,
      why: 'Its column "whole" is bigint in the database and integer in the schema.',
      fix: agree,
    },
    {
      difference: 'a timestamp has a time zone',
      statements: 'alter table "Odd Schema".samples alter moment type timestamptz',
      code: 'TARGET_TYPE',
      message: samplesDiffer,
      why: 'Its column "moment" is timestamp with time zone in the database and timestamp in the schema.',
      fix: agree,
    },
    {
      difference: 'a timestamp has another precision',
      statements: 'alter table "Odd Schema".samples alter moment_object type timestamp',
      code: 'TARGET_TYPE',
      message: samplesDiffer,
      why: 'Its column "moment_object" is timestamp without time zone in the database and timestamp (3) in the schema.',
      fix: agree,
    },
    {
      difference: 'an array is none',
      statements: `alter table "Odd Schema".samples drop numbers, add numbers int not null`,
      code: 'TARGET_TYPE',
      message: samplesDiffer,
      why: 'Its column "numbers" is integer in the database and integer[] in the schema.',
      fix: agree,
    },
    {
      difference: 'an enum is a text',
      statements: 'alter table residents alter "Mood" type text',
      code: 'TARGET_TYPE',
      message: 'Cannot seed "residents": the database differs from the schema',
      why: 'Its column "Mood" is text in the database and Mood in the schema.',
      fix: agree,
    },
    {
      difference: 'an enum lacks a value',
      statements: `alter type "Mood" rename value 'so so' to 'soso'`,
      code: 'TARGET_ENUM',
      message: 'Cannot seed "residents": the database differs from the schema',
      why: 'Its column "Mood" is "Mood", which has no value "so so" in the database.',
      fix: agree,
    },
    {
      difference: 'a column has to be filled that the schema does not know',
      statements: 'alter table papers add author text not null',
      code: 'TARGET_EXTRA_COLUMN',
      message: differs,
      why: 'Its column "author" is NOT NULL without a default in the database, and nothing fills it.',
      fix: 'Add the column to the Drizzle table, or give it a default in the database.',
    },
    {
      difference: 'the server computes a column',
      statements: `alter table papers drop title, add title text generated always as (id::text) stored`,
      code: 'TARGET_GENERATED',
      message: differs,
      why: 'The database computes its column "title", so it takes no values.',
      fix: 'Declare it with generatedAlwaysAs() in the Drizzle table.',
    },
  ])('writes nothing where $difference', async ({ statements, code, message, why, fix }) => {
    await change(database.url, statements)
    const told = { code, message, why, fix, exitCode: 2 }
    expect(await failureFrom(seedTown(database.url))).toEqual(told)
    expect(await ask(database.url, 'select count(*) from residents')).toBe('0')
    expect(await sessionsIn(database.url)).toBe(0)
  })

  it.each(['"Odd Schema", public', '"Odd Schema"'])(
    'writes nothing where the search_path (%s) leads past a table',
    async (path) => {
      await change(
        database.url,
        `create table "Odd Schema".papers (like papers);
         alter database "${database.name}" set search_path = ${path}`,
      )
      const seeding = seedTown(database.url, { only: ['papers'], strategy: 'batch' })
      expect(await failureFrom(seeding)).toEqual({
        code: 'TARGET_SEARCH_PATH',
        message: 'Cannot seed "papers": the search_path does not lead to its table',
        why: 'Drizzle writes "papers" without a schema, and the server takes it for another table than "public"."papers", or for none.',
        fix: 'Put public first: ALTER DATABASE … SET search_path = public.',
        exitCode: 2,
      })
      expect(await ask(database.url, 'select count(*) from "Odd Schema".papers')).toBe('0')
    },
  )

  it('names the table that is missing, when it appends', async () => {
    await seedTown(database.url)
    await change(database.url, 'drop table papers')
    expect(await failureFrom(seedTown(database.url, { existing: 'append' }))).toEqual({
      code: 'TARGET_UNREADABLE',
      message: 'Cannot see what "papers" holds',
      why: 'The server said: relation "public.papers" does not exist (SQLSTATE 42P01).',
      fix: 'Apply the migrations: npx downpour migrate.',
      exitCode: 2,
    })
    expect(await ask(database.url, 'select count(*) from visits')).toBe('221')
  })

  it.each(['batch', 'copy'] as const)(
    'loads by %s what differs in ways that do no harm',
    async (strategy) => {
      await change(
        database.url,
        `drop table papers;
         create table papers (title text not null, extra text, later int not null default 7,
           sum int generated always as (id * 2) stored, id int not null, body tsvector not null)
           partition by range (id);
         create table papers_1 partition of papers for values from (0) to (60);
         create table papers_2 partition of papers default`,
      )
      await seedTown(database.url, { strategy })
      const query = `select count(*) || ' ' || min(later) || ' ' || max(sum) from papers`
      expect(await ask(database.url, query)).toBe('25 7 148')
    },
  )
})

describe('a role', () => {
  const role = `clerk_${process.pid}`
  let url: string

  beforeEach(async () => {
    await change(
      database.url,
      `create role ${role} login password 'clerk';
       grant usage on schema drizzle, public, "Odd Schema" to ${role};
       grant select on all tables in schema drizzle to ${role};
       grant select, insert on all tables in schema public, "Odd Schema" to ${role};
       grant select, update on all sequences in schema public, "Odd Schema" to ${role}`,
    )
    const session = await openSession({ url: database.url })
    await installLedger(session, [role])
    await session.close()
    url = Object.assign(new URL(database.url), { username: role, password: 'clerk' }).href
  })

  afterEach(() => change(database.url, `drop owned by ${role}; drop role ${role}`))

  it('may seed without owning the tables', async () => {
    await seedTown(url)
    expect(await townCounts(database.url)).toMatchObject({ visits: 221, papers: 25 })
    expect(await ask(database.url, "select nextval('visits_id_seq')")).toBe('222')
  })

  it('keeps the indexes of tables that it does not own, and says so', async () => {
    await change(
      database.url,
      `grant create on schema public to ${role}; alter table papers owner to ${role}`,
    )
    const { notes } = await seedTown(url, { indexes: 'defer' })
    expect(notes).toEqual(
      expect.arrayContaining([
        'Kept residents_kind_id_select_id_fk, residents_mentor_id_residents_id_fk, residents_handle_unique, residents_pkey of residents: the role does not own the table',
      ]),
    )
    expect(notes.join()).not.toContain('papers')
    expect(await townCounts(database.url)).toMatchObject({ visits: 221, papers: 25 })
  })

  it.each([
    {
      right: 'INSERT ON public.papers',
      table: 'papers',
    },
    {
      right: 'SELECT ON "Odd Schema"."Places ""to be"""',
      table: 'places',
    },
    {
      right: 'USAGE ON SCHEMA "Odd Schema"',
      table: 'places',
    },
    {
      right: 'SELECT, UPDATE ON SEQUENCE public."Papers ""seq"""',
      table: 'papers',
    },
  ])('is told that it lacks $right', async ({ right, table }) => {
    await change(database.url, `revoke ${right} from ${role}`)
    expect(await failureFrom(seedTown(url))).toEqual({
      code: 'TARGET_NO_RIGHT',
      message: `Cannot seed "${table}": the role lacks a right`,
      why: `It lacks ${right}.`,
      fix: `Grant it what it lacks, or use another role: GRANT ${right} TO the role.`,
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toMatchObject({ kinds: 0, residents: 0, papers: 0 })
    await change(database.url, `grant ${right} to ${role}`)
  })

  it.each(['schema drizzle', 'table drizzle.__drizzle_migrations'])(
    'is told that it cannot see the migrations, without rights on the %s',
    async (place) => {
      await change(database.url, `revoke all on ${place} from ${role}`)
      expect(await failureFrom(seedTown(url))).toEqual({
        code: 'MIGRATE_UNREADABLE',
        message: 'Cannot see which migrations are applied',
        why: `The server said: permission denied for ${place.replace('drizzle.', '')} (SQLSTATE 42501).`,
        fix: 'Use a role that may read drizzle.__drizzle_migrations.',
        exitCode: 2,
      })
    },
  )

  it('is told that it may not empty the tables', async () => {
    await seedTown(database.url)
    expect(await failureFrom(seedTown(url, { existing: 'reset' }))).toEqual({
      code: 'TARGET_NO_RIGHT',
      message: 'Cannot seed "kinds": the role lacks a right',
      why: 'It lacks TRUNCATE ON "public"."select".',
      fix: 'Grant it what it lacks, or use another role: GRANT TRUNCATE ON "public"."select" TO the role.',
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221 })
  })

  it('is told when it may not read what it appends to', async () => {
    await seedTown(database.url)
    await change(database.url, `revoke select on papers from ${role}`)
    expect(await failureFrom(seedTown(url, { existing: 'append' }))).toEqual({
      code: 'TARGET_UNREADABLE',
      message: 'Cannot see what "papers" holds',
      why: 'The server said: permission denied for table papers (SQLSTATE 42501).',
      fix: 'Use a role that may read it: GRANT SELECT ON "public"."papers" TO the role.',
      exitCode: 2,
    })
  })
})
