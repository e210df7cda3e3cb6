import { describe, expect, it } from 'vitest'
import { quoteIdentifier, quoteTable } from '../../src/postgres/identifiers.ts'

describe('quoteIdentifier', () => {
  it('quotes every name, also a plain one', () => {
    expect(quoteIdentifier('users')).toBe('"users"')
    expect(quoteIdentifier('Größe')).toBe('"Größe"')
  })

  it('doubles quotes', () => {
    expect(quoteIdentifier('a"; drop table b; --')).toBe('"a""; drop table b; --"')
    expect(quoteIdentifier('""')).toBe('""""""')
  })

  it('leaves a dot inside the name', () => {
    expect(quoteIdentifier('a.b')).toBe('"a.b"')
  })

  it('refuses what cannot be a name', () => {
    expect(() => quoteIdentifier('')).toThrow('A PostgreSQL name cannot be empty')
    expect(() => quoteIdentifier('a\0b')).toThrow('A PostgreSQL name cannot hold a NUL character')
  })
})

describe('quoteTable', () => {
  it('quotes schema and name on their own', () => {
    expect(quoteTable('my.schema', 'user"s')).toBe('"my.schema"."user""s"')
  })

  it('leaves out a schema that is not given', () => {
    expect(quoteTable(undefined, 'users')).toBe('"users"')
  })

  it('refuses an empty schema', () => {
    expect(() => quoteTable('', 'users')).toThrow('A PostgreSQL name cannot be empty')
  })
})
