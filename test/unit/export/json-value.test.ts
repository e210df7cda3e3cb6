import { describe, expect, it } from 'vitest'
import { toJson } from '../../../src/export/json-value.ts'
import type { ServerType } from '../../../src/postgres/server-type.ts'

function type(name: string, modifier = -1): ServerType {
  return { oid: 1, name, sqlName: name, kind: 'scalar', modifier, element: undefined }
}

function arrayOf(element: ServerType): ServerType {
  return { ...type(`_${element.name}`), kind: 'array', element }
}

// What each is in PostgreSQL was asked of a server: select to_json(…).
describe('toJson', () => {
  it.each([
    ['int4', -1, '12', '12'],
    ['int4', -1, '+012', '12'],
    ['int8', -1, '-9223372036854775808', '-9223372036854775808'],
    ['numeric', ((6 << 16) | 2) + 4, '1.005', '1.01'],
    ['numeric', ((6 << 16) | 2) + 4, '-0.995', '-1.00'],
    ['numeric', ((6 << 16) | 0) + 4, '2.5', '3'],
    ['numeric', -1, '.5', '0.5'],
    ['numeric', -1, '5.', '5'],
    ['numeric', -1, 'nan', '"NaN"'],
    ['float8', -1, '-inf', '"-Infinity"'],
    ['float4', -1, '0.3333333333333333', '0.33333334'],
    ['float4', -1, '16777217', '16777216'],
    ['bool', -1, 't', 'true'],
    ['bool', -1, 'off', 'false'],
    ['text', -1, 'say "hi"\n', '"say \\"hi\\"\\n"'],
    ['bpchar', 7, 'é', '"é  "'],
    ['varchar', 6, 'ab   ', '"ab"'],
    ['uuid', -1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
    ['json', -1, '{\n "a": 12345678901234567890}', '{  "a": 12345678901234567890}'],
    ['date', -1, '2024-02-29', '"2024-02-29"'],
    ['date', -1, '1970-01-01T00:00:00.000Z', '"1970-01-01"'],
    ['date', -1, '0044-03-15 BC', '"0044-03-15 BC"'],
    ['date', -1, '-infinity', '"-infinity"'],
    ['date', -1, 'tomorrow', '"tomorrow"'],
    ['time', -1, '12:34:56.500000', '"12:34:56.5"'],
    ['timetz', -1, '12:34:56-03:30', '"12:34:56-03:30"'],
    ['timestamp', -1, '2024-02-29 12:34:56+00', '"2024-02-29T12:34:56"'],
    ['timestamp', 0, '2024-12-31 23:59:59.5+00', '"2025-01-01T00:00:00"'],
    ['timestamptz', -1, '2024-02-29 23:30:00-05:30', '"2024-03-01T05:00:00+00:00"'],
    ['interval', -1, '14 mons -3 days 01:02:03.5', '"1 year 2 mons -3 days +01:02:03.5"'],
    ['interval', -1, '-1 year', '"-1 years"'],
    ['interval', -1, '0', '"00:00:00"'],
  ])('writes %s (%i) %j as %s', (name, modifier, text, json) => {
    expect(toJson(type(name, modifier))(text)).toBe(json)
  })

  it('writes arrays of any depth', () => {
    expect(toJson(arrayOf(type('int4')))('{}')).toBe('[]')
    expect(toJson(arrayOf(type('int4')))('{{1,NULL},{3,4}}')).toBe('[[1,null],[3,4]]')
    expect(toJson(arrayOf(type('text')))('{"a\\"b",NULL,"NULL"}')).toBe('["a\\"b",null,"NULL"]')
    const enumeration: ServerType = { ...type('mood'), oid: 0, kind: 'enum' }
    expect(toJson({ ...arrayOf(enumeration), kind: 'other' })('{calm}')).toBe('["calm"]')
  })

  it('refuses what is no JSON, without telling it', () => {
    expect(() => toJson(type('jsonb'))('{secret')).toThrow('got a value that is no JSON')
  })
})
