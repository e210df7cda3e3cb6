import { describe, expect, it } from 'vitest'
import { createDictionary, createVector } from '../../src/generate/vector.ts'
import type { Vector } from '../../src/generate/vector.ts'
import type { ServerType, TargetColumn } from '../../src/postgres/server-type.ts'
import { bindBinary, hasBinaryEncoder } from '../../src/write/encode/binary.ts'
import { withRowNumber } from '../../src/write/encode/refusal.ts'
import {
  bindRowEncoder,
  copyFormat,
  writeCopyHeader,
  writeCopyTrailer,
} from '../../src/write/encode/row.ts'
import { createByteSink } from '../../src/write/encode/sink.ts'

function scalar(name: string, modifier = -1): ServerType {
  const oid = name === 'int4' ? 23 : 1
  return { oid, name, sqlName: name, kind: 'scalar', modifier, element: undefined }
}

function column(serverType: ServerType, toDriver = (value: unknown) => value): TargetColumn {
  return { table: 'orders', name: 'amount', serverType, toDriver }
}

function values(...cells: unknown[]): Vector {
  return { kind: 'value', capacity: cells.length, nulls: null, values: cells }
}

function texts(...cells: string[]): Vector {
  return { kind: 'text', capacity: cells.length, nulls: null, values: cells }
}

function numbers(...cells: number[]): Vector {
  const capacity = cells.length
  return { kind: 'number', capacity, nulls: null, values: Float64Array.from(cells) }
}

function cell(serverType: ServerType, vector: Vector): string {
  return rowsOf(column(serverType), vector, 1)
}

/** Rows of one column, as far as the vector goes. */
function rowsOf(target: TargetColumn, vector: Vector, count = vector.capacity): string {
  const sink = createByteSink(1)
  const encodeRows = bindRowEncoder({ format: 'binary', columns: [target], vectors: [vector] })
  let hex = ''
  for (let row = 0; row < count; row++) {
    sink.length = 0
    expect(encodeRows(sink, row, row + 1)).toBe(row + 1)
    // Behind the number of fields.
    hex += sink.bytes.subarray(2, sink.length).toString('hex')
  }
  return hex
}

/** The bytes behind the length, which must be right. */
function bytesOf(serverType: ServerType, value: unknown): string {
  const hex = cell(serverType, values(value))
  expect(Number.parseInt(hex.slice(0, 8), 16)).toBe((hex.length - 8) / 2)
  return hex.slice(8)
}

const int4s: ServerType = {
  oid: 1007,
  name: '_int4',
  sqlName: 'int4[]',
  kind: 'array',
  modifier: -1,
  element: scalar('int4'),
}

describe('bindBinary', () => {
  it.each([
    ['int2', -2, 'fffe'],
    ['int4', 41, '00000029'],
    ['int8', 9007199254740993n, '0020000000000001'],
    ['float4', 1.5, '3fc00000'],
    ['float8', 1.5, '3ff8000000000000'],
    ['bool', true, '01'],
    ['bool', false, '00'],
    ['text', 'é', 'c3a9'],
    ['bytea', Buffer.from([1, 255]), '01ff'],
    ['bytea', '\\x01ff', '01ff'],
    ['date', '1999-12-31', 'ffffffff'],
    ['timestamp', '2000-01-01 00:00:01', '00000000000f4240'],
    ['timestamptz', new Date('2000-01-01T00:00:01Z'), '00000000000f4240'],
    ['timestamptz', '2000-01-01 02:00:01+02', '00000000000f4240'],
    ['time', '00:00:01', '00000000000f4240'],
    ['timetz', '00:00:01+01', '00000000000f4240fffff1f0'],
    ['interval', '1 mon 2 days 00:00:03', '00000000002dc6c00000000200000001'],
    ['interval', 'P1M2DT3S', '00000000002dc6c00000000200000001'],
    ['numeric', '12345.678', '0003000100000003000109291a7c'],
    ['numeric', '0', '0000000000000000'],
    ['numeric', '10000', '00010001000000000001'],
    ['numeric', '0.05', '0001ffff0000000201f4'],
    ['numeric', 'NaN', '00000000c0000000'],
    ['numeric', '-Infinity', '00000000f0000000'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc999c0b4ef8bb6d6bb9bd380a11'],
    ['json', '{"a":1}', '7b2261223a317d'],
    ['json', { a: 1 }, '7b2261223a317d'],
    ['jsonb', '{"a":1}', '017b2261223a317d'],
    ['inet', '10.0.0.1', '022000040a000001'],
    ['cidr', '10.0.0.0/8', '020801040a000000'],
    ['inet', '2001:db8::1.2.3.4/64', '0340001020010db8000000000000000001020304'],
    ['macaddr', '08:00:2b:01:02:03', '08002b010203'],
    ['point', '(1.5,-2)', '3ff8000000000000c000000000000000'],
    ['varbit', '1010101011', '0000000aaac0'],
  ])('sends a value of %s: %o', (name, value, hex) => {
    expect(bytesOf(scalar(name), value)).toBe(hex)
  })

  it('sends an array as dimensions, element type and elements', () => {
    expect(bytesOf(int4s, '{1,NULL,3}')).toBe(
      [1, 1, 23, 3, 1, 4, 1, -1, 4, 3]
        .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
        .join(''),
    )
    expect(bytesOf(int4s, '{}')).toBe('000000000000000000000017')
  })

  it('sends NULL as the length -1, from a null map and from null and undefined', () => {
    const vector = numbers(1)
    vector.nulls = Uint8Array.of(1)
    expect(cell(scalar('int4'), vector)).toBe('ffffffff')
    expect(cell(scalar('int4'), values(null))).toBe('ffffffff')
    expect(cell(scalar('int4'), values(undefined))).toBe('ffffffff')
  })

  it.each([
    ['int8', -1, '00000008ffffffffffffffff'],
    ['int8', 2 ** 40 + 1, '000000080000010000000001'],
    ['numeric', -12345, '0000000c000200014000000000010929'],
    ['float8', -0, '000000080000000000000000'],
  ])('sends a number to %s: %d is %s', (name, value, hex) => {
    expect(cell(scalar(name), numbers(value))).toBe(hex)
  })

  it('sends a decimal with its scale', () => {
    const vector = createVector({ kind: 'decimal', scale: 3 }, 1)
    ;(vector as { values: Float64Array }).values[0] = 12_345_678
    expect(cell(scalar('numeric'), vector)).toBe('0000000e0003000100000003000109291a7c')
  })

  it('reads what a vector holds when the cell is written, not when it was bound', () => {
    const vector = createVector({ kind: 'utf8' }, 1) as Extract<Vector, { kind: 'utf8' }>
    const encodeRows = bindRowEncoder({
      format: 'binary',
      columns: [column(scalar('text'))],
      vectors: [vector],
    })
    vector.bytes = Buffer.from('later')
    vector.offsets[1] = 5
    const sink = createByteSink(1)
    encodeRows(sink, 0, 1)
    vector.nulls = Uint8Array.of(1)
    encodeRows(sink, 0, 1)
    expect(sink.bytes.subarray(0, sink.length).toString('latin1')).toBe(
      '\0\u0001\0\0\0\u0005later\0\u0001\xff\xff\xff\xff',
    )
  })

  it('maps values with Drizzle before it reads them', () => {
    const cents = column(scalar('int4'), (value) => Number(value) * 100)
    expect(rowsOf(cents, values('7'))).toBe('00000004000002bc')
  })

  it('has no encoder where a type has none, or takes no such vector', () => {
    expect(hasBinaryEncoder(column(scalar('tsvector')))).toBe(false)
    expect(hasBinaryEncoder(column(scalar('xml')))).toBe(false)
    expect(bindBinary(column(scalar('tsvector')), texts('a'))).toBeUndefined()
    const booleans = createVector({ kind: 'boolean' }, 1)
    expect(bindBinary(column(scalar('int4')), booleans)).toBeUndefined()
    const dates = createVector({ kind: 'date' }, 1)
    expect(bindBinary(column(scalar('timestamp')), dates)).toBeUndefined()
  })
})

describe('bindRowEncoder', () => {
  const id = { ...column(scalar('int4')), name: 'id' }
  const note = { ...column(scalar('text')), name: 'note' }

  it('frames binary rows with header, field count and trailer', () => {
    const sink = createByteSink(1)
    writeCopyHeader(sink, 'binary')
    bindRowEncoder({ format: 'binary', columns: [id, note], vectors: [numbers(7), texts('x')] })(
      sink,
      0,
      1,
    )
    writeCopyTrailer(sink, 'binary')
    expect(sink.bytes.subarray(0, sink.length).toString('hex')).toBe(
      '5047434f50590aff0d0a00' +
        '00000000' +
        '00000000' +
        '0002' +
        '0000000400000007' +
        '0000000178' +
        'ffff',
    )
  })

  it('goes through text as soon as one column has no binary encoder', () => {
    expect(copyFormat([id, note])).toBe('binary')
    expect(copyFormat([id, column(scalar('tsvector'))])).toBe('text')
  })

  it('refuses a vector that cannot become the type, and says which', () => {
    const vectors = [createVector({ kind: 'boolean' }, 1)]
    expect(() => bindRowEncoder({ format: 'binary', columns: [id], vectors })).toThrow(
      'Cannot write "orders": column "id" is int4 and its generator gives boolean values',
    )
  })

  it('encodes the same bytes row by row and many at once, with NULLs among them', () => {
    const count = 3000
    const ids = numbers(...Array.from({ length: count }, (_, row) => row * 7919 - 5000))
    ids.nulls = Uint8Array.from({ length: count }, (_, row) => (row % 3 === 1 ? 1 : 0))
    const notes = texts(...Array.from({ length: count }, (_, row) => 'é'.repeat(row % 90)))
    const encode = (together: number) => {
      const sink = createByteSink(1)
      const encodeRows = bindRowEncoder({
        format: 'binary',
        columns: [id, note],
        vectors: [ids, notes],
      })
      for (let row = 0; row < count;) {
        row = encodeRows(sink, row, Math.min(count, row + together))
      }
      return sink.bytes.subarray(0, sink.length).toString('latin1')
    }
    expect(encode(count)).toBe(encode(1))
  })

  it('encodes at least one row however long, and few together where rows are long', () => {
    const sink = createByteSink(1)
    const vectors = [texts(...Array.from({ length: 40 }, () => 'x'.repeat(30_000)))]
    const encodeRows = bindRowEncoder({ format: 'binary', columns: [note], vectors })
    expect(encodeRows(sink, 0, 40)).toBe(1)
    expect(encodeRows(sink, 1, 40)).toBe(3)
    expect(sink.length).toBe(3 * 30_006)
  })

  it('appends the rows before one that is refused, and names that row', () => {
    const sink = createByteSink()
    const cells = Array.from({ length: 20 }, (_, row) => row)
    const vectors = [
      numbers(...cells.map((row) => (row === 9 ? 0.5 : row))),
      texts(...cells.map((row) => (row === 7 ? 'a\0' : 'ok'))),
    ]
    const encodeRows = bindRowEncoder({ format: 'binary', columns: [id, note], vectors })
    expect(encodeRows(sink, 0, 20)).toBe(1)
    const rowBytes = sink.length
    expect(() => encodeRows(sink, 1, 20)).toThrow(
      'Cannot write row 7 of "orders": column "note" got a text with a NUL character',
    )
    expect(sink.length).toBe(7 * rowBytes)
    expect(() => encodeRows(sink, 8, 20)).toThrow('Cannot write row 9 of "orders": column "id"')
  })

  it('copies texts that are known to be clean as they are, whatever their length', () => {
    // Read as a double, DEL before a character beyond U+FFFF looks nearly like a NaN.
    const letters = '\u007f😀é\u007fa'.repeat(40)
    for (let length = 0; length < 90; length++) {
      const text = Buffer.from(Array.from(letters).slice(0, length).join(''))
      const vector = createVector({ kind: 'utf8' }, 1) as Extract<Vector, { kind: 'utf8' }>
      Object.assign(vector, { bytes: text, isClean: true })
      vector.offsets[1] = text.length
      const hex = rowsOf(column(scalar('text')), vector)
      expect(hex).toBe(text.length.toString(16).padStart(8, '0') + text.toString('hex'))
    }
  })

  it('finds a NUL character at any place of a composed text', () => {
    for (const size of [1, 3, 4, 5, 8, 127, 128, 129, 400]) {
      for (const place of new Set([0, size >> 1, size - 1])) {
        const vector = createVector({ kind: 'utf8' }, 1) as Extract<Vector, { kind: 'utf8' }>
        // Bytes above 127 and a borrow from the byte below must not hide it, nor look like it.
        vector.bytes = new Uint8Array(size).fill(0x80).fill(1, place)
        vector.offsets[1] = size
        expect(rowsOf(column(scalar('text')), vector)).toHaveLength(8 + 2 * size)
        vector.bytes[place] = 0
        expect(() => rowsOf(column(scalar('text')), vector)).toThrow('NUL')
      }
    }
  })
})

describe('refusals', () => {
  function refusalOf(serverType: ServerType, vector: Vector) {
    try {
      cell(serverType, vector)
      throw new Error('it was accepted')
    } catch (error) {
      const { code, message, why, fix, exitCode, table, column, row } = error as {
        [
          Key in 'code' | 'message' | 'why' | 'fix' | 'exitCode' | 'table' | 'column' | 'row'
        ]: unknown
      }
      return { code, message, why, fix, exitCode, table, column, row }
    }
  }

  it('name what, why and how to fix it, and no value', () => {
    expect(refusalOf(scalar('int4'), numbers(2 ** 31))).toEqual({
      code: 'DATA_OUT_OF_RANGE',
      message: 'Cannot write row 0 of "orders": column "amount" got a value out of range',
      why: 'int4 holds integers from -2147483648 to 2147483647.',
      fix: 'Narrow what the generator gives, or widen the column.',
      exitCode: 4,
      table: 'orders',
      column: 'amount',
      row: 0,
    })
  })

  const narrow = ((4 << 16) | 2) + 4
  it.each([
    [
      scalar('int4'),
      numbers(1.5),
      'DATA_INVALID',
      'COPY sends the column as int4, and the value cannot be read as one.',
    ],
    [
      scalar('int2'),
      numbers(-32_769),
      'DATA_OUT_OF_RANGE',
      'int2 holds integers from -32768 to 32767.',
    ],
    [
      scalar('int8'),
      numbers(2 ** 53),
      'DATA_OUT_OF_RANGE',
      'A number column holds integers up to 2^53 - 1; larger ones are no longer exact.',
    ],
    [
      scalar('int4'),
      numbers(NaN),
      'DATA_INVALID',
      'COPY sends the column as int4, and the value cannot be read as one.',
    ],
    [
      scalar('float4'),
      numbers(1e39),
      'DATA_OUT_OF_RANGE',
      'float4 holds magnitudes from about 1.4e-45 to 3.4e38, and 0.',
    ],
    [
      scalar('numeric', narrow),
      numbers(100),
      'DATA_OUT_OF_RANGE',
      'numeric(4, 2) holds magnitudes below 10^2.',
    ],
    [
      scalar('varchar', 9),
      texts('abcdef'),
      'DATA_TOO_LONG',
      'varchar(5) holds at most 5 characters.',
    ],
    [scalar('name'), texts('é'.repeat(32)), 'DATA_TOO_LONG', 'name holds at most 63 bytes.'],
    [
      scalar('uuid'),
      texts('x'),
      'DATA_INVALID',
      'COPY sends the column as uuid, and the value cannot be read as one.',
    ],
    [
      scalar('text'),
      texts(`${'a'.repeat(99)}\0`),
      'DATA_NUL',
      'PostgreSQL cannot store the character U+0000.',
    ],
    [
      scalar('text'),
      texts('\udc00'),
      'DATA_SURROGATE',
      'Such a text has no UTF-8 form: U+FFFD would be stored in its place.',
    ],
    [
      scalar('jsonb'),
      texts('"\\\\\\u0000"'),
      'DATA_NUL',
      'jsonb cannot store the character U+0000.',
    ],
    [
      scalar('text'),
      values({ getSQL: () => 'now()' }),
      'DATA_INVALID',
      'COPY sends values; it evaluates nothing.',
    ],
    [
      scalar('text'),
      values(Symbol('x')),
      'DATA_INVALID',
      'COPY sends values; it evaluates nothing.',
    ],
  ])('of %o, case %#', (serverType, vector, code, why) => {
    expect(refusalOf(serverType, vector)).toMatchObject({ code, why, exitCode: 4, row: 0 })
  })

  it('tell a failed mapping without its words, which may hold the value', () => {
    const failing = column(scalar('text'), (value) => {
      throw new TypeError(`cannot map ${String(value)}`)
    })
    expect(() => rowsOf(failing, values('secret'))).toThrow(
      'Cannot write row 0 of "orders": column "amount" got a value that Drizzle cannot map',
    )
  })

  it("check a vocabulary's words once, when the column is bound, and name no row", () => {
    const vector = createVector(
      { kind: 'dictionary', dictionary: createDictionary(['ok', 'too long']) },
      1,
    )
    expect(() => bindBinary(column(scalar('varchar', 8)), vector)).toThrow(
      'Cannot write "orders": column "amount" got a value that is too long',
    )
  })

  it("become the table's row number where the slice's first row is known", () => {
    const encodeRows = bindRowEncoder({
      format: 'binary',
      columns: [column(scalar('int4'))],
      vectors: [numbers(1, 2, 0.5)],
    })
    const sink = createByteSink()
    expect(() => withRowNumber(8192, () => encodeRows(sink, 2, 3))).toThrow(
      'Cannot write row 8194 of "orders": column "amount" got a value that is no int4',
    )
    expect(withRowNumber(8192, () => encodeRows(sink, 1, 3))).toBe(2)
    const bug = new RangeError('a bug')
    expect(() =>
      withRowNumber(1, () => {
        throw bug
      }),
    ).toThrow(bug)
  })
})
