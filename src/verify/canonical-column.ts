import type { Vector } from '../generate/vector.ts'
import { bindBinary } from '../write/encode/binary.ts'
import type { BoundColumn } from '../write/encode/bind.ts'
import { cellText } from '../write/encode/cell-text.ts'
import { numericModifier, placeRefusal } from '../write/encode/refusal.ts'
import { messageEncoder } from '../write/encode/message.ts'
import { appendInt32, closeField, createByteSink, openField } from '../write/encode/sink.ts'
import type { AskServer } from './ask-server.ts'
import type { ComparedColumn } from './compared-table.ts'
import { createPreparedCells } from './prepared-cells.ts'
import { isNull, nextRow, rowHead } from './row-messages.ts'
import { storedForm } from './stored-form.ts'
import type { StoredForm } from './stored-form.ts'

/** A column of a slice, in the bytes that the server would send of it. */
export interface CanonicalColumn {
  readonly bound: BoundColumn
  /** To be awaited before rows `[first, end)` of the slice are encoded; left out where there is nothing to do. */
  readonly prepare?: (first: number, end: number) => void | Promise<void>
}

/** Binds a column to its vector, for all slices. */
export function bindCanonical(
  column: ComparedColumn,
  vector: Vector,
  ask: AskServer,
): CanonicalColumn {
  const { target, form } = column
  const bound = form === 'binary' ? bindBinary(target, vector) : undefined
  const stored = bound && storedFormOf(column, vector)
  if (!bound || !stored) return askedColumn(column, vector, ask)
  return stored === 'asSent' ? { bound } : storedColumn(bound, stored, vector.capacity)
}

/** NULL in every row. */
export const nullColumn: CanonicalColumn = {
  bound: {
    addSizes: () => nullLength,
    write({ view, at }, first, end) {
      for (let row = first; row < end; row++) {
        view.setInt32(at[row]!, -1)
        at[row]! += nullLength
      }
    },
  },
}

/** A length of -1, and nothing behind it. */
const nullLength = 4

/** Decimals of the column's own scale are stored as they are. */
function storedFormOf({ target: { serverType } }: ComparedColumn, vector: Vector) {
  const { name, modifier } = serverType
  if (name !== 'numeric' || vector.kind !== 'decimal') return storedForm(serverType)
  const isExact = modifier < 4 || vector.scale === numericModifier(modifier).scale
  return isExact ? 'asSent' : storedForm(serverType)
}

function storedColumn(bound: BoundColumn, store: StoredForm, capacity: number): CanonicalColumn {
  const cells = createPreparedCells(capacity)
  const encode = messageEncoder([bound], capacity)
  const sent = createByteSink(64 * 1024)
  return {
    bound: cells.bound,
    prepare(first, end) {
      cells.clear()
      const { sink } = cells
      for (let row = first; row < end;) {
        sent.length = 0
        const next = encode(sent, row, end)
        for (let at = 0; row < next; row++) {
          const start = sink.length
          const value = at + rowHead
          at = nextRow(sent.bytes, at)
          if (isNull(sent.bytes, value)) appendInt32(sink, -1)
          else {
            const field = openField(sink)
            store(sink, sent.bytes.subarray(value + 4, at))
            closeField(sink, field)
          }
          cells.place(row, start, sink.length)
        }
      }
    },
  }
}

/** Each text is asked for once in a slice. */
function askedColumn(column: ComparedColumn, vector: Vector, ask: AskServer): CanonicalColumn {
  const cells = createPreparedCells(vector.capacity)
  const places = new Int32Array(vector.capacity)
  const { target } = column
  function textOf(row: number): string | null {
    try {
      return cellText(target, vector, row)
    } catch (error) {
      throw placeRefusal(error, target, row)
    }
  }
  return {
    bound: cells.bound,
    async prepare(first, end) {
      cells.clear()
      const { sink } = cells
      appendInt32(sink, -1)
      const known = new Map<string, number>()
      for (let row = first; row < end; row++) {
        const text = textOf(row)
        if (text === null) {
          places[row] = -1
          continue
        }
        const place = known.get(text) ?? known.size
        if (place === known.size) known.set(text, place)
        places[row] = place
      }
      const starts = await ask(column, [...known.keys()], sink)
      for (let row = first; row < end; row++) {
        const place = places[row]!
        if (place === -1) cells.place(row, 0, 4)
        else cells.place(row, starts[place]!, starts[place + 1]!)
      }
    },
  }
}
