import { describe, expect, it } from 'vitest'
import { findPassword } from '../../../src/postgres/libpq/password-file.ts'

const place = { host: 'db', port: '5432', database: 'shop', user: 'ada' }

describe(findPassword, () => {
  it.each([
    ['db:5432:shop:ada:right', 'right'],
    ['*:*:*:*:any', 'any'],
    ['db:5433:*:*:no\ndb:5432:*:*:yes', 'yes'],
    ['db:5432:shop:ada:first\n*:*:*:*:second', 'first'],
    ['# db:5432:shop:ada:comment\ndb:*:*:ada:below', 'below'],
    ['db:5432:shop:ada:carriage\r\n', 'carriage'],
    ['db:5432:shop:ada:a\\:b\\\\c', 'a:b\\c'],
    ['db:5432:shop:ada:ends:here', 'ends'],
    ['db:5432:shop:ada:', ''],
    ['db:5432:shop:ada: with spaces ', ' with spaces '],
  ])('finds in %j: %j', (text, password) => {
    expect(findPassword(text, place)).toBe(password)
  })

  it.each([
    '',
    'db:5432:shop:ada',
    'DB:5432:shop:ada:no',
    'db:5432:shop:ad*:no',
    'db:5432:sho\\:no',
  ])('finds nothing in %j', (text) => expect(findPassword(text, place)).toBeUndefined())

  it('takes escaped names by their meaning', () => {
    const odd = { ...place, host: '::1', user: 'a\\b' }
    expect(findPassword('\\:\\:1:*:*:a\\\\b:found', odd)).toBe('found')
    expect(findPassword('\\*:*:*:*:no', place)).toBeUndefined()
  })
})
