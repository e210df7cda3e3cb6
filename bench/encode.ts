import { cpus } from 'node:os'
import { createDictionary, createVector } from '../src/generate/vector.ts'
import type { Vector, VectorSpec } from '../src/generate/vector.ts'
import type { TargetColumn } from '../src/postgres/server-type.ts'
import type { CopyFormat } from '../src/write/encode/row.ts'
import { bindRowEncoder } from '../src/write/encode/row.ts'
import { createByteSink } from '../src/write/encode/sink.ts'

// Nanoseconds per cell and per row of the COPY encoders: node --import tsx bench/encode.ts

const rows = 4096
const flushAt = 256 * 1024
const warmUps = 60
const repetitions = 31

interface Target {
  readonly label: string
  readonly column: TargetColumn
  readonly vector: Vector
}

function target(type: string, spec: VectorSpec, fill: (vector: Vector) => void): Target {
  const vector = createVector(spec, rows)
  fill(vector)
  const serverType = {
    oid: 1,
    name: type,
    sqlName: type,
    kind: 'scalar',
    modifier: -1,
    element: undefined,
  } as const
  const column = { table: 'bench', name: type, serverType, toDriver: (value: unknown) => value }
  return { label: `${spec.kind} → ${type}`, column, vector }
}

function numeric(read: (row: number) => number): (vector: Vector) => void {
  return (vector) => {
    const { values } = vector as { values: { [row: number]: number } }
    for (let row = 0; row < rows; row++) values[row] = read(row)
  }
}

/** Spreads rows over 32 bits, so that branches cannot be learnt. */
function spread(row: number): number {
  return Math.imul(row + 1, 0x9e3779b1) >>> 0
}

const words = Array.from({ length: 200 }, (_, i) => `word-${i * 37}`)

const targets: Target[] = [
  target(
    'int4',
    { kind: 'number' },
    numeric((row) => spread(row) >>> 1),
  ),
  target(
    'int8',
    { kind: 'number' },
    numeric((row) => spread(row) * 1000),
  ),
  target(
    'float8',
    { kind: 'number' },
    numeric((row) => spread(row) / 7),
  ),
  target('numeric', { kind: 'decimal', scale: 2 }, numeric(spread)),
  target(
    'bool',
    { kind: 'boolean' },
    numeric((row) => spread(row) & 1),
  ),
  target(
    'date',
    { kind: 'date' },
    numeric((row) => spread(row) % 20_000),
  ),
  target(
    'timestamptz',
    { kind: 'timestamp' },
    numeric((row) => spread(row) * 400_000),
  ),
  target(
    'time',
    { kind: 'time' },
    numeric((row) => spread(row) * 20),
  ),
  target('uuid', { kind: 'uuid' }, (vector) => {
    const { bytes } = vector as { bytes: Uint8Array }
    for (let i = 0; i < bytes.length; i++) bytes[i] = spread(i)
  }),
  target('text', { kind: 'dictionary', dictionary: createDictionary(words) }, (vector) => {
    const { codes } = vector as { codes: Int32Array }
    for (let row = 0; row < rows; row++) codes[row] = spread(row) % words.length
  }),
  target('text', { kind: 'utf8' }, (vector) => {
    const composed = createDictionary(
      Array.from({ length: rows }, (_, row) => `person.${spread(row)}@example.com`),
    )
    Object.assign(vector, { bytes: composed.bytes })
    ;(vector as { offsets: Int32Array }).offsets.set(composed.offsets)
  }),
  target('text', { kind: 'text' }, (vector) => {
    const { values } = vector as { values: string[] }
    for (let row = 0; row < rows; row++) values[row] = `A note of ${spread(row)} words`
  }),
]

/** Median of the repetitions, in nanoseconds per row. */
function measure(format: CopyFormat, measured: readonly Target[]): number {
  const encodeRows = bindRowEncoder({
    format,
    columns: measured.map(({ column }) => column),
    vectors: measured.map(({ vector }) => vector),
  })
  const sink = createByteSink()
  const once = () => {
    const start = process.hrtime.bigint()
    for (let row = 0; row < rows;) {
      row = encodeRows(sink, row, rows)
      if (sink.length > flushAt) sink.length = 0
    }
    return Number(process.hrtime.bigint() - start) / rows
  }
  for (let i = 0; i < warmUps; i++) once()
  const times = Array.from({ length: repetitions }, once).toSorted((a, b) => a - b)
  return times[repetitions >> 1]!
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${rows} rows a slice`,
)
console.log(`${'one column'.padEnd(26)}${'binary'.padStart(10)}${'text'.padStart(10)}   ns per row`)
for (const each of targets) {
  const [binary, text] = [measure('binary', [each]), measure('text', [each])]
  console.log(
    `${each.label.padEnd(26)}${binary.toFixed(1).padStart(10)}${text.toFixed(1).padStart(10)}`,
  )
}
const [binary, text] = [measure('binary', targets), measure('text', targets)]
const label = `all ${targets.length} columns`
console.log(`${label.padEnd(26)}${binary.toFixed(1).padStart(10)}${text.toFixed(1).padStart(10)}`)
console.log(
  `${'per cell'.padEnd(26)}${(binary / targets.length).toFixed(1).padStart(10)}${(text / targets.length).toFixed(1).padStart(10)}`,
)
