import { readText } from '../../generate/cell.ts'
import type { Vector } from '../../generate/vector.ts'
import type { ServerType, TargetColumn } from '../../postgres/server-type.ts'
import { arrayOf } from './array.ts'
import type { BinaryFamily, BinaryType } from './binary-type.ts'
import { bindColumn, dictionaryCells, toDriverValue } from './bind.ts'
import type { BoundColumn } from './bind.ts'
import { bits } from './bits.ts'
import { bool } from './boolean.ts'
import { bytea } from './bytea.ts'
import { appended } from './column.ts'
import type { ColumnEncoder } from './column.ts'
import { date } from './date.ts'
import { driverText } from './driver-text.ts'
import { float4, float8 } from './float.ts'
import { int2, int4, int8 } from './integer.ts'
import { interval } from './interval.ts'
import { json, jsonb } from './json.ts'
import { cidr, inet, macaddr } from './network.ts'
import { numeric } from './numeric.ts'
import { point } from './point.ts'
import type { ByteSink, CellEncoder } from './sink.ts'
import { appendInt32, closeField, openField } from './sink.ts'
import { text } from './text.ts'
import { time, timetz } from './time.ts'
import { timestamp, timestamptz } from './timestamp.ts'
import { uuid } from './uuid.ts'

/**
 * Whether COPY can send this column in binary, whatever its vector. One column that cannot sends
 * the whole table as text.
 *
 * @example
 * hasBinaryEncoder({ …, serverType: { name: 'tsvector', kind: 'scalar', … } }) // false
 */
export function hasBinaryEncoder(column: TargetColumn): boolean {
  return binaryType(column.serverType) !== undefined
}

/**
 * Binds a column to the vector that will hold its cells, slice after slice: the vector's contents
 * are read when they are written, an int32 length and the bytes, or -1 for NULL.
 *
 * @returns `undefined` when the type has no binary encoder, or takes no vector of this kind
 * @throws DownpourError `DATA_…`, exit code 4: when binding, for a vocabulary's word; when encoding,
 * for a value
 */
export function bindBinary(column: TargetColumn, vector: Vector): BoundColumn | undefined {
  const type = binaryType(column.serverType)
  const encoder = type && encoderOf(type, column, vector)
  return encoder && bindColumn({ column, vector, encoder, nullCell })
}

const nullCell = Uint8Array.of(255, 255, 255, 255)

const scalars: Readonly<Record<string, BinaryFamily>> = {
  int2,
  int4,
  int8,
  float4,
  float8,
  bool,
  text,
  varchar: text,
  bpchar: text,
  name: text,
  citext: text,
  bytea,
  date,
  timestamp,
  timestamptz,
  time,
  timetz,
  interval,
  numeric,
  uuid,
  json,
  jsonb,
  inet,
  cidr,
  macaddr,
  point,
  bit: bits,
  varbit: bits,
}

function binaryType(type: ServerType): BinaryType | undefined {
  if (type.kind === 'enum') return text(type)
  if (type.kind === 'scalar') return scalars[type.name]?.(type)
  if (type.kind !== 'array' || !type.element) return undefined
  const { element } = type
  // A column keeps its elements' length or precision in its own modifier.
  const modifier = element.modifier === -1 ? type.modifier : element.modifier
  const elementType = binaryType({ ...element, modifier })
  return elementType && arrayOf(elementType, element)
}

function encoderOf(
  type: BinaryType,
  column: TargetColumn,
  vector: Vector,
): ColumnEncoder | undefined {
  if (vector.kind === 'value') {
    return appended(valueEncoder(type, column, vector.values), vector.capacity)
  }
  return directEncoder(type, vector) ?? literalEncoder(type, column, vector)
}

function directEncoder(type: BinaryType, vector: Vector): ColumnEncoder | undefined {
  const bind = type.from?.[vector.kind] as ((vector: Vector) => ColumnEncoder) | undefined
  return bind?.(vector)
}

/** Text is read as the type's literal, whatever the type. */
function literalEncoder(
  type: BinaryType,
  column: TargetColumn,
  vector: Vector,
): ColumnEncoder | undefined {
  const { writeLiteral } = type
  switch (vector.kind) {
    case 'dictionary':
      return dictionaryCells(column, vector, (sink, word) => writeField(sink, writeLiteral, word))
    case 'text':
    case 'utf8':
    case 'uuid':
      return appended(
        (sink, index) => writeField(sink, writeLiteral, readText(vector, index)),
        vector.capacity,
      )
    default:
      return undefined
  }
}

function valueEncoder(
  { writeLiteral, writeBuffer }: BinaryType,
  column: TargetColumn,
  values: readonly unknown[],
): CellEncoder {
  return (sink, index) => {
    const value = toDriverValue(column, values[index])
    if (value === null) writeNull(sink)
    else if (writeBuffer && value instanceof Uint8Array) writeField(sink, writeBuffer, value)
    else writeField(sink, writeLiteral, driverText(value))
  }
}

function writeField<Value>(
  sink: ByteSink,
  write: (sink: ByteSink, value: Value) => void,
  value: Value,
): void {
  const field = openField(sink)
  write(sink, value)
  closeField(sink, field)
}

function writeNull(sink: ByteSink): void {
  appendInt32(sink, -1)
}
