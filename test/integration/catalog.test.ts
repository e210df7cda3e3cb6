import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/postgres/catalog.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'

let database: TestDatabase
let session: Session
beforeAll(async () => {
  database = await createTestDatabase()
  session = await openSession({ url: database.url })
  await session.query(`
    create schema "Odd ""S";
    create type mood as enum ('calm');
    create type "Odd ""S"."Mood" as enum ('calm');
    create domain code as char(2) check (value <> '')`)
})
afterAll(async () => {
  await session.close()
  await database.drop()
})

async function sqlNames(types: readonly string[]): Promise<string[]> {
  await session.query('drop table if exists sample')
  await session.query(`create table sample (${types.map((type, n) => `c${n} ${type}`).join()})`)
  const [table] = await readCatalog(session, [{ schema: 'public', name: 'sample' }])
  return [...table!.columns.values()].map(({ serverType }) => serverType.sqlName)
}

describe('readCatalog', () => {
  it('names types as a cast has to: quoted, with the schema where needed, without a length', async () => {
    const names = {
      int: 'integer',
      'numeric(12, 2)': 'numeric',
      'varchar(3)': 'character varying',
      'char(3)': 'bpchar',
      '"char"': '"char"',
      'bit(3)': '"bit"',
      'bit varying(3)': 'bit varying',
      'timestamp(3) with time zone': 'timestamp with time zone',
      'time(0)': 'time without time zone',
      'interval day to second': 'interval',
      'int[]': 'integer[]',
      'char(3)[][]': 'bpchar[]',
      mood: 'mood',
      '"Odd ""S"."Mood"': '"Odd ""S"."Mood"',
      '"Odd ""S"."Mood"[]': '"Odd ""S"."Mood"[]',
      code: 'bpchar',
      'code[]': 'code[]',
    }
    expect(await sqlNames(Object.keys(names))).toEqual(Object.values(names))
  })

  it('names types in such a way that a cast cuts nothing off', async () => {
    const [a, b, c, d] = await sqlNames(['char(5)', 'bit(5)', 'varchar(5)', 'numeric(6, 3)'])
    const cast = `select 'abcde'::${a}::text as a, '10101'::${b}::text as b, 'abcde'::${c} as c,
      '123.456'::${d}::text as d`
    expect(await session.query(cast)).toEqual([
      { a: 'abcde', b: '10101', c: 'abcde', d: '123.456' },
    ])
  })
})
