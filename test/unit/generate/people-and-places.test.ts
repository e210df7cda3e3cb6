import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import type { Generator } from '../../../src/generate/generator.ts'
import * as f from '../../../src/generate/generators/index.ts'
import { checkPlan } from '../../../src/plan/check-plan.ts'
import { draw, failureOf, planOf, range } from '../../support/plans.ts'

const distinct = (values: readonly unknown[]) => new Set(values).size

const spaces = pgTable('spaces', { id: integer('id').primaryKey(), value: text('value').unique() })

async function check(generator: Generator, count: number): Promise<void> {
  const refinements = { spaces: { count, columns: { value: generator } } }
  await checkPlan(await planOf(refinements, { schema: { spaces } }))
}

describe('texts of people, places and firms', () => {
  it.each<[string, () => Generator, number]>([
    ['f.country', () => f.country({ isUnique: true }), 249],
    ['f.state', () => f.state({ isUnique: true }), 50],
    ['f.jobTitle', () => f.jobTitle({ isUnique: true }), 19_425],
    ['f.phoneNumber', () => f.phoneNumber({ template: '#-##' }), 1000],
    ['f.phoneNumber with prefixes', () => f.phoneNumber({ prefixes: ['a', 'b'] }), 20_000_000],
  ])('tells the most rows that it can be unique for: %s', async (_, make, most) => {
    await check(make(), most)
    expect(await failureOf(() => check(make(), most + 1))).toEqual({
      code: 'PLAN_UNIQUE_SPACE',
      message: 'Cannot seed "spaces": column "value" cannot be filled',
      why: `It is unique, and its generator has ${most} different values for ${most + 1} rows.`,
      fix: `Plan at most ${most} rows of spaces, or give the generator more values.`,
    })
  })

  it.each<[string, () => Generator]>([
    ['f.country', () => f.country({ isUnique: true })],
    ['f.state', () => f.state({ isUnique: true })],
    ['f.jobTitle', () => f.jobTitle({ isUnique: true })],
  ])('gives every one of them once: %s', async (_, make) => {
    const size = { 'f.country': 249, 'f.state': 50, 'f.jobTitle': 19_425 }[_]!
    expect(distinct(await draw(make(), range(0, size)))).toBe(size)
  })

  it.each<[string, () => Generator]>([
    ['f.firstName', () => f.firstName({ isUnique: true })],
    ['f.lastName', () => f.lastName({ isUnique: true })],
    ['f.fullName', () => f.fullName({ isUnique: true })],
    ['f.email', () => f.email()],
    ['f.city', () => f.city({ isUnique: true })],
    ['f.streetAddress', () => f.streetAddress({ isUnique: true })],
    ['f.postcode', () => f.postcode({ isUnique: true })],
    ['f.companyName', () => f.companyName({ isUnique: true })],
    ['f.phoneNumber', () => f.phoneNumber()],
    [
      'f.phoneNumber with prefixes of different lengths',
      () => f.phoneNumber({ prefixes: ['+1', '+380 99', '0'], generatedDigitsNumbers: [10, 5, 3] }),
    ],
  ])('gives 120,000 different ones: %s', async (_, make) => {
    expect(distinct(await draw(make(), range(0, 120_000)))).toBe(120_000)
  })

  it('gives plain names first and double ones when there are no more', async () => {
    const names = await draw(f.lastName({ isUnique: true }), range(0, 600))
    expect(names.findIndex((name) => String(name).includes('-'))).toBe(473)
    expect(names.slice(473)).toEqual(
      names.slice(473).filter((name) => /^\S+-\S+$/.test(String(name))),
    )
    const people = await draw(f.fullName({ isUnique: true }), [0, 1_506_505, 1_506_978, 39_000_000])
    expect(people.map((person) => String(person).split(' ').length)).toEqual([2, 2, 3, 3])
  })

  it('uses all forms alike until one of them has no more', async () => {
    const kindOf = (name: unknown) =>
      String(name).replaceAll(/[\p{L}']+(?= - |, | and \p{Lu}|$)/gu, '#')
    const names = await draw(f.companyName({ isUnique: true }), range(0, 9000))
    const short = names.filter((name) => /(Group|Inc|LLC|and Sons)$/.test(String(name)))
    expect(short.length).toBe(4 * 473)
    expect(kindOf(names[8999])).not.toMatch(/Group|Inc|LLC|Sons/)
    const codes = await draw(f.postcode(), range(0, 20_000))
    const five = codes.filter((code) => String(code).length === 5).length
    expect(five).toBeGreaterThan(9600)
    expect(five).toBeLessThan(10_400)
  })

  it('never gives what known rows have', async () => {
    const taken = ['Norway', 'Togo', 'Atlantis']
    const knownRows = taken.map((a) => ({ a }))
    const country = f.country({ isUnique: true })
    const rest = await draw(country, range(3, 244), { knownRows, count: 247 })
    expect(distinct(rest)).toBe(244)
    expect(rest.filter((name) => taken.includes(String(name)))).toEqual([])
    const phones = await draw(f.phoneNumber({ template: '(#) #' }), range(1, 98), {
      knownRows: [{ a: '(4) 2' }],
    })
    expect(distinct(phones)).toBe(98)
    expect(phones).not.toContain('(4) 2')
  })

  it('writes addresses in lower case at domains that nobody owns', async () => {
    for (const address of await draw(f.email(), [...range(0, 500), 7_600_000, 50_000_000_000])) {
      expect(address).toMatch(
        /^[a-z]+\.[a-z]+\d{0,4}@(example\.(com|net|org)|(mail|post)\.example)$/,
      )
    }
  })

  it('makes arrays of its values, none of which comes twice where they are unique', async () => {
    const rows = await draw(f.email({ arraySize: 3 }), range(0, 1000), { mode: 'array' })
    expect(rows.every((row) => Array.isArray(row) && row.length === 3)).toBe(true)
    expect(distinct(rows.flat())).toBe(3000)
  })
})

describe('f.phoneNumber', () => {
  it('puts a digit in place of each # of a template', async () => {
    const numbers = await draw(f.phoneNumber({ template: '+(380) ###-####' }), range(0, 1000))
    expect(numbers.filter((each) => !/^\+\(380\) \d{3}-\d{4}$/.test(String(each)))).toEqual([])
  })

  it('gives each prefix its number of digits, and all prefixes alike', async () => {
    const numbers = await draw(
      f.phoneNumber({ prefixes: ['+380 99', '+380 67', '+1'], generatedDigitsNumbers: [7, 7, 10] }),
      range(0, 9000),
    )
    const shares = [/^\+380 99\d{7}$/, /^\+380 67\d{7}$/, /^\+1\d{10}$/].map(
      (form) => numbers.filter((number) => form.test(String(number))).length,
    )
    expect(shares).toEqual([3000, 3000, 3000])
    const plain = await draw(f.phoneNumber({ prefixes: ['+49 ', '+43 '] }), range(0, 1000))
    expect(plain.filter((number) => !/^\+4[93] \d{7}$/.test(String(number)))).toEqual([])
  })

  it('repeats numbers only where it may', async () => {
    const numbers = await draw(f.phoneNumber({ template: '##', isUnique: false }), range(0, 1000))
    expect(distinct(numbers)).toBe(100)
  })

  const contradiction = {
    code: 'PLAN_PHONE_OPTIONS',
    message: 'f.phoneNumber() was given options that contradict each other',
  }

  it('refuses a template with prefixes', async () => {
    expect(await failureOf(() => f.phoneNumber({ template: '##', prefixes: ['1'] }))).toEqual({
      ...contradiction,
      why: 'It has a template, which says where digits stand, and prefixes or a number of digits as well.',
      fix: 'Give either `template`, or `prefixes` and `generatedDigitsNumbers`.',
    })
  })

  it('refuses a number of digits without prefixes', async () => {
    expect(await failureOf(() => f.phoneNumber({ generatedDigitsNumbers: 7 }))).toEqual({
      ...contradiction,
      why: '`generatedDigitsNumbers` says how many digits follow a prefix, and there is none.',
      fix: 'Give `prefixes` as well.',
    })
  })

  it('refuses a prefix twice, and another number of prefixes than of lengths', async () => {
    expect(await failureOf(() => f.phoneNumber({ prefixes: ['1', '1'] }))).toEqual({
      ...contradiction,
      why: 'It has the same prefix twice.',
      fix: 'Give each prefix once.',
    })
    const options = { prefixes: ['1', '2'], generatedDigitsNumbers: [7] }
    expect(await failureOf(() => f.phoneNumber(options))).toEqual({
      ...contradiction,
      why: 'It has 2 prefixes and 1 numbers of digits.',
      fix: 'Give as many `generatedDigitsNumbers` as `prefixes`, or one number for all.',
    })
  })

  it('refuses digits that cannot be counted', async () => {
    const options = { prefixes: ['1'], generatedDigitsNumbers: 2.5 }
    expect(await failureOf(() => f.phoneNumber(options))).toEqual({
      code: 'PLAN_LENGTH',
      message: 'f.phoneNumber() cannot have 2.5 generated digits',
      why: 'It counts the digits after a prefix.',
      fix: 'Give whole numbers from 1 to 30.',
    })
  })

  it('refuses unique numbers that could begin with either of two prefixes', async () => {
    const options = { prefixes: ['+1', '+12'], generatedDigitsNumbers: [7, 6] }
    expect(await failureOf(() => f.phoneNumber(options))).toEqual({
      code: 'PLAN_AMBIGUOUS_TEMPLATE',
      message: 'The phone numbers cannot be unique',
      why: 'Numbers that begin with "+12" are as long as those with "+1", and could be the same.',
      fix: 'Leave one of the two prefixes out, or give them other numbers of digits.',
    })
    const numbers = await draw(f.phoneNumber({ ...options, isUnique: false }), range(0, 100))
    expect(numbers.filter((number) => !/^\+1\d{7}$/.test(String(number)))).toEqual([])
  })
})

describe('f.loremIpsum', () => {
  it.each([1, 3, 45, 1000])('gives %i sentences', async (sentencesCount) => {
    const [first, second] = await draw(f.loremIpsum({ sentencesCount }), [0, 1])
    expect(String(first).match(/\./g)).toHaveLength(sentencesCount)
    expect(first).toMatch(/^[A-Z][a-z ]+\.( [A-Z][a-z ]+\.)*$/)
    expect(second).not.toBe(first)
  })

  it('refuses what is no number of sentences', async () => {
    expect(await failureOf(() => f.loremIpsum({ sentencesCount: 0 }))).toEqual({
      code: 'PLAN_LENGTH',
      message: 'f.loremIpsum() cannot have the sentencesCount 0',
      why: 'It counts the sentences of each text.',
      fix: 'Give a whole number from 1 to 1000.',
    })
  })
})
