import { bigint, date, doublePrecision, integer, json, jsonb, numeric } from 'drizzle-orm/pg-core'
import { pgTable, point, text, time, timestamp, uuid } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import fc from 'fast-check'
import { finished } from 'node:stream/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCell } from '../../src/generate/cell.ts'
import { createDictionary, createVector } from '../../src/generate/vector.ts'
import type { Vector } from '../../src/generate/vector.ts'
import type { ColumnMode } from '../../src/model/table.ts'
import type { ServerType, TargetColumn } from '../../src/postgres/server-type.ts'
import { hasBinaryEncoder } from '../../src/write/encode/binary.ts'
import { driverText } from '../../src/write/encode/driver-text.ts'
import type { CopyFormat } from '../../src/write/encode/row.ts'
import { bindRowEncoder, writeCopyHeader, writeCopyTrailer } from '../../src/write/encode/row.ts'
import { createByteSink } from '../../src/write/encode/sink.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'

let database: TestDatabase
let sql: postgres.Sql
let copySql: postgres.Sql

/** A small COPY waits twice for a delayed acknowledgement (40 ms): they wait together. */
const copiesAtOnce = 8

let way: TargetColumn
let id: TargetColumn

beforeAll(async () => {
  database = await createTestDatabase()
  sql = connect()
  copySql = connect(copiesAtOnce)
  await sql.unsafe(`
    create type mood as enum ('sad', 'ok', 'it''s "fine", {really}\\');
    create domain quantity as int4 check (value > -100000);
    create domain code as varchar(5);
    create table ways (way text, id int4);
  `)
  ;[way, id] = (await loadColumns('ways')) as [TargetColumn, TargetColumn]
})

afterAll(async () => {
  await sql?.end()
  await copySql?.end({ timeout: 1 })
  await database?.drop()
})

/** Strings are sent as they are: the driver's own serializers expect booleans, Buffers and so on. */
function connect(connections = 1): postgres.Sql {
  const client = postgres(database.url, {
    max: connections,
    onnotice: () => {},
    connection: { TimeZone: 'UTC' },
  })
  const { serializers } = client.options
  for (const oid of Object.keys(serializers)) serializers[Number(oid)] = (value: unknown) => value
  return client
}

type Literals = fc.Arbitrary<string>

interface TypeCase {
  readonly type: string
  readonly values: Literals
  /** Always among the values. */
  readonly edges?: readonly string[]
}

const digits = (max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((d) => d.join(''))
const sign = fc.constantFrom('', '-', '+')
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }).filter((s) => !s.includes('\0')),
  fc.string({
    unit: fc.constantFrom(
      '\\',
      '\t',
      '\n',
      '\r',
      '"',
      "'",
      '{',
      '}',
      ',',
      'N',
      '.',
      'é',
      '😀',
      ' ',
    ),
  }),
)
const textEdges = [
  '',
  '\\.',
  '\\N',
  'a\tb\nc\r\\',
  'x',
  'NULL',
  'x'.repeat(65),
  'é'.repeat(70),
  '\u0001\b\f\v',
]
const zone = fc.constantFrom('', 'Z', '+00', '-08', '+05:30', '-03:30:15', ' +0200')
const two = (min: number, max: number) =>
  fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'))
const fraction = fc.oneof(
  fc.constant(''),
  digits(8).map((d) => `.${d}`),
)
const clock = fc
  .tuple(two(0, 23), two(0, 59), two(0, 59), fraction)
  .map(([h, m, s, f]) => `${h}:${m}:${s}${f}`)
const day = (maxYear: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: maxYear }), two(1, 12), two(1, 28), fc.boolean())
    .map(([y, m, d, bc]) => [
      `${String(y).padStart(4, '0')}-${m}-${d}`,
      bc && y < 4700 ? ' BC' : '',
    ])
const instant = fc
  .tuple(fc.oneof(day(9999), day(294_000)), fc.constantFrom(' ', 'T'), clock, zone)
  .map(([[d, era], separator, c, z]) => `${d}${separator}${c}${z}${era}`)
const instantEdges = [
  'infinity',
  '-infinity',
  '2024-02-29 24:00',
  '1999-12-31 23:59:60',
  '2000-01-01',
  '4714-11-24 00:00:00 BC',
  '294276-12-31 23:59:59.999999',
  '1969-12-31T23:59:59.9999995',
]
const intervals = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: -300, max: 300 }),
      fc.integer({ min: -99, max: 99 }),
      fc.integer({ min: -999, max: 999 }),
      sign,
      clock,
    )
    .map(([y, m, d, s, c]) => `${y} years ${m} mons ${d} days ${s}${c}`),
  fc
    .tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fraction)
    .map(([y, m, d, h, min, f]) => `P${y}Y${m}M${d}DT${h}H${min}M1${f}S`),
  fc
    .tuple(sign, fc.nat(99), fc.nat(11), fc.integer({ min: -99, max: 99 }))
    .map(([s, y, m, d]) => `${s}${y}-${m} ${d} 1:02:03`),
)
const numerics = fc
  .tuple(
    sign,
    digits(40),
    fc.option(digits(30), { nil: undefined }),
    fc.option(fc.integer({ min: -30, max: 30 }), { nil: undefined }),
  )
  .map(
    ([s, w, f, e]) => `${s}${w}${f === undefined ? '' : `.${f}`}${e === undefined ? '' : `e${e}`}`,
  )
const doubles = fc.double({ noDefaultInfinity: true }).map(String)
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'))
const documents = fc
  .jsonValue({ stringUnit: 'grapheme' })
  .map((v) => JSON.stringify(v))
  .filter((s) => !s.includes('\\u'))
const quoted = (s: string) => `"${s.replace(/["\\]/g, '\\$&')}"`
const arrays = (element: Literals) =>
  fc.oneof(
    fc.array(fc.option(element.map(quoted), { nil: 'NULL' })).map((e) => `{${e.join(',')}}`),
    fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.option(element.map(quoted), { nil: 'null' }), { minLength: 1, maxLength: 4 }),
      )
      .map(
        ([rows, e]) => `{ ${Array.from({ length: rows }, () => `{${e.join(' , ')}}`).join(',')}}`,
      ),
  )
const bitStrings = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom('0', '1'), minLength: min, maxLength: max })
const ipv6 = fc.oneof(
  fc.ipV6().filter((a) => !a.includes('%')),
  fc.constantFrom('::', '::1', '1::', '::ffff:1.2.3.4'),
)

const cases: TypeCase[] = [
  {
    type: 'int2',
    values: fc.integer({ min: -32768, max: 32767 }).map(String),
    edges: ['-32768', '32767', ' +7 '],
  },
  { type: 'int4', values: fc.integer().map(String), edges: ['-2147483648', '2147483647', '-0'] },
  {
    type: 'int8',
    values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    edges: ['-9223372036854775808', '9223372036854775807', '9007199254740993', '-1', '+4294967296'],
  },
  {
    type: 'float4',
    values: fc.oneof(
      fc.float().map(String),
      fc
        .double({ min: -1e30, max: 1e30 })
        .filter((d) => d === 0 || Math.abs(d) > 1e-37)
        .map(String),
    ),
    edges: [
      'NaN',
      'inf',
      '-Infinity',
      '-0',
      '1e-45',
      '3.4028235e38',
      '1.0000000596046448',
      '1.00000005960464477539062500001',
      '1.0000000596046447753906249',
      '-1.0000000596046448',
      '16777217',
      '0.333333343267440795898437500',
    ],
  },
  {
    type: 'float8',
    values: fc.double().map(String),
    edges: [
      'NaN',
      '+infinity',
      '-inf',
      '-0',
      '5e-324',
      '1.7976931348623157e308',
      '.5',
      '5.',
      '1E3',
    ],
  },
  {
    type: 'bool',
    values: fc.constantFrom('t', 'FALSE', 'yes', 'n', ' on ', 'off', '1', '0', 'tru'),
  },
  { type: 'text', values: words, edges: textEdges },
  {
    type: 'varchar(5)',
    values: fc.string({ unit: 'binary', maxLength: 5 }).filter((s) => !s.includes('\0')),
    edges: ['', '😀😀😀😀😀', 'abcde   ', 'é  \t'],
  },
  {
    type: 'char(5)',
    values: fc.string({ unit: 'grapheme-ascii', maxLength: 5 }),
    edges: ['', 'a    ', 'abcde    ', '😀'],
  },
  {
    type: 'name',
    values: fc.string({ unit: 'grapheme-ascii', maxLength: 63 }),
    edges: ['é'.repeat(31)],
  },
  { type: 'mood', values: fc.constantFrom('sad', 'ok', 'it\'s "fine", {really}\\') },
  { type: 'quantity', values: fc.integer({ min: -99_999 }).map(String) },
  { type: 'code', values: fc.constantFrom('abc', 'abcde  ') },
  {
    type: 'bytea',
    values: fc.uint8Array({ maxLength: 100 }).map((b) => `\\x${Buffer.from(b).toString('hex')}`),
    edges: ['', '\\x', '\\x0A ff', 'abc', 'a\\\\b\\000\\377', 'é'],
  },
  {
    type: 'date',
    values: day(99_999).map(([d, era]) => `${d}${era}`),
    edges: [
      'infinity',
      '-infinity',
      '1999-12-31',
      '4714-11-24 BC',
      '5874897-12-31',
      '2024-2-9',
      '2024-02-29T12:00:00.000Z',
    ],
  },
  { type: 'timestamp', values: instant, edges: instantEdges },
  { type: 'timestamptz', values: instant, edges: instantEdges },
  { type: 'timestamp(3)', values: instant, edges: instantEdges.slice(0, 5) },
  {
    type: 'time',
    values: fc.tuple(clock, zone).map((p) => p.join('')),
    edges: ['24:00', '00:00:00', '23:59:59.9999999'],
  },
  {
    type: 'timetz',
    values: fc.tuple(clock, zone).map((p) => p.join('')),
    edges: ['24:00+00', '12:00-15:59:59'],
  },
  {
    type: 'interval',
    values: intervals,
    edges: [
      '1 year 2 mons 3 days 04:05:06.789',
      '-1 days +02:03:04',
      '@ 1 hour 2 mins ago',
      'P1W',
      'PT1.8587415S',
      '1.8587415 seconds',
      '-1.0613565 sec',
      '00:00:01.8587415',
      '.5 min',
      'PT-1.0613565S',
      'PT1.5H',
      '1.5 days',
      '2 weeks',
      '90 sec',
      '1 century 3ms 7 us',
      '3',
      '-3 04:05:06',
      '2562047:47:16.854775',
    ],
  },
  {
    type: 'numeric',
    values: numerics,
    edges: [
      '0',
      '-0',
      '0.000',
      '10000',
      '0.05',
      '0.0001',
      '0.00010',
      '1e131071',
      `0.${'1'.repeat(16_383)}`,
      'NaN',
      'Infinity',
      '-infinity',
      '.5',
      '5.',
      '1E+3',
      '99999999',
      '-12345.678',
    ],
  },
  {
    type: 'numeric(12, 2)',
    values: fc.tuple(sign, digits(9), digits(5)).map(([s, w, f]) => `${s}${w}.${f}`),
    edges: ['NaN', '9999999999.994', '0.005', '-0.005'],
  },
  {
    type: 'numeric(3, 5)',
    values: fc.integer({ min: -994, max: 994 }).map((n) => `${n}e-5`),
    edges: ['0', '0.00999', '0.009994'],
  },
  {
    type: 'numeric(5, -2)',
    values: fc.integer({ min: -9_999_900, max: 9_999_900 }).map(String),
    edges: ['9999949', '50', '49'],
  },
  {
    type: 'uuid',
    values: fc.uuid(),
    edges: [
      '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}',
      'a0eebc999c0b4ef8bb6d6bb9bd380a11',
      'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11',
    ],
  },
  { type: 'json', values: documents, edges: ['{"a": 1,\n "b":"\\u0000\\t"}', 'null'] },
  {
    type: 'jsonb',
    values: documents,
    edges: ['{"b": 1, "a": [1.50, "\\\\u0000"]}', 'null', '"\\\\.\\n"'],
  },
  {
    type: 'inet',
    values: fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map((p) => p.join('/')),
      fc.ipV4(),
      ipv6,
      fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map((p) => p.join('/')),
    ),
  },
  {
    type: 'cidr',
    values: fc.oneof(fc.ipV4(), ipv6),
    edges: ['10.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '192.168.100.128/25', '::/0'],
  },
  {
    type: 'macaddr',
    values: hex(6),
    edges: [
      '08:00:2b:01:02:03',
      '08-00-2B-01-02-03',
      '08002b:010203',
      '08002b-010203',
      '0800.2b01.0203',
      '0800-2b01-0203',
    ],
  },
  {
    type: 'point',
    values: fc.tuple(doubles, doubles).map(([x, y]) => `(${x},${y})`),
    edges: ['1,2', ' ( 1.5 , -2e3 ) ', '(Infinity,NaN)'],
  },
  { type: 'bit(9)', values: bitStrings(9, 9) },
  { type: 'varbit', values: bitStrings(0, 70), edges: ['', 'xF0a', 'b01', 'X'] },
  { type: 'varbit(4)', values: bitStrings(0, 4) },
  {
    type: 'int4[]',
    values: arrays(fc.integer().map(String)),
    edges: [
      '{}',
      ' { } ',
      '{1,NULL,3}',
      '[2:3]={1,2}',
      '[0:1][-1:0]={{1,2},{3,4}}',
      '{{{{{{1}}}}}}',
    ],
  },
  {
    type: 'text[][]',
    values: arrays(words),
    edges: ['{a,b c,"NULL",null,"\\\\","{}"}', '{\\",a\\ }', '{ a b , c }', '{""}'],
  },
  { type: 'mood[]', values: fc.constantFrom('{sad,ok}', '{{sad,NULL},{ok,ok}}') },
  {
    type: 'numeric(6, 2)[]',
    values: arrays(fc.integer({ min: -999_999, max: 999_999 }).map((n) => `${n}e-2`)),
  },
  { type: 'varchar(3)[]', values: fc.constantFrom('{abc,"a   "}', '{😀😀😀}') },
  { type: 'bytea[]', values: fc.constant('{"\\\\x00ff",NULL}') },
  { type: 'jsonb[]', values: arrays(documents) },
  { type: 'timestamptz[]', values: fc.constant('{"2024-01-31 12:00:00+02",infinity}') },
  { type: 'point[]', values: fc.constant('{"(1,2)",NULL}') },
  { type: 'uuid[]', values: fc.uuid().map((u) => `{${u}}`) },
]

describe('encoders against INSERT', () => {
  it.each(cases)('store the same $type through INSERT, binary and text COPY', async (typeCase) => {
    const { type, values, edges = [] } = typeCase
    const table = await createTable(type)
    const column = (await loadColumns(table))[2]!
    expect(hasBinaryEncoder(column)).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 40, maxLength: 120 }), async (drawn) => {
        const cells = [null, ...edges, ...drawn]
        const vectors: Vector[] = [valueVector(cells)]
        if (drawn.every((value) => value.isWellFormed())) {
          vectors.push(textVector(cells), utf8Vector(cells), dictionaryVector(cells))
        }
        await sql.unsafe(`truncate ${table}`)
        await insert(table, cells)
        await Promise.all(
          vectors.flatMap((vector) =>
            (['binary', 'text'] as const).map((format) =>
              copy({ table, column, vector, rows: cells.length, format }),
            ),
          ),
        )
        expect(await differences(table, cells.length, vectors.length * 2)).toEqual([])
      }),
      { numRuns: 2, endOnFailure: true },
    )
  })

  interface VectorCase {
    readonly name: string
    readonly type: string
    readonly mode: ColumnMode
    readonly vector: Vector
    /** NULL and -1 fill what is not given. */
  }

  const numbers = (values: readonly number[]) => filled({ kind: 'number' }, values)
  const decimals = (scale: number, values: readonly number[]) =>
    filled({ kind: 'decimal', scale }, values)
  const safe = [
    0,
    -0,
    1,
    -1,
    2 ** 53 - 1,
    -(2 ** 53 - 1),
    2 ** 32,
    -(2 ** 32),
    2 ** 31,
    9999,
    10_000,
    1e8,
    99_999_999,
    1e12,
    123_456_789_012_345,
  ]
  const exact = [...safe, 2 ** 53, -(2 ** 53), ...fc.sample(fc.maxSafeInteger(), 200)]
  const small = fc.sample(fc.integer({ min: -32768, max: 32767 }), 50)
  const real = [
    0,
    -0,
    0.1,
    1.5,
    -2.25,
    1e21,
    1.5e-7,
    NaN,
    Infinity,
    -Infinity,
    1.0000000596046448,
    ...fc.sample(
      fc.double({ min: -1e9, max: 1e9 }).filter((d) => d === 0 || Math.abs(d) > 1e-30),
      200,
    ),
  ]
  const millis = fc.sample(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), 200)
  const micros = [
    0,
    -1,
    1,
    946_684_800_000_000,
    946_684_799_999_999,
    ...fc.sample(fc.maxSafeInteger(), 200),
  ]
  const uuids = fc.sample(fc.uint8Array({ minLength: 16, maxLength: 16 }), 50)

  const vectorCases: VectorCase[] = [
    { name: 'number', type: 'int2', mode: 'number', vector: numbers([-32768, 32767, ...small]) },
    {
      name: 'number',
      type: 'int4',
      mode: 'number',
      vector: numbers([-(2 ** 31), 2 ** 31 - 1, ...fc.sample(fc.integer(), 100)]),
    },
    {
      name: 'number',
      type: 'int8',
      mode: 'bigint',
      vector: numbers([...safe, ...fc.sample(fc.maxSafeInteger(), 200)]),
    },
    { name: 'number', type: 'float4', mode: 'number', vector: numbers(real) },
    { name: 'number', type: 'float8', mode: 'number', vector: numbers(real) },
    { name: 'number', type: 'numeric', mode: 'number', vector: numbers([...safe, ...real]) },
    {
      name: 'decimal',
      type: 'int8',
      mode: 'bigint',
      vector: decimals(2, [0, 100, -1200, 123_456_700]),
    },
    { name: 'decimal', type: 'float8', mode: 'number', vector: decimals(2, exact) },
    { name: 'decimal', type: 'float4', mode: 'number', vector: decimals(3, exact) },
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 20].map((scale): VectorCase => ({
      name: `decimal of scale ${scale}`,
      type: 'numeric',
      mode: 'string',
      vector: decimals(scale, exact),
    })),
    {
      name: 'decimal',
      type: 'numeric(12, 2)',
      mode: 'string',
      vector: decimals(2, [0, 999_999_999_999, -999_999_999_999, 5]),
    },
    {
      name: 'decimal',
      type: 'numeric(6, 1)',
      mode: 'string',
      vector: decimals(3, [99_999_949, -99_999_949, 50, 49]),
    },
    {
      name: 'boolean',
      type: 'bool',
      mode: 'boolean',
      vector: filled({ kind: 'boolean' }, [0, 1, 1]),
    },
    {
      name: 'date',
      type: 'date',
      mode: 'string',
      vector: filled({ kind: 'date' }, [
        0,
        -1,
        10_957,
        -2_440_588,
        2_145_042_905,
        19_782,
        ...fc.sample(fc.integer({ min: -2_440_588, max: 3_000_000 }), 200),
      ]),
    },
    {
      name: 'timestamp',
      type: 'timestamp',
      mode: 'string',
      vector: filled({ kind: 'timestamp' }, micros),
    },
    {
      name: 'timestamp',
      type: 'timestamptz',
      mode: 'string',
      vector: filled({ kind: 'timestamp' }, [...micros, ...millis.map((ms) => ms * 1000)]),
    },
    {
      name: 'time',
      type: 'time',
      mode: 'string',
      vector: filled({ kind: 'time' }, [
        0,
        86_400_000_000,
        1,
        45_296_000_001,
        ...fc.sample(fc.nat(2 ** 31 - 1), 50),
      ]),
    },
    ...['uuid', 'text', 'varchar(36)', 'char(40)'].map((type): VectorCase => ({
      name: 'uuid',
      type,
      mode: 'string',
      vector: uuidVector(uuids),
    })),
  ]

  it.each(vectorCases)(
    'store the same $type from a $name vector',
    async ({ type, mode, vector }) => {
      const table = await createTable(type)
      const column = (await loadColumns(table))[2]!
      const rows = vector.capacity
      vector.nulls = new Uint8Array(rows)
      vector.nulls[rows - 1] = 1
      const cells = Array.from({ length: rows }, (_, i) => readCell(vector, i, mode))
      expect(cells.at(-1)).toBeNull()
      await insert(
        table,
        cells.map((cell) => (cell === null ? null : driverText(cell))),
      )
      await Promise.all([
        copy({ table, column, vector, rows, format: 'binary' }),
        copy({ table, column, vector, rows, format: 'text' }),
      ])
      expect(await differences(table, rows, 2)).toEqual([])
    },
  )

  it('store what Drizzle stores, mode by mode, in a session of any time zone', async () => {
    const all = pgTable('modes', {
      way: text(),
      id: integer(),
      big: bigint({ mode: 'bigint' }),
      amount: numeric({ mode: 'number' }),
      total: numeric({ precision: 30, mode: 'bigint' }),
      ratio: doublePrecision(),
      day: date({ mode: 'date' }),
      dayText: date({ mode: 'string' }),
      at: timestamp({ withTimezone: true, mode: 'date' }),
      local: timestamp({ mode: 'date' }),
      atText: timestamp({ withTimezone: true, mode: 'string' }),
      localText: timestamp({ mode: 'string' }),
      clock: time(),
      key: uuid(),
      document: json(),
      binary: jsonb(),
      place: point({ mode: 'tuple' }),
      spot: point({ mode: 'xy' }),
      tags: text().array(),
      grid: integer().array().array(),
    })
    await sql.unsafe(`create table modes (way text, id int4, big int8, amount numeric,
      total numeric(30), ratio float8, day date, "dayText" date, at timestamptz, local timestamp,
      "atText" timestamptz, "localText" timestamp, clock time, key uuid, document json, "binary" jsonb,
      place point, spot point, tags text[], grid int4[])`)
    const moments = filled({ kind: 'timestamp' }, [1_706_702_400_123_000, -1_000, 0])
    const days = filled({ kind: 'date' }, [19_753, -1, 0])
    const row = (i: number) => ({
      id: i,
      big: 9_007_199_254_740_993n,
      amount: 12.34,
      total: 123_456_789_012_345_678_901_234_567n,
      ratio: -0,
      day: readCell(days, i, 'date') as Date,
      dayText: readCell(days, i, 'string') as string,
      at: readCell(moments, i, 'date') as Date,
      local: readCell(moments, i, 'date') as Date,
      atText: readCell(moments, i, 'string') as string,
      localText: readCell(moments, i, 'string') as string,
      clock: '12:34:56.000001',
      key: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      document: { a: [1, null, 'x\ty'], b: 'it\'s "\\' },
      binary: i === 0 ? null : [{ deep: { er: true } }],
      place: [1.5, -2] as [number, number],
      spot: { x: 0.1, y: 1e-7 },
      tags: ['a', '', 'NULL', 'q"\\,{}'],
      grid: [
        [1, 2],
        [3, 4],
      ],
    })
    const rows = [row(0), row(1), row(2)]
    const client = postgres(database.url, {
      max: 1,
      connection: { TimeZone: 'America/Los_Angeles' },
    })
    try {
      await drizzle(client)
        .insert(all)
        .values(rows.map((values) => ({ way: 'insert', ...values })))
    } finally {
      await client.end()
    }
    const drizzleColumns = Object.values(all) as unknown as {
      mapToDriverValue(value: unknown): unknown
    }[]
    const columns = (await loadColumns('modes')).map((column, i) => ({
      ...column,
      toDriver: (value: unknown) => drizzleColumns[i]!.mapToDriverValue(value),
    }))
    for (const format of ['binary', 'text'] as const) {
      const vectors = columns.map(({ name }) =>
        valueVector(rows.map((values) => (name === 'way' ? format : values[name as 'id']))),
      )
      await sendCopy({ table: 'modes', columns, vectors, rows: rows.length, format })
    }
    const stored =
      await sql`select way, id, to_jsonb(m) - 'way' || jsonb_build_object('doc', document::text)
      as cells from modes m order by id, way`
    expect(stored).toHaveLength(9)
    for (let i = 0; i < 9; i += 3) {
      expect(stored[i]!['cells']).toEqual(stored[i + 1]!['cells'])
      expect(stored[i + 2]!['cells']).toEqual(stored[i + 1]!['cells'])
    }
  })
})

describe('refusals', () => {
  const refused: readonly (readonly [type: string, value: string, code: string, state: string])[] =
    [
      ['int2', '32768', 'DATA_OUT_OF_RANGE', '22003'],
      ['int4', '2147483648', 'DATA_OUT_OF_RANGE', '22003'],
      ['int4', '1.5', 'DATA_INVALID', '22P02'],
      ['int4', '', 'DATA_INVALID', '22P02'],
      ['int8', '9223372036854775808', 'DATA_OUT_OF_RANGE', '22003'],
      ['float4', '1e39', 'DATA_OUT_OF_RANGE', '22003'],
      ['float4', '1e-50', 'DATA_OUT_OF_RANGE', '22003'],
      ['float8', '1e309', 'DATA_OUT_OF_RANGE', '22003'],
      ['float8', '1e-400', 'DATA_OUT_OF_RANGE', '22003'],
      ['float8', 'one', 'DATA_INVALID', '22P02'],
      ['bool', 'o', 'DATA_INVALID', '22P02'],
      ['varchar(5)', 'abcdef', 'DATA_TOO_LONG', '22001'],
      ['varchar(5)', '😀😀😀😀😀😀', 'DATA_TOO_LONG', '22001'],
      ['char(5)', 'abcdef', 'DATA_TOO_LONG', '22001'],
      ['code', 'abcdef', 'DATA_TOO_LONG', '22001'],
      ['varchar(5)[]', '{abcdef}', 'DATA_TOO_LONG', '22001'],
      ['text', 'a\0', 'DATA_NUL', '22021'],
      ['mood[]', '{"a\0"}', 'DATA_NUL', '22021'],
      ['jsonb', '"\\u0000"', 'DATA_NUL', '22P05'],
      ['bytea', '\\xabc', 'DATA_INVALID', '22023'],
      ['bytea', 'a\\9', 'DATA_INVALID', '22P02'],
      ['date', '2023-02-29', 'DATA_INVALID', '22008'],
      ['date', '0000-01-01', 'DATA_INVALID', '22008'],
      ['date', '5874898-01-01', 'DATA_OUT_OF_RANGE', '22008'],
      ['date', 'soon', 'DATA_INVALID', '22007'],
      ['timestamp', '2024-01-01 25:00', 'DATA_OUT_OF_RANGE', '22008'],
      ['timestamp', '294277-01-01', 'DATA_OUT_OF_RANGE', '22008'],
      ['timestamptz', '+010000-01-01T00:00:00.000Z', 'DATA_INVALID', '22009'],
      ['timestamptz', '2024-01-01 00:00+16', 'DATA_OUT_OF_RANGE', '22009'],
      ['time', '24:00:01', 'DATA_OUT_OF_RANGE', '22008'],
      ['interval', '1 parsec', 'DATA_INVALID', '22007'],
      ['interval', '3000000000 days', 'DATA_OUT_OF_RANGE', '22015'],
      ['numeric', '1e131072', 'DATA_OUT_OF_RANGE', '22003'],
      ['numeric', '1e-16384', 'DATA_OUT_OF_RANGE', '22003'],
      ['numeric', '1,5', 'DATA_INVALID', '22P02'],
      ['numeric(4, 2)', '100', 'DATA_OUT_OF_RANGE', '22003'],
      ['numeric(4, 2)', '99.995', 'DATA_OUT_OF_RANGE', '22003'],
      ['numeric(4, 2)', 'Infinity', 'DATA_OUT_OF_RANGE', '22003'],
      ['numeric(3, 5)', '0.01', 'DATA_OUT_OF_RANGE', '22003'],
      ['uuid', 'a0eebc99', 'DATA_INVALID', '22P02'],
      ['uuid', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'DATA_INVALID', '22P02'],
      ['inet', '10.0.0.256', 'DATA_INVALID', '22P02'],
      ['inet', '10.0.0.1/33', 'DATA_INVALID', '22P02'],
      ['cidr', '10.0.0.1/8', 'DATA_INVALID', '22P02'],
      ['macaddr', '08:00:2b:01:02', 'DATA_INVALID', '22P02'],
      ['point', '(1,2', 'DATA_INVALID', '22P02'],
      ['point', '(1)', 'DATA_INVALID', '22P02'],
      ['bit(3)', '01', 'DATA_INVALID', '22026'],
      ['varbit(3)', '0101', 'DATA_TOO_LONG', '22001'],
      ['varbit', '012', 'DATA_INVALID', '22P02'],
      ['int4[]', '{1,2', 'DATA_INVALID', '22P02'],
      ['int4[]', '{1,2}}', 'DATA_INVALID', '22P02'],
      ['int4[]', '{1,,2}', 'DATA_INVALID', '22P02'],
      ['int4[]', '{1,2,}', 'DATA_INVALID', '22P02'],
      ['int4[]', '{{1,2},{3}}', 'DATA_INVALID', '22P02'],
      ['int4[]', '{1,{2}}', 'DATA_INVALID', '22P02'],
      ['int4[]', '{{1},2}', 'DATA_INVALID', '22P02'],
      ['int4[]', '[1:3]={1,2}', 'DATA_INVALID', '22P02'],
      ['int4[]', '1', 'DATA_INVALID', '22P02'],
      ['int4[]', '', 'DATA_INVALID', '22P02'],
      ['int4[]', '{{{{{{{1}}}}}}}', 'DATA_OUT_OF_RANGE', '54000'],
      ['text[]', '{"a}', 'DATA_INVALID', '22P02'],
      ['text[]', '{"a"b}', 'DATA_INVALID', '22P02'],
    ]

  it.each(refused)('of %s %j are the same on both sides', async (type, value, code, state) => {
    const table = await createTable(type)
    const column = (await loadColumns(table))[2]!
    expect(codeOf(() => encodeCell(column, valueVector([value]), 'binary'))).toBe(code)
    await expect(insert(table, [value])).rejects.toMatchObject({ code: state })
  })

  it('of a name above 63 bytes are stricter than an INSERT, which cuts it without a word', async () => {
    const table = await createTable('name')
    const column = (await loadColumns(table))[2]!
    const long = textVector(['x'.repeat(64)])
    expect(codeOf(() => encodeCell(column, long, 'binary'))).toBe('DATA_TOO_LONG')
    await insert(table, ['x'.repeat(64)])
    expect(await sql.unsafe(`select length(v::text) from ${table}`)).toEqual([{ length: 63 }])
  })

  it('of half a surrogate pair hold for both formats', async () => {
    const table = await createTable('text')
    const column = (await loadColumns(table))[2]!
    for (const format of ['binary', 'text'] as const) {
      const half = textVector(['a\ud800'])
      expect(codeOf(() => encodeCell(column, half, format))).toBe('DATA_SURROGATE')
    }
  })
})

function encodeCell(column: TargetColumn, vector: Vector, format: CopyFormat): void {
  bindRowEncoder({ format, columns: [column], vectors: [vector] })(createByteSink(), 0, 1)
}

function codeOf(action: () => void): unknown {
  try {
    action()
    return 'accepted'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

let tables = 0

async function createTable(type: string): Promise<string> {
  const table = `t${++tables}`
  await sql.unsafe(`create table ${table} (way text, id int4, v ${type})`)
  return table
}

async function insert(table: string, cells: readonly (string | null)[]): Promise<void> {
  const rows = cells.map((_, i) => `('insert', ${i}, $${i + 1})`)
  await sql.unsafe(`insert into ${table} values ${rows.join(', ')}`, [...cells])
}

interface CopyOptions {
  readonly table: string
  readonly column: TargetColumn
  readonly vector: Vector
  readonly rows: number
  readonly format: CopyFormat
}

async function copy({ table, column, vector, rows, format }: CopyOptions): Promise<void> {
  const labels = textVector(Array.from({ length: rows }, () => `${vector.kind} ${format}`))
  const ids = filled(
    { kind: 'number' },
    Array.from({ length: rows }, (_, i) => i),
  )
  await sendCopy({
    table,
    columns: [way, id, column],
    vectors: [labels, ids, vector],
    rows,
    format,
  })
}

interface SendOptions {
  readonly table: string
  readonly columns: readonly TargetColumn[]
  readonly vectors: readonly Vector[]
  readonly rows: number
  readonly format: CopyFormat
}

async function sendCopy({ table, columns, vectors, rows, format }: SendOptions): Promise<void> {
  const sink = createByteSink(16)
  writeCopyHeader(sink, format)
  const encodeRows = bindRowEncoder({ format, columns, vectors })
  for (let row = 0; row < rows;) row = encodeRows(sink, row, rows)
  writeCopyTrailer(sink, format)
  // A COPY that fails after its end says nothing (postgres.js#1173): a deadline, and a new client.
  try {
    const stream = await copySql
      .unsafe(`copy ${table} from stdin with (format ${format})`)
      .writable()
    stream.end(Buffer.from(sink.bytes.subarray(0, sink.length)))
    await finished(stream, { signal: AbortSignal.timeout(5000) })
  } catch (error) {
    void copySql.end({ timeout: 0 })
    copySql = connect(copiesAtOnce)
    throw error
  }
}

async function differences(table: string, rows: number, ways: number): Promise<unknown[]> {
  const [counts] = await sql.unsafe(
    `select count(*)::int as rows, count(distinct way)::int as ways from ${table}`,
  )
  expect(counts).toEqual({ rows: rows * (ways + 1), ways: ways + 1 })
  return [
    ...(await sql.unsafe(`
      select c.way, c.id, left(i.v::text, 200) as inserted, left(c.v::text, 200) as copied
      from ${table} i join ${table} c using (id)
      where i.way = 'insert' and c.v::text is distinct from i.v::text limit 5`)),
  ]
}

async function loadColumns(table: string): Promise<TargetColumn[]> {
  const columns = await sql.unsafe<{ name: string; type: number; modifier: number }[]>(`
    select attname as name, atttypid as type, atttypmod as modifier from pg_attribute
    where attrelid = '${table}'::regclass and attnum > 0 order by attnum`)
  const loaded: TargetColumn[] = []
  for (const { name, type, modifier } of columns) {
    const serverType = await loadType(type, modifier)
    loaded.push({ table, name, serverType, toDriver: (value) => value })
  }
  return loaded
}

async function loadType(oid: number, modifier: number): Promise<ServerType> {
  const [row] = await sql.unsafe<
    {
      name: string
      sql_name: string
      type: string
      base: number
      base_modifier: number
      element: number
      length: number
    }[]
  >(`
    select typname as name, format_type(oid, -1) as sql_name, typtype as type,
      typbasetype as base, typtypmod as base_modifier, typelem as element, typlen as length from pg_type where oid = ${oid}`)
  const { name, sql_name: sqlName, type, base, base_modifier, element, length } = row!
  if (type === 'd') return loadType(base, base_modifier)
  if (type === 'b' && element !== 0 && length === -1) {
    return { oid, name, sqlName, kind: 'array', modifier, element: await loadType(element, -1) }
  }
  const kind = type === 'e' ? 'enum' : type === 'b' ? 'scalar' : 'other'
  return { oid, name, sqlName, kind, modifier, element: undefined }
}

type Kind = 'number' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'time'

/** The values, and one row more to be NULL. */
function filled(
  spec: { kind: Exclude<Kind, 'decimal'> } | { kind: 'decimal'; scale: number },
  values: readonly number[],
): Vector {
  const vector = createVector(spec, values.length + 1)
  ;(vector as { values: { set(values: readonly number[]): void } }).values.set(values)
  return vector
}

function uuidVector(rows: readonly Uint8Array[]): Vector {
  const vector = createVector({ kind: 'uuid' }, rows.length + 1) as Extract<
    Vector,
    { kind: 'uuid' }
  >
  rows.forEach((bytes, i) => vector.bytes.set(bytes, i * 16))
  return vector
}

function valueVector(values: readonly unknown[]): Vector {
  return { kind: 'value', capacity: values.length, nulls: null, values: [...values] }
}

function nullsOf(cells: readonly (string | null)[]): Uint8Array {
  return Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
}

function textVector(cells: readonly (string | null)[]): Vector {
  const values = cells.map((cell) => cell ?? '')
  return { kind: 'text', capacity: cells.length, nulls: nullsOf(cells), values }
}

function dictionaryVector(cells: readonly (string | null)[]): Vector {
  const words = [...new Set(cells.filter((cell) => cell !== null))]
  const codes = Int32Array.from(cells, (cell) => (cell === null ? 0 : words.indexOf(cell)))
  const dictionary = createDictionary(words)
  return { kind: 'dictionary', capacity: cells.length, nulls: nullsOf(cells), dictionary, codes }
}

function utf8Vector(cells: readonly (string | null)[]): Vector {
  const { bytes, offsets } = createDictionary(cells.map((cell) => cell ?? ''))
  return { kind: 'utf8', capacity: cells.length, nulls: nullsOf(cells), bytes, offsets }
}
