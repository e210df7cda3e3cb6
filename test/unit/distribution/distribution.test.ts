import { describe, expect, it } from 'vitest'
import { createDistribution } from '../../../src/distribution/column-distribution.ts'
import type { ColumnDistribution } from '../../../src/distribution/column-distribution.ts'
import { createDistinctCounter } from '../../../src/distribution/distinct-counter.ts'
import { createGrowingHistogram } from '../../../src/distribution/growing-histogram.ts'
import { createVector } from '../../../src/generate/vector.ts'
import type { ValueVector } from '../../../src/generate/vector.ts'
import { parseSqlType } from '../../../src/model/sql-type.ts'
import type { ColumnMode, ColumnModel } from '../../../src/model/table.ts'
import { formatDistribution } from '../../../src/report/distribution.ts'

describe(createDistinctCounter, () => {
  it('is exact as long as it may hold the values', () => {
    const counter = createDistinctCounter(100)
    for (let n = 0; n < 1000; n++) counter.add(`value ${n % 100}`)
    expect([counter.count, counter.isExact]).toEqual([100, true])
  })

  it.each([2_000, 50_000, 400_000])('is within 3 % of %i, and says that it is about so', (many) => {
    const counter = createDistinctCounter(1000)
    for (let n = 0; n < many; n++) {
      counter.add(String(n))
      counter.add(String(n))
    }
    expect(counter.isExact).toBe(false)
    expect(Math.abs(counter.count / many - 1)).toBeLessThan(0.03)
  })
})

describe(createGrowingHistogram, () => {
  it('loses no number, whatever comes first', () => {
    const histogram = createGrowingHistogram()
    const values = Array.from({ length: 5000 }, (_, n) => n / 100)
    values.push(-1e9, 1e9, 0.5e9, 3)
    for (const value of values) histogram.add(value)
    const bins = histogram.bins(12)
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
    expect(bins[0]!.from).toBeLessThanOrEqual(-1e9)
    expect(bins.at(-1)!.to).toBeGreaterThan(1e9)
    expect(bins.length).toBeLessThanOrEqual(13)
  })

  it('has bins of a round width, without a gap between them', () => {
    const histogram = createGrowingHistogram()
    for (let n = 0; n < 1000; n++) histogram.add(n)
    expect(histogram.bins(12)).toEqual(
      Array.from({ length: 10 }, (_, n) => ({ from: n * 100, to: n * 100 + 100, count: 100 })),
    )
  })

  it('is empty without numbers', () => {
    expect(createGrowingHistogram().bins(12)).toEqual([])
  })
})

function distributionOf(
  declaration: string,
  mode: ColumnMode,
  values: readonly unknown[],
): ColumnDistribution {
  const column = {
    property: 'it',
    name: 'it',
    type: parseSqlType(declaration),
    declaration,
    mode,
  } as ColumnModel
  const vector = createVector({ kind: 'value' }, values.length) as ValueVector
  values.forEach((value, row) => (vector.values[row] = value))
  const builder = createDistribution(column)
  builder.add(vector, values.length)
  return builder.finish()
}

describe(createDistribution, () => {
  it('counts each value where they are few, NULL apart', () => {
    expect(distributionOf('text', 'string', ['b', 'a', 'b', null])).toEqual({
      column: 'it',
      type: 'text',
      nulls: 1,
      distinct: 2,
      isExact: true,
      minimum: 'a',
      maximum: 'b',
      by: 'value',
      bars: [
        { label: 'b', count: 2 },
        { label: 'a', count: 1 },
      ],
    })
  })

  it('orders numbers as numbers', () => {
    const { minimum, maximum, bars } = distributionOf('integer', 'number', [10, 9, -2, 9])
    expect([minimum, maximum]).toEqual(['-2', '10'])
    expect(bars.map(({ label }) => label)).toEqual(['-2', '9', '10'])
  })

  it('counts many numbers by range, and texts by length', () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n)
    expect(distributionOf('integer', 'number', numbers)).toMatchObject({
      by: 'range',
      bars: Array.from({ length: 10 }, (_, n) => ({
        label: `${n * 10} to ${n * 10 + 9}`,
        count: 10,
      })),
    })
    const texts = numbers.map((n) => 'x'.repeat(1 + (n % 2)) + String.fromCharCode(200 + n))
    expect(distributionOf('text', 'string', texts)).toMatchObject({
      by: 'length',
      bars: [
        { label: '2 letters', count: 50 },
        { label: '3 letters', count: 50 },
      ],
    })
  })

  it('knows a column that is NULL everywhere', () => {
    expect(distributionOf('date', 'string', [null, null])).toMatchObject({
      nulls: 2,
      distinct: 0,
      minimum: null,
      maximum: null,
      bars: [],
    })
  })
})

describe(formatDistribution, () => {
  const table = {
    name: 'people',
    rows: 8,
    total: 100,
    columns: [
      distributionOf('text', 'string', ['on', 'on', 'on', 'on', 'on', 'off', 'o\nk', null]),
    ],
  }

  it('shows plain bars where nobody looks', () => {
    expect(formatDistribution(table, Infinity)).toMatchInlineSnapshot(`
      "people (8 of 100 rows, drawn at random)

        it  text: 3 different values, 12.5% NULL, from o\\nk to on
          on     62.5%  ##############################
          o\\nk   12.5%  ######
          off    12.5%  ######

      "
    `)
  })

  it('keeps to the width of a narrow terminal', () => {
    const text = formatDistribution(table, 30)
    expect(text).toMatchInlineSnapshot(`
      "people (8 of 100 rows, drawn at random)

        it  text: 3 different
          values, 12.5% NULL, from
          o\\nk to on
          on     62.5%  ████████████
          o\\nk   12.5%  ██▍
          off    12.5%  ██▍

      "
    `)
    for (const line of text.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(30)
  })
})
