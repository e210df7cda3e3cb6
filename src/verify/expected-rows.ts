import { setImmediate } from 'node:timers/promises'
import { sliceCapacity } from '../generate/read-columns.ts'
import { openTable } from '../generate/slices.ts'
import type { Slice, TableSource } from '../generate/slices.ts'
import type { RowRange } from '../plan/plan.ts'
import { withRowNumber } from '../write/encode/refusal.ts'
import type { RowEncoder } from '../write/encode/row.ts'
import { messageEncoder } from '../write/encode/message.ts'
import { createByteSink } from '../write/encode/sink.ts'
import type { AskServer } from './ask-server.ts'
import { bindCanonical, nullColumn } from './canonical-column.ts'
import type { CanonicalColumn } from './canonical-column.ts'
import type { ComparedTable } from './compared-table.ts'
import type { Rows } from './row-messages.ts'

/** Consecutive rows as the server would send them. */
export interface ExpectedRows {
  /** The row's number of the first. */
  readonly first: number
  readonly count: number
  /** Gone when the next ones are asked for. */
  readonly rows: Rows
}

/** Makes rows of a table once more. */
export interface ExpectedTable {
  /** All of them that are to be there, in the order of their numbers. */
  all(): AsyncGenerator<ExpectedRows, void, undefined>
  /** One of them. */
  one(row: number): Promise<Buffer>
}

/** Bytes that are compared at a time. */
const blockBytes = 256 * 1024

/** Prepares a table's rows, in the bytes that the server would send if all is as planned. */
export async function openExpected(
  compared: ComparedTable,
  ask: AskServer,
  signal: AbortSignal,
): Promise<ExpectedTable> {
  const { plan, table, columns, rows, rejected } = compared
  const written = columns.filter(({ staysNull }) => !staysNull)
  const properties = written.map(({ model }) => model.property)
  const source: TableSource = await openTable(plan, table, properties)
  const layouts = new Map<Slice['vectors'], Layout>()
  const sink = createByteSink()

  function layoutOf(vectors: Slice['vectors']): Layout {
    const known = layouts.get(vectors)
    if (known) return known
    const canonical = columns.map((column) =>
      column.staysNull ? nullColumn : bindCanonical(column, vectors[written.indexOf(column)]!, ask),
    )
    const layout: Layout = {
      encode: messageEncoder(
        canonical.map(({ bound }) => bound),
        sliceCapacity,
      ),
      prepared: canonical.flatMap(({ prepare }) => prepare ?? []),
    }
    layouts.set(vectors, layout)
    return layout
  }

  async function* encodeSlice({ first, count, vectors }: Slice): AsyncGenerator<ExpectedRows> {
    const { encode, prepared } = layoutOf(vectors)
    for (const prepare of prepared) {
      await withRowNumber(first, () => prepare(0, count))
    }
    let from = 0
    sink.length = 0
    for (let row = 0; row < count;) {
      row = withRowNumber(first, () => encode(sink, row, count))
      if (sink.length < blockBytes && row < count) continue
      yield { first: first + from, count: row - from, rows: sink.bytes.subarray(0, sink.length) }
      sink.length = 0
      from = row
    }
  }

  return {
    async *all() {
      for (const range of rangesWithout(rows, rejected)) {
        for (const slice of source.slices(range)) {
          for await (const block of encodeSlice(slice)) {
            yield block
            // Rows that arrive meanwhile, and signals, have to have their turn.
            await setImmediate()
            signal.throwIfAborted()
          }
        }
      }
    },
    async one(row) {
      for (const slice of source.slices({ first: row, count: 1 })) {
        for await (const { rows: bytes } of encodeSlice(slice)) return Buffer.from(bytes)
      }
      throw new Error(`There is no row ${row}`)
    },
  }
}

interface Layout {
  readonly encode: RowEncoder
  readonly prepared: readonly NonNullable<CanonicalColumn['prepare']>[]
}

/**
 * What is left of a range without some rows, which may not even be generated: one of them may be a
 * row on which a generator fails.
 *
 * @param rejected - ascending
 */
export function* rangesWithout(
  { first, count }: RowRange,
  rejected: readonly number[],
): Iterable<RowRange> {
  let from = first
  for (const row of rejected) {
    if (row > from) yield { first: from, count: row - from }
    from = row + 1
  }
  const end = first + count
  if (from < end) yield { first: from, count: end - from }
}
