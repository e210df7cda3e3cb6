import type { Generator } from '../../src/generate/generator.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { below } from '../../src/generate/hash.ts'
import type { DecimalVector, NumberVector } from '../../src/generate/vector.ts'
import { cities, firstNames, lastNames } from '../../src/generate/vocabulary.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { library, planOf, range, things } from './plans.ts'

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

const isFromTo = (lowest: number, highest: number) => (value: unknown) =>
  Number(value) >= lowest && Number(value) <= highest

const isArrayOf = (size: number, isElement: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length === size && value.every(isElement)

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
  ofThings('faker, from a pool', () => f.faker((faker) => faker.lorem.words(), { pool: 500 }), {
    isInRange: matches(/^[a-z]+( [a-z]+)*$/),
  }),
  ofThings('custom', () => f.custom((_, random) => random.int(-9, 9) + random.unit()), {
    isInRange: (value) => Number(value) >= -9 && Number(value) < 10,
  }),
  ofThings('firstName', () => f.firstName(), { isInRange: matches(/^\p{Lu}/u) }),
  ofThings('firstName, unique', () => f.firstName({ isUnique: true }), {
    isInRange: matches(/^[\p{L}']+(-[\p{L}']+)?$/u),
    isUnique: true,
  }),
  ofThings('lastName, unique', () => f.lastName({ isUnique: true }), {
    isInRange: matches(/^[\p{L}']+(-[\p{L}']+)?$/u),
    isUnique: true,
  }),
  ofThings('fullName', () => f.fullName(), { isInRange: matches(/^\S+ \S+$/) }),
  ofThings('fullName, unique', () => f.fullName({ isUnique: true }), {
    isInRange: matches(/^\S+ \S+$/),
    isUnique: true,
  }),
  ofThings('email', () => f.email(), {
    isInRange: matches(/^[a-z]+\.[a-z]+@[a-z]+\.[a-z]+$/),
    isUnique: true,
  }),
  ofThings('phoneNumber', () => f.phoneNumber(), {
    isInRange: matches(/^\+1[2-9]\d\d[2-9]\d{6}$/),
    isUnique: true,
  }),
  ofThings(
    'phoneNumber, prefixes',
    () => f.phoneNumber({ prefixes: ['+1', '+380 99'], generatedDigitsNumbers: [10, 3] }),
    { isInRange: matches(/^(\+1\d{10}|\+380 99\d{3})$/), isUnique: true },
  ),
  ofThings('country', () => f.country(), { isInRange: matches(/^\p{Lu}/u) }),
  ofThings('state', () => f.state(), { isInRange: matches(/^[A-Z][a-z]+( [A-Z][a-z]+)?$/) }),
  ofThings('city, unique', () => f.city({ isUnique: true }), {
    isInRange: matches(/^\p{Lu}/u),
    isUnique: true,
  }),
  ofThings('streetAddress', () => f.streetAddress({ isUnique: true }), {
    isInRange: matches(/^[1-9]\d{0,2} \S+ [A-Z][a-z]+$/),
    isUnique: true,
  }),
  ofThings('postcode', () => f.postcode({ isUnique: true }), {
    isInRange: matches(/^\d{5}(-\d{4})?$/),
    isUnique: true,
  }),
  ofThings('jobTitle', () => f.jobTitle(), { isInRange: matches(/^\S+ \S+ \S+$/) }),
  ofThings('companyName', () => f.companyName(), { isInRange: matches(/^\p{Lu}\S* \S+/u) }),
  ofThings('companyName, unique', () => f.companyName({ isUnique: true }), {
    isInRange: matches(/^\p{Lu}\S* \S+/u),
    isUnique: true,
  }),
  ofThings('loremIpsum', () => f.loremIpsum({ sentencesCount: 3 }), {
    isInRange: matches(/^([A-Z][a-z ]+\. ?){3}$/),
  }),
  ofThings(
    'template of built-in parts',
    () => f.template('INV-{year}-{number:6}-{letter:2}', { isUnique: true }),
    { isInRange: matches(/^INV-202[56]-\d{6}-[A-Z]{2}$/), isUnique: true },
  ),
  ofThings('template of the row', () => f.template('user{row}'), {
    isInRange: matches(/^user\d+$/),
    isFixed: true,
    isUnique: true,
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
  ofThings('int, bigints', () => f.int({ minValue: -(2n ** 63n), maxValue: 2n ** 63n - 1n }), {
    isInRange: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  }),
  ofThings(
    'int, unique bigints',
    () => f.int({ minValue: 10n ** 18n, maxValue: 2n * 10n ** 18n, isUnique: true }),
    {
      isInRange: (value) =>
        typeof value === 'bigint' && value >= 10n ** 18n && value <= 2n * 10n ** 18n,
      isUnique: true,
    },
  ),
  ofThings(
    'int, normal',
    () =>
      f.int({
        minValue: 0,
        maxValue: 2000,
        distribution: f.normal({ mean: 1000, deviation: 400 }),
      }),
    { isInRange: isWhole(0, 2000) },
  ),
  ofThings('int, zipf', () => f.int({ minValue: 1, distribution: f.zipf({ exponent: 0.8 }) }), {
    isInRange: isWhole(1, 1000),
  }),
  ofThings(
    'int, zipf of many',
    () => f.int({ maxValue: 1e15, distribution: f.zipf({ exponent: 1 }) }),
    {
      isInRange: isWhole(0, 1e15),
    },
  ),
  ofThings('int, exponential', () => f.int({ distribution: f.exponential({ mean: 500 }) }), {
    isInRange: isWhole(0, 5000),
  }),
  ofThings('int, array', () => f.int({ minValue: 1, maxValue: 6, arraySize: 3 }), {
    isInRange: isArrayOf(3, isWhole(1, 6)),
  }),
  ofThings('number', () => f.number({ minValue: 10, maxValue: 120, precision: 100 }), {
    isInRange: (value) => matches(/^\d+\.\d\d$/)(value) && isFromTo(10, 120)(value),
  }),
  ofThings('number, no decimal fraction', () => f.number({ maxValue: 8, precision: 8 }), {
    isInRange: (value) => isFromTo(-8, 8)(value) && Number.isInteger(Number(value) * 8),
  }),
  ofThings('number, unique', () => f.number({ maxValue: 50.01, isUnique: true }), {
    isInRange: isFromTo(-50.01, 50.01),
    isUnique: true,
  }),
  ofThings(
    'decimal, log-normal',
    () => f.decimal({ distribution: f.logNormal({ median: 40, sigma: 0.6 }) }),
    { isInRange: (value) => matches(/^\d+\.\d\d$/)(value) && isFromTo(1, 1000)(value) },
  ),
  ofThings('boolean, array', () => f.boolean({ arraySize: 4 }), {
    isInRange: isArrayOf(4, isOneOf(true, false, 'true', 'false')),
  }),
  ofThings(
    'datetime',
    () =>
      f.datetime({
        minDate: new Date('2025-12-24T18:00:00.5Z'),
        maxDate: '2025-12-25T01:30:00+01:00',
      }),
    {
      isInRange: (value) =>
        matches(/^2025-12-2[45] \d\d:\d\d:\d\d\+00$/)(value) &&
        String(value) >= '2025-12-24 18:00:01+00' &&
        String(value) <= '2025-12-25 00:30:00+00',
    },
  ),
  ofThings('date, array', () => f.date({ minDate: '2024-01-01', arraySize: 2 }), {
    isInRange: isArrayOf(2, (day) => day instanceof Date && day.getTime() % 86_400_000 === 0),
  }),
  ofThings('time', () => f.time({ min: '06:00', max: '10:29:59' }), {
    isInRange: matches(/^(?:0[6-9]:[0-5]|10:[0-2])\d:[0-5]\d$/),
  }),
  ofThings('year', () => f.year(), { isInRange: isWhole(2006, 2026) }),
  ofThings('interval', () => f.interval(), {
    isInRange: matches(
      /^\d years? \d\d? months? \d\d? days? \d\d? hours? \d\d? minutes? \d\d? seconds?$/,
    ),
  }),
  ofThings('interval, unique', () => f.interval({ fields: 'day to minute', isUnique: true }), {
    isInRange: matches(/^[1-9]\d? days? \d\d? hours? \d\d? minutes?$/),
    isUnique: true,
  }),
  ofThings('string', () => f.string(), { isInRange: matches(/^[0-9A-Za-z]{7,20}$/) }),
  ofThings('string, unique', () => f.string({ length: 3, isUnique: true }), {
    isInRange: matches(/^[0-9A-Za-z]{3}$/),
    isUnique: true,
  }),
  ofThings('uuid, array', () => f.uuid({ arraySize: 2 }), {
    isInRange: isArrayOf(2, matches(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
  }),
  ofThings('json', () => f.json(), {
    isInRange: (value) =>
      matches(
        /^\{"email":"[a-z]+\.[a-z]+\d+@example\.com","name":"[^"]+","isGraduated":(?:true|false),"hasJob":(?:true,"salary":\d{3,4},"startedWorking":"\d{4}-\d\d-\d\d"|false),"visitedCountries":\[.*\]\}$/,
      )(JSON.stringify(value)),
  }),
  ofThings('point', () => f.point({ minXValue: -5, maxXValue: 20, minYValue: 0, maxYValue: 30 }), {
    isInRange: (value) => {
      const [x, y, ...others] = value as number[]
      return isFromTo(-5, 20)(x) && isFromTo(0, 30)(y) && others.length === 0
    },
  }),
  ofThings('line', () => f.line({ maxAValue: 1, maxBValue: 0.5, maxCValue: 9, isUnique: true }), {
    isInRange: (value) => {
      const [a, b, c] = value as number[]
      return isFromTo(-1, 1)(a) && isFromTo(-0.5, 0.5)(b) && isFromTo(-9, 9)(c)
    },
  }),
  ofThings('geometry', () => f.geometry({ srid: 4326, minYValue: 47, decimalPlaces: 3 }), {
    isInRange: (value) => {
      const { x, y } = value as { x: number; y: number }
      return isFromTo(-180, 180)(x) && isFromTo(47, 90)(y)
    },
  }),
  ofThings('vector', () => f.vector({ dimensions: 5 }), {
    isInRange: isArrayOf(5, isFromTo(-1, 1)),
  }),
  ofThings('bitString', () => f.bitString({ dimensions: 50 }), {
    isInRange: matches(/^[01]{50}$/),
  }),
  ofThings('bitString, unique', () => f.bitString({ dimensions: 14, isUnique: true }), {
    isInRange: matches(/^[01]{14}$/),
    isUnique: true,
  }),
  ofThings('inet', () => f.inet({ isUnique: true }), {
    isInRange: matches(/^\d{1,3}(?:\.\d{1,3}){3}\/(?:[89]|[12]\d|3[0-2])$/),
    isUnique: true,
  }),
  ofThings('inet of version 6', () => f.inet({ ipAddress: 'ipv6', includeCidr: false }), {
    isInRange: matches(/^[23][0-9a-f]{3}(?::[0-9a-f]{4}){7}$/),
    isUnique: true,
  }),
  ofThings(
    'weightedRandom',
    () =>
      f.weightedRandom([
        { weight: 0.3, value: f.string({ length: 5 }) },
        { weight: 0.6, value: f.words(cities) },
        { weight: 0.1, value: f.nullable(f.default({ defaultValue: 'TODO' }), { rate: 0.5 }) },
      ]),
    { isInRange: (value) => value === null || matches(/^[\p{L}\d]/u)(value) },
  ),
  {
    ...ofThings(
      'valuesFromArray, exact',
      () =>
        f.valuesFromArray({
          values: [
            { weight: 0.6, values: ['a', 'b'] },
            { weight: 0.395, values: ['c'] },
            { weight: 0.005, values: ['d'] },
          ],
          isExact: true,
        }),
      { isInRange: isOneOf('a', 'b', 'c', 'd') },
    ),
    isPrefixStable: false,
  },
  {
    ...ofThings(
      'valuesFromArray, unique by weight',
      () =>
        f.valuesFromArray({
          values: [
            { weight: 1, values: range(0, 4000) },
            { weight: 3, values: range(4000, 8000) },
          ],
          isUnique: true,
        }),
      { isInRange: isWhole(0, 12_000), isUnique: true },
    ),
    isPrefixStable: false,
  },
  {
    name: 'reference, zipf',
    table: 'things',
    rows: catalogueRows,
    refine: (column, count) => ({
      shelves: { count: 77 },
      things: {
        count,
        columns: { [column]: f.reference('shelves', { distribution: f.zipf({ exponent: 1 }) }) },
      },
    }),
    isInRange: isWhole(1, 77),
  },
  {
    name: 'reference to the table itself, exponential',
    table: 'shelves',
    property: 'capacity',
    rows: catalogueRows,
    refine: (_, count) => ({
      shelves: {
        count,
        columns: {
          capacity: f.reference('shelves', { distribution: f.exponential({ mean: 500 }) }),
        },
      },
    }),
    isInRange: isWhole(1, catalogueRows),
    // How parents are ranked depends on how many there are.
    isPrefixStable: false,
  },
]
