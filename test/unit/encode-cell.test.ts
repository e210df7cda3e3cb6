import { describe, expect, it } from 'vitest'
import { readCell } from '../../src/generate/cell.ts'
import { createDictionary, createVector } from '../../src/generate/vector.ts'
import type { Vector, VectorSpec } from '../../src/generate/vector.ts'

function holding(spec: VectorSpec, value: number): Vector {
  const vector = createVector(spec, 1)
  ;(vector as { values: { [index: number]: number } }).values[0] = value
  return vector
}

function textual(value: string): Vector {
  return { kind: 'text', capacity: 1, nulls: null, values: [value] }
}

describe('readCell', () => {
  it.each([
    [holding({ kind: 'number' }, 7), 'number', 7],
    [holding({ kind: 'number' }, -0), 'number', 0],
    [holding({ kind: 'number' }, 7), 'bigint', 7n],
    [holding({ kind: 'number' }, 0.5), 'string', '0.5'],
    [holding({ kind: 'decimal', scale: 2 }, 1234), 'string', '12.34'],
    [holding({ kind: 'decimal', scale: 2 }, -5), 'string', '-0.05'],
    [holding({ kind: 'decimal', scale: 2 }, 1230), 'string', '12.30'],
    [holding({ kind: 'decimal', scale: 0 }, -0), 'string', '0'],
    [holding({ kind: 'decimal', scale: 2 }, 1234), 'number', 12.34],
    [holding({ kind: 'decimal', scale: 2 }, 1200), 'bigint', 12n],
    [holding({ kind: 'boolean' }, 1), 'boolean', true],
    [holding({ kind: 'date' }, 19_753), 'string', '2024-01-31'],
    [holding({ kind: 'date' }, 19_753), 'date', new Date('2024-01-31T00:00:00Z')],
    [holding({ kind: 'date' }, -719_163), 'string', '0001-12-31 BC'],
    [
      holding({ kind: 'timestamp' }, 1_706_702_400_123_456),
      'string',
      '2024-01-31 12:00:00.123456+00',
    ],
    [holding({ kind: 'timestamp' }, 1_706_702_400_000_000), 'string', '2024-01-31 12:00:00+00'],
    [holding({ kind: 'timestamp' }, -1000), 'date', new Date(-1)],
    [holding({ kind: 'time' }, 45_296_000_001), 'string', '12:34:56.000001'],
    [textual('x'), 'string', 'x'],
    [textual('{"a":1}'), 'json', { a: 1 }],
    [textual('9007199254740993'), 'bigint', 9007199254740993n],
    [createVector({ kind: 'dictionary', dictionary: createDictionary(['w']) }, 1), 'string', 'w'],
    [createVector({ kind: 'uuid' }, 1), 'string', '00000000-0000-0000-0000-000000000000'],
    [{ kind: 'value', capacity: 1, nulls: null, values: [undefined] }, 'json', null],
  ] as const)('case %#: %o in mode %s', (vector, mode, expected) => {
    expect(readCell(vector as Vector, 0, mode)).toEqual(expected)
  })

  it('gives null for NULL', () => {
    const vector = holding({ kind: 'number' }, 7)
    vector.nulls = Uint8Array.of(1)
    expect(readCell(vector, 0, 'number')).toBeNull()
  })

  it.each([
    [
      holding({ kind: 'timestamp' }, 1),
      'date',
      'Cannot give row 0 of the slice to Drizzle: it has microseconds below a millisecond',
    ],
    [
      holding({ kind: 'number' }, 0.5),
      'bigint',
      'Cannot give row 0 of the slice to Drizzle: it has a number that is no integer',
    ],
    [
      textual('{'),
      'json',
      'Cannot give row 0 of the slice to Drizzle: it has a text of another form',
    ],
  ] as const)('refuses what the mode cannot hold, case %#', (vector, mode, message) => {
    expect(() => readCell(vector, 0, mode)).toThrow(message)
  })
})
