import { describe, expect, it } from 'vitest'
import { findService } from '../../../src/postgres/libpq/service-file.ts'

const text = `# mine
[other]
host=elsewhere

[shop]
host=db.example.com
  port=6432
password=a=b

[shop]
host=second
`

describe(findService, () => {
  it('reads the section of the name', () => {
    expect(findService(text, 'shop', 'services')).toEqual(
      new Map([
        ['host', 'db.example.com'],
        ['port', '6432'],
        ['password', 'a=b'],
      ]),
    )
  })

  it('knows no other', () => {
    expect(findService(text, 'sho', 'services')).toBeUndefined()
  })

  it.each(['[shop]\ncanary', '[shop]\nservice=other', '[shop]\nldap://canary', '[shop]\n=canary'])(
    'refuses %j by its line, without repeating it',
    (broken) => {
      expect(() => findService(broken, 'shop', 'services')).toThrow(
        expect.objectContaining({
          code: 'URL_VARIABLE',
          message: 'Cannot use what completes the database URL',
          why: 'Line 2 of services cannot be used for a service.',
          fix: 'Write a line for each parameter: name=value.',
        }),
      )
    },
  )
})
