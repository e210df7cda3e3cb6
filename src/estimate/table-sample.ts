import { readColumnCell } from '../generate/cell.ts'
import type { ColumnReader, Generator } from '../generate/generator.ts'
import { createHashKey, hash } from '../generate/hash.ts'
import { readMappedValues } from '../generate/mapped-values.ts'
import { openColumns, sliceCapacity } from '../generate/read-columns.ts'
import type { ColumnModel } from '../model/table.ts'
import type { Plan, PlannedColumn, PlannedTable, RowRange } from '../plan/plan.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { hasBinaryEncoder } from '../write/encode/binary.ts'
import { cellText } from '../write/encode/cell-text.ts'
import { withRowNumber } from '../write/encode/refusal.ts'
import { bindRowEncoder } from '../write/encode/row.ts'
import { createByteSink } from '../write/encode/sink.ts'
import type { Target } from '../write/target.ts'
import { storedType } from './stored-type.ts'
import type { StoredType } from './stored-type.ts'

/** Some rows of a table, drawn from all over it, in the order in which they are written. */
export interface TableSample {
  readonly table: PlannedTable
  /** How many. */
  readonly rows: number
  /** By the column's name: those that are written. */
  readonly columns: ReadonlyMap<string, SampledColumn>
}

export interface SampledColumn {
  readonly model: ColumnModel
  readonly stored: StoredType
  /** As COPY sends them; `null` for NULL. */
  readonly cells: readonly (Buffer | null)[]
  /** As expressions take them. */
  readonly values: readonly unknown[]
}

/** Enough that the share of repeated values tells how often they are repeated in all rows. */
const mostRows = 2 * sliceCapacity
/** Columns that sum over other rows draw all of these. */
const mostSums = 32
/** Wide rows are fewer: so much is held at a time. */
const mostBytes = 16 * 2 ** 20
/** Rows that are drawn first, to know how wide and how slow they are. */
const firstRows = 128
const mostSeconds = 3
/** However slow they are: of fewer rows too little could be told. */
const leastRows = 1024

/** Draws and encodes rows that this run would write. */
export async function drawSample(
  plan: Plan,
  { table, columns }: Target,
  signal: AbortSignal,
): Promise<TableSample> {
  const isSum = ({ generator }: PlannedColumn) => sumsUp(generator)
  const targetOf = (column: PlannedColumn) => columns[table.columns.indexOf(column)]!
  const draw = (planned: readonly PlannedColumn[], most: number) =>
    drawColumns({ plan, table, planned, targets: planned.map(targetOf), most, signal })
  const plain = await draw(
    table.columns.filter((column) => !isSum(column)),
    mostRows,
  )
  const sums = await draw(table.columns.filter(isSum), mostSums)
  const rows = plain.size > 0 ? rowsOf(plain) : rowsOf(sums)
  return {
    table,
    rows: table.columns.length === 0 ? Math.min(table.toLoad.count, 1) : rows,
    columns: new Map([
      ...plain,
      ...[...sums].map(([name, sum]) => [name, cycled(sum, rows)] as const),
    ]),
  }
}

function sumsUp({ group }: Pick<Generator, 'group'>): boolean {
  return group.summary !== undefined || group.inputs.some(sumsUp)
}

function rowsOf(columns: ReadonlyMap<string, SampledColumn>): number {
  for (const { cells } of columns.values()) return cells.length
  return 0
}

function cycled(column: SampledColumn, rows: number): SampledColumn {
  const drawn = column.cells.length
  const places = Array.from({ length: rows }, (_, row) => row % drawn)
  return {
    ...column,
    cells: places.map((place) => column.cells[place]!),
    values: places.map((place) => column.values[place]),
  }
}

interface Drawing {
  readonly plan: Plan
  readonly table: PlannedTable
  readonly planned: readonly PlannedColumn[]
  readonly targets: readonly TargetColumn[]
  readonly most: number
  readonly signal: AbortSignal
}

async function drawColumns(drawing: Drawing): Promise<ReadonlyMap<string, SampledColumn>> {
  const { plan, table, planned, targets, most, signal } = drawing
  if (planned.length === 0 || table.toLoad.count === 0) return new Map()
  const models = planned.map(({ model }) => model)
  const properties = models.map(({ property }) => property)
  const columns = await openColumns({ plan, path: [] }, table.model.key, properties)
  const reader = readMappedValues(columns, models)
  const read = (rows: number) => encodeRows(reader, targets, sampleNumbers(table.toLoad, rows))

  const started = performance.now()
  const first = read(Math.min(firstRows, most))
  const seconds = Math.max((performance.now() - started) / 1000, 1e-4)
  signal.throwIfAborted()
  const drawn = first[0]!.cells.length
  const inMemory = Math.floor((drawn * mostBytes) / (bytesOf(first) + 1))
  const inTime = Math.max(leastRows, Math.floor((drawn * mostSeconds) / seconds))
  const wanted = Math.min(most, inMemory, inTime, table.toLoad.count)
  const encoded = wanted > drawn ? read(wanted) : first
  signal.throwIfAborted()
  return new Map(
    models.map((model, n) => [
      model.name,
      { model, stored: storedType(targets[n]!.serverType), ...encoded[n]! },
    ]),
  )
}

type Encoded = Pick<SampledColumn, 'cells' | 'values'>

function bytesOf(columns: readonly Encoded[]): number {
  let bytes = 0
  for (const { cells } of columns) for (const cell of cells) bytes += cell?.length ?? 0
  return bytes
}

/**
 * Some rows of a range at random, in order; all of them where there are no more. Rows at regular
 * distances would not do: neighbours often share a parent, and would seem to have one each.
 */
export function sampleNumbers({ first, count }: RowRange, most: number): Float64Array {
  if (count <= most) return Float64Array.from({ length: count }, (_, n) => first + n)
  const key = createHashKey(0, 'sample')
  const numbers = new Set<number>()
  for (let draw = 0; numbers.size < most; draw++) {
    numbers.add(first + Math.floor((hash(key, draw) / 2 ** 32) * count))
  }
  return Float64Array.from(numbers).toSorted()
}

function encodeRows(
  reader: ColumnReader,
  targets: readonly TargetColumn[],
  numbers: Float64Array,
): readonly Encoded[] {
  const columns = targets.map(() => ({ cells: [] as (Buffer | null)[], values: [] as unknown[] }))
  for (let from = 0; from < numbers.length; from += sliceCapacity) {
    const part = numbers.subarray(from, from + sliceCapacity)
    reader.readRows(part, part.length)
    withRowNumber(part[0]!, () => {
      for (const [n, target] of targets.entries()) {
        const vector = reader.vectors[n]!
        const cells = encodeCells(target, vector, part.length)
        for (let row = 0; row < part.length; row++) {
          columns[n]!.cells.push(cells[row]!)
          columns[n]!.values.push(readColumnCell(vector, row, reader.columns[n]!))
        }
      }
    })
  }
  return columns
}

function encodeCells(
  target: TargetColumn,
  vector: ColumnReader['vectors'][number],
  count: number,
): readonly (Buffer | null)[] {
  if (!hasBinaryEncoder(target)) {
    return Array.from({ length: count }, (_, row) => {
      const text = cellText(target, vector, row)
      return text === null ? null : Buffer.from(text)
    })
  }
  const sink = createByteSink(4096)
  const encode = bindRowEncoder({ format: 'binary', columns: [target], vectors: [vector] })
  for (let row = 0; row < count;) row = encode(sink, row, count)
  const cells: (Buffer | null)[] = []
  // Each row says how many columns it has, and each cell how long it is.
  for (let place = 0; place < sink.length;) {
    const length = sink.bytes.readInt32BE(place + 2)
    place += 6
    cells.push(length < 0 ? null : sink.bytes.subarray(place, place + length))
    place += Math.max(0, length)
  }
  return cells
}
