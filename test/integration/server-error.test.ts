import { inspect } from 'node:util'
import { drizzle } from 'drizzle-orm/postgres-js'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DownpourError } from '../../src/errors.ts'
import {
  isConnectionLost,
  loadError,
  serverError,
  serverSaid,
  unwrapError,
} from '../../src/postgres/server-error.ts'
import { openSession, type Session } from '../../src/postgres/session.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let session: Session

beforeAll(async () => {
  database = await createTestDatabase()
  session = await openSession({ url: database.url })
  await session.query(`
    create type mood as enum ('good');
    create table items (
      id int primary key,
      label varchar(40) not null,
      size int check (size > 0),
      parent int references items,
      mood mood,
      span int4range,
      day date,
      exclude using gist (span with &&)
    );
    create table parted (id int, label text) partition by range (id);
    create table parted_low partition of parted for values from (0) to (10);
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'not %', new.label; end $$;
    create table guarded (label text);
    create trigger guard before insert on guarded for each row execute function refuse();
    create view seen as select 1 as id;
  `)
})

afterAll(async () => {
  await session.close()
  await database.drop()
})

async function copyError(target: string, rows: string): Promise<unknown> {
  try {
    const copy = await session.copyIn(`copy ${target} from stdin`)
    await copy.write(Buffer.from(rows))
    await copy.finish()
  } catch (error) {
    return error
  }
  throw new Error('The COPY did not fail')
}

/** The load's error, after a search for the canary in everything a program could print of it. */
async function loadFailure(target: string, rows: string): Promise<DownpourError> {
  const error = loadError({
    error: await copyError(target, rows),
    table: target.replace(/ .*/, ''),
    firstRow: 5000,
  })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary/i)
  expect(error).toBeInstanceOf(DownpourError)
  return error as DownpourError
}

describe('loadError', () => {
  it('names the row that repeats a key', async () => {
    const columns = 'items (id, label)'
    expect(await loadFailure(columns, '1\tcanary\n2\tb\n1\tcanary\n')).toMatchObject({
      code: 'LOAD_UNIQUE',
      message: 'Cannot load "items": row 5002 repeats a value that must be unique',
      why: 'The server said: duplicate key value violates unique constraint "items_pkey" (SQLSTATE 23505).',
      fix: 'Make the column’s generator unique, or empty the table first: npx downpour reset.',
      exitCode: 4,
      table: 'items',
      row: 5002,
    })
  })

  it('cannot name the row of a foreign key', async () => {
    expect(await loadFailure('items (id, label, parent)', '1\tcanary\t7\n')).toMatchObject({
      code: 'LOAD_FOREIGN_KEY',
      message: 'Cannot load "items": a row refers to a row that does not exist',
      why: 'The server said: insert or update on table "items" violates foreign key constraint "items_parent_fkey" (SQLSTATE 23503).',
      row: undefined,
    })
  })

  it.each([
    {
      target: 'items (id, label, size)',
      rows: '1\tcanary\t0\n',
      code: 'LOAD_CHECK',
      message: 'Cannot load "items": row 5000 breaks a check constraint',
      why: 'The server said: new row for relation "items" violates check constraint "items_size_check" (SQLSTATE 23514).',
    },
    {
      target: 'items (id, label, size)',
      rows: '1\t\\N\t7\n',
      code: 'LOAD_NOT_NULL',
      column: 'label',
      message: 'Cannot load "items": row 5000 has no value in a column that needs one',
      why: 'The server said: null value in column "label" of relation "items" violates not-null constraint (SQLSTATE 23502).',
    },
    {
      target: 'items (id, label, span)',
      rows: '1\tcanary\t[1,5)\n2\tcanary\t[4,6)\n',
      code: 'LOAD_EXCLUSION',
      message: 'Cannot load "items": row 5001 conflicts with another row',
      why: 'The server said: conflicting key value violates exclusion constraint "items_span_excl" (SQLSTATE 23P01).',
    },
    {
      target: 'parted',
      rows: '1\ta\n12\tcanary\n',
      code: 'LOAD_PARTITION',
      message: 'Cannot load "parted": row 5001 belongs to no partition of the table',
      why: 'The server said: no partition of relation "parted" found for row (SQLSTATE 23514).',
    },
    {
      target: 'items (id, label)',
      rows: 'the "canary"\ta\n',
      code: 'LOAD_DATA',
      column: 'id',
      message: 'Cannot load "items": row 5000 holds a value its column cannot take',
      why: 'The server said: invalid input syntax for type integer: "…", column "id" (SQLSTATE 22P02).',
    },
    {
      target: 'items (id, label, mood)',
      rows: '1\ta\tcanary\n',
      code: 'LOAD_DATA',
      column: 'mood',
      why: 'The server said: invalid input value for enum mood: "…", column "mood" (SQLSTATE 22P02).',
    },
    {
      target: 'items (id, label)',
      rows: `1\t${'canary'.repeat(8)}\n`,
      code: 'LOAD_DATA',
      column: 'label',
      why: 'The server said: value too long for type character varying(40), column "label" (SQLSTATE 22001).',
    },
    {
      target: 'items (id, label, day)',
      rows: '1\tcanary\t2023-02-30\n',
      code: 'LOAD_DATA',
      column: 'day',
      why: 'The server said: date/time field value out of range: "…", column "day" (SQLSTATE 22008).',
    },
    {
      target: 'guarded',
      rows: 'canary\n',
      code: 'LOAD_TRIGGER',
      message: 'Cannot load "guarded": row 5000 was refused by a function in the database',
      why: 'The server said: function refuse() raised an error (SQLSTATE P0001).',
    },
    {
      target: 'missing',
      rows: '',
      code: 'LOAD_SCHEMA',
      message: 'Cannot load "missing": the table in the database is not the one in the schema',
      why: 'The server said: relation "missing" does not exist (SQLSTATE 42P01).',
    },
    {
      target: 'seen',
      rows: '1\n',
      code: 'LOAD_SCHEMA',
      why: 'The server said: cannot copy to view "seen" (SQLSTATE 42809).',
    },
  ])('tells $code: $why', async ({ target, rows, ...expected }) => {
    expect(await loadFailure(target, rows)).toMatchObject({ ...expected, exitCode: 4 })
  })

  it('names no row when the first one is not known', async () => {
    const error = await copyError('items (id, label)', 'x\tb\n')
    expect(loadError({ error, table: 'items' })).toMatchObject({
      message: 'Cannot load "items": a row holds a value its column cannot take',
      row: undefined,
    })
  })

  it('tells a lost connection', async () => {
    const victim = await openSession({ url: database.url })
    await session.query('select pg_terminate_backend($1, 5000)', [victim.pid])
    const error = await victim.query('select pg_sleep(9)').catch((thrown: unknown) => thrown)
    expect(isConnectionLost(error)).toBe(true)
    expect(loadError({ error, table: 'items' })).toMatchObject({
      code: 'LOAD_CONNECTION',
      message: 'Cannot load "items": the connection to the server was lost',
      why: 'The server said: terminating connection due to administrator command (SQLSTATE 57P01).',
      exitCode: 4,
    })
  })

  it('leaves other errors as they are', () => {
    const bug = new TypeError('bug')
    expect(loadError({ error: bug, table: 'items' })).toBe(bug)
  })
})

describe('unwrapError', () => {
  it('finds the server’s error below Drizzle’s', async () => {
    const client = postgres(database.url, { max: 1, onnotice: () => {} })
    const items = pgTable('items', { id: integer(), label: text() })
    const error = await drizzle(client)
      .insert(items)
      .values({ id: 1, label: 'canary'.repeat(9) })
      .catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('canary')
    expect(unwrapError(error)).toMatchObject({ code: '22001' })
    expect(serverError(error)).toBeDefined()
    expect(isConnectionLost(error)).toBe(false)
    const failure = loadError({ error, table: 'items' })
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('canary')
    await client.end()
  })
})

describe('serverSaid', () => {
  const said = (code: string, message: string, where?: string) =>
    serverSaid(
      Object.assign(new Error(message), { code, severity: 'ERROR', ...(where && { where }) }),
    )

  it.each([
    ['42P01', 'relation "users" does not exist', 'relation "users" does not exist'],
    ['3D000', 'database "shop" does not exist', 'database "shop" does not exist'],
    [
      '22P02',
      'invalid input syntax for type date: "a "secret""',
      'invalid input syntax for type date: "…"',
    ],
    ['22P02', 'ungültige Eingabe: „geheim“', 'ungültige Eingabe: "…"'],
    ['42601', 'syntax error at or near "secret"', 'syntax error at or near "…"'],
    ['P0001', 'no secret', 'a function raised an error'],
  ])('of %s: %s, tells no value', (code, message, told) => {
    expect(said(code, message)).toBe(`The server said: ${told} (SQLSTATE ${code})`)
  })

  it('names the function that raised an error', () => {
    const where = 'PL/pgSQL function refuse() line 1 at RAISE'
    expect(said('P0001', 'no secret', where)).toBe(
      'The server said: function refuse() raised an error (SQLSTATE P0001)',
    )
  })
})

describe('isConnectionLost', () => {
  it('knows what postgres.js reports', async () => {
    const client = postgres(database.url, { max: 1, onnotice: () => {} })
    const [row] = await client`select pg_backend_pid() as pid`
    const slow = client`select pg_sleep(9)`.catch((thrown: unknown) => thrown)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await session.query('select pg_terminate_backend($1, 5000)', [row?.['pid']])
    expect(isConnectionLost(await slow)).toBe(true)
    expect(serverError(await slow)).toBeUndefined()
    await client.end({ timeout: 0 })
  })

  it('does not mistake an error about another server for it', async () => {
    const raise = `do $$ begin raise exception 'far away' using errcode = '08001'; end $$`
    const error = await session.query(raise).catch((thrown: unknown) => thrown)
    expect(serverError(error)).toBeDefined()
    expect(isConnectionLost(error)).toBe(false)
    expect(session.closed).toBe(false)
  })

  it('is false for what is no error of a connection', () => {
    expect(isConnectionLost(new Error('bug'))).toBe(false)
    expect(isConnectionLost(undefined)).toBe(false)
    expect(serverError(Object.assign(new Error('file'), { code: 'ENOENT' }))).toBeUndefined()
  })
})
