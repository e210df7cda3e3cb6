import { sql } from 'drizzle-orm'
import { integer, numeric, pgTable, serial, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterEach, describe, expect, it } from 'vitest'
import { seed } from '../../src/index.ts'
import type { SeedOptions } from '../../src/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { definitionsOf } from '../support/definitions-of.ts'
import { askIn, checksumsIn, openDatabase } from '../support/drizzle-databases.ts'
import type { DrizzleDatabase } from '../support/drizzle-databases.ts'
import { createOwner, openOther } from '../support/other-session.ts'
import { failureFrom } from '../support/seed-town.ts'

const authors = pgTable('authors', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
})

const books = pgTable('books', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  authorId: integer('author_id')
    .notNull()
    .references(() => authors.id),
  isbn: text('isbn').notNull().unique('books_isbn'),
  title: text('title').notNull(),
  price: numeric('price', { precision: 8, scale: 2 }).notNull(),
})

const library = { authors, books }
const libraryTables = readSchema(library)

const libraryStatements = `
  create table authors (id serial primary key, name text not null);
  create table books (
    id integer primary key generated always as identity,
    author_id integer not null constraint books_author references authors (id) on delete cascade,
    isbn text not null constraint books_isbn unique,
    title text not null,
    price numeric(8, 2) not null
  );
  create index books_title on books (title desc) with (fillfactor = 80);
  create index books_price on books (price) where price > 5;
  comment on index books_title is 'for the shelves';
  comment on constraint books_author on books is 'who wrote it';
  alter table books cluster on books_title;
  alter table books replica identity using index books_isbn;`

/** What is large enough to lose them. */
const ofBooks = ['books_author', 'books_isbn', 'books_pkey', 'books_price', 'books_title']

const open: DrizzleDatabase[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((database) => database.close()))
})

async function openLibrary(statements = ''): Promise<DrizzleDatabase & { readonly url: string }> {
  const database = await openDatabase('postgres.js', libraryStatements + statements)
  open.push(database)
  return { ...database, url: database.url! }
}

function fillLibrary(
  db: DrizzleDatabase['db'],
  options: SeedOptions = {},
  count = 6000,
): Promise<void> {
  return seed(db, library, options).refine((f) => ({
    authors: { count: 300 },
    books: {
      count,
      columns: {
        isbn: f.template('{n}', { n: { min: 1e9, max: 2e9 } }, { isUnique: true }),
        title: f.template('Volume {n}', { n: { min: 1, max: 100 } }),
        price: f.number({ minValue: 1, maxValue: 90, precision: 100 }),
      },
    },
  }))
}

const counts = `select (select count(*) from authors) || ' ' || (select count(*) from books)`

/** Indexes and foreign keys by name: one that was built again has another number. */
async function numbersIn(db: DrizzleDatabase['db']): Promise<Readonly<Record<string, number>>> {
  const numbers = await askIn(
    db,
    `select json_object_agg(name, number) from (
       select relname as name, oid as number from pg_class
       where relkind = 'i' and relnamespace = 'public'::regnamespace
       union all select conname, oid from pg_constraint
       where contype = 'f' and connamespace = 'public'::regnamespace) as found`,
  )
  return JSON.parse(numbers) as Record<string, number>
}

/** The names of what was dropped and built again meanwhile. */
async function rebuiltBy(
  db: DrizzleDatabase['db'],
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const before = await numbersIn(db)
  await work()
  const after = await numbersIn(db)
  expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted())
  return Object.keys(after)
    .filter((name) => after[name] !== before[name])
    .toSorted()
}

/** Sequences go on with the rows. */
async function definitionsIn({ db, url }: { db: DrizzleDatabase['db']; url: string }) {
  const comments = await askIn(
    db,
    `select string_agg(description, ', ' order by description) from pg_description
     where classoid in ('pg_class'::regclass, 'pg_constraint'::regclass) and objoid >= 16384`,
  )
  return [
    ...(await definitionsOf(url)).filter((line) => !line.startsWith('sequence ')),
    `comments: ${comments}`,
  ]
}

describe('seed of large tables that are empty', () => {
  it('drops their keys, indexes and foreign keys, and puts them back as they were', async () => {
    const database = await openLibrary()
    const before = await definitionsIn(database)
    expect(await rebuiltBy(database.db, () => fillLibrary(database.db))).toEqual(ofBooks)
    expect(await definitionsIn(database)).toEqual(before)
    expect(await askIn(database.db, counts)).toBe('300 6000')
    expect(await askIn(database.db, `nextval('books_id_seq')`)).toBe('6001')
  })

  it('stores the same rows as with all of them in place', async () => {
    const [one, other] = [await openLibrary(), await openLibrary()]
    await fillLibrary(one.db)
    expect(await rebuiltBy(other.db, () => fillLibrary(other.db, { lanes: 2 }))).toEqual([])
    expect(await checksumsIn(one.db, libraryTables)).toEqual(
      await checksumsIn(other.db, libraryTables),
    )
  })

  it('lets others wait, and never see the tables without', async () => {
    const { db } = await openLibrary()
    const seen: Promise<string>[] = []
    await fillLibrary(db, {
      onProgress: ({ table }) => {
        if (table === 'books' && seen.length === 0) seen.push(askIn(db, counts))
      },
    })
    expect(await Promise.all(seen)).toEqual(['300 6000'])
  })
})

describe('seed leaves keys and indexes in place', () => {
  it.each([
    [
      'a trigger of a table may look rows up',
      `
        create function find() returns trigger language plpgsql as
          $$ begin perform 1 from books where isbn = new.isbn; return new; end $$;
        create trigger find before insert on books for each row execute function find();`,
    ],
    [
      'a check may look rows up',
      `
        create function is_fine(price numeric) returns boolean language sql as 'select true';
        alter table books add check (is_fine(price));`,
    ],
    [
      'a constraint is checked by the commit only',
      `alter table books add constraint later
        foreign key (author_id) references authors deferrable initially deferred;`,
    ],
    [
      'dropping anything is refused',
      `
        create function refuse() returns event_trigger language plpgsql as
          $$ begin raise exception 'not here'; end $$;
        create event trigger refuse on sql_drop execute function refuse();`,
    ],
  ])('where %s', async (_why, statements) => {
    const { db } = await openLibrary(statements)
    expect(await rebuiltBy(db, () => fillLibrary(db))).toEqual([])
    expect(await askIn(db, counts)).toBe('300 6000')
  })

  it('where another session is at one of the tables', async () => {
    const { db, url } = await openLibrary()
    const reader = await openOther(url, 'select * from authors')
    expect(await rebuiltBy(db, () => fillLibrary(db))).toEqual([])
    await reader.leave()
    expect(await askIn(db, counts)).toBe('300 6000')
  })

  it('of tables that hold rows', async () => {
    const { db } = await openLibrary()
    await fillLibrary(db)
    expect(await rebuiltBy(db, () => fillLibrary(db))).toEqual([])
    expect(await askIn(db, counts)).toBe('600 12000')
  })

  it('where a role does not own the tables', async () => {
    const { db, url } = await openLibrary()
    const login = await createOwner(url, { role: 'librarian' })
    await db.execute(sql`alter table books owner to current_user`)
    await db.execute(sql`grant all on books, authors, books_id_seq to librarian`)
    const client = postgres(login, { max: 1 })
    expect(await rebuiltBy(db, () => fillLibrary(drizzle(client)))).toEqual([])
    await client.end()
    expect(await askIn(db, counts)).toBe('300 6000')
    await db.execute(sql.raw('drop owned by librarian cascade; drop role librarian'))
  })

  it('that a table of somebody else relies on, or that rely on one', async () => {
    const { db } = await openLibrary(`
      create table loans (isbn text references books (isbn));
      create table shelves (title text primary key);
      insert into shelves select 'Volume ' || n from generate_series(1, 100) as n;
      alter table books add constraint books_shelf foreign key (title) references shelves;`)
    expect(await rebuiltBy(db, () => fillLibrary(db))).toEqual(
      ofBooks.filter((name) => name !== 'books_isbn'),
    )
    expect(await askIn(db, counts)).toBe('300 6000')
  })

  it('where several lanes are asked for, or few rows, or inside the caller’s transaction', async () => {
    const { db } = await openLibrary()
    expect(await rebuiltBy(db, () => seed(db, library, { count: 100 }))).toEqual([])
    await db.execute(sql`truncate authors, books`)
    expect(await rebuiltBy(db, () => fillLibrary(db, { lanes: 2 }))).toEqual([])
    await db.execute(sql`truncate authors, books`)
    expect(await rebuiltBy(db, () => db.transaction((tx) => fillLibrary(tx)))).toEqual([])
  })
})

/** Unless it is ended. */
const lastsSeconds = 'alter table books add check (pg_sleep(0.001) is not null);'

describe('what goes wrong without keys and indexes', () => {
  it('is told as it is with them, where rows do not keep to a key', async () => {
    const database = await openLibrary('create unique index one_each on books (title);')
    const before = await definitionsIn(database)
    const { code, message } = await failureFrom(fillLibrary(database.db, { lanes: 1 }))
    expect({ code, message: message.replace(/row \d+/, 'row n') }).toEqual({
      code: 'LOAD_UNIQUE',
      message: 'Cannot load "books": row n repeats a value that must be unique',
    })
    expect(await definitionsIn(database)).toEqual(before)
    expect(await askIn(database.db, counts)).toBe('0 0')
  })

  it('leaves nothing behind but what was there, where the connection is lost', async () => {
    const database = await openLibrary(lastsSeconds)
    const before = await definitionsIn(database)
    const numbers = await numbersIn(database.db)
    const { code } = await failureFrom(
      fillLibrary(database.db, {
        onProgress: ({ table }) => {
          if (table === 'books') void endSeed(database.db, 'terminate')
        },
      }),
    )
    expect(code).toBe('LOAD_CONNECTION')
    expect(await numbersIn(database.db)).toEqual(numbers)
    expect(await definitionsIn(database)).toEqual(before)
    expect(await askIn(database.db, counts)).toBe('0 0')
  })

  it('does it again over lanes, with all in place, where there would be several', async () => {
    const { db } = await openLibrary()
    let isEnded = false
    const work = () =>
      fillLibrary(
        db,
        {
          onProgress({ table }) {
            if (table === 'books' && !isEnded) void endSeed(db, 'terminate')
            isEnded ||= table === 'books'
          },
        },
        60_000,
      )
    expect(await rebuiltBy(db, work)).toEqual([])
    expect(await askIn(db, counts)).toBe('300 60000')
  })

  it('ends the load where somebody cancels it', async () => {
    const { db } = await openLibrary(lastsSeconds)
    const numbers = await numbersIn(db)
    let begun = 0
    const failure = await failureFrom(
      fillLibrary(db, {
        onProgress: ({ table, rows }) => {
          if (table === 'authors' && rows === 0) begun++
          if (table === 'books') void endSeed(db, 'cancel')
        },
      }),
    )
    expect(failure.code).toBe('LOAD_CANCELLED')
    expect(begun).toBe(1)
    expect(await numbersIn(db)).toEqual(numbers)
    expect(await askIn(db, counts)).toBe('0 0')
  })
})

function endSeed(db: DrizzleDatabase['db'], how: 'terminate' | 'cancel'): Promise<string> {
  return askIn(
    db,
    `select count(pg_${how}_backend(pid)) from pg_stat_activity
     where datname = current_database() and application_name like 'downpour %'`,
  )
}
