import { afterEach, describe, expect, it, vi } from 'vitest'
import { serverSaid } from '../../src/postgres/server-error.ts'
import type { ServerError } from '../../src/postgres/server-error.ts'
import { showValues, thrownName, valuesAreShown } from '../../src/shown-values.ts'

afterEach(() => vi.unstubAllEnvs())

function serverError(code: string, message: string, detail: string): ServerError {
  return Object.assign(new Error(message), { code, detail, severity: 'ERROR' })
}

describe(showValues, () => {
  it('lets values be told from then on', () => {
    vi.stubEnv('DOWNPOUR_SHOW_VALUES', undefined)
    expect(valuesAreShown()).toBe(false)
    showValues()
    expect(valuesAreShown()).toBe(true)
  })
})

describe(thrownName, () => {
  it('is the name, without a text that may hold a value', () => {
    expect(thrownName(new RangeError('Ada'))).toBe('RangeError')
    expect(thrownName('Ada')).toBe('a string')
    vi.stubEnv('DOWNPOUR_SHOW_VALUES', '1')
    expect(thrownName(new RangeError('Ada'))).toBe('RangeError: Ada')
    expect(thrownName('Ada')).toBe('Ada')
  })

  it('has the text of what the system says', () => {
    const missing = Object.assign(new Error('ENOENT: no such file'), { syscall: 'open' })
    expect(thrownName(missing)).toBe('Error: ENOENT: no such file')
  })
})

describe(serverSaid, () => {
  it.each([
    [
      '23505',
      'duplicate key value violates unique constraint "one"',
      'Key (a)=(Ada) already exists.',
    ],
    ['22P02', 'invalid input syntax for type integer: "Ada"', ''],
    ['P0001', 'no such name: Ada', ''],
  ])('tells no value of %s, unless it is asked for', (code, message, detail) => {
    const error = serverError(code, message, detail)
    expect(serverSaid(error)).not.toContain('Ada')
    vi.stubEnv('DOWNPOUR_SHOW_VALUES', '1')
    expect(serverSaid(error)).toContain('Ada')
  })
})
