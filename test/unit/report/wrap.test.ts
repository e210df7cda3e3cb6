import { describe, expect, it } from 'vitest'
import { wrap } from '../../../src/report/wrap.ts'

describe(wrap, () => {
  it('fills lines with whole words', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  })

  it('leaves a word whole that is longer than a line', () => {
    expect(wrap('see postgres://localhost/shop now', 10)).toEqual([
      'see',
      'postgres://localhost/shop',
      'now',
    ])
  })

  it('breaks nothing without a limit', () => {
    expect(wrap('one two', Infinity)).toEqual(['one two'])
  })
})
