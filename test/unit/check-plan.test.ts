import * as pg from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { failureOf, planOf, rowsOf } from '../support/plans.ts'
import type { PlanOptions } from '../support/plans.ts'

const mood = pg.pgEnum('mood', ['calm', 'cross'])
const gauges = pg.pgTable('gauges', {
  id: pg.integer().primaryKey(),
  whole: pg.bigint({ mode: 'number' }),
  exact: pg.numeric({ precision: 12, scale: 2 }),
  flag: pg.boolean(),
  day: pg.date(),
  moment: pg.timestamp({ withTimezone: true }),
  clock: pg.time(),
  key: pg.uuid(),
  word: pg.varchar({ length: 5 }),
  mood: mood(),
  list: pg.integer().array(),
  address: pg.inet(),
  code: pg.text().unique(),
})

const check = async (refinements: Refinements, options?: PlanOptions) =>
  checkPlan(await planOf(refinements, options))

const checkColumn = (property: string, generator: Generator, count = 10) =>
  check({ gauges: { count, columns: { [property]: generator } } }, { schema: { gauges } })

const message = (property: string) => `Cannot seed "gauges": column "${property}" cannot be filled`

const generators = {
  number: f.int(),
  decimal: f.decimal(),
  boolean: f.boolean(),
  date: f.date(),
  timestamp: f.timestamp(),
  time: createGenerator('time', () => fillVector({ kind: 'time' }, () => {})),
  uuid: createGenerator('uuid', () => fillVector({ kind: 'uuid' }, () => {})),
  dictionary: f.words(vocabulary('w', ['calm'])),
  text: createGenerator('text', () => fillVector({ kind: 'text' }, () => {})),
  utf8: f.template('{n}', { n: { min: 1, max: 9 } }),
  value: f.default({ defaultValue: null }),
}

const accepted: Readonly<Record<string, readonly (keyof typeof generators)[]>> = {
  whole: ['number', 'decimal', 'value'],
  exact: ['number', 'decimal', 'value'],
  flag: ['boolean', 'value'],
  day: ['date', 'value'],
  // Days become midnights.
  moment: ['timestamp', 'date', 'value'],
  clock: ['time', 'value'],
  key: ['uuid', 'value'],
  word: ['dictionary', 'text', 'utf8', 'uuid', 'value'],
  mood: ['dictionary', 'text', 'utf8', 'value'],
  list: ['value'],
  address: ['dictionary', 'text', 'utf8', 'value'],
}
const typeNames: Readonly<Record<string, string>> = {
  whole: 'int8',
  exact: 'numeric(12, 2)',
  flag: 'bool',
  day: 'date',
  moment: 'timestamptz',
  clock: 'time',
  key: 'uuid',
  word: 'varchar(5)',
  mood: 'mood',
  list: 'int4[]',
  address: 'inet',
}

describe('checkPlan', () => {
  it.each(Object.keys(accepted))(
    'lets only fitting kinds of values into the column "%s"',
    async (property) => {
      for (const [kind, generator] of Object.entries(generators)) {
        const fits = accepted[property]!.some((each) => each === kind)
        if (fits) await checkColumn(property, generator)
        else {
          expect(await failureOf(() => checkColumn(property, generator))).toEqual({
            code: 'PLAN_WRONG_TYPE',
            message: message(property),
            why: `Its generator gives ${kind} values, and the column is ${typeNames[property]}.`,
            fix: 'Use a generator that gives values of the column’s type.',
          })
        }
      }
    },
  )

  it('refuses words that the enum does not know', async () => {
    const strange = f.valuesFromArray({ values: ['calm', 'angry'] })
    expect(await failureOf(() => checkColumn('mood', strange))).toEqual({
      code: 'PLAN_NOT_IN_ENUM',
      message: message('mood'),
      why: 'Its generator can give "angry", which is not one of calm, cross.',
      fix: 'Leave that value out of the generator, or add it to the enum.',
    })
  })

  it('refuses words that are too long, counted in characters', async () => {
    await checkColumn('word', f.valuesFromArray({ values: ['ééééé', '😀😀😀😀😀'] }))
    const long = f.valuesFromArray({ values: ['short', 'longer'] })
    expect(await failureOf(() => checkColumn('word', long))).toEqual({
      code: 'PLAN_TOO_LONG',
      message: message('word'),
      why: 'Its generator can give a text of 6 characters, and the column holds 5.',
      fix: 'Use shorter words, or a wider column.',
    })
  })

  describe('on values that do not fit, although no row that is tried has one', () => {
    const sizes = pg.pgTable('sizes', {
      tiny: pg.smallint(),
      whole: pg.integer(),
      large: pg.bigint({ mode: 'bigint' }),
      exact: pg.numeric({ precision: 4, scale: 2 }),
      small: pg.numeric({ precision: 2, scale: 4 }),
      round: pg.numeric({ precision: 3 }),
      float: pg.doublePrecision(),
      short: pg.varchar({ length: 12 }),
      fixed: pg.char({ length: 3 }),
      free: pg.text(),
      flags: pg.bit({ dimensions: 8 }),
      embedding: pg.vector({ dimensions: 3 }),
      tinies: pg.smallint().array(),
      shorts: pg.varchar({ length: 3 }).array(),
      own: pg.customType<{ data: string }>({ dataType: () => 'varchar(3)' })(),
    })
    const act = (property: string, generator: Generator) =>
      check({ sizes: { count: 10, columns: { [property]: generator } } }, { schema: { sizes } })
    // Of a million rows one.
    const rarely = (value: Generator) =>
      f.weightedRandom([
        { weight: 1e6, value: f.default({ defaultValue: null }) },
        { weight: 1, value },
      ])

    it.each([
      ['tiny', f.int({ minValue: -32_768, maxValue: 32_767 })],
      ['tiny', rarely(f.year())],
      ['tiny', f.int({ maxValue: 1e9, distribution: f.normal({ mean: 100, deviation: 9 }) })],
      ['tiny', f.int({ distribution: f.logNormal({ median: 5, sigma: 1 }) })],
      ['large', f.int({ minValue: -(2n ** 63n), maxValue: 2n ** 63n - 1n })],
      ['exact', f.decimal({ minValue: -99.99, maxValue: 99.99 })],
      ['exact', f.number({ maxValue: 99.994, precision: 1000 })],
      ['small', f.number({ maxValue: 0.0099, precision: 10_000 })],
      ['round', f.int({ maxValue: 999 })],
      ['float', f.number({ maxValue: 1e9 })],
      ['short', f.string({ length: 12 })],
      ['short', f.template('INV-{number:8}')],
      ['short', f.template('{row}')],
      [
        'short',
        f.templates({ parts: { n: { min: 0, max: 99_999 } }, columns: { a: '{n}/{n}' } }).a,
      ],
      ['fixed', f.valuesFromArray({ values: ['a', '😀😀😀'] })],
      ['free', f.loremIpsum({ sentencesCount: 50 })],
      ['flags', f.bitString({ dimensions: 8 })],
      ['embedding', f.vector({ dimensions: 3 })],
      ['embedding', f.default({ defaultValue: [1, 2, 3] })],
      ['tinies', f.int({ maxValue: 32_767, arraySize: 3 })],
      ['own', f.default({ defaultValue: 'whatever its mapping makes short' })],
      [
        'tiny',
        f.weightedRandom([
          { weight: 1, value: f.int() },
          { weight: 0, value: f.int({ maxValue: 1e9 }) },
        ]),
      ],
    ])('lets what fits into the column "%s"', async (property, generator) => {
      await act(property, generator)
    })

    const range = 'Give the generator a smaller range, or the column a larger type.'
    const wider = 'Use shorter words, or a wider column.'
    it.each([
      [
        'tiny',
        rarely(f.int({ maxValue: 32_768 })),
        'numbers from 0 to 32768',
        'from -32768 to 32767',
        range,
      ],
      [
        'tiny',
        rarely(f.int({ minValue: -32_769, maxValue: 0 })),
        'numbers from -32769 to 0',
        'from -32768 to 32767',
        range,
      ],
      [
        'tiny',
        f.nullable(f.int({ maxValue: 99_999 }), { rate: 1 }),
        'numbers from 0 to 99999',
        'from -32768 to 32767',
        range,
      ],
      [
        'tiny',
        rarely(f.valuesFromArray({ values: [1, 70_000] })),
        'numbers from 1 to 70000',
        'from -32768 to 32767',
        range,
      ],
      [
        'tiny',
        rarely(f.default({ defaultValue: 40_000 })),
        'the number 40000',
        'from -32768 to 32767',
        range,
      ],
      [
        'whole',
        rarely(f.int({ maxValue: 2 ** 31 })),
        'numbers from 0 to 2147483648',
        'from -2147483648 to 2147483647',
        range,
      ],
      [
        'large',
        rarely(f.int({ minValue: 0n, maxValue: 2n ** 63n })),
        'numbers from 0 to 9223372036854775808',
        'from -9223372036854775808 to 9223372036854775807',
        range,
      ],
      [
        'exact',
        rarely(f.decimal({ maxValue: 100 })),
        'numbers from 0 to 100',
        'from -99.99 to 99.99',
        range,
      ],
      [
        'exact',
        rarely(f.number({ minValue: 0, maxValue: 99.995, precision: 1000 })),
        'numbers from 0 to 99.995',
        'from -99.99 to 99.99',
        range,
      ],
      [
        'small',
        rarely(f.number({ minValue: 0, maxValue: 0.01, precision: 1000 })),
        'numbers from 0 to 0.01',
        'from -0.0099 to 0.0099',
        range,
      ],
      [
        'round',
        rarely(f.int({ maxValue: 1000 })),
        'numbers from 0 to 1000',
        'from -999 to 999',
        range,
      ],
      ['short', rarely(f.string({ length: 13 })), 'a text of 13 characters', '12', wider],
      ['short', rarely(f.string({ length: 20 })), 'a text of 20 characters', '12', wider],
      [
        'flags',
        rarely(f.bitString({ dimensions: 7 })),
        '7 bits',
        'exactly 8',
        'Give the generator the length that the column declares.',
      ],
      [
        'embedding',
        rarely(f.vector({ dimensions: 4 })),
        '4 numbers',
        'exactly 3',
        'Give the generator the dimensions that the column declares.',
      ],
      [
        'tinies',
        rarely(f.int({ maxValue: 40_000, arraySize: 3 })),
        'numbers from 0 to 40000',
        'from -32768 to 32767',
        range,
      ],
      [
        'shorts',
        rarely(f.valuesFromArray({ values: ['abcd'], arraySize: 2 })),
        'a text of 4 characters',
        '3',
        wider,
      ],
      ['own', f.string({ length: 4 }), 'a text of 4 characters', '3', wider],
    ])(
      'refuses what does not fit into the column "%s"',
      async (property, generator, given, held, fix) => {
        expect(await failureOf(() => act(property, generator))).toMatchObject({
          message: `Cannot seed "sizes": column "${property}" cannot be filled`,
          why: `Its generator can give ${given}, and the column holds ${held}.`,
          fix,
        })
      },
    )

    it('names a code of its own for numbers, texts and lengths', async () => {
      const codeOf = async (property: string, generator: Generator) =>
        (await failureOf(() => act(property, generator))).code
      expect(await codeOf('tiny', f.int({ maxValue: 1e6 }))).toBe('PLAN_OUT_OF_RANGE')
      expect(await codeOf('fixed', f.string({ length: 4 }))).toBe('PLAN_TOO_LONG')
      expect(await codeOf('flags', f.bitString({ dimensions: 11 }))).toBe('PLAN_WRONG_LENGTH')
    })

    it('refuses texts of as many rows as there are', async () => {
      const rows = (count: number) =>
        check({ sizes: { count, columns: { fixed: f.template('{row}') } } }, { schema: { sizes } })
      await rows(1000)
      expect((await failureOf(() => rows(1001))).code).toBe('PLAN_TOO_LONG')
    })

    it('refuses a known row whose value does not fit, and does not say the value', async () => {
      const rows = [{ tiny: 1 }, { tiny: 99_999 }]
      const refused = await failureOf(() => check({ sizes: { rows } }, { schema: { sizes } }))
      expect(refused).toEqual({
        code: 'PLAN_OUT_OF_RANGE',
        message: 'Cannot seed "sizes": column "tiny" cannot be filled',
        why: 'The value of known row 1 does not fit: the column holds from -32768 to 32767.',
        fix: 'Correct the known row, or give the column a larger type.',
      })
    })
  })

  describe('on unique columns', () => {
    const words = f.words(vocabulary('codes', ['x', 'y']))
    const failure = {
      code: 'PLAN_NOT_UNIQUE',
      message: message('code'),
      why: 'The column is unique, and its generator (codes) may give a value twice.',
      fix: 'Use a generator that can be unique, such as f.template(…, { isUnique: true }) or f.int({ isUnique: true }).',
    }

    it('refuses a generator that may repeat itself', async () => {
      expect(await failureOf(() => checkColumn('code', words, 2))).toEqual(failure)
      await checkColumn('code', words, 1)
      await checkColumn('code', words, 0)
    })

    it('refuses it for a single row beside a known one, and when appending', async () => {
      const one = { count: 2, rows: [{ code: 'x' }], columns: { code: words } }
      expect(await failureOf(() => check({ gauges: one }, { schema: { gauges } }))).toEqual(failure)
      const existing = new Map([['gauges', { rows: 5, smallestKey: 1, largestKey: 5 }]])
      const more = { count: 1, columns: { code: words } }
      expect(
        await failureOf(() => check({ gauges: more }, { schema: { gauges }, existing })),
      ).toEqual(failure)
    })

    it('refuses it on a primary key', async () => {
      expect(await failureOf(() => checkColumn('id', f.int({ isUnique: false })))).toEqual({
        ...failure,
        message: message('id'),
        why: 'The column is unique, and its generator (int) may give a value twice.',
      })
    })

    it('refuses more rows than there are values, those before it counted', async () => {
      const unique = f.template('c{n}', { n: { min: 1, max: 9 } }, { isUnique: true })
      await checkColumn('code', unique, 9)
      expect(await failureOf(() => checkColumn('code', unique, 10))).toEqual({
        code: 'PLAN_UNIQUE_SPACE',
        message: message('code'),
        why: 'It is unique, and its generator has 9 different values for 10 rows.',
        fix: 'Plan at most 9 rows of gauges, or give the generator more values.',
      })
      const existing = new Map([['gauges', { rows: 7, smallestKey: 1, largestKey: 7 }]])
      const wish = (count: number) =>
        check({ gauges: { count, columns: { code: unique } } }, { schema: { gauges }, existing })
      await wish(9)
      expect(await failureOf(() => wish(10))).toMatchObject({ code: 'PLAN_UNIQUE_SPACE' })
    })

    it('refuses more rows than are left beside known ones', async () => {
      const unique = f.template('c{n}', { n: { min: 1, max: 9 } }, { isUnique: true })
      const wish = (count: number) =>
        check(
          { gauges: { count, rows: [{ code: 'c4' }], columns: { code: unique } } },
          { schema: { gauges } },
        )
      await wish(8)
      expect(await failureOf(() => wish(10))).toMatchObject({ code: 'PLAN_UNIQUE_SPACE' })
    })

    it.each([
      ['int', f.int({ minValue: 5, maxValue: 7, isUnique: true }), 'whole'],
      [
        'valuesFromArray',
        f.valuesFromArray({ values: ['a', 'b', 'b', 'c'], isUnique: true }),
        'code',
      ],
      [
        'nullable',
        f.nullable(f.int({ minValue: 5, maxValue: 7, isUnique: true }), { rate: 0.5 }),
        'whole',
      ],
    ])('knows how many values %s has', async (_, generator, property) => {
      await checkColumn(property, generator, 3)
      expect(await failureOf(() => checkColumn(property, generator, 4))).toMatchObject({
        code: 'PLAN_UNIQUE_SPACE',
        why: 'It is unique, and its generator has 3 different values for 4 rows.',
      })
    })
  })

  it('knows which columns of a group are unique', async () => {
    const { name, code } = f.templates({
      parts: { letter: vocabulary('letter', ['a', 'b']), n: { min: 1, max: 99 } },
      columns: { name: '{letter}', code: '{letter}{n}' },
      isUnique: true,
    })
    await checkColumn('code', code)
    expect(await failureOf(() => checkColumn('code', name))).toMatchObject({
      code: 'PLAN_NOT_UNIQUE',
      why: 'The column is unique, and its generator (templates) may give a value twice.',
    })
  })

  it('keeps unique numbers apart from those of known rows', async () => {
    const wish = (count: number) =>
      planOf(
        {
          gauges: {
            count,
            rows: [{ whole: 6 }],
            columns: { whole: f.int({ minValue: 5, maxValue: 9, isUnique: true }) },
          },
        },
        { schema: { gauges } },
      )
    const plan = await wish(4)
    await checkPlan(plan)
    const numbers = (await rowsOf(plan, 'gauges', { properties: ['whole'] })).map((row) =>
      Number(row['whole']),
    )
    expect(numbers[0]).toBe(6)
    expect(new Set(numbers).size).toBe(4)
    expect(await failureOf(async () => checkPlan(await wish(5)))).toMatchObject({
      code: 'PLAN_UNIQUE_SPACE',
    })
  })

  it('refuses NULLs where the column is NOT NULL', async () => {
    const notes = pg.pgTable('notes', { id: pg.integer().primaryKey(), text: pg.text().notNull() })
    const text = f.nullable(f.words(vocabulary('w', ['calm'])), { rate: 0.2 })
    expect(
      await failureOf(() =>
        check({ notes: { count: 200, columns: { text } } }, { schema: { notes } }),
      ),
    ).toEqual({
      code: 'PLAN_NULL',
      message: 'Cannot seed "notes": column "text" cannot be filled',
      why: 'The column is NOT NULL, and its generator gives NULL for some rows.',
      fix: 'Use a generator that always gives a value, or let the column be NULL in the schema.',
    })
  })

  it.each([
    ['f.nullable() cannot have the rate 1.5', () => f.nullable(f.int(), { rate: 1.5 })],
    ['f.boolean() cannot have the probability -0.1', () => f.boolean({ probability: -0.1 })],
    ['f.decimal() cannot have 10 digits after the point', () => f.decimal({ scale: 10 })],
    ['f.int() was given a range without values', () => f.int({ minValue: 3, maxValue: 2 })],
  ])('refuses at once: %s', (text, make) => {
    expect(make).toThrow(text)
  })

  it('refuses children that must have a parent where there is none', async () => {
    expect(
      await failureOf(() => check({ books: { count: 3, columns: { title: f.uuid() } } })),
    ).toEqual({
      code: 'PLAN_EMPTY_PARENT',
      message: 'Cannot seed "books": column "shelfId" has no rows to reference',
      why: 'shelves has 0 rows planned and books.shelfId is NOT NULL.',
      fix: 'Give shelves a count of at least 1.',
    })
    await check({ books: { count: 0, columns: { title: generators.utf8 } } })
  })

  it('lets children refer to rows of an earlier run, or to none where they may', async () => {
    const title = f.template('{n}', { n: { min: 1, max: 99 } }, { isUnique: true })
    const existing = new Map([['shelves', { rows: 3, smallestKey: 1, largestKey: 3 }]])
    await check({ books: { count: 3, columns: { title } } }, { existing })
    const strangers = new Map([['shelves', { rows: 3, smallestKey: 5, largestKey: 7 }]])
    expect(
      await failureOf(() =>
        check({ books: { count: 3, columns: { title } } }, { existing: strangers }),
      ),
    ).toMatchObject({
      code: 'PLAN_EMPTY_PARENT',
      why: 'shelves has 0 rows planned and books.shelfId is NOT NULL.',
    })
    const p = pg.pgTable('p', { id: pg.serial().primaryKey() })
    const t = pg.pgTable('t', { p: pg.integer().references(() => p.id) })
    await check({ p: { count: 0 }, t: { count: 4 } }, { schema: { p, t } })
  })

  it('refuses a known row with a key of its own', async () => {
    const rows = [{ whole: 1 }, { id: 77 }]
    expect(await failureOf(() => check({ gauges: { rows } }, { schema: { gauges } }))).toEqual({
      code: 'PLAN_KNOWN_KEY',
      message: message('id'),
      why: 'Known row 1 gives it a value of its own, but keys count up with the rows.',
      fix: 'Leave "id" out of the known rows; row 1 gets 2.',
    })
  })

  it('tells of a generator that throws before anything is written', async () => {
    const failing = f.faker(() => {
      throw new TypeError('no such thing')
    })
    expect(await failureOf(() => checkColumn('address', failing))).toEqual({
      code: 'PLAN_GENERATOR_FAILED',
      message: message('address'),
      why: 'Its generator (faker) threw TypeError.',
      fix: 'Correct the generator in the seeder; --show-values or DOWNPOUR_SHOW_VALUES=1 tells the text, which may hold values.',
    })
    await checkColumn('address', failing, 0)
  })

  it('looks only at tables that are loaded', async () => {
    const schema = { gauges, moods: pg.pgTable('moods', { m: mood() }) }
    const wrong = { count: 3, columns: { day: f.int() } }
    await check({ gauges: wrong, moods: { count: 1 } }, { schema, only: ['moods'] })
    expect(await failureOf(() => check({ gauges: wrong }, { schema }))).toMatchObject({
      code: 'PLAN_WRONG_TYPE',
    })
  })
})
