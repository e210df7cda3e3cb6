import { is } from 'drizzle-orm'
import { PgEnumColumn, PgTable, getTableConfig } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCorpus, createCorpusDatabase, loadCorpus } from '../support/corpus.ts'
import type { CorpusModule } from '../support/corpus.ts'
import { faultsIn } from '../support/corpus-faults.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'

const corpus = await loadCorpus()
const usable = corpus.filter(({ missing }) => missing.length === 0)

describe('the corpus', () => {
  it('has at least 25 schemas for the tests’ server', () => {
    expect(usable.length).toBeGreaterThanOrEqual(25)
  })

  it.concurrent.each(usable)('has $name with all that Drizzle says of it', async ({ module }) => {
    const database = await createCorpusDatabase(module)
    expect(await rulesOnServer(database.url)).toEqual(rulesDeclared(module))
    const faults = await checkCorpus(database.url, module, 0)
    // There is no largest key to be above of.
    expect(faults.filter((fault) => !fault.startsWith('the sequence of'))).toEqual([])
    await database.drop()
  })
})

describe('faultsIn', () => {
  let sound: TestDatabase
  beforeAll(async () => {
    sound = await createTestDatabase()
    await run(sound.url, SOUND)
  })
  afterAll(() => sound.drop())

  it('finds nothing in sound tables', async () => {
    expect(await faultsIn(sound.url, expected)).toEqual([])
  })

  it.concurrent.each([
    {
      title: 'a missing row',
      tamper: `delete from books where id = 3`,
      faults: ['public.books has 2 rows instead of 3'],
    },
    {
      title: 'a table that nobody asked for',
      tamper: 'create table stray ()',
      faults: ['public.stray is no table of the schema'],
    },
    {
      title: 'a check that does not hold',
      tamper: `create or replace function is_fair(price numeric) returns boolean immutable
        language sql as 'select price < 20'`,
      faults: ['check is_fair on books: 1'],
    },
    {
      title: 'a check that was not validated',
      tamper: `alter table books add constraint cheap check (price < 5) not valid`,
      faults: [
        'books takes no row by DEFAULT: new row for relation "books" violates check constraint "cheap"',
        'check cheap on books: 3',
        'constraint cheap on books is not validated',
      ],
    },
    {
      title: 'a value outside of its domain, and of the one below',
      tamper: `create or replace function is_short(value text) returns boolean immutable
        language sql as 'select length(value) < 4'`,
      faults: ['domain code of books.code: 1', 'domain code of shelves.code: 2'],
    },
    {
      title: 'an orphan',
      tamper: `set session_replication_role = replica; update books set shelf_id = 9 where id = 2`,
      faults: ['foreign key books_shelf on books: 1'],
    },
    {
      title: 'an orphan under a key of two columns, none where one is NULL',
      tamper: `set session_replication_role = replica;
        update books set place = 7 where id = 1;
        update books set room = 'x', place = null where id = 2`,
      faults: ['foreign key books_place on books: 1'],
    },
    {
      title: 'a value that is there twice',
      tamper: `${UNGUARD('books_title')}; update books set title = 'A';
        ${GUARD('books_title')}`,
      faults: ['unique books_title on books: 2'],
    },
    {
      title: 'an expression that is there twice',
      tamper: `${UNGUARD('books_mark')}; update books set mark = 'M' where id = 1;
        ${GUARD('books_mark')}`,
      faults: ['unique books_mark on books: 1'],
    },
    {
      title: 'a second row of a partial index, not those outside of it',
      tamper: `${UNGUARD('books_first')}; update books set shelf_id = 1, is_first = id < 3;
        ${GUARD('books_first')}`,
      faults: ['unique books_first on books: 1'],
    },
    {
      title: 'a second NULL where NULL is not distinct, and none where it is',
      tamper: `${UNGUARD('books_isbn')}; update books set isbn = null, issue = null;
        ${GUARD('books_isbn')}`,
      faults: ['unique books_isbn on books: 2'],
    },
    {
      title: 'a NULL',
      tamper: `alter table books alter price drop not null; update books set price = null where id = 1;
        update pg_attribute set attnotnull = true
        where attrelid = 'books'::regclass and attname = 'price'`,
      faults: ['not null on books.price: 1'],
    },
    {
      title: 'a generated value that is another',
      tamper: `create or replace function double_of(price numeric) returns numeric immutable
        language sql as 'select price * 3'`,
      faults: ['generated books.twice: 3'],
    },
    {
      title: 'a sequence that would give a key again',
      tamper: `select setval('books_id_seq', 1)`,
      faults: [
        'books takes no row by DEFAULT: duplicate key value violates unique constraint "books_pkey"',
      ],
    },
    {
      title: 'a sequence that stands between the keys',
      tamper: `update books set id = 70 where id = 3`,
      faults: ['the sequence of books.id is behind its keys'],
    },
    {
      title: 'an identity that is behind',
      tamper: `select setval('shelves_number_seq', 1, false)`,
      faults: ['the sequence of shelves.number is behind its keys'],
    },
    {
      title: 'a trigger that is switched off',
      tamper: `create function nothing() returns trigger language plpgsql as 'begin return new; end';
        create trigger quiet before insert on books execute function nothing();
        alter table books disable trigger quiet`,
      faults: ['trigger quiet on books is switched off'],
    },
    {
      title: 'an index that is not valid',
      tamper: `update pg_index set indisvalid = false where indexrelid = 'books_title'::regclass`,
      faults: ['index books_title is not valid'],
    },
  ])('finds $title', async ({ tamper, faults }) => {
    const database = await createTestDatabase({ template: sound.name })
    await run(database.url, tamper)
    expect(await faultsIn(database.url, expected)).toEqual(faults)
    await database.drop()
  })
})

const expected = new Map([
  ['public.shelves', 2],
  ['public.books', 3],
])

const SOUND = `
  create function is_fair(price numeric) returns boolean immutable
    language sql as 'select price > 0';
  create function is_short(value text) returns boolean immutable
    language sql as 'select length(value) < 9';
  create function double_of(price numeric) returns numeric immutable
    language sql as 'select price * 2';
  create domain code as text check (is_short(value));
  create domain shelf_code as code not null;
  create table shelves (
    id int primary key, code shelf_code, room text, place int,
    number int not null generated always as identity, unique (room, place));
  create table books (
    id serial primary key, code code, title text, mark text, isbn text, issue text,
    is_first boolean not null, price numeric(6, 2) not null constraint is_fair check (is_fair(price)),
    twice numeric(8, 3) generated always as (double_of(price)) stored,
    shelf_id int constraint books_shelf references shelves, room text, place int,
    constraint books_place foreign key (room, place) references shelves (room, place));
  create unique index books_title on books (title);
  create unique index books_mark on books (lower(mark));
  create unique index books_first on books (shelf_id) where is_first;
  create unique index books_isbn on books (isbn) nulls not distinct;
  create unique index books_issue on books (issue);
  insert into shelves values (1, 'S-01', 'a', 1), (2, 'S-02', 'a', 2);
  insert into books (code, title, mark, isbn, issue, is_first, price, shelf_id, room, place) values
    ('B1', 'A', 'k', '1', '1', true, 10, 1, 'a', 1), ('B02', 'B', 'm', '2', null, true, 15, 2, 'a', 2),
    (null, 'C', 'o', null, null, false, 20, null, 'a', null);
  update books set code = 'B-03' where id = 2`

/** The index is no longer kept as a unique one, and says so again afterwards. */
function UNGUARD(index: string): string {
  return `update pg_index set indisunique = false where indexrelid = '${index}'::regclass`
}
function GUARD(index: string): string {
  return `update pg_index set indisunique = true where indexrelid = '${index}'::regclass`
}

async function run(url: string, statements: string): Promise<void> {
  await withSql(url, async (sql) => {
    await sql.unsafe(statements)
  })
}

type Rules = Readonly<Record<string, number>>

/** How many rules of each kind there are, by Drizzle's own account. */
function rulesDeclared(module: CorpusModule): Rules {
  const tables = Object.values(module)
    .filter((value) => is(value, PgTable))
    .map((table) => getTableConfig(table))
  const columns = tables.flatMap((table) => table.columns)
  const indexes = tables.flatMap((table) => table.indexes.map(({ config }) => config))
  const uniques = tables.flatMap((table) => table.uniqueConstraints)
  return {
    tables: tables.length,
    columns: columns.length,
    checks: tables.flatMap((table) => table.checks).length,
    foreignKeys: tables.flatMap((table) => table.foreignKeys).length,
    primaryKeys:
      columns.filter(({ primary }) => primary).length +
      tables.flatMap((table) => table.primaryKeys).length,
    uniqueConstraints: uniques.length + columns.filter(({ isUnique }) => isUnique).length,
    uniqueIndexes: indexes.filter(({ unique }) => unique).length,
    partialIndexes: indexes.filter(({ unique, where }) => unique && where).length,
    nullsNotDistinct:
      uniques.filter(({ nullsNotDistinct }) => nullsNotDistinct).length +
      columns.filter(({ uniqueType }) => uniqueType === 'not distinct').length,
    identities: columns.filter(({ generatedIdentity }) => generatedIdentity).length,
    generated: columns.filter(({ generated }) => generated).length,
    enums: columns.filter((column) => is(column, PgEnumColumn)).length,
  }
}

async function rulesOnServer(url: string): Promise<Rules> {
  return withSql(url, async (sql) => {
    const [row] = await sql.unsafe<[Rules]>(`
      with ours as (
        select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      ), columns as (
        select * from pg_attribute where attrelid in (table ours) and attnum > 0 and not attisdropped
      ), rules as (select * from pg_constraint where conrelid in (table ours)
      ), uniques as (select * from pg_index where indrelid in (table ours) and indisunique)
      select (select count(*)::int from ours) as tables,
        (select count(*)::int from columns) as columns,
        (select count(*)::int from rules where contype = 'c') as checks,
        (select count(*)::int from rules where contype = 'f') as "foreignKeys",
        (select count(*)::int from rules where contype = 'p') as "primaryKeys",
        (select count(*)::int from rules where contype = 'u') as "uniqueConstraints",
        (select count(*)::int from uniques where indexrelid not in (
          select conindid from rules where contype in ('p', 'u'))) as "uniqueIndexes",
        (select count(*)::int from uniques where indpred is not null) as "partialIndexes",
        (select count(*)::int from uniques where indnullsnotdistinct) as "nullsNotDistinct",
        (select count(*)::int from columns where attidentity <> '') as identities,
        (select count(*)::int from columns where attgenerated <> '') as generated,
        (select count(*)::int from columns join pg_type t on t.oid = atttypid
          where t.typtype = 'e') as enums`)
    return row
  })
}
