import type { Generator } from '../../src/generate/generator.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { below } from '../../src/generate/hash.ts'
import type { DecimalVector, NumberVector } from '../../src/generate/vector.ts'
import { cities, firstNames, lastNames } from '../../src/generate/vocabulary.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { library, planOf, things } from './plans.ts'

export type ThingsColumn = 'a' | 'b' | 'c'

/** A column that some generator fills, with what is promised of its values. */
export interface CatalogueEntry {
  readonly name: string
  readonly table: string
  /** The column whose values are looked at, where it is not the one asked for. */
  readonly property?: string
  readonly rows: number
  refine(column: ThingsColumn, rows: number): Refinements
  isInRange(value: unknown): boolean
  /** Values that do not depend on seed and column: keys, constants. */
  readonly isFixed?: boolean
  /** Whether row i stays the same when there are more rows. @defaultValue true */
  readonly isPrefixStable?: boolean
  readonly isUnique?: boolean
}

export const catalogueRows = 10_000

export async function planOfEntry(
  entry: CatalogueEntry,
  options: { readonly seed?: number; readonly column?: ThingsColumn; readonly rows?: number } = {},
): Promise<Plan> {
  const { seed = 1, column = 'a', rows = entry.rows } = options
  return planOf(entry.refine(column, rows), { schema: { ...library, things }, seed })
}

/** A generator that needs no other table, in a column of `things`. */
function ofThings(
  name: string,
  make: () => Generator,
  entry: Pick<CatalogueEntry, 'isInRange' | 'isFixed' | 'isUnique'>,
): CatalogueEntry {
  return {
    ...entry,
    name,
    table: 'things',
    rows: catalogueRows,
    refine: (column, count) => ({ things: { count, columns: { [column]: make() } } }),
  }
}

const isWhole = (lowest: number, highest: number) => (value: unknown) =>
  Number.isInteger(Number(value)) && Number(value) >= lowest && Number(value) <= highest

const matches = (pattern: RegExp) => (value: unknown) =>
  typeof value === 'string' && pattern.test(value)

const isOneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value)

const person = () =>
  f.templates({
    parts: { first: firstNames, last: lastNames, number: { min: 1, max: 9999 } },
    columns: { name: '{first} {last}', email: '{first:slug}.{last:slug}{number}@example.com' },
    isUnique: true,
  })

const size = () =>
  f.group(['small', 'large'], ({ random, purpose }) => {
    const key = random(purpose)
    return {
      columns: { small: { kind: 'number' }, large: { kind: 'decimal', scale: 1 } },
      fill(rows, out: { readonly small: NumberVector; readonly large: DecimalVector }) {
        for (let i = 0; i < rows.count; i++) {
          const value = below(key, rows.numbers[i]!, 50)
          out.small.values[i] = value
          out.large.values[i] = value * 10
        }
      },
    }
  })

/** Ten more than another column. */
const derived = () =>
  createGenerator(
    'derived',
    (_, inputs) =>
      fillVector({ kind: 'number' }, (rows, out) => {
        const input = inputs[0]?.vector
        if (input?.kind !== 'number') throw new Error('The input is a number')
        for (let i = 0; i < rows.count; i++) out.values[i] = input.values[i]! + 10
      }),
    [f.int({ minValue: 1, maxValue: 500 })],
  )

export const catalogue: readonly CatalogueEntry[] = [
  ofThings('intPrimaryKey', () => f.intPrimaryKey(), {
    isInRange: isWhole(1, catalogueRows),
    isFixed: true,
    isUnique: true,
  }),
  ofThings('int', () => f.int({ minValue: -50, maxValue: 700 }), { isInRange: isWhole(-50, 700) }),
  ofThings('int, wide', () => f.int({ minValue: 0, maxValue: 2 ** 50 }), {
    isInRange: isWhole(0, 2 ** 50),
  }),
  ofThings('int, unique', () => f.int({ minValue: 1, maxValue: 10_007, isUnique: true }), {
    isInRange: isWhole(1, 10_007),
    isUnique: true,
  }),
  ofThings('decimal', () => f.decimal({ minValue: -5.5, maxValue: 99.99 }), {
    isInRange: (value) =>
      matches(/^-?\d+\.\d\d$/)(value) && Math.abs(Number(value) - 47.245) <= 52.745,
  }),
  ofThings('boolean', () => f.boolean({ probability: 0.3 }), { isInRange: isOneOf(true, false) }),
  ofThings('date', () => f.date({ minDate: '1999-12-30', maxDate: '2024-03-01' }), {
    isInRange: (value) =>
      matches(/^\d{4}-\d\d-\d\d$/)(value) &&
      String(value) >= '1999-12-30' &&
      String(value) <= '2024-03-01',
  }),
  ofThings('timestamp', () => f.timestamp(), {
    isInRange: (value) =>
      matches(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$/)(value) &&
      String(value) >= '2025-01-01' &&
      String(value) < '2026-01-02',
  }),
  ofThings('uuid', () => f.uuid(), {
    isInRange: matches(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    isUnique: true,
  }),
  ofThings('words', () => f.words(cities), { isInRange: matches(/^\p{L}/u) }),
  ofThings('pool', () => f.pool((faker) => faker.company.catchPhrase(), { size: 40 }), {
    isInRange: matches(/^\S+ \S+/),
  }),
  ofThings('valuesFromArray', () => f.valuesFromArray({ values: ['x', 'y', 'z'] }), {
    isInRange: isOneOf('x', 'y', 'z'),
  }),
  ofThings(
    'valuesFromArray, weighted numbers',
    () =>
      f.valuesFromArray({
        values: [
          { weight: 3, values: [1, 2] },
          { weight: 1, values: [true] },
        ],
      }),
    { isInRange: isOneOf(1, 2, true) },
  ),
  ofThings(
    'valuesFromArray, unique',
    () =>
      f.valuesFromArray({
        values: Array.from({ length: catalogueRows }, (_, index) => `v${index}`),
        isUnique: true,
      }),
    { isInRange: matches(/^v\d{1,4}$/), isUnique: true },
  ),
  ofThings('template', () => f.template('{city}, {n}', { city: cities, n: { min: 1, max: 9 } }), {
    isInRange: matches(/^\p{L}.*, [1-9]$/u),
  }),
  ofThings('templates, unique', () => person().email, {
    isInRange: matches(/^[a-z]+\.[a-z]+[1-9]\d{0,3}@example\.com$/),
    isUnique: true,
  }),
  ofThings('faker', () => f.faker((faker, row) => `${row}: ${faker.person.fullName()}`), {
    isInRange: matches(/^\d+: \S+ \S+/),
  }),
  ofThings('default', () => f.default({ defaultValue: 'EUR' }), {
    isInRange: isOneOf('EUR'),
    isFixed: true,
  }),
  ofThings('nullable', () => f.nullable(f.int({ maxValue: 9 }), { rate: 0.25 }), {
    isInRange: (value) => value === null || isWhole(0, 9)(value),
  }),
  ofThings('group', () => size().large, { isInRange: matches(/^[1-4]?\d\.0$/) }),
  ofThings('derived', derived, { isInRange: isWhole(11, 510) }),
  {
    name: 'reference',
    table: 'things',
    rows: catalogueRows,
    refine: (column, count) => ({
      shelves: { count: 77 },
      things: { count, columns: { [column]: f.reference('shelves') } },
    }),
    isInRange: isWhole(1, 77),
  },
  {
    name: 'reference to the table itself',
    table: 'shelves',
    property: 'capacity',
    rows: catalogueRows,
    refine: (_, count) => ({ shelves: { count, columns: { capacity: f.reference('shelves') } } }),
    isInRange: isWhole(1, catalogueRows),
  },
  {
    name: 'each',
    table: 'books',
    property: 'shelfId',
    rows: catalogueRows,
    refine: (_, count) => ({
      shelves: { count: 3000 },
      books: {
        count,
        each: f.each('shelves', 3.4),
        columns: { title: f.default({ defaultValue: '' }) },
      },
    }),
    isInRange: isWhole(1, 3000),
    // Exactly so many children, shared out: proportional without chance.
    isFixed: true,
    isPrefixStable: false,
  },
  {
    name: 'sumOf',
    table: 'shelves',
    property: 'capacity',
    rows: catalogueRows,
    refine: (_, count) => ({
      shelves: { count, columns: { capacity: f.sumOf('books', 'pages') } },
      books: {
        each: f.each('shelves', 1.5),
        columns: {
          title: f.default({ defaultValue: '' }),
          pages: f.int({ minValue: 10, maxValue: 900 }),
        },
      },
    }),
    isInRange: isWhole(0, 1800),
  },
]
