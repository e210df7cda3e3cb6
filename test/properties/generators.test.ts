import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCell } from '../../src/generate/cell.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { openTable } from '../../src/generate/slices.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { firstNames, lastNames, vocabulary } from '../../src/generate/vocabulary.ts'
import { catalogue, planOfEntry } from '../support/generator-catalogue.ts'
import type { CatalogueEntry, ThingsColumn } from '../support/generator-catalogue.ts'
import { draw, failureOf, library, planOf, range, rowsOf, things } from '../support/plans.ts'
import {
  chiSquare,
  criticalChiSquare,
  dependence,
  nonUniformity,
  tally,
} from '../support/statistics.ts'

const propertyOf = (entry: CatalogueEntry, column: ThingsColumn = 'a') => entry.property ?? column

async function valuesOf(
  entry: CatalogueEntry,
  options: { readonly seed?: number; readonly column?: ThingsColumn; readonly rows?: number } = {},
  numbers?: readonly number[],
): Promise<unknown[]> {
  const plan = await planOfEntry(entry, options)
  const property = propertyOf(entry, options.column)
  const rows = await rowsOf(plan, entry.table, {
    properties: [property],
    ...(numbers ? { numbers } : {}),
  })
  return rows.map((row) => row[property])
}

/** The values of one column, by the way that writes them, in pieces of a range. */
async function sliceValues(plan: Plan, key: string, property: string, cuts: readonly number[]) {
  const table = plan.tables.find(({ model }) => model.key === key)!
  const source = await openTable(plan, table)
  const place = table.columns.findIndex(({ model }) => model.property === property)
  const { mode } = table.columns[place]!.model
  const values: unknown[] = []
  cuts.slice(1).forEach((cut, index) => {
    for (const slice of source.slices({ first: cuts[index]!, count: cut - cuts[index]! })) {
      for (let i = 0; i < slice.count; i++) values.push(readCell(slice.vectors[place]!, i, mode))
    }
  })
  return values
}

describe.each(catalogue)('$name', (entry) => {
  it('gives the same values for the same seed', async () => {
    expect(await valuesOf(entry)).toEqual(await valuesOf(entry))
  })

  it('gives values in range', async () => {
    const values = await valuesOf(entry)
    expect(values.length).toBe(entry.rows)
    expect(values.find((value) => !entry.isInRange(value))).toBeUndefined()
    if (entry.isUnique) expect(new Set(values).size).toBe(values.length)
  })

  it.runIf(!entry.isFixed)('gives other values for another seed', async () => {
    const [one, two] = [await valuesOf(entry), await valuesOf(entry, { seed: 2 })]
    const equal = one.filter((value, row) => value === two[row]).length
    expect(equal).toBeLessThan(0.7 * one.length)
  })

  it.runIf(!entry.isFixed && entry.property === undefined)(
    'gives other values in another column',
    async () => {
      const [a, b] = [await valuesOf(entry), await valuesOf(entry, { column: 'b' })]
      const equal = a.filter((value, row) => value === b[row]).length
      expect(equal).toBeLessThan(0.7 * a.length)
    },
  )

  it('gives the same rows in slices of any size', async () => {
    const plan = await planOfEntry(entry)
    const property = propertyOf(entry)
    const whole = await valuesOf(entry)
    const cuts = [0, 1, 2, 7, 4096, 4097, 8191, 8193, 9999, entry.rows]
    expect(await sliceValues(plan, entry.table, property, cuts)).toEqual(whole)
    expect(await sliceValues(plan, entry.table, property, [0, entry.rows])).toEqual(whole)
  })

  it('gives the same rows in any order', async () => {
    const whole = await valuesOf(entry)
    const numbers = range(0, 3000).map((index) => (index * 7919 + 4242) % entry.rows)
    numbers.push(...range(0, 200).toReversed(), 5, 5, 5, entry.rows - 1, 0)
    expect(await valuesOf(entry, {}, numbers)).toEqual(numbers.map((row) => whole[row]))
  })

  it.runIf(entry.isPrefixStable ?? true)('gives the same rows when there are more', async () => {
    const few = await valuesOf(entry, { rows: 700 })
    expect(few).toEqual((await valuesOf(entry)).slice(0, 700))
  })
})

describe('columns of one table', () => {
  const numbers = range(0, 100_000)

  it.each<[string, () => Generator]>([
    ['int', () => f.int({ minValue: 0, maxValue: 15 })],
    ['int by another bound', () => f.int({ minValue: 0, maxValue: 15_999_999 })],
    ['boolean', () => f.boolean()],
    ['valuesFromArray', () => f.valuesFromArray({ values: range(0, 16) })],
  ])('are independent of each other and from row to row: %s', async (_, make) => {
    const toBucket = (values: unknown[]) =>
      values.map((value) =>
        typeof value === 'boolean'
          ? Number(value) * 8
          : Number(value) < 16
            ? Number(value)
            : Number(value) % 16,
      )
    const a = toBucket(await draw(make(), numbers))
    const b = toBucket(await draw(make(), numbers, { column: 'b' }))
    const other = toBucket(await draw(make(), numbers, { seed: 2 }))
    const buckets = new Set(a).size
    const step = 16 / buckets
    const pairs = [
      (row: number) => [a[row]! / step, b[row]! / step] as const,
      (row: number) => [a[row]! / step, other[row]! / step] as const,
      (row: number) => [a[row]! / step, a[row + 1]! / step] as const,
      (row: number) => [a[row]! / step, b[row + 1]! / step] as const,
    ]
    for (const pair of pairs) expect(dependence(buckets, numbers.length - 1, pair)).toBeLessThan(1)
  })

  it('hold the same values whichever of them are asked for', async () => {
    const person = f.templates({
      parts: { first: firstNames, last: lastNames, number: { min: 1, max: 99 } },
      columns: { name: '{first} {last}', email: '{first:slug}.{last:slug}{number}@x' },
      isUnique: true,
    })
    const amount = f.int({ minValue: 0, maxValue: 1_000_000 })
    const plus = (name: string) =>
      createGenerator(
        name,
        (_, inputs) =>
          fillVector({ kind: 'number' }, (rows, out) => {
            const input = inputs[0]?.vector
            if (input?.kind === 'number') out.values.set(input.values.subarray(0, rows.count))
          }),
        [amount],
      )
    for (const columns of [
      { a: person.name, b: person.email },
      { b: person.name, c: person.email },
      { a: plus('before'), c: amount },
      { a: amount, b: plus('after') },
      { b: plus('one'), c: plus('two') },
    ]) {
      const plan = await planOf({ things: { count: 50, columns } }, { schema: { things } })
      const together = await rowsOf(plan, 'things')
      for (const property of Object.keys(columns)) {
        const alone = await rowsOf(plan, 'things', { properties: [property] })
        expect(alone).toEqual(together.map((row) => ({ [property]: row[property as 'a'] })))
        const reversed = await rowsOf(plan, 'things', {
          properties: Object.keys(columns).toReversed(),
        })
        expect(reversed.map((row) => row[property])).toEqual(together.map((row) => row[property]))
      }
    }
  })
})

describe('f.int', () => {
  it('gives every number of its range as often, both ends included', async () => {
    const values = await draw(f.int({ minValue: -3, maxValue: 3 }), range(0, 70_000))
    expect(nonUniformity(7, 70_000, (row) => Number(values[row]) + 3)).toBeLessThan(1)
  })

  it('fills its range completely when unique', async () => {
    const unique = f.int({ minValue: 10, maxValue: 1009, isUnique: true })
    const values = await draw(unique, range(0, 1000))
    expect(values.toSorted((a, b) => Number(a) - Number(b))).toEqual(range(10, 1000))
  })

  it.each([
    [5, 4],
    [0.5, 2],
    [0, Number.NaN],
    [0, 2 ** 53],
    [-(2 ** 53) + 1, 2 ** 53 - 1],
  ])('refuses the range from %d to %d', async (minValue, maxValue) => {
    expect(await failureOf(() => f.int({ minValue, maxValue }))).toEqual({
      code: 'PLAN_EMPTY_RANGE',
      message: 'f.int() was given a range without values',
      why: `It goes from ${minValue} to ${maxValue}.`,
      fix: 'Give whole numbers below 2^53 with minValue at most maxValue.',
    })
  })
})

describe('f.decimal', () => {
  it('gives every multiple of its unit as often, both ends included', async () => {
    const generator = f.decimal({ minValue: -0.02, maxValue: 0.03 })
    const values = await draw(generator, range(0, 60_000), { mode: 'string' })
    const all = ['-0.02', '-0.01', '0.00', '0.01', '0.02', '0.03']
    expect(nonUniformity(6, 60_000, (row) => all.indexOf(String(values[row])))).toBeLessThan(1)
  })

  it('has as many digits as its scale says', async () => {
    expect(
      await draw(f.decimal({ minValue: 7, maxValue: 7, scale: 0 }), [0], { mode: 'string' }),
    ).toEqual(['7'])
    expect(
      await draw(f.decimal({ minValue: 7, maxValue: 7, scale: 4 }), [0], { mode: 'string' }),
    ).toEqual(['7.0000'])
  })

  it('refuses a range that its scale makes too wide', async () => {
    expect(await failureOf(() => f.decimal({ maxValue: 1e12, scale: 9 }))).toMatchObject({
      code: 'PLAN_EMPTY_RANGE',
      message: 'f.decimal() was given a range without values',
      why: 'It goes from 0 to 1e+21.',
    })
  })
})

describe('f.boolean', () => {
  it.each([0, 0.01, 0.3, 0.5, 1])('is true with the probability %d', async (probability) => {
    const values = await draw(f.boolean({ probability }), range(0, 50_000))
    const share = values.filter((value) => value === true).length / 50_000
    const error = Math.sqrt((probability * (1 - probability)) / 50_000)
    expect(Math.abs(share - probability)).toBeLessThanOrEqual(3.9 * error)
  })
})

describe('f.date and f.timestamp', () => {
  it('gives every day as often, both ends included', async () => {
    const generator = f.date({ minDate: '2024-02-27', maxDate: '2024-03-02' })
    const values = await draw(generator, range(0, 50_000))
    const days = ['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02']
    expect(nonUniformity(5, 50_000, (row) => days.indexOf(String(values[row])))).toBeLessThan(1)
  })

  it('ends on the reference date and begins a year before when nothing is said', async () => {
    const values = (await draw(f.date(), range(0, 20_000))).map(String).toSorted()
    expect([values[0], values.at(-1)]).toEqual(['2025-01-01', '2026-01-01'])
  })

  it('gives every hour of the day as often', async () => {
    const values = await draw(f.timestamp(), range(0, 50_000))
    const hour = (row: number) => Number(String(values[row]).slice(11, 13))
    expect(nonUniformity(24, 50_000, hour)).toBeLessThan(1)
    const second = (row: number) => Number(String(values[row]).slice(17, 19))
    expect(nonUniformity(60, 50_000, second)).toBeLessThan(1)
  })

  it.each([f.date, f.timestamp])('refuses days that are none', async (make) => {
    const backwards = { minDate: '2025-01-02', maxDate: '2025-01-01' }
    expect(await failureOf(() => draw(make(backwards), [0]))).toEqual({
      code: 'PLAN_EMPTY_RANGE',
      message: 'The dates of "things.a" are a range without days',
      why: 'They go from 2025-01-02 to 2025-01-01.',
      fix: 'Give dates as YYYY-MM-DD with minDate at most maxDate.',
    })
    expect(await failureOf(() => draw(make({ maxDate: 'tomorrow' }), [0]))).toMatchObject({
      why: 'They go from a year before to tomorrow.',
    })
  })
})

describe('f.uuid', () => {
  it('has version 4, the variant of RFC 9562 and 122 even bits', async () => {
    const numbers = [...range(0, 20_000), ...range(2 ** 32 - 100, 20_000)]
    const values = (await draw(f.uuid(), numbers)) as string[]
    expect(new Set(values).size).toBe(numbers.length)
    const bits = new Float64Array(128)
    for (const value of values) {
      const bytes = Buffer.from(value.replaceAll('-', ''), 'hex')
      for (let bit = 0; bit < 128; bit++) bits[bit]! += (bytes[bit >> 3]! >> (7 - (bit % 8))) & 1
    }
    const shares = [...bits].map((ones) => ones / numbers.length)
    expect(shares.slice(48, 52)).toEqual([0, 1, 0, 0])
    expect(shares.slice(64, 66)).toEqual([1, 0])
    const free = shares.filter((_, bit) => !(bit >= 48 && bit < 52) && bit !== 64 && bit !== 65)
    for (const share of free) {
      expect(Math.abs(share - 0.5)).toBeLessThan((4.5 * 0.5) / Math.sqrt(numbers.length))
    }
  })
})

describe('f.valuesFromArray', () => {
  it('draws by weight, shared by the values of a group', async () => {
    const generator = f.valuesFromArray({
      values: [
        { weight: 6, values: ['a', 'b'] },
        { weight: 3, values: ['c'] },
        { weight: 0, values: ['never'] },
        { weight: 1, values: ['d'] },
      ],
    })
    const values = await draw(generator, range(0, 100_000))
    const counts = tally(4, 100_000, (row) => 'abcd'.indexOf(String(values[row])))
    const shares = [30_000, 30_000, 30_000, 10_000]
    expect(chiSquare(counts, (index) => shares[index]!)).toBeLessThan(criticalChiSquare(3))
  })

  it('gives every different value once when unique', async () => {
    const generator = f.valuesFromArray({ values: ['a', 'b', 'b', 'c'], isUnique: true })
    expect((await draw(generator, [0, 1, 2])).map(String).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('gives nobody a unique text that a known row has', async () => {
    const generator = f.valuesFromArray({ values: ['a', 'b', 'c', 'd'], isUnique: true })
    for (const known of ['a', 'b', 'c', 'd']) {
      const values = await draw(generator, [0, 1, 2], { knownRows: [{ a: known }] })
      expect(values[0]).toBe(known)
      expect(new Set(values).size).toBe(3)
    }
  })

  it.each([
    [[]],
    [[{ weight: 0, values: ['a'] }]],
    [[{ weight: 1, values: [] }]],
    [
      [
        { weight: 2, values: ['a'] },
        { weight: -1, values: ['b'] },
      ],
    ],
    [[{ weight: Number.NaN, values: ['a'] }]],
  ])('refuses %j', async (values) => {
    expect(await failureOf(() => f.valuesFromArray({ values }))).toEqual({
      code: 'PLAN_EMPTY_VALUES',
      message: 'f.valuesFromArray() has nothing to draw from',
      why: 'The list is empty, no weight is above 0, or one is below.',
      fix: 'Give at least one value with a weight above 0, and none below.',
    })
  })
})

describe('f.words', () => {
  it('draws every word of a vocabulary as often, repeated ones counting once', async () => {
    const list = vocabulary('letters', ['a', 'b', 'c', 'a', 'd', 'e'])
    const values = await draw(f.words(list), range(0, 50_000))
    expect(nonUniformity(5, 50_000, (row) => 'abcde'.indexOf(String(values[row])))).toBeLessThan(1)
  })

  it('refuses a vocabulary without words', async () => {
    const failure = {
      code: 'PLAN_EMPTY_VALUES',
      message: 'The vocabulary "letters" has nothing to draw from',
      why: 'It holds no words.',
      fix: 'Give it at least one word.',
    }
    const empty = vocabulary('letters', [])
    expect(await failureOf(() => draw(f.words(empty), [0]))).toEqual(failure)
    const unique = f.template('{a}', { a: empty }, { isUnique: true })
    expect(await failureOf(() => draw(unique, [0]))).toEqual(failure)
    expect(
      await failureOf(() =>
        draw(
          f.pool(() => '', { size: 0 }),
          [0],
        ),
      ),
    ).toEqual({
      ...failure,
      message: 'The vocabulary "pool" has nothing to draw from',
    })
  })
})

describe('f.faker', () => {
  const sentence = f.faker((faker) => `${faker.lorem.sentence()} ${faker.string.nanoid()}`)

  it('gives a row the same value whatever was drawn before', async () => {
    const numbers = range(0, 300)
    const whole = await draw(sentence, numbers)
    expect(await draw(sentence, numbers.toReversed())).toEqual(whole.toReversed())
    for (const row of [0, 7, 299]) expect(await draw(sentence, [row])).toEqual([whole[row]])
  })

  it('gives different rows different values, above 2^32 too', async () => {
    const numbers = [...range(0, 2000), ...range(2 ** 32, 2000)]
    expect(new Set(await draw(sentence, numbers)).size).toBe(4000)
  })

  it('counts dates from the reference date', async () => {
    const recent = f.faker((faker) => faker.date.recent({ days: 1 }).toISOString())
    for (const value of await draw(recent, range(0, 50))) {
      expect(value).toMatch(/^2025-12-31T|^2026-01-01T00:00:00/)
    }
  })

  it('draws uniformly and independently within a row and from row to row', async () => {
    const pair = f.faker((faker) => [faker.number.int({ max: 15 }), faker.number.int({ max: 15 })])
    const pairs = (await draw(pair, range(0, 30_000), { mode: 'json' })) as [number, number][]
    expect(dependence(16, 30_000, (row) => pairs[row]!)).toBeLessThan(1)
    const neighbours = (row: number) => [pairs[row]![0], pairs[row + 1]![0]] as const
    expect(dependence(16, 29_999, neighbours)).toBeLessThan(1)
  })
})

describe('f.nullable', () => {
  it.each([0, 0.05, 0.5, 0.95, 1])('leaves out the share %d of the rows', async (rate) => {
    for (const inner of [f.int(), f.default({ defaultValue: 'x' }), f.uuid(), f.words(lastNames)]) {
      const values = await draw(f.nullable(inner, { rate }), range(0, 20_000))
      const share = values.filter((value) => value === null).length / 20_000
      expect(Math.abs(share - rate)).toBeLessThanOrEqual(
        3.9 * Math.sqrt((rate * (1 - rate)) / 20_000),
      )
    }
  })

  it('changes no value that it does not leave out', async () => {
    const inner = f.int({ maxValue: 1_000_000 })
    const plain = await draw(inner, range(0, 1000))
    const some = await draw(f.nullable(inner, { rate: 0.4 }), range(0, 1000))
    expect(some).toEqual(plain.map((value, row) => (some[row] === null ? null : value)))
  })

  it('leaves out what its generator leaves out: a reference to an empty table', async () => {
    const plan = await planOf(
      {
        shelves: { count: 0 },
        things: { count: 20, columns: { a: f.nullable(f.reference('shelves'), { rate: 0.1 }) } },
      },
      { schema: { ...library, things } },
    )
    const nulls = (await rowsOf(plan, 'things')).map(({ a }) => a)
    expect(new Set(nulls)).toEqual(new Set([null]))
  })
})

describe('f.reference', () => {
  it('draws every parent as often', async () => {
    const plan = await planOf(
      {
        shelves: { count: 50 },
        things: { count: 50_000, columns: { a: f.reference('shelves') } },
      },
      { schema: { ...library, things } },
    )
    const values = await rowsOf(plan, 'things')
    expect(nonUniformity(50, 50_000, (row) => Number(values[row]!['a']) - 1)).toBeLessThan(1)
  })

  it('draws among the rows before it in its own table, and the first row is its own', async () => {
    const plan = await planOf({
      shelves: { count: 500, columns: { capacity: f.reference('shelves') } },
    })
    const parents = (await rowsOf(plan, 'shelves')).map(({ capacity }) => Number(capacity))
    expect(parents.slice(0, 2)).toEqual([1, 1])
    parents.forEach((parent, row) => {
      if (row > 0) expect(parent).toBeLessThanOrEqual(row)
    })
  })

  it('gives any column of the parent, known rows among them', async () => {
    const plan = await planOf(
      {
        shelves: {
          count: 4,
          rows: [{ name: 'Poetry' }, { name: null }],
          columns: { name: f.template('s{n}', { n: { min: 1, max: 9 } }) },
        },
        things: { count: 300, columns: { a: f.reference('shelves', { column: 'name' }) } },
      },
      { schema: { ...library, things } },
    )
    const names = (await rowsOf(plan, 'shelves')).map(({ name }) => name)
    expect(names.slice(0, 2)).toEqual(['Poetry', null])
    const given = (await rowsOf(plan, 'things')).map(({ a }) => a)
    expect(new Set(given)).toEqual(new Set(names))
  })

  it('refers to nobody where its row generator gives nobody', async () => {
    const row = f.nullable(f.int({ minValue: 0, maxValue: 3 }), { rate: 0.5 })
    for (const column of ['id', 'name']) {
      const plan = await planOf(
        {
          shelves: {
            count: 4,
            rows: [{ name: 'Poetry' }],
            columns: { name: f.default({ defaultValue: 'x' }) },
          },
          things: { count: 1000, columns: { a: f.reference('shelves', { column, row }) } },
        },
        { schema: { ...library, things } },
      )
      const nulls = (await rowsOf(plan, 'things')).filter(({ a }) => a === null).length
      expect(Math.abs(nulls - 500)).toBeLessThan(3.9 * Math.sqrt(250))
    }
  })
})

describe('f.sumOf', () => {
  const refinements = {
    shelves: { count: 300, columns: { capacity: f.sumOf('books', 'pages') } },
    books: {
      each: f.each('shelves', 2.5),
      columns: {
        title: f.default({ defaultValue: '' }),
        pages: f.nullable(f.int({ minValue: 1, maxValue: 99 }), { rate: 0.2 }),
      },
    },
  }

  it('is the sum over the children that refer to the row', async () => {
    const plan = await planOf(refinements)
    const sums = new Map(range(1, 300).map((id) => [id, 0]))
    for (const { shelfId, pages } of await rowsOf(plan, 'books')) {
      const id = Number(shelfId)
      sums.set(id, sums.get(id)! + Number(pages ?? 0))
    }
    const rows = await rowsOf(plan, 'shelves')
    expect(new Map(rows.map(({ id, capacity }) => [id, capacity]))).toEqual(sums)
  })

  it('is exact over more children than a slice holds', async () => {
    const plan = await planOf({
      shelves: { count: 3, columns: { capacity: f.sumOf('books', 'pages') } },
      books: {
        each: f.each('shelves', 5000),
        columns: {
          title: f.default({ defaultValue: '' }),
          pages: f.int({ minValue: 2, maxValue: 2 }),
        },
      },
    })
    expect((await rowsOf(plan, 'shelves')).map(({ capacity }) => capacity)).toEqual([
      10_000, 10_000, 10_000,
    ])
  })

  it('refuses a column without numbers, and a table that is not counted per parent', async () => {
    const ofTitles = await planOf({
      ...refinements,
      shelves: { count: 3, columns: { capacity: f.sumOf('books', 'title') } },
    })
    expect(await failureOf(() => rowsOf(ofTitles, 'shelves'))).toEqual({
      code: 'PLAN_NOT_NUMERIC',
      message: 'Cannot sum "books.title"',
      why: 'Its generator gives value values, some of which may be literal.',
      fix: 'Sum a column whose generator gives numbers or decimals in every row.',
    })
    const { each: _, ...books } = refinements.books
    const ofDrawn = await planOf({ ...refinements, books: { ...books, count: 5 } })
    expect(await failureOf(() => rowsOf(ofDrawn, 'shelves'))).toEqual({
      code: 'PLAN_NOT_ENUMERATED',
      message: 'Cannot sum "books.pages" for "shelves"',
      why: 'The rows of "books" are not counted per row of "shelves".',
      fix: `Add \`each: f.each('shelves', …)\` to "books".`,
    })
  })
})

describe('slices', () => {
  it('never hold known and generated rows together', async () => {
    const plan = await planOf({
      shelves: {
        count: 10_000,
        rows: [{ name: 'Poetry' }, { name: 'Maps' }, {}],
        columns: { name: f.words(lastNames), capacity: false },
      },
    })
    const source = await openTable(
      plan,
      plan.tables.find(({ model }) => model.key === 'shelves')!,
    )
    const shapes = [...source.slices({ first: 0, count: 10_000 })].map(
      ({ first, count, vectors }) => ({
        first,
        count,
        kinds: vectors.map(({ kind }) => kind),
      }),
    )
    expect(shapes).toEqual([
      { first: 0, count: 3, kinds: ['number', 'value'] },
      { first: 3, count: 4096, kinds: ['number', 'dictionary'] },
      { first: 4099, count: 4096, kinds: ['number', 'dictionary'] },
      { first: 8195, count: 1805, kinds: ['number', 'dictionary'] },
    ])
    expect(source.layouts.map((vectors) => vectors.map(({ kind }) => kind))).toEqual([
      ['number', 'value'],
      ['number', 'dictionary'],
    ])
  })

  it('cover any range exactly once', async () => {
    const plan = await planOf({ shelves: { count: 30_000, rows: [{ name: 'Poetry' }] } })
    const source = await openTable(
      plan,
      plan.tables.find(({ model }) => model.key === 'shelves')!,
    )
    fc.assert(
      fc.property(fc.nat(15_000), fc.nat(15_000), (first, count) => {
        const covered = [...source.slices({ first, count })]
        let next = first
        for (const slice of covered) {
          expect(slice.first).toBe(next)
          expect(slice.count).toBeGreaterThan(0)
          next += slice.count
        }
        expect(next).toBe(first + count)
      }),
      { seed: 11, numRuns: 50 },
    )
  })
})

describe('columns that read other columns', () => {
  const reading = (table: string, property: string) =>
    createGenerator('reading', async (context) => {
      const reader = await context.table(table).read([property])
      return fillVector({ kind: 'value' }, (rows, out) => {
        reader.readRows(rows.numbers, rows.count)
        for (let i = 0; i < rows.count; i++)
          out.values[i] = readCell(reader.vectors[0]!, i, 'string')
      })
    })

  it('are refused when they go round in a circle', async () => {
    const plan = await planOf(
      { things: { count: 1, columns: { a: reading('things', 'b'), b: reading('things', 'a') } } },
      { schema: { things } },
    )
    expect(await failureOf(() => rowsOf(plan, 'things'))).toEqual({
      code: 'PLAN_CIRCULAR_COLUMNS',
      message: 'Cannot generate "things": column "a" depends on itself',
      why: 'The way around is things.a → things.b → things.a.',
      fix: 'Compute one of these columns from its row number instead of from another column.',
    })
  })

  it('are refused when the table or the column is not planned', async () => {
    const read = async (table: string, property: string) =>
      rowsOf(
        await planOf(
          { things: { count: 1, columns: { a: reading(table, property), b: false } } },
          { schema: { things } },
        ),
        'things',
      )
    expect(await failureOf(() => read('nowhere', 'a'))).toEqual({
      code: 'PLAN_UNKNOWN_TABLE',
      message: 'A generator asks for the table "nowhere"',
      why: 'The plan has no such table, or comes to it only after the one that asks.',
      fix: 'Name one of: things.',
    })
    expect(await failureOf(() => read('things', 'b'))).toEqual({
      code: 'PLAN_UNPLANNED_COLUMN',
      message: 'A generator asks for the column "b" of "things"',
      why: 'That column is left to the server, so its values are not known.',
      fix: 'Give the column a generator in its seeder.',
    })
  })

  it('see the literal values of known rows', async () => {
    const plan = await planOf(
      {
        things: {
          count: 3,
          rows: [{ b: 'literal' }],
          columns: { a: reading('things', 'b'), b: f.default({ defaultValue: 'generated' }) },
        },
      },
      { schema: { things } },
    )
    expect((await rowsOf(plan, 'things')).map(({ a }) => a)).toEqual([
      'literal',
      'generated',
      'generated',
    ])
  })
})
