import { customType, integer, pgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../src/config/load-project.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { change, seedTown, townProject } from '../support/seed-town.ts'
import { verifyTown } from '../support/verify-town.ts'

/** Values that the server stores in another form than the one they are sent in. */
const types: Readonly<Record<string, readonly (string | null)[]>> = {
  numeric: ['1.50', '-0', '1e3', 'NaN', 'Infinity', '0.000', '12345678901234567890.5'],
  'numeric(6,1)': ['1.25', '-1.25', '0.04', '-0.04', '99999.94', '7', 'NaN', '0.949', '1e3'],
  'numeric(5,0)': ['0.5', '-1.5', '12345', '0.4999'],
  'numeric(3,-2)': ['149', '150', '-12345', '0'],
  'numeric(2,4)': ['0.00123', '0.00994'],
  'char(4)': ['a', 'ab  ', 'äöüß', 'abcd   ', ''],
  bpchar: ['a', 'b  '],
  'varchar(3)': ['abc   ', 'äöü', '', ' '],
  '"char"': ['x', 'y'],
  name: ['n', 'a name'],
  'timestamp(0)': ['2020-01-01 00:00:00.5', '1999-12-31 23:59:59.5', '1970-01-01', 'infinity'],
  'timestamptz(2)': ['2020-01-01 00:00:00.125+02', '1969-07-20 20:17:40.995', '-infinity'],
  'time(1)': ['10:20:30.25', '23:59:59.96', '00:00'],
  'timetz(0)': ['10:20:30.5+02', '00:00-03:30'],
  'interval(0)': ['1 day 2.5 seconds', '-1 mon 0.4'],
  'interval day to minute': ['1 day 02:03:04', '90 seconds'],
  interval: ['1 year 2 mons 3 days 04:05:06.789', '-1 day 24:00:00'],
  'bit(3)': ['101', '000'],
  'varbit(5)': ['1', '10101', ''],
  jsonb: ['{"b": 1, "a": [1.50, null]}', '"x"', '{"a":1,"a":2}', '1e2'],
  json: ['{"b": 1,  "a":1}', '[]'],
  'numeric(4,1)[]': ['{1.25,NULL,3}', '{}', '[2:3]={1,2}', '{{1},{2}}'],
  'varchar(2)[]': ['{"a ","bc   ",NULL}'],
  'int4[]': ['{1,NULL}', '{}', '[0:1]={1,2}'],
  'jsonb[]': [String.raw`{"{\"b\":1,\"a\":2}"}`],
  'timestamp(0)[]': ['{2020-01-01 00:00:00.5}'],
  money: ['1.5', '-2'],
  int4range: ['[1,3]', '(,5)', 'empty'],
  tstzrange: ['[2020-01-01 00:00+02,)'],
  int4multirange: ['{[1,3],[4,5]}'],
  xml: ['<a  b="c"/>'],
  tsvector: ['fat cat fat', "'a':2 'b':1"],
  tsquery: ['fat & rat'],
  inet: ['10.1.2.3/8', '::FFFF:1.2.3.4', '2001:DB8::1'],
  cidr: ['10.0.0.0/8', '2001:db8::/32'],
  macaddr: ['08-00-2B-01-02-03'],
  macaddr8: ['08:00:2b:01:02:03'],
  uuid: ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
  point: ['(1,-0)'],
  circle: ['<(1,2),3>'],
  path: ['[(0,0),(1,1)]'],
  lseg: ['[(0,0),(1,1)]'],
  pg_lsn: ['0/0A'],
  oid: ['42'],
  float4: ['0.1', '1e-40', 'NaN', '-0', '16777217'],
  float8: ['0.1', 'Infinity', '1e-310', '-0'],
  bytea: [String.raw`\xDEADbeef`, 'text', ''],
  price: ['1.005', '2'],
  word: ['a', ' b '],
  'price[]': ['{1.005,NULL}'],
  mood: ['so so', 'calm'],
  'mood[]': ['{calm,"so so"}'],
}

const made = `create domain price as numeric(8,2) check (value > 0);
  create domain word as varchar(3) not null;
  create type mood as enum ('calm', 'so so')`

const columns = Object.fromEntries(
  Object.keys(types).map((type, place) => [
    `c${place}`,
    customType<{ data: string }>({ dataType: () => type })(`c${place}`),
  ]),
)
const things = pgTable('things', { id: integer('id').primaryKey(), ...columns })
/** The same without a key: compared by hashes of whole rows. */
const heap = pgTable('heap', columns)

/** Every value of each column, more than once, and NULL where it may be. */
function inTurns(values: readonly (string | null)[], mayBeNull: boolean): Generator {
  const all = mayBeNull ? [...values, null] : values
  return createGenerator('in turns', () =>
    fillVector({ kind: 'value' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) out.values[i] = all[rows.numbers[i]! % all.length]
    }),
  )
}

const generators = Object.fromEntries(
  Object.entries(types).map(([type, values], place) => [
    `c${place}`,
    inTurns(values, type !== 'word'),
  ]),
)

const project: Project = {
  ...townProject,
  tables: readSchema({ things, heap }),
  refinements: {
    things: { count: 200, columns: generators },
    heap: { count: 200, columns: generators },
  },
  isFree: true,
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const definitions = Object.keys(types).map((type, place) => `c${place} ${type}`)
  await change(
    database.url,
    `${made};
     create table things (id integer primary key, ${definitions.join(', ')});
     create table heap (${definitions.join(', ')})`,
  )
})
afterAll(() => database.drop())

describe('values that the server stores in a form of its own', () => {
  // With a type that has no binary encoder, copy sends texts.
  it.each(['copy', 'batch'] as const)('are as planned after %s', async (strategy) => {
    await seedTown(database.url, { project, strategy, existing: 'reset' })
    for (const isQuick of [false, true]) {
      const report = await verifyTown(database.url, { project, isQuick })
      expect(report.findings).toEqual([])
      expect(report.rows).toBe(400)
    }
  })

  it('are as planned where COPY sends all of them in binary', async () => {
    const sent = ['numeric', 'char', 'varchar', 'timestamp', 'time', 'bit', 'json', 'interval']
    const chosen = Object.keys(types).flatMap((type, place) =>
      sent.some((name) => type.startsWith(name)) ? [{ type, name: `c${place}` }] : [],
    )
    const only = <T>(all: Readonly<Record<string, T>>) =>
      Object.fromEntries(chosen.map(({ name }) => [name, all[name]!]))
    const packed = pgTable('packed', { id: integer('id').primaryKey(), ...only(columns) })
    const definitions = chosen.map(({ name, type }) => `${name} ${type}`)
    await change(
      database.url,
      `create table packed (id integer primary key, ${definitions.join(', ')})`,
    )
    const own: Project = {
      ...project,
      tables: readSchema({ packed }),
      refinements: { packed: { count: 200, columns: only(generators) } },
    }
    await seedTown(database.url, { project: own, strategy: 'copy' })
    for (const isQuick of [false, true]) {
      const { findings } = await verifyTown(database.url, { project: own, isQuick })
      expect(findings).toEqual([])
    }
  })
})
