import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readText } from '../../src/generate/cell.ts'
import { template, templates } from '../../src/generate/generators/template.ts'
import { compileTemplate, parseTemplate, whyAmbiguous } from '../../src/generate/template.ts'
import type { Part, Segment } from '../../src/generate/template.ts'
import { createChoices, createTextWriter } from '../../src/generate/text-writer.ts'
import { createVector } from '../../src/generate/vector.ts'
import type { Utf8Vector } from '../../src/generate/vector.ts'
import { slug, vocabulary } from '../../src/generate/vocabulary.ts'
import { draw, failureOf, planOf, range, rowsOf, things } from '../support/plans.ts'

type Parts = Readonly<Record<string, Part>>

const words = (...list: string[]): Part => ({ kind: 'words', words: list })
const integer = (min: number, max: number): Part => ({ kind: 'integer', min, max })

function compile(text: string, parts: Parts): readonly Segment[] {
  return compileTemplate(text, Object.keys(parts), Object.values(parts))
}

function ambiguity(text: string, parts: Parts): string | undefined {
  return whyAmbiguous(compile(text, parts), Object.keys(parts))
}

/** Writes a choice of parts down by hand. */
function write(segments: readonly Segment[], choices: readonly number[]): string {
  return segments
    .map((segment) => {
      if (segment.kind === 'literal') return segment.text
      const choice = choices[segment.part]!
      return segment.kind === 'words' ? segment.words[choice]! : String(segment.min + choice)
    })
    .join('')
}

function* combinations(sizes: readonly number[]): Generator<number[]> {
  const [size, ...rest] = sizes
  if (size === undefined) return yield []
  for (let choice = 0; choice < size; choice++) {
    for (const tail of combinations(rest)) yield [choice, ...tail]
  }
}

const sizeOf = (part: Part) => (part.kind === 'words' ? part.words.length : part.max - part.min + 1)

const anyTemplate = fc
  .record({
    parts: fc.array(
      fc.oneof(
        fc
          .uniqueArray(
            fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é', '-'), maxLength: 3 }),
            {
              minLength: 1,
              maxLength: 4,
            },
          )
          .map((list): Part => ({ kind: 'words', words: list })),
        fc
          .tuple(fc.nat(12), fc.nat(12))
          .map(([min, more]): Part => ({ kind: 'integer', min, max: min + more })),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    glue: fc.array(fc.constantFrom('', '.', '-', 'a', '1', '@x'), { minLength: 4, maxLength: 4 }),
  })
  .map(({ parts, glue }) => ({
    parts: Object.fromEntries(parts.map((part, index) => [`p${index}`, part])),
    text: `${glue[3]}${parts.map((_, index) => `{p${index}}${glue[index]}`).join('')}`,
  }))

describe('compileTemplate', () => {
  const parts = { first: words('Ana', 'Éva'), number: integer(1, 9) }

  it('splits a text at its braces', () => {
    const segments = compile('{first}.{number}@x', parts)
    expect(segments.map(({ kind }) => kind)).toEqual(['words', 'literal', 'integer', 'literal'])
    expect(write(segments, [1, 4])).toBe('Éva.5@x')
  })

  it('makes a slug of words where asked', () => {
    expect(write(compile('{first:slug}', parts), [1, 0])).toBe('eva')
  })

  it.each([
    ['{last}', '{last}', 'There is no part of that name.'],
    ['a{}b', '{}', 'There is no part of that name.'],
    [
      '{first:upper}',
      '{first:upper}',
      '"upper" is no form of "first"; words have the form "slug".',
    ],
    [
      '{number:slug}',
      '{number:slug}',
      '"slug" is no form of "number"; words have the form "slug".',
    ],
  ])('refuses %s', async (text, piece, why) => {
    expect(await failureOf(() => compile(text, parts))).toEqual({
      code: 'PLAN_UNKNOWN_PART',
      message: `The template "${text}" cannot be read at ${piece}`,
      why,
      fix: 'Use one of: {first}, {number}.',
    })
  })
})

describe('whyAmbiguous', () => {
  const names = words('ana', 'anabel', 'bo')

  it.each<[string, Parts]>([
    ['{a}', { a: names }],
    ['{a}.{b}', { a: names, b: names }],
    ['{a}{n}', { a: names, n: integer(1, 99) }],
    ['{a}-{n}-{m}@x', { a: names, n: integer(0, 12), m: integer(5, 500) }],
    ['{a}{b}', { a: words('ana', 'bo'), b: words('x', 'yz') }],
    ['{n}{a}', { n: integer(1, 99), a: names }],
    ['{a}{a}', { a: words('ax', 'by') }],
  ])('lets %s pass', (text, parts) => {
    expect(ambiguity(text, parts)).toBeUndefined()
  })

  it.each<[string, Parts, string]>([
    ['{a}', { a: names, b: names }, 'it does not contain {b}'],
    ['{a}{b}', { a: names, b: names }, '{a} can hold "a", with which the next piece can begin'],
    ['{a}e', { a: words('b', 'be') }, '{a} can hold "e", with which the next piece can begin'],
    [
      '{n}{m}',
      { n: integer(1, 99), m: integer(1, 9) },
      '{n} can hold "0", with which the next piece can begin',
    ],
    [
      '{a}{n}',
      { a: words('x', 'x1'), n: integer(1, 99) },
      '{a} can hold "1", with which the next piece can begin',
    ],
    ['{a}.', { a: words('', 'x') }, 'a word of {a} is empty'],
    ['{a:slug}', { a: words('Ana', 'ana') }, 'two words of {a} are spelled alike'],
  ])('tells why %s can be ambiguous', (text, parts, why) => {
    expect(ambiguity(text, parts)).toBe(why)
  })

  it('never lets a template pass that gives one text twice', () => {
    let passed = 0
    fc.assert(
      fc.property(anyTemplate, ({ text, parts }) => {
        if (ambiguity(text, parts) !== undefined) return
        passed++
        const segments = compile(text, parts)
        const texts = [...combinations(Object.values(parts).map(sizeOf))].map((choices) =>
          write(segments, choices),
        )
        expect(new Set(texts).size).toBe(texts.length)
      }),
      { seed: 7, numRuns: 3000 },
    )
    expect(passed).toBeGreaterThan(300)
  })
})

describe('parseTemplate', () => {
  it('takes apart again what an unambiguous template gives, for every choice', () => {
    fc.assert(
      fc.property(anyTemplate, ({ text, parts }) => {
        fc.pre(ambiguity(text, parts) === undefined)
        const segments = compile(text, parts)
        for (const choices of combinations(Object.values(parts).map(sizeOf))) {
          expect(parseTemplate(segments, write(segments, choices))).toEqual(choices)
        }
      }),
      { seed: 8, numRuns: 500 },
    )
  })

  it('finds some choice that gives the text when there are several', () => {
    fc.assert(
      fc.property(anyTemplate, ({ text, parts }) => {
        const segments = compile(text, parts)
        for (const choices of combinations(Object.values(parts).map(sizeOf))) {
          const written = write(segments, choices)
          expect(write(segments, parseTemplate(segments, written)!)).toBe(written)
        }
      }),
      { seed: 9, numRuns: 300 },
    )
  })

  it.each(['', 'ana', 'ana.', 'ana.0', 'ana.10', 'ana.01', 'ana.5x', 'Ana.5', 'zoe.5', 'ana..5'])(
    'gives nothing for %j, which the template cannot give',
    (text) => {
      const parts = { a: words('ana', 'bo'), n: integer(1, 9) }
      expect(parseTemplate(compile('{a}.{n}', parts), text)).toBeUndefined()
    },
  )

  it('gives nothing when a part that stands there twice would have two choices', () => {
    const segments = compile('{a}-{a:slug}', { a: words('Ana', 'Bo') })
    expect(parseTemplate(segments, 'Ana-bo')).toBeUndefined()
    expect(parseTemplate(segments, 'Bo-bo')).toEqual([1])
  })
})

describe('createTextWriter', () => {
  /** Writes every combination of parts, in slices of so many rows. */
  function writeAll(text: string, parts: Parts, capacity: number): string[] {
    const partCount = Object.keys(parts).length
    const writer = createTextWriter(compile(text, parts), partCount)
    const choices = createChoices(partCount, capacity)
    const out = createVector({ kind: 'utf8' }, capacity) as Utf8Vector
    out.bytes = new Uint8Array(writer.room(capacity)).fill(0xff)
    const all = [...combinations(Object.values(parts).map(sizeOf))]
    const texts: string[] = []
    for (let first = 0; first < all.length; first += capacity) {
      const slice = all.slice(first, first + capacity)
      for (const [i, chosen] of slice.entries()) {
        for (const [part, choice] of chosen.entries()) {
          choices.numbers[part * capacity + i] = choice
          choices.indices[part * capacity + i] = choice
        }
      }
      writer.write(choices, slice.length, out)
      texts.push(...slice.map((_, i) => readText(out, i)))
    }
    return texts
  }

  it('writes what its parts say, whatever the rows of a slice', () => {
    fc.assert(
      fc.property(anyTemplate, fc.integer({ min: 1, max: 9 }), ({ text, parts }, capacity) => {
        const segments = compile(text, parts)
        const all = [...combinations(Object.values(parts).map(sizeOf))]
        expect(writeAll(text, parts, capacity)).toEqual(
          all.map((choices) => write(segments, choices)),
        )
      }),
      { seed: 10, numRuns: 300 },
    )
  })

  it('writes words and literals of any length and script', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 40 }), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.string({ unit: fc.constantFrom('-', 'é', '\u007f', '𐍈'), maxLength: 40 }),
        (list, literal) => {
          const wellFormed = list.map((word) => Buffer.from(word).toString())
          expect(writeAll(`${literal}{a}${literal}`, { a: words(...wellFormed) }, 7)).toEqual(
            wellFormed.map((word) => `${literal}${word}${literal}`),
          )
        },
      ),
      { seed: 11, numRuns: 300 },
    )
  })

  it('writes whole numbers up to 2^53 - 1', () => {
    // As far as 32 bits go, and beyond; with zeros inside.
    const small = [0, 9, 10, 9_999, 10_000, 999_999_999, 1_000_000_000, 2 ** 31 - 1]
    const numbers = [...small, 2 ** 31, 2 ** 32, 1e12, 1e15 + 7, Number.MAX_SAFE_INTEGER]
    const parts = { n: integer(0, Number.MAX_SAFE_INTEGER) }
    const writer = createTextWriter(compile('<{n}>', parts), 1)
    const choices = createChoices(1, numbers.length)
    choices.numbers.set(numbers)
    const out = createVector({ kind: 'utf8' }, numbers.length) as Utf8Vector
    out.bytes = new Uint8Array(writer.room(numbers.length))
    writer.write(choices, numbers.length, out)
    expect(numbers.map((_, i) => readText(out, i))).toEqual(numbers.map((n) => `<${n}>`))
  })

  it('asks for room for the longest text in every row', () => {
    fc.assert(
      fc.property(anyTemplate, ({ text, parts }) => {
        const segments = compile(text, parts)
        const lengths = [...combinations(Object.values(parts).map(sizeOf))].map((choices) =>
          Buffer.byteLength(write(segments, choices)),
        )
        const { mostBytes } = createTextWriter(segments, Object.keys(parts).length)
        expect(mostBytes).toBe(Math.max(...lengths))
      }),
      { seed: 10, numRuns: 300 },
    )
  })
})

describe('slug', () => {
  it.each([
    ["Mary-Jane O'Neil", 'maryjaneoneil'],
    ['Éva Ångström', 'evaangstrom'],
    ['王', ''],
    ['R2D2', 'r2d2'],
  ])('makes %j %j', (text, expected) => {
    expect(slug(text)).toBe(expected)
  })
})

describe('f.template', () => {
  const first = vocabulary('first', ['Ana', 'Bo', 'Éva', 'EVA', 'Zoë'])
  const number = { min: 8, max: 12 }

  it('writes what its parts say', async () => {
    const texts = await draw(template('{first} <{number}>', { first, number }), range(0, 500))
    expect(new Set(texts).size).toBe(25)
    for (const text of texts) expect(text).toMatch(/^(Ana|Bo|Éva|EVA|Zoë) <(8|9|10|11|12)>$/)
  })

  it('gives every combination once when it is unique, and counts words with one slug once', async () => {
    const unique = template('{first:slug}{number}', { first, number }, { isUnique: true })
    const texts = (await draw(unique, range(0, 20))).map(String)
    expect(texts.toSorted()).toEqual(
      ['ana', 'bo', 'eva', 'zoe'].flatMap((name) => range(8, 5).map((n) => name + n)).toSorted(),
    )
  })

  it('gives nobody a text that a known row has', async () => {
    const unique = template('{first:slug}{number}', { first, number }, { isUnique: true })
    const known = 'bo10'
    const before = await draw(unique, range(0, 20))
    expect(before).toContain(known)
    const knownRows = [{ a: known }, { a: 'somebody else' }]
    const after = await draw(unique, range(0, 19), { knownRows, count: 19 })
    expect(after.slice(0, 2)).toEqual([known, 'somebody else'])
    expect(after.indexOf(known, 1)).toBe(-1)
    expect(new Set(after).size).toBe(19)
    const changed = range(2, 17).filter((row) => after[row] !== before[row])
    expect(changed.length).toBeLessThanOrEqual(1)
  })

  it('leaves a known text alone that stands in another column', async () => {
    const unique = template('{first:slug}{number}', { first, number }, { isUnique: true })
    const plan = await planOf(
      { things: { count: 20, rows: [{ b: 'ana8' }], columns: { a: unique } } },
      { schema: { things } },
    )
    const texts = (await rowsOf(plan, 'things', { properties: ['a'] })).map(({ a }) => a)
    expect(new Set(texts).size).toBe(20)
    expect(texts).toContain('ana8')
  })

  it('gives columns that belong together the same parts', async () => {
    const person = templates({
      parts: { first, number },
      columns: { name: '{first} {number}', email: '{first:slug}.{number}@x' },
      isUnique: true,
    })
    const plan = await planOf(
      { things: { count: 20, columns: { a: person.name, c: person.email } } },
      { schema: { things } },
    )
    for (const { a, c } of await rowsOf(plan, 'things')) {
      const [name, count] = String(a).split(' ')
      expect(c).toBe(`${slug(name!)}.${count}@x`)
    }
  })

  it('refuses to be unique when two choices could give one text', async () => {
    const unique = template('{first:slug}{last:slug}', { first, last: first }, { isUnique: true })
    expect(await failureOf(() => draw(unique, [0]))).toEqual({
      code: 'PLAN_AMBIGUOUS_TEMPLATE',
      message: 'The template "{first:slug}{last:slug}" cannot be unique',
      why: 'Two choices of its parts could give the same text: {first} can hold "a", with which the next piece can begin.',
      fix: 'Put every part into it, with a character between two parts that neither can hold.',
    })
  })

  it('refuses more combinations than row numbers can tell apart', async () => {
    const vast = { min: 0, max: 2 ** 40 }
    const unique = template('{a}-{b}', { a: vast, b: vast }, { isUnique: true })
    expect(await failureOf(() => draw(unique, [0]))).toEqual({
      code: 'PLAN_TOO_MANY_VALUES',
      message: 'The template "{a}-{b}" cannot be unique',
      why: 'Its parts have 1.2089258196168282e+24 combinations, and row numbers tell 2^53 apart.',
      fix: 'Give a numeric part a smaller range, or leave a part out.',
    })
  })

  it.each([
    { min: -1, max: 5 },
    { min: 3, max: 2 },
    { min: 0.5, max: 2 },
    { min: 0, max: Number.NaN },
  ])('refuses the range of numbers %j', async ({ min, max }) => {
    expect(await failureOf(() => draw(template('{n}', { n: { min, max } }), [0]))).toEqual({
      code: 'PLAN_EMPTY_RANGE',
      message: 'A part of a template was given a range without values',
      why: `It goes from ${min} to ${max}.`,
      fix: 'Give whole numbers from 0 to 2^53 with min at most max.',
    })
  })

  it('writes numbers of any length', async () => {
    for (const n of [0, 9, 10, 99, 100, 999_999_999_999_999, 2 ** 53 - 1]) {
      const generator = template('<{n}>', { n: { min: n, max: n } })
      expect(await draw(generator, [0])).toEqual([`<${n}>`])
    }
  })
})
