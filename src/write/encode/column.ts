import { copyShort, createByteSink } from './sink.ts'
import type { CellEncoder } from './sink.ts'

/**
 * Writes the cells of one column for several rows at once, none of which is NULL: first it says how
 * long each is, then it writes each where it belongs. A loop over one column is a few instructions a
 * cell, where a call for each cell of each row costs more than the cell itself.
 *
 * Such a loop takes what it reads into variables of its own and is left by `break` before anything is
 * thrown: V8 checks again for each row what a closure's or a module's variable holds, and whether an
 * array is still one, unless it can peel off the first turn, which a `throw` within prevents.
 */
export type ColumnEncoder = FixedEncoder | SizingEncoder

/** Every cell takes as many bytes. */
export interface FixedEncoder extends CellWriter {
  readonly size: number
}

export interface SizingEncoder extends CellWriter {
  readonly size?: undefined
  /** Told of the rows `[first, end)` that come next, some of which may be NULL. */
  begin?(first: number, end: number): void
  /**
   * Adds the bytes of the cells of the rows `[first, end)` to the rows' sizes.
   *
   * @throws Refusal
   */
  addSizes(sizes: Int32Array, first: number, end: number): void
}

interface CellWriter {
  /**
   * Writes the cell of each row `[first, end)` at the row's place, and moves the place behind it.
   *
   * @throws Refusal
   */
  write(frame: Frame, first: number, end: number): void
}

/** Where rows are laid out. */
export interface Frame {
  bytes: Buffer
  view: DataView
  /** By row of the slice: where its next cell goes. */
  readonly at: Int32Array
}

/**
 * Cells whose lengths are known only once they are written: each is appended to a sink of the
 * column's own, and copied from there.
 *
 * @param capacity - rows of a slice at most
 */
export function appended(encode: CellEncoder, capacity: number): SizingEncoder {
  const sink = createByteSink(4096)
  const starts = new Int32Array(capacity)
  const ends = new Int32Array(capacity)
  return {
    begin() {
      sink.length = 0
    },
    addSizes(sizes, first, end) {
      for (let row = first; row < end; row++) {
        starts[row] = sink.length
        encode(sink, row)
        ends[row] = sink.length
        sizes[row]! += sink.length - starts[row]!
      }
    },
    write({ bytes, view, at }, first, end) {
      for (let row = first; row < end; row++) {
        const size = ends[row]! - starts[row]!
        if (size <= shortCells) copyShort(view, at[row]!, sink.view, starts[row]!, size)
        else sink.bytes.copy(bytes, at[row], starts[row], ends[row])
        at[row]! += size
      }
    },
  }
}

/**
 * Cells that another encoder writes once they are converted.
 *
 * @param read - converts the cell of a row
 * @param encoderOf - binds the other encoder to the converted values
 */
export function converted(
  read: (row: number) => number,
  capacity: number,
  encoderOf: (vector: { readonly values: Float64Array }) => FixedEncoder,
): FixedEncoder {
  const values = new Float64Array(capacity)
  const { size, write } = encoderOf({ values })
  return {
    size,
    write(frame, first, end) {
      for (let row = first; row < end; row++) values[row] = read(row)
      write(frame, first, end)
    },
  }
}

/** Up to so many bytes a loop beats the call into the engine's copy (Node 20, x64). */
export const shortCells = 128
