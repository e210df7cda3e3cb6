import * as pg from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { formatSqlType, isSameType, parseSqlType } from '../../src/model/sql-type.ts'

const type = (name: string, modifiers: readonly number[] = [], dimensions = 0) => ({
  name,
  modifiers,
  dimensions,
})

const detailed = (name: string, detail: string, modifiers: readonly number[] = []) => ({
  ...type(name, modifiers),
  detail,
})

describe('parseSqlType', () => {
  it.each([
    ['smallint', type('int2')],
    ['integer', type('int4')],
    ['int', type('int4')],
    ['INT', type('int4')],
    ['bigint', type('int8')],
    ['smallserial', type('int2')],
    ['serial', type('int4')],
    ['bigserial', type('int8')],
    ['real', type('float4')],
    ['double precision', type('float8')],
    ['numeric', type('numeric')],
    ['decimal(5)', type('numeric', [5])],
    ['numeric(12, 2)', type('numeric', [12, 2])],
    ['numeric(12,2)', type('numeric', [12, 2])],
    ['numeric(3,-2)', type('numeric', [3, -2])],
    ['boolean', type('bool')],
    ['char', type('bpchar', [1])],
    ['character', type('bpchar', [1])],
    ['char(9)', type('bpchar', [9])],
    ['character(9)', type('bpchar', [9])],
    ['bpchar', type('bpchar')],
    ['varchar', type('varchar')],
    ['character varying', type('varchar')],
    ['character varying(255)[]', type('varchar', [255], 1)],
    ['bit', type('bit', [1])],
    ['bit(8)', type('bit', [8])],
    ['bit varying(8)', type('varbit', [8])],
    ['timestamp', type('timestamp')],
    ['timestamp without time zone', type('timestamp')],
    ['timestamp(3) without time zone', type('timestamp', [3])],
    ['timestamp with time zone', type('timestamptz')],
    ['timestamp (3) with time zone', type('timestamptz', [3])],
    ['timestamp(3) with time zone[]', type('timestamptz', [3], 1)],
    ['time', type('time')],
    ['time(6) without time zone', type('time', [6])],
    ['time with time zone', type('timetz')],
    ['bit varying(5)[]', type('varbit', [5], 1)],
    ['interval', type('interval')],
    ['interval(3)', type('interval', [3])],
    ['interval year', detailed('interval', 'year')],
    ['interval day to second(3)', detailed('interval', 'day to second', [3])],
    ['INTERVAL DAY TO MINUTE[]', { ...detailed('interval', 'day to minute'), dimensions: 1 }],
    ['text[][]', type('text', [], 2)],
    ['text[3][4]', type('text', [], 2)],
    ['vector(3)', type('vector', [3])],
    ['geometry', type('geometry')],
    ['geometry(point)', detailed('geometry', 'point')],
    ['geometry(Point,4326)', detailed('geometry', 'point', [4326])],
    [
      'geometry(MultiPolygonZ, 4326)[]',
      { ...detailed('geometry', 'multipolygonz', [4326]), dimensions: 1 },
    ],
    ['geography(Point,4326)', detailed('geography', 'point', [4326])],
    ['"Mood (new)"', type('"Mood (new)"')],
    ['mood', type('mood')],
    ['"Mood"', type('"Mood"')],
  ])('reads %s', (declaration, expected) => {
    expect(parseSqlType(declaration)).toEqual(expected)
  })

  const { columns } = pg.getTableConfig(
    pg.pgTable('spellings', {
      a: pg.smallint(),
      b: pg.bigserial({ mode: 'number' }),
      c: pg.doublePrecision(),
      d: pg.numeric({ precision: 12, scale: 2 }),
      e: pg.numeric({ precision: 12 }),
      f: pg.char(),
      g: pg.char({ length: 5 }),
      h: pg.varchar({ length: 255 }),
      i: pg.timestamp(),
      j: pg.timestamp({ precision: 3, withTimezone: true }),
      k: pg.time({ precision: 0, withTimezone: true }),
      l: pg.bit({ dimensions: 4 }),
      m: pg.interval({ fields: 'day to second', precision: 3 }),
      n: pg.text().array(),
      o: pg.numeric({ precision: 5, scale: 1 }).array(3),
      p: pg.boolean(),
      q: pg.real(),
    }),
  )
  const onServer = [
    'smallint',
    'bigint',
    'double precision',
    'numeric(12,2)',
    'numeric(12)',
    'character(1)',
    'character(5)',
    'character varying(255)',
    'timestamp without time zone',
    'timestamp(3) with time zone',
    'time(0) with time zone',
    'bit(4)',
    'interval day to second(3)',
    'text[]',
    'numeric(5,1)[]',
    'boolean',
    'real',
  ]

  it.each(columns.map((column, index) => [column.getSQLType(), onServer[index]!]))(
    'reads what Drizzle writes as %s and the server as %s alike',
    (drizzle, server) => {
      expect(parseSqlType(drizzle)).toEqual(parseSqlType(server))
    },
  )
})

describe('formatSqlType', () => {
  it.each([
    ['integer', 'int4'],
    ['numeric( 12,2 )[]', 'numeric(12, 2)[]'],
    ['char', 'bpchar(1)'],
    ['timestamp (3) with time zone', 'timestamptz(3)'],
    ['text[][]', 'text[][]'],
    ['interval day to second(3)', 'interval day to second(3)'],
    ['geometry(Point,4326)[]', 'geometry(point, 4326)[]'],
    ['geography', 'geography'],
  ])('writes %s as %s, which is read as the same type', (declaration, formatted) => {
    expect(formatSqlType(parseSqlType(declaration))).toBe(formatted)
    expect(parseSqlType(formatted)).toEqual(parseSqlType(declaration))
  })
})

describe(isSameType, () => {
  it.each([
    ['geometry(point)', 'geometry(Point)'],
    ['geometry(point)', 'geometry(Point,4326)'],
    ['geometry(point)', 'extensions.geometry(Point,4326)'],
    ['geometry', 'geometry(Polygon,3857)'],
    ['geography(Point, 4326)', 'geography(Point,4326)'],
    ['vector(3)', 'extensions.vector(3)'],
    ['bit varying(5)[]', 'bit varying(5)[]'],
    ['timestamp (3) with time zone', 'timestamp(3) with time zone'],
    ['interval day to second(3)', 'interval day to second(3)'],
    ['varchar(20)[3]', 'character varying(20)[]'],
  ])('takes %s for the server’s %s', (declared, actual) => {
    expect(isSameType(parseSqlType(declared), parseSqlType(actual))).toBe(true)
  })

  it.each([
    ['geometry(point)', 'geometry(Polygon)'],
    ['geometry(Point,3857)', 'geometry(Point,4326)'],
    ['geometry(point)', 'geography(Point)'],
    ['geometry(point)', 'geometry(Point)[]'],
    ['vector(3)', 'vector(4)'],
    ['interval', 'interval day to second'],
    ['interval year', 'interval month'],
    ['bit varying(5)', 'bit varying(6)'],
  ])('does not take %s for the server’s %s', (declared, actual) => {
    expect(isSameType(parseSqlType(declared), parseSqlType(actual))).toBe(false)
  })
})
