import { describe, expect, it } from 'vitest'
import * as f from '../../../src/generate/generators/index.ts'
import { draw, failureOf, range } from '../../support/plans.ts'

const distinct = (values: readonly unknown[]) => new Set(values).size

describe('f.template without parts of one’s own', () => {
  it('fills in digits, letters and the parts of a day before the reference date', async () => {
    const text = 'INV-{year}-{month}-{day}/{number:6}/{hex:5}/{letter:3}'
    const values = await draw(f.template(text), range(0, 3000))
    for (const value of values) {
      expect(value).toMatch(/^INV-\d{4}-\d\d-\d\d\/\d{6}\/[0-9a-f]{5}\/[A-Z]{3}$/)
      const day = String(value).slice(4, 14)
      expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day)
      expect(day >= '2025-01-01' && day <= '2026-01-01').toBe(true)
    }
  })

  it('gives every text once when they must be unique', async () => {
    const values = await draw(
      f.template('{letter:1}{number:2}', { isUnique: true }),
      range(0, 2600),
    )
    expect(distinct(values)).toBe(2600)
    const dated = await draw(
      f.template('{year}{month}#{number:1}', { isUnique: true }),
      range(0, 130),
    )
    expect(distinct(dated)).toBe(130)
    const wide = await draw(f.template('{hex:64}', { isUnique: true }), range(0, 5000))
    expect(distinct(wide)).toBe(5000)
  })

  it('writes the row’s number, which is unique by itself', async () => {
    const values = await draw(f.template('user{row}{number:1}'), [0, 7, 123_456_789_012])
    expect(values.map((value) => String(value).slice(0, -1))).toEqual([
      'user0',
      'user7',
      'user123456789012',
    ])
  })

  it('never gives a text that a known row has', async () => {
    const values = await draw(f.template('A-{number:2}', { isUnique: true }), range(1, 98), {
      knownRows: [{ a: 'A-17' }],
    })
    expect(distinct(values)).toBe(98)
    expect(values).not.toContain('A-17')
  })

  it('makes arrays of its texts', async () => {
    const [texts] = await draw(f.template('{number:2}', { arraySize: 3 }), [0], { mode: 'array' })
    expect(texts).toEqual(['24', '11', '52'].map(() => expect.stringMatching(/^\d\d$/)))
  })

  const fix =
    'Use {number:6}, {hex:8}, {letter:3}, {year}, {month}, {day} or {row}, or give parts of your own.'

  it.each([
    ['A{name}', '{name}', 'There is no built-in part of that name.'],
    ['A{number}', '{number}', '"number" needs a length from 1 to 64.'],
    ['A{hex:0}', '{hex:0}', '"hex" needs a length from 1 to 64.'],
    ['A{letter:65}', '{letter:65}', '"letter" needs a length from 1 to 64.'],
    ['A{year:2}', '{year:2}', '"year" has no length.'],
  ])('refuses %s', async (text, piece, why) => {
    expect(await failureOf(() => f.template(text))).toEqual({
      code: 'PLAN_UNKNOWN_PART',
      message: `The template "${text}" cannot be read at ${piece}`,
      why,
      fix,
    })
  })
})
