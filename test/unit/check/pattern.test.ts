import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../../src/check/pattern.ts'
import {
  createMatcher,
  formatPattern,
  parseLike,
  parseRegularExpression,
} from '../../../src/check/regular-expression.ts'

const matcher = (source: string, ignoresCase = false) =>
  createMatcher(parseRegularExpression(source)!, { ignoresCase })

describe('compilePattern', () => {
  it.each([
    ['^[A-Z]{2}-\\d{4}$', 6_760_000, 'AA-0000', 'ZZ-9999'],
    ['^(foo|ba[rz])?$', 4, '', 'foo'],
    ['^(a|ab)(c|bc)$', 3, 'ac', 'abbc'],
    ['^(a|a)b?$', 2, 'a', 'ab'],
    ['^\\d{1,3}$', 1110, '0', '999'],
    ['^a{0}b$', 1, 'b', 'b'],
    ['gr[ae]y', 2, 'gray', 'grey'],
    ['^x|y$', 2, 'x', 'y'],
  ])('counts the texts of %s: %d of them, from %s to %s', (source, size, first, last) => {
    const generator = compilePattern(source)!
    expect(generator.size).toBe(size)
    expect(generator.nth(0)).toBe(first)
    expect(generator.nth(size - 1)).toBe(last)
  })

  it.each([
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '^[^@]+@[^@]+\\.[^@]+$',
    '^[0-9a-f]{64}$',
    '^(a*)*b?a*$',
    '^.{2,4}.{1,3}$',
    '^\\+?[1-9]\\d{1,14}$',
    '^(?:[01]\\d|2[0-3]):[0-5]\\d$',
    '^[[:alpha:]][\\w.]*\\s?$',
  ])('gives texts that match %s and never the same one twice', (source) => {
    const generator = compilePattern(source, { maximumLength: 64 })!
    const matches = new RegExp(source.replaceAll('[:alpha:]', 'a-zA-Z'), 's')
    const count = Math.min(generator.size, 500)
    const step = Math.floor(generator.size / count)
    const texts = new Set<string>()
    for (let draw = 0; draw < count; draw++) {
      for (const index of new Set([draw, draw * step])) {
        const text = generator.nth(index)
        expect(text).toMatch(matches)
        expect([...text].length).toBeLessThanOrEqual(generator.maximumLength)
        texts.add(`${index} ${text}`)
      }
    }
    const different = new Set([...texts].map((text) => text.slice(text.indexOf(' ') + 1)))
    expect(different.size).toBe(texts.size)
  })

  it('keeps to the lengths it is given', () => {
    const generator = compilePattern('^[ab]+$', { minimumLength: 2, maximumLength: 3 })!
    const texts = Array.from({ length: generator.size }, (_, index) => generator.nth(index))
    expect(texts.toSorted()).toEqual(
      ['aa', 'ab', 'ba', 'bb', 'aaa', 'aab', 'aba', 'abb', 'baa', 'bab', 'bba', 'bbb'].toSorted(),
    )
    expect(compilePattern('^[ab]{5}$', { maximumLength: 4 })).toBeUndefined()
  })

  it('makes nothing of what is not simple', () => {
    for (const source of [
      '(a)\\1',
      '(?=a)a',
      'a^b',
      '(a$)*',
      '\\mword',
      '(?i)a',
      '[[.a.]]',
      'a**',
    ]) {
      expect({ source, is: compilePattern(source) }).toEqual({ source, is: undefined })
    }
  })

  it('throws for a text that there is not', () => {
    const { nth } = compilePattern('^[ab]$')!
    for (const index of [-1, 2, 0.5, Number.NaN]) {
      expect(() => nth(index)).toThrow(new RangeError(`There is no text ${index} among 2`))
    }
  })
})

describe('regular expressions', () => {
  it('match as PostgreSQL has it: the point takes a line break, anchors stand at the ends', () => {
    expect(matcher('^a.c$')!('a\nc')).toBe(true)
    expect(matcher('^b')!('a\nb')).toBe(false)
    expect(matcher('^.$')!('😀')).toBe(true)
    expect(matcher('a{,2}')!('a{,2}')).toBe(true)
    expect(matcher('[]a]')!(']')).toBe(true)
    expect(matcher('^[a\\]-]+$')!('a]-')).toBe(true)
    expect(matcher('^(?=.*\\d)(?!x).{3}$')!('ab1')).toBe(true)
  })

  it('does not tell where it is up to the locale', () => {
    expect(matcher('^\\w+$')!('naive')).toBe(true)
    expect(matcher('^\\w+$')!('naïve')).toBeUndefined()
    expect(matcher('^ABC$', true)!('abc')).toBe(true)
    expect(matcher('^ABC', true)!('abcé')).toBeUndefined()
    expect(matcher('é', true)).toBeUndefined()
  })

  it('refuses what would take forever, and takes what only looks like it', () => {
    for (const source of ['^(a+)+$', '^(a|a)*$', '^(a*b?)*$', '^(.*,)*$', '^((a+)b?)+$']) {
      expect({ source, is: matcher(source) }).toEqual({ source, is: undefined })
    }
    for (const source of ['^[a-z]+(-[a-z]+)*$', '^(a|b)+$', '^([0-9]{3},)*$', '^.+@.+\\..+$']) {
      expect(matcher(source)).toBeTypeOf('function')
    }
  })

  it('reads LIKE as a regular expression', () => {
    expect(formatPattern(parseLike('a%_\\%.')!)).toBe('^a.*.%\\.$')
    expect(parseLike('a\\')).toBeUndefined()
  })

  it('writes an expression that means the same', () => {
    const atom = fc.constantFrom('a', 'b', '[a-c]', '[^b]', '.', '\\d', '(?:a|bc)', '(ab)?')
    const source = fc
      .array(fc.tuple(atom, fc.constantFrom('', '*', '+', '{1,2}')).map((parts) => parts.join('')))
      .map(
        (parts) =>
          `^${parts.join('').replaceAll('?*', '?').replaceAll('?+', '?').replaceAll('?{1,2}', '?')}$`,
      )
    fc.assert(
      fc.property(source, fc.string({ unit: fc.constantFrom(...'abc1') }), (given, text) => {
        const again = formatPattern(parseRegularExpression(given)!.pattern)
        expect(new RegExp(again, 'su').test(text)).toBe(new RegExp(given, 'su').test(text))
      }),
      { seed: 2, numRuns: 500 },
    )
  })
})
