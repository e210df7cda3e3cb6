import { describe, expect, it } from 'vitest'
import { createDictionary, createVector } from '../../src/generate/vector.ts'
import type { Vector } from '../../src/generate/vector.ts'
import type { TargetColumn } from '../../src/postgres/server-type.ts'
import { bindRowEncoder, writeCopyHeader, writeCopyTrailer } from '../../src/write/encode/row.ts'
import { createByteSink } from '../../src/write/encode/sink.ts'

function column(name: string, modifier = -1): TargetColumn {
  return {
    table: 'orders',
    name: 'note',
    serverType: { oid: 1, name, sqlName: name, kind: 'scalar', modifier, element: undefined },
    toDriver: (value) => value,
  }
}

function values(...cells: unknown[]): Vector {
  return { kind: 'value', capacity: cells.length, nulls: null, values: cells }
}

function text(target: TargetColumn, vector: Vector): string {
  const sink = createByteSink(1)
  bindRowEncoder({ format: 'text', columns: [target], vectors: [vector] })(sink, 0, 1)
  // Before the newline.
  return sink.bytes.subarray(0, sink.length - 1).toString()
}

describe('bindText', () => {
  it.each([
    ['text', 'a\tb\nc\rd\\', 'a\\tb\\nc\\rd\\\\'],
    ['text', '\\.', '\\\\.'],
    ['text', '\\N', '\\\\N'],
    ['text', 'é\t😀', 'é\\t😀'],
    ['text', '', ''],
    ['int8', 9007199254740993n, '9007199254740993'],
    ['bool', true, 'true'],
    ['bytea', Buffer.from([0, 255]), '\\\\x00ff'],
    ['timestamptz', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['tsvector', "'a':1", "'a':1"],
    ['json', { a: 'x\ty' }, '{"a":"x\\\\ty"}'],
    ['text', null, '\\N'],
    ['text', undefined, '\\N'],
  ])('writes a value of %s: %o', (name, value, expected) => {
    expect(text(column(name), values(value))).toBe(expected)
  })

  it.each([
    ['number', 'float8', [-0], '0'],
    ['number', 'int8', [-(2 ** 52)], '-4503599627370496'],
    ['boolean', 'bool', [1], 'true'],
    ['date', 'date', [-1], '1969-12-31'],
    ['date', 'date', [-719_529], '0002-12-31 BC'],
    ['timestamp', 'timestamptz', [1_500_000], '1970-01-01 00:00:01.500000+00'],
    ['time', 'time', [45_296_000_001], '12:34:56.000001'],
  ] as const)('writes a %s vector to %s: %j as %j', (kind, type, cells, expected) => {
    const vector = createVector({ kind }, 1)
    ;(vector as { values: { set(cells: readonly number[]): void } }).values.set(cells)
    expect(text(column(type), vector)).toBe(expected)
  })

  it('writes a decimal with its scale, and to an integer column without', () => {
    const vector = createVector({ kind: 'decimal', scale: 2 }, 1)
    ;(vector as { values: Float64Array }).values[0] = -500
    expect(text(column('numeric'), vector)).toBe('-5.00')
    expect(text(column('int4'), vector)).toBe('-5')
  })

  it('escapes the words of a vocabulary', () => {
    const dictionary = createDictionary(['a\tb'])
    expect(text(column('text'), createVector({ kind: 'dictionary', dictionary }, 1))).toBe('a\\tb')
  })

  it('escapes composed text', () => {
    const vector = createVector({ kind: 'utf8' }, 1) as Extract<Vector, { kind: 'utf8' }>
    vector.bytes = Buffer.from('é\\\n')
    vector.offsets[1] = vector.bytes.length
    expect(text(column('text'), vector)).toBe('é\\\\\\n')
  })

  it.each([
    [
      'text',
      'a\0',
      'Cannot write row 0 of "orders": column "note" got a text with a NUL character',
    ],
    [
      'tsvector',
      'a\ud800',
      'Cannot write row 0 of "orders": column "note" got a text with half a surrogate pair',
    ],
    [
      'bpchar',
      'abcdef',
      'Cannot write row 0 of "orders": column "note" got a value that is too long',
    ],
    [
      'jsonb',
      '"\\u0000"',
      'Cannot write row 0 of "orders": column "note" got a document with the escape \\u0000',
    ],
    ['date', new Date(NaN), 'Cannot write row 0 of "orders": column "note" got an invalid Date'],
  ])('refuses for %s what the server would refuse or change: %o', (name, value, message) => {
    const target = column(name, name === 'bpchar' ? 9 : -1)
    expect(() => text(target, values(value))).toThrow(message)
  })
})

describe('bindRowEncoder', () => {
  it('separates cells by tabs, ends rows by newlines and needs no frame', () => {
    const sink = createByteSink(1)
    const columns = [column('text'), column('text')]
    writeCopyHeader(sink, 'text')
    const encodeRows = bindRowEncoder({
      format: 'text',
      columns,
      vectors: [values('\\.', 'b'), values(null, '')],
    })
    expect(encodeRows(sink, 0, 2)).toBe(1)
    expect(encodeRows(sink, 1, 2)).toBe(2)
    writeCopyTrailer(sink, 'text')
    expect(sink.bytes.subarray(0, sink.length).toString()).toBe('\\\\.\t\\N\nb\t\n')
  })
})
