import { describe, expect, it } from 'vitest'
import { cellWords } from '../../../src/verify/cell-words.ts'

function words(name: string, hex: string): string {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const cell = Buffer.alloc(4 + bytes.length)
  cell.writeInt32BE(bytes.length)
  bytes.copy(cell, 4)
  return cellWords(cell, { name, kind: 'scalar' })
}

describe('cellWords', () => {
  it('shows numbers as the server does', () => {
    expect(words('int2', 'fffe')).toBe('-2')
    expect(words('int8', '0020000000000001')).toBe('9007199254740993')
    expect(words('float8', '3ff8000000000000')).toBe('1.5')
    expect(words('bool', '01')).toBe('true')
  })

  it('shows decimals with all the digits behind the point', () => {
    expect(words('numeric', '0003 0001 0000 0003 0001 0929 1a7c')).toBe('12345.678')
    expect(words('numeric', '0001 0001 4000 0002 0001')).toBe('-10000.00')
    expect(words('numeric', '0001 ffff 0000 0002 01f4')).toBe('0.05')
    expect(words('numeric', '0001 fffe 0000 0006 1388')).toBe('0.000050')
    expect(words('numeric', '0000 0000 0000 0000')).toBe('0')
    expect(words('numeric', '0000 0000 c000 0000')).toBe('NaN')
  })

  it('shows texts so that a blank at the end is seen', () => {
    expect(words('text', 'c3a920')).toBe('"é "')
    expect(words('jsonb', '017b7d')).toBe('{}')
  })

  it('shows dates and times, before 2000 too', () => {
    expect(words('date', 'ffffffff')).toBe('1999-12-31')
    expect(words('timestamp', '00000000000f4240')).toBe('2000-01-01 00:00:01')
    expect(words('timestamptz', 'ffffffffffffffff')).toBe('1999-12-31 23:59:59.999999+00')
    expect(words('time', '0000000000000001')).toBe('00:00:00.000001')
    expect(words('timestamp', '7fffffffffffffff')).toBe('9223372036854775807 µs')
  })

  it('shows NULL, and the bytes of all else', () => {
    expect(cellWords(Buffer.from('ffffffff', 'hex'), { name: 'int4', kind: 'scalar' })).toBe('NULL')
    expect(words('uuid', 'a0eebc999c0b4ef8bb6d6bb9bd380a11')).toBe(
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    )
    expect(words('bytea', '00ff')).toBe('\\x00ff')
  })
})
