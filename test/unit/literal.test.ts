import { describe, expect, it } from 'vitest'
import { quoteLiteral } from '../../src/postgres/literal.ts'

describe('quoteLiteral', () => {
  it('quotes a text', () => {
    expect(quoteLiteral('')).toBe("''")
    expect(quoteLiteral('Größe $1')).toBe("'Größe $1'")
  })

  it('doubles quotes', () => {
    expect(quoteLiteral("it's '' ; --")).toBe("'it''s '''' ; --'")
  })

  it('escapes backslashes so that no setting of the server matters', () => {
    expect(quoteLiteral("\\' or true")).toBe("E'\\\\'' or true'")
  })

  it('refuses what no text can hold', () => {
    expect(() => quoteLiteral('a\0b')).toThrow('A PostgreSQL text cannot hold a NUL character')
    expect(() => quoteLiteral('\ud83d')).toThrow(
      'A PostgreSQL text cannot hold half a surrogate pair',
    )
  })
})
