/**
 * Every built-in generator by itself, on one thread: a table with one such column, generated slice
 * by slice as a run does it, and nothing done with the values.
 */
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { mean, median } from 'simple-statistics'
import { readText } from '../../src/generate/cell.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import { fillVectors } from '../../src/generate/generators/group.ts'
import * as f from '../../src/generate/generators/index.ts'
import { below } from '../../src/generate/hash.ts'
import { openTable } from '../../src/generate/slices.ts'
import type { TableSource } from '../../src/generate/slices.ts'
import type { Vector } from '../../src/generate/vector.ts'
import { cities, firstNames, lastNames } from '../../src/generate/vocabulary.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { RowRange } from '../../src/plan/plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { threeDigits } from '../../src/report/format.ts'
import { formatTable } from '../../src/report/text-table.ts'
import { atLeast, reported } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { generateFor } from '../support/pace.ts'

const rows = 1_000_000
const parents = 50_000
const rounds = 5
const secondsEach = 0.1
const asked = 5_000_000
/** Values up to so many bytes are counted, longer ones weighed. */
const shortBytes = 32

const shelves = pgTable('shelves', {
  id: integer('id').primaryKey(),
  value: integer('value'),
})

const books = pgTable('books', {
  id: integer('id').primaryKey(),
  shelfId: integer('shelf_id').references(() => shelves.id),
  pages: integer('pages'),
})

const things = pgTable('things', {
  id: integer('id').primaryKey(),
  value: text('value'),
  other: text('other'),
})

const tables = readSchema({ shelves, books, things })

/** A column, and what fills it. */
interface Case {
  readonly name: string
  readonly refinements: Refinements
  /** @defaultValue `things` */
  readonly table?: string
  /** @defaultValue `value` */
  readonly properties?: readonly string[]
}

interface Contestant {
  readonly name: string
  readonly source: TableSource
  readonly range: RowRange
  /** A value, in each round. */
  readonly nanoseconds: number[]
}

/** How fast each generator gives values. */
export async function measureGenerators(): Promise<readonly Limit[]> {
  const contestants: Contestant[] = []
  for (const each of [...fast, ...dear]) contestants.push(await openCase(each))
  for (let round = 0; round <= rounds; round++) {
    for (const { source, range, nanoseconds } of contestants) {
      const pace = generateFor(secondsEach, source, range)
      const values = pace.rows * source.layouts[1]!.length
      if (round > 0) nanoseconds.push((pace.seconds * 1e9) / values)
    }
  }
  const lines = contestants.map(({ name, source, nanoseconds }) => {
    const each = median(nanoseconds)
    const bytes = meanBytes(source)
    return [name, 1e3 / each, each, bytes, (bytes * 1e3) / each] as const
  })
  const titles = ['generator', 'M values/s', 'ns/value', 'bytes', 'MB/s']
  console.log(
    formatTable(
      titles.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
      lines.map(([name, ...figures]) => [name, ...figures.map(threeDigits)]),
    ).join('\n'),
  )
  return lines.map(([name, millions, each, bytes, megabytes], index) => {
    if (index >= fast.length) return reported(name, `${threeDigits(each)} ns a value`)
    if (bytes > shortBytes) {
      return reported(name, `${threeDigits(bytes)} bytes a value, ${threeDigits(megabytes)} MB/s`)
    }
    return atLeast({ name, value: millions * 1e6, bound: asked, unit: 'values/s' })
  })
}

function column(name: string, generator: Generator): Case {
  return { name, refinements: { things: { count: rows, columns: { value: generator } } } }
}

const person = f.templates({
  parts: { first: firstNames, last: lastNames, number: { min: 1, max: 9_999 } },
  columns: {
    name: '{first} {last}',
    email: '{first:slug}.{last:slug}{number}@example.com',
  },
  isUnique: true,
})

const hundredTexts = Array.from({ length: 100 }, (_, n) => `value ${n}`)
const sentence = 'The quick brown fox jumps over the lazy dog, and {first} {last} looks on. '

const size = f.group(['small', 'large'], ({ random }) => {
  const key = random('things/size')
  const columns = { small: { kind: 'number' }, large: { kind: 'decimal', scale: 2 } } as const
  return fillVectors(columns, (slice, { small, large }) => {
    for (let i = 0; i < slice.count; i++) {
      const drawn = below(key, slice.numbers[i]!, 50)
      small.values[i] = drawn
      large.values[i] = drawn * 995
    }
  })
})

/** As somebody writes one of their own. */
const own = createGenerator('own', () =>
  fillVector({ kind: 'number' }, (slice, out) => {
    for (let i = 0; i < slice.count; i++) out.values[i] = slice.numbers[i]! * 2
  }),
)

const fast: readonly Case[] = [
  { name: 'intPrimaryKey', refinements: { things: { count: rows } }, properties: ['id'] },
  column('int', f.int()),
  column('int, wide', f.int({ maxValue: 2 ** 50 })),
  column('int, unique', f.int({ maxValue: 10_000_000, isUnique: true })),
  column('int, unique and wide', f.int({ maxValue: 2 ** 50, isUnique: true })),
  column('decimal', f.decimal({ minValue: 1, maxValue: 99.99 })),
  column('decimal, wide', f.decimal({ maxValue: 10_000_000 })),
  column('boolean', f.boolean({ probability: 0.9 })),
  column('date', f.date()),
  column('timestamp', f.timestamp()),
  column('uuid', f.uuid()),
  column('int, bigints', f.int({ minValue: 0n, maxValue: 2n ** 62n })),
  column('int, normal', f.int({ distribution: f.normal({ mean: 500, deviation: 100 }) })),
  column('int, exponential', f.int({ distribution: f.exponential({ mean: 50 }) })),
  column('int, zipf', f.int({ maxValue: 1e6, distribution: f.zipf({ exponent: 1 }) })),
  column('number', f.number({ minValue: 10, maxValue: 120, precision: 100 })),
  column('number, unique', f.number({ maxValue: 1e6, isUnique: true })),
  column('datetime', f.datetime({ minDate: new Date('2025-12-24T18:00:00Z') })),
  column('time', f.time()),
  column('year', f.year()),
  column('interval', f.interval()),
  column('interval, unique', f.interval({ isUnique: true })),
  column('string', f.string()),
  column('string, unique', f.string({ length: 12, isUnique: true })),
  column('point', f.point()),
  column('point, unique', f.point({ isUnique: true })),
  column('line', f.line()),
  column('geometry', f.geometry()),
  column('bitString', f.bitString({ dimensions: 16 })),
  column('inet', f.inet()),
  column('inet of version 6', f.inet({ ipAddress: 'ipv6' })),
  column(
    'weightedRandom',
    f.weightedRandom([
      { weight: 0.9, value: f.int() },
      { weight: 0.1, value: f.int({ minValue: 10_000, maxValue: 99_999 }) },
    ]),
  ),
  column(
    'valuesFromArray, exact',
    f.valuesFromArray({
      values: [
        { weight: 0.95, values: ['member'] },
        { weight: 0.05, values: ['admin'] },
      ],
      isExact: true,
    }),
  ),
  {
    name: 'reference, zipf',
    refinements: {
      shelves: { count: parents },
      things: {
        count: rows,
        columns: { value: f.reference('shelves', { distribution: f.zipf({ exponent: 1 }) }) },
      },
    },
  },
  column('words', f.words(cities)),
  column(
    'pool',
    f.pool((faker) => faker.company.name(), { size: 500 }),
  ),
  column(
    'pool of sentences',
    f.pool((faker) => faker.lorem.sentence(), { size: 500 }),
  ),
  column('valuesFromArray', f.valuesFromArray({ values: hundredTexts })),
  column('valuesFromArray, numbers', f.valuesFromArray({ values: [1, 2, 3, 5, 8] })),
  column(
    'valuesFromArray, weighted',
    f.valuesFromArray({
      values: [
        { weight: 94, values: ['member'] },
        { weight: 4, values: ['support'] },
        { weight: 2, values: ['admin'] },
      ],
    }),
  ),
  column(
    'valuesFromArray, unique',
    f.valuesFromArray({ values: Array.from({ length: rows }, (_, n) => `v${n}`), isUnique: true }),
  ),
  column('template', f.template('{city} {n}', { city: cities, n: { min: 1, max: 999 } })),
  column(
    'template, unique',
    f.template('user{n}', { n: { min: 1, max: 1e9 } }, { isUnique: true }),
  ),
  {
    name: 'templates, two unique columns',
    properties: ['value', 'other'],
    refinements: {
      things: { count: rows, columns: { value: person.name, other: person.email } },
    },
  },
  column('template of a sentence', f.template(sentence, { first: firstNames, last: lastNames })),
  column(
    'template of a paragraph',
    f.template(sentence.repeat(20), { first: firstNames, last: lastNames }),
  ),
  column('default', f.default({ defaultValue: 'EUR' })),
  column('nullable int', f.nullable(f.int(), { rate: 0.25 })),
  column('nullable words', f.nullable(f.words(cities), { rate: 0.25 })),
  {
    name: 'group of two columns',
    properties: ['value', 'other'],
    refinements: { things: { count: rows, columns: { value: size.small, other: size.large } } },
  },
  column('a generator of one’s own', own),
  {
    name: 'reference',
    refinements: {
      shelves: { count: parents },
      things: { count: rows, columns: { value: f.reference('shelves') } },
    },
  },
  {
    name: 'reference, unique',
    refinements: {
      shelves: { count: rows },
      things: { count: rows, columns: { value: f.reference('shelves', { isUnique: true }) } },
    },
  },
  {
    name: 'reference to the parent of each',
    table: 'books',
    properties: ['shelfId'],
    refinements: { shelves: { count: parents }, books: { each: f.each('shelves', 20) } },
  },
  {
    name: 'ofParent',
    table: 'books',
    properties: ['pages'],
    refinements: {
      shelves: { count: parents, columns: { value: f.int() } },
      books: {
        each: f.each('shelves', 20),
        columns: { pages: f.ofParent('shelves', 'value') },
      },
    },
  },
]

/** What calls faker for each row, adds up other rows, or makes an object of many values. */
const dear: readonly Case[] = [
  column('json', f.json()),
  column('vector of 3', f.vector({ dimensions: 3 })),
  column('vector of 1,536', f.vector({ dimensions: 1536 })),
  column('array of 3 ints', f.int({ arraySize: 3 })),
  column('array of 3 words', f.valuesFromArray({ values: hundredTexts, arraySize: 3 })),
  column(
    'faker, a number',
    f.faker((faker) => faker.number.int(1_000)),
  ),
  column(
    'faker, a name',
    f.faker((faker) => faker.person.fullName()),
  ),
  column(
    'faker, a sentence',
    f.faker((faker) => faker.lorem.sentence()),
  ),
  {
    name: 'sumOf 20 children',
    table: 'shelves',
    refinements: {
      shelves: { count: parents, columns: { value: f.sumOf('books', 'pages') } },
      books: { each: f.each('shelves', 20), columns: { pages: f.int() } },
    },
  },
]

async function openCase(each: Case): Promise<Contestant> {
  const { name, refinements, table: key = 'things', properties = ['value'] } = each
  const plan = await buildPlan({
    tables,
    refinements,
    seed: 1,
    referenceDate: '2026-01-01',
    counts: { explicit: {}, profile: {}, scale: 1 },
    only: undefined,
    existing: undefined,
  })
  const table = plan.tables.find(({ model }) => model.key === key)!
  const source = await openTable(plan, table, properties)
  return { name, source, range: table.rows, nanoseconds: [] }
}

/** Of the values of the last slice: texts as UTF-8, others as COPY binary has them. */
function meanBytes({ layouts }: TableSource): number {
  return mean(layouts[1]!.map(bytesOf))
}

function bytesOf(vector: Vector): number {
  switch (vector.kind) {
    case 'dictionary':
    case 'text':
    case 'utf8':
      return mean(sample.map((index) => Buffer.byteLength(readText(vector, index))))
    case 'value':
      return mean(sample.map((index) => Buffer.byteLength(String(vector.values[index]))))
    case 'uuid':
      return 16
    case 'boolean':
      return 1
    case 'date':
      return 4
    default:
      return 8
  }
}

const sample = Array.from({ length: 500 }, (_, index) => index)
