import { describe, expect, it } from 'vitest'
import { csvText } from '../../../src/export/csv.ts'

describe('csvText', () => {
  it.each([
    ['plain text', 'plain text'],
    ['', '""'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['a\nb\r', '"a\nb\r"'],
    ['back\\slash', 'back\\slash'],
    ['\\.', '"\\."'],
    ['\\.x', '\\.x'],
    ['é, 😀', '"é, 😀"'],
    // psql before 18 would take the line for the end of the data.
    ['a\n\\.\nb', '"a\n"\\."\nb"'],
    ['a\n\\.\r\nb', '"a\n"\\."\r\nb"'],
    ['a\n\\.b\n', '"a\n\\.b\n"'],
    ['a\n\\.', '"a\n\\."'],
  ])('writes %j as %j', (text, csv) => {
    expect(csvText(text)).toBe(csv)
  })
})
