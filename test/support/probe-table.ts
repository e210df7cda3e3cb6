import fc from 'fast-check'
import type { ValueType } from '../../src/check/expression.ts'

const plain = (name: string, modifiers: readonly number[] = []): ValueType => ({
  name,
  modifiers,
  dimensions: 0,
})
const moods = ['sad', 'ok', 'happy']

/** A column of each type that checks speak of: its declaration, its type and what it may hold. */
const definitions = {
  i: ['integer', plain('int4'), fc.integer({ min: -4, max: 12 })],
  j: ['integer', plain('int4'), fc.integer({ min: -4, max: 12 })],
  s: ['smallint', plain('int2'), fc.integer({ min: -3, max: 300 })],
  l: ['bigint', plain('int8'), fc.constantFrom(-1, 0, 7, 4_000_000_000, 9_007_199_254_740_000)],
  n: [
    'numeric(12, 2)',
    plain('numeric', [12, 2]),
    fc.constantFrom('12.50', '0.00', '-3.25', '99999.99', '1.10', '5.00'),
  ],
  m: [
    'numeric',
    plain('numeric'),
    fc.constantFrom('12.5', '0.1', '0.2', '0.3', '-7', '123456789012345678.901', '3'),
  ],
  f: ['double precision', plain('float8'), fc.constantFrom(0.1, 0.2, -2.5, 3.5, 100, 0)],
  r: ['real', plain('float4'), fc.constantFrom(0.1, 0.5, -1.5, 3, 7.25)],
  b: ['boolean', plain('bool'), fc.boolean()],
  a: ['boolean', plain('bool'), fc.boolean()],
  t: [
    'text',
    plain('text'),
    fc.constantFrom(
      '',
      ' ',
      'abc',
      'Abc',
      'ab-12',
      'a@b.co',
      'x_y',
      ' pad ',
      'é',
      'naïve',
      '12',
      'ab\ncd',
      '😀a',
      '100%',
      'active',
    ),
  ],
  w: ['text', plain('text'), fc.constantFrom('', 'abc', 'ABC', 'b', 'zz9', '7', 'b c', 'Ω')],
  v: [
    'varchar(20)',
    plain('varchar', [20]),
    fc.constantFrom('', 'active', 'archived', 'AB12', 'draft', 'ab '),
  ],
  c: ['char(5)', plain('bpchar', [5]), fc.constantFrom('', 'EUR', 'USD', 'eur', 'ABCDE')],
  d: [
    'date',
    plain('date'),
    fc.constantFrom('2024-02-29', '1970-01-01', '1999-12-31', '2026-06-15', '2024-03-01'),
  ],
  e: [
    'date',
    plain('date'),
    fc.constantFrom('2024-02-29', '2024-03-01', '2023-02-28', '1965-05-05'),
  ],
  ts: [
    'timestamp',
    plain('timestamp'),
    fc.constantFrom('2024-02-29 12:34:56.789', '2024-03-01 00:00:00', '1969-12-31 23:59:59'),
  ],
  tz: [
    'timestamptz',
    plain('timestamptz'),
    fc.constantFrom(
      '2024-02-29T12:34:56.789Z',
      '2024-03-01T00:00:00+02:00',
      '2030-01-01T00:00:00Z',
    ),
  ],
  u: [
    'uuid',
    plain('uuid'),
    fc.constantFrom('00000000-0000-0000-0000-000000000000', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'),
  ],
  mood: ['mood', { ...plain('mood'), labels: moods }, fc.constantFrom(...moods)],
  tags: [
    'text[]',
    { ...plain('text'), dimensions: 1 },
    fc.constantFrom([], ['a'], ['a', 'b'], ['x', 'y', 'z']),
  ],
  nums: [
    'integer[]',
    { ...plain('int4'), dimensions: 1 },
    fc.constantFrom([], [1], [1, 2, 3], [7, 7]),
  ],
  doc: [
    'jsonb',
    plain('jsonb'),
    fc.constantFrom({}, { a: 1, k: 'v' }, [], [1, 'a'], 'text', 5, true),
  ],
  'Mixed "Case"': ['integer', plain('int4'), fc.integer({ min: -2, max: 2 })],
} as const satisfies Record<string, readonly [string, ValueType, fc.Arbitrary<unknown>]>

export type ProbeRow = Readonly<Record<string, unknown>>

export const probeColumns: ReadonlyMap<string, ValueType> = new Map(
  Object.entries(definitions).map(([name, [, type]]) => [name, type]),
)

export const createProbeTable = `
  create type mood as enum (${moods.map((label) => `'${label}'`).join(', ')});
  create table probe (id integer primary key, ${Object.entries(definitions)
    .map(([name, [declaration]]) => `"${name.replaceAll('"', '""')}" ${declaration}`)
    .join(', ')});`

/** Rows in which every cell is NULL now and then. */
export const anyProbeRow: fc.Arbitrary<ProbeRow> = fc.record(
  Object.fromEntries(
    Object.entries(definitions).map(([name, [, , cells]]) => [
      name,
      fc.option(cells as fc.Arbitrary<unknown>, { freq: 5 }),
    ]),
  ),
)
