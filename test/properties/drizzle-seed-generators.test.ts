import { describe, expect, it } from 'vitest'
import type { Generator } from '../../src/generate/generator.ts'
import * as f from '../../src/generate/generators/index.ts'
import { roundShares } from '../../src/generate/shares.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { draw, failureOf, library, planOf, range, rowsOf, things } from '../support/plans.ts'
import { nonUniformity } from '../support/statistics.ts'

/** What a table of `things` gets in its column `a`. */
async function fill(generator: Generator, count: number, rows: readonly object[] = []) {
  const refinements = { things: { count, rows, columns: { a: generator } } } as Refinements
  const plan = await planOf(refinements, { schema: { things } })
  await checkPlan(plan)
  return (await rowsOf(plan, 'things', { properties: ['a'] })).map(({ a }) => a)
}

const numbersOf = async (generator: Generator, count = 50_000) =>
  (await draw(generator, range(0, count))).map(Number)

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const countOf = (values: readonly unknown[], wanted: unknown) =>
  values.filter((value) => value === wanted).length

describe('arrays', () => {
  it('hold what the generator gives for rows of their own', async () => {
    const singles = await draw(f.int({ minValue: 1, maxValue: 6 }), range(0, 300))
    const triples = await draw(f.int({ minValue: 1, maxValue: 6, arraySize: 3 }), range(0, 100))
    expect(triples.flat()).toEqual(singles)
  })

  it('share no element where the generator is unique', async () => {
    const generator = f.int({ minValue: 1, maxValue: 1000, isUnique: true, arraySize: 4 })
    const values = await fill(generator, 250)
    expect(values.flat().toSorted((a, b) => Number(a) - Number(b))).toEqual(range(1, 1000))
    expect(await failureOf(() => fill(generator, 251))).toMatchObject({
      why: 'It is unique, and its generator has 250 different values for 251 rows.',
    })
  })

  it('give unique elements other than those of known rows', async () => {
    const generator = f.int({ minValue: 1, maxValue: 9, isUnique: true, arraySize: 2 })
    const values = await fill(generator, 3, [{ a: [5, 7] }])
    expect(new Set(values.flat()).size).toBe(6)
  })

  it('nest', async () => {
    const [value] = await draw(f.point({ arraySize: 2 }), [0])
    expect(JSON.parse(JSON.stringify(value))).toEqual([
      [expect.any(Number), expect.any(Number)],
      [expect.any(Number), expect.any(Number)],
    ])
  })

  it.each([0, 1.5, -1, Number.NaN, 1e7])('cannot have %d elements', async (arraySize) => {
    expect(await failureOf(() => f.uuid({ arraySize }))).toEqual({
      code: 'PLAN_LENGTH',
      message: `f.uuid() cannot have the arraySize ${arraySize}`,
      why: 'It counts what each value is made of.',
      fix: 'Give a whole number from 1 to 1000000.',
    })
  })
})

describe('unique values', () => {
  it.each<[string, () => Generator, number]>([
    ['point', () => f.point({ maxXValue: 0.5, maxYValue: 0.4, isUnique: true }), 99],
    ['line', () => f.line({ maxAValue: 0.1, maxBValue: 0.1, maxCValue: 0.2, isUnique: true }), 40],
    [
      'vector',
      () => f.vector({ dimensions: 3, maxValue: 2, decimalPlaces: 0, isUnique: true }),
      125,
    ],
    [
      'geometry',
      () =>
        f.geometry({
          minXValue: 0,
          maxXValue: 9,
          minYValue: 0,
          maxYValue: 9,
          decimalPlaces: 0,
          isUnique: true,
        }),
      100,
    ],
    ['bitString', () => f.bitString({ dimensions: 7, isUnique: true }), 128],
    ['interval', () => f.interval({ fields: 'month to month' as 'month', isUnique: true }), 12],
    ['string', () => f.string({ length: 1, isUnique: true }), 62],
    ['int', () => f.int({ minValue: 2n ** 60n, maxValue: 2n ** 60n + 2n, isUnique: true }), 3],
  ])('fill the space of %s completely, and no more', async (_, make, size) => {
    const values = (await fill(make(), size)).map(toText)
    expect(new Set(values).size).toBe(size)
    expect(await failureOf(() => fill(make(), size + 1))).toMatchObject({
      why: `It is unique, and its generator has ${size} different values for ${size + 1} rows.`,
    })
  })

  it.each<[string, () => Generator, unknown]>([
    ['point', () => f.point({ maxXValue: 0.1, maxYValue: 0, isUnique: true }), [0.1, 0]],
    [
      'point as an object',
      () => f.point({ maxXValue: 0.1, maxYValue: 0, isUnique: true }),
      { x: 0, y: 0 },
    ],
    [
      'line',
      () => f.line({ maxAValue: 0.1, maxBValue: 0, maxCValue: 0, isUnique: true }),
      [0.1, 0, 0],
    ],
    ['bitString', () => f.bitString({ dimensions: 2, isUnique: true }), '10'],
    ['interval', () => f.interval({ fields: 'month', isUnique: true }), '5 months'],
    ['string', () => f.string({ length: 1, isUnique: true }), 'x'],
    [
      'int',
      () => f.int({ minValue: 2n ** 60n, maxValue: 2n ** 60n + 5n, isUnique: true }),
      2n ** 60n,
    ],
  ])('are other than those of known rows: %s', async (_, make, known) => {
    const lots = 200
    const failure = await failureOf(() => fill(make(), lots, [{ a: known }]))
    const most = Number(/has (\d+) different/.exec(failure.why)![1])
    const values = (await fill(make(), most, [{ a: known }])).map(toText)
    expect(new Set(values).size).toBe(most)
  })

  it('are all numbers of a range but those of known rows', async () => {
    const generator = f.number({ minValue: -0.02, maxValue: 0.02, isUnique: true })
    const all = [-0.02, -0.01, 0, 0.01, 0.02]
    expect((await draw(generator, range(0, 5))).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      all,
    )
    const others = await draw(generator, [1, 2, 3], { knownRows: [{ a: '-0.01' }] })
    expect(new Set([...others, -0.01]).size).toBe(4)
  })

  it('of wide addresses differ from those of known rows', async () => {
    const values = await fill(f.inet({ ipAddress: 'ipv6', isUnique: true }), 100, [
      { a: '2001:db8::1' },
    ])
    expect(new Set(values).size).toBe(100)
  })

  it('of a line are never those without a slope', async () => {
    const values = await fill(f.line({ maxAValue: 0.2, maxBValue: 0.2, maxCValue: 0 }), 2000)
    const slopes = new Set(values.map((value) => String((value as number[]).slice(0, 2))))
    expect(slopes.has('0,0')).toBe(false)
    expect(slopes.size).toBe(24)
  })
})

describe('distributions', () => {
  it('have the moments that are asked for', async () => {
    const normal = await numbersOf(
      f.number({ distribution: f.normal({ mean: 5000, deviation: 20 }) }),
    )
    expect(mean(normal)).toBeCloseTo(5000, -0.5)
    expect(Math.sqrt(mean(normal.map((value) => (value - 5000) ** 2)))).toBeCloseTo(20, -0.3)
    const exponential = await numbersOf(f.decimal({ distribution: f.exponential({ mean: 30 }) }))
    expect(Math.abs(mean(exponential) - 30)).toBeLessThan(0.6)
    const below = exponential.filter((value) => value < 30 * Math.LN2).length
    expect(Math.abs(below / 50_000 - 0.5)).toBeLessThan(0.01)
    const logNormal = await numbersOf(
      f.int({ distribution: f.logNormal({ median: 400, sigma: 0.5 }) }),
    )
    expect(Math.abs(mean(logNormal) - 400 * Math.exp(0.125))).toBeLessThan(6)
  })

  it('of Zipf give each rank its share, the far ones too', async () => {
    const few = await numbersOf(
      f.int({ minValue: 1, maxValue: 3, distribution: f.zipf({ exponent: 1 }) }),
    )
    const all = 1 + 1 / 2 + 1 / 3
    for (const rank of [1, 2, 3]) {
      expect(Math.abs(countOf(few, rank) / 50_000 - 1 / rank / all)).toBeLessThan(0.01)
    }
    const many = await numbersOf(
      f.int({ minValue: 1, maxValue: 1_000_000, distribution: f.zipf({ exponent: 1 }) }),
    )
    // The harmonic number of n is about ln n + 0.5772.
    const harmonic = (n: number) => Math.log(n) + 0.5772156649 + 1 / (2 * n)
    for (const n of [10, 4096, 5000, 100_000]) {
      const share = many.filter((value) => value <= n).length / 50_000
      expect(Math.abs(share - harmonic(n) / harmonic(1_000_000))).toBeLessThan(0.01)
    }
    expect(Math.max(...many)).toBeGreaterThan(900_000)
  })

  it('end at the range', async () => {
    const values = await numbersOf(
      f.int({ minValue: 95, maxValue: 110, distribution: f.normal({ mean: 100, deviation: 10 }) }),
    )
    expect([Math.min(...values), Math.max(...values)]).toEqual([95, 110])
  })

  it('without a shape are the same as none', async () => {
    const plain = await numbersOf(f.int(), 100)
    expect(await numbersOf(f.int({ distribution: f.uniform() }), 100)).toEqual(plain)
  })

  it.each([
    [() => f.normal({ mean: NaN, deviation: 1 }), 'normal', 'mean NaN'],
    [() => f.normal({ mean: 0, deviation: -1 }), 'normal', 'deviation -1'],
    [() => f.logNormal({ median: 0, sigma: 1 }), 'logNormal', 'median 0'],
    [() => f.logNormal({ median: 1, sigma: 11 }), 'logNormal', 'sigma 11'],
    [() => f.exponential({ mean: Infinity }), 'exponential', 'mean Infinity'],
    [() => f.zipf({ exponent: -0.1 }), 'zipf', 'exponent -0.1'],
  ])('are refused with parameters that cannot be: %#', async (make, name, option) => {
    expect(await failureOf(make)).toMatchObject({
      code: 'PLAN_DISTRIBUTION',
      message: `f.${name}() cannot have the ${option}`,
      why: 'No numbers are spread like that.',
    })
  })

  it('are refused for unique numbers', async () => {
    const distribution = f.zipf({ exponent: 1 })
    for (const [name, make] of [
      ['int', () => f.int({ isUnique: true, distribution })],
      ['number', () => f.number({ isUnique: true, distribution })],
      ['decimal', () => f.decimal({ isUnique: true, distribution })],
    ] as const) {
      expect(await failureOf(make)).toEqual({
        code: 'PLAN_UNIQUE_DISTRIBUTION',
        message: `f.${name}() cannot give unique numbers with a distribution`,
        why: 'Where no number comes twice, none comes more often than another.',
        fix: 'Leave out isUnique or distribution.',
      })
    }
  })
})

describe('f.reference with a distribution', () => {
  async function parentsOf(distribution: ReturnType<typeof f.zipf | typeof f.exponential>) {
    const refinements = {
      shelves: { count: 100 },
      things: { count: 20_000, columns: { a: f.reference('shelves', { distribution }) } },
    }
    const plan = await planOf(refinements, { schema: { ...library, things } })
    const rows = await rowsOf(plan, 'things', { properties: ['a'] })
    const counts = range(1, 100).map((id) =>
      countOf(
        rows.map(({ a }) => Number(a)),
        id,
      ),
    )
    return { counts, sorted: counts.toSorted((a, b) => b - a) }
  }

  it('gives parents their shares by Zipf, whichever parents they are', async () => {
    const { counts, sorted } = await parentsOf(f.zipf({ exponent: 1 }))
    const all = range(1, 100).reduce((sum, rank) => sum + 1 / rank, 0)
    expect(Math.abs(sorted[0]! / 20_000 - 1 / all)).toBeLessThan(0.015)
    expect(Math.abs(sorted[1]! / 20_000 - 1 / 2 / all)).toBeLessThan(0.015)
    expect(counts).not.toEqual(sorted)
  })

  it('gives most to so many parents as an exponential distribution has for its mean', async () => {
    const { sorted } = await parentsOf(f.exponential({ mean: 10 }))
    const share = sorted.slice(0, 10).reduce((sum, count) => sum + count, 0) / 20_000
    expect(Math.abs(share - (1 - Math.exp(-1)))).toBeLessThan(0.02)
    // Nobody gets what is left over beyond the last.
    expect(sorted[0]! / 20_000).toBeLessThan(0.11)
  })

  it('is refused where no parent may come twice', async () => {
    const distribution = f.zipf({ exponent: 1 })
    expect(await failureOf(() => f.reference('shelves', { isUnique: true, distribution }))).toEqual(
      {
        code: 'PLAN_UNIQUE_DISTRIBUTION',
        message: 'f.reference() cannot draw unique parents with a distribution',
        why: 'Where no parent comes twice, none comes more often than another.',
        fix: 'Leave out isUnique or distribution.',
      },
    )
  })
})

describe('f.valuesFromArray', () => {
  const rare = [
    { weight: 0.995, values: ['usual'] },
    { weight: 0.005, values: ['rare'] },
  ]

  it.each([
    [20_000, 100],
    [1000, 5],
    [99, 0],
    [150, 1],
    [1, 0],
  ])('gives exact shares of %d rows', async (count, expected) => {
    const values = await fill(f.valuesFromArray({ values: rare, isExact: true }), count)
    expect(countOf(values, 'rare')).toBe(expected)
    expect(countOf(values, 'usual')).toBe(count - expected)
  })

  it('shares out arrays exactly too', async () => {
    const generator = f.valuesFromArray({ values: rare, isExact: true, arraySize: 2 })
    expect(countOf((await fill(generator, 1000)).flat(), 'rare')).toBe(10)
  })

  it('deals exact shares to rows anywhere', async () => {
    const values = await fill(f.valuesFromArray({ values: ['a', 'b'], isExact: true }), 10_000)
    const inFirstHalf = countOf(values.slice(0, 5000), 'a')
    expect(Math.abs(inFirstHalf - 2500)).toBeLessThan(150)
  })

  it('gives unique values of each group by its weight', async () => {
    const groups = [
      { weight: 0.25, values: range(0, 50) },
      { weight: 0.75, values: range(100, 200) },
    ]
    const generator = f.valuesFromArray({ values: groups, isUnique: true })
    const values = (await fill(generator, 200)).map(Number)
    expect(new Set(values).size).toBe(200)
    expect(values.filter((value) => value < 100).length).toBe(50)
    expect(await failureOf(() => fill(generator, 202))).toMatchObject({
      why: 'It is unique, and its generator has 201 different values for 202 rows.',
    })
  })

  it('leaves a cell NULL where the list says so', async () => {
    const values = await fill(f.valuesFromArray({ values: ['a', undefined] }), 1000)
    expect(countOf(values, null) + countOf(values, 'a')).toBe(1000)
    expect(countOf(values, null)).toBeGreaterThan(400)
  })

  it('refuses unique values in exact shares', async () => {
    expect(
      await failureOf(() => f.valuesFromArray({ values: ['a'], isUnique: true, isExact: true })),
    ).toEqual({
      code: 'PLAN_UNIQUE_EXACT',
      message: 'f.valuesFromArray() cannot give unique values in exact shares',
      why: 'Where no value comes twice, each has a share of one row.',
      fix: 'Leave out isUnique or isExact.',
    })
  })
})

describe('roundShares', () => {
  it('gives what is left over to the largest remainders', () => {
    expect(roundShares([1, 1, 1], 10)).toEqual([4, 3, 3])
    expect(roundShares([0.5, 0.3, 0.2], 7)).toEqual([4, 2, 1])
    expect(roundShares([0, 1], 5)).toEqual([0, 5])
  })
})

describe('f.weightedRandom', () => {
  it('asks each generator in its share of the rows', async () => {
    const generator = f.weightedRandom([
      { weight: 3, value: f.int({ minValue: 1, maxValue: 9 }) },
      { weight: 1, value: f.int({ minValue: 1001, maxValue: 1009 }) },
      { weight: 0, value: f.int({ minValue: 5000, maxValue: 5001 }) },
    ])
    const values = await numbersOf(generator, 40_000)
    const large = values.filter((value) => value > 1000)
    expect(Math.abs(large.length / 40_000 - 0.25)).toBeLessThan(0.01)
    expect(Math.max(...values)).toBe(1009)
    const small = values.filter((value) => value < 1000)
    expect(nonUniformity(9, small.length, (row) => small[row]! - 1)).toBeLessThan(1)
  })

  it.each([[[]], [[{ weight: 0, value: f.int() }]], [[{ weight: NaN, value: f.int() }]]])(
    'is refused without weights: %#',
    async (choices) => {
      expect(await failureOf(() => f.weightedRandom<number>(choices))).toEqual({
        code: 'PLAN_EMPTY_VALUES',
        message: 'f.weightedRandom() has nothing to draw from',
        why: 'The list is empty, no weight is above 0, or one is below.',
        fix: 'Give at least one value with a weight above 0, and none below.',
      })
    },
  )
})

describe('options that cannot be', () => {
  const noRange = (name: string, from: unknown, to: unknown, fix: string) => ({
    code: 'PLAN_EMPTY_RANGE',
    message: `f.${name}() was given a range without values`,
    why: `It goes from ${String(from)} to ${String(to)}.`,
    fix,
  })
  const ofAxis = 'Give numbers with the least of each range at most the largest.'

  it.each<[() => unknown, object]>([
    [
      () => f.int({ minValue: 2n ** 63n, maxValue: 5 }),
      noRange(
        'int',
        2n ** 63n,
        5,
        'Give whole numbers with minValue at most maxValue, those beyond 2^53 as bigints.',
      ),
    ],
    [
      () => f.int({ minValue: 0, maxValue: 2n ** 64n }),
      {
        code: 'PLAN_EMPTY_RANGE',
        message: 'f.int() was given too wide a range',
        why: `From 0 to ${2n ** 64n} there are more than 2^64 numbers.`,
        fix: 'Give a range that a bigint column holds.',
      },
    ],
    [
      () => f.int({ maxValue: 2n ** 60n, distribution: f.zipf({ exponent: 1 }) }),
      {
        code: 'PLAN_DISTRIBUTION',
        message: 'f.int() cannot spread numbers beyond 2^53',
        why: 'Distributions are computed with floating-point numbers.',
        fix: 'Give a range within 2^53, or leave out the distribution.',
      },
    ],
    [
      () => f.number({ minValue: 2, maxValue: 1 }),
      noRange('number', 200, 100, 'Give whole numbers below 2^53 with minValue at most maxValue.'),
    ],
    [
      () => f.number({ precision: 0.5 }),
      {
        code: 'PLAN_SCALE',
        message: 'f.number() cannot have the precision 0.5',
        why: 'It says how many numbers there are from one integer to the next.',
        fix: 'Give a whole number from 1 to 1000000000, such as 100 for two digits after the point.',
      },
    ],
    [
      () => f.time({ min: '10:00', max: '09:59:59' }),
      {
        code: 'PLAN_EMPTY_RANGE',
        message: 'f.time() was given a range without times',
        why: 'It goes from 10:00 to 09:59:59.',
        fix: 'Give times of day as HH:MM:SS with min at most max.',
      },
    ],
    [
      () => f.time({ max: '24:00' }),
      {
        code: 'PLAN_EMPTY_RANGE',
        message: 'f.time() was given a range without times',
        why: 'It goes from 00:00:00 to 24:00.',
        fix: 'Give times of day as HH:MM:SS with min at most max.',
      },
    ],
    [
      () => draw(f.year({ minYear: 2027 }), [0]),
      noRange('year', 2027, 2026, 'Give whole numbers below 2^53 with minValue at most maxValue.'),
    ],
    [
      () => f.interval({ fields: 'second to day' as 'day' }),
      {
        code: 'PLAN_FIELDS',
        message: 'f.interval() cannot have the fields second to day',
        why: 'The fields are year, month, day, hour, minute, second.',
        fix: "Give one of them, or two such as 'day to second'.",
      },
    ],
    [
      () => f.string({ length: 0 }),
      {
        code: 'PLAN_LENGTH',
        message: 'f.string() cannot have the length 0',
        why: 'It counts what each value is made of.',
        fix: 'Give a whole number from 1 to 1000000.',
      },
    ],
    [() => f.point({ minXValue: 5, maxXValue: NaN }), noRange('point', 5, NaN, ofAxis)],
    [() => f.line({ minCValue: 0.01, maxCValue: 0.02 }), noRange('line', 0.01, 0.02, ofAxis)],
    [
      () => f.line({ maxAValue: 0, maxBValue: 0 }),
      {
        code: 'PLAN_EMPTY_RANGE',
        message: 'f.line() was given ranges that hold no line, or too many',
        why: 'a and b cannot both be 0, and have at most 2^53 pairs.',
        fix: 'Give a or b a range with other numbers than 0, and both of them narrower ones than 2^53.',
      },
    ],
    [
      () => f.geometry({ decimalPlaces: 8 }),
      {
        code: 'PLAN_SCALE',
        message: 'f.geometry() cannot have 8 decimalPlaces',
        why: 'The seventh digit of a degree is a centimetre.',
        fix: 'Give a whole number from 0 to 7.',
      },
    ],
    [
      () => f.geometry({ srid: 1 as 4326 }),
      {
        code: 'PLAN_SRID',
        message: 'f.geometry() cannot give the type point with the srid 1',
        why: 'It knows points of 4326 and of 3857.',
        fix: 'For others write a generator of your own, or use f.point().',
      },
    ],
    [
      () => f.vector({ dimensions: 2, decimalPlaces: 1.5 }),
      {
        code: 'PLAN_SCALE',
        message: 'f.vector() cannot have 1.5 decimalPlaces',
        why: 'pgvector keeps about seven digits.',
        fix: 'Give a whole number from 0 to 7.',
      },
    ],
    [
      () => f.inet({ ipAddress: 'ipv5' as 'ipv6' }),
      {
        code: 'PLAN_ADDRESS',
        message: 'f.inet() cannot have the ipAddress ipv5',
        why: 'There are two kinds of addresses.',
        fix: "Give 'ipv4' or 'ipv6'.",
      },
    ],
    [
      () => draw(f.timestamp({ minDate: new Date(NaN) }), [0]),
      {
        code: 'PLAN_EMPTY_RANGE',
        message: 'The dates of "things.a" are a range without days',
        why: 'They go from an invalid Date to the reference date.',
        fix: 'Give dates as YYYY-MM-DD with minDate at most maxDate.',
      },
    ],
  ])('are refused: %#', async (make, failure) => {
    expect(await failureOf(make as () => Promise<unknown>)).toEqual(failure)
  })
})

/** What tells values apart. */
function toText(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'x' in value) {
    const { x, y } = value as { readonly x: number; readonly y: number }
    return JSON.stringify([x, y])
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
