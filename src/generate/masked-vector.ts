import type { Vector } from './vector.ts'

/** The cells of another vector, with NULLs of its own. */
export interface MaskedVector {
  readonly vector: Vector
  /**
   * Marks the first `count` cells anew: NULL where the cells are, and where `isMissing` says so.
   *
   * @param isMissing - gets an index of the slice; left out, nothing more is missing
   */
  mask(count: number, isMissing?: (index: number) => boolean): void
}

/**
 * Lays a mask over a vector. The cells are shared and the NULLs are not: whoever else reads the
 * cells sees them as they were.
 *
 * @example
 * const masked = maskVector(names)
 * masked.mask(4096, (index) => index % 2 === 0)
 */
export function maskVector(cells: Vector): MaskedVector {
  if (cells.kind === 'value') {
    const values = [...cells.values]
    return {
      vector: { ...cells, values },
      mask(count, isMissing) {
        for (let i = 0; i < count; i++) values[i] = isMissing?.(i) ? null : cells.values[i]
      },
    }
  }
  const nulls = new Uint8Array(cells.capacity)
  const vector = { ...cells }
  return {
    vector,
    mask(count, isMissing) {
      // A slice that needed more room has new bytes.
      if (vector.kind === 'utf8' && cells.kind === 'utf8') vector.bytes = cells.bytes
      vector.nulls = isMissing || cells.nulls ? nulls : null
      if (vector.nulls === null) return
      for (let i = 0; i < count; i++) {
        nulls[i] = cells.nulls?.[i] === 1 || isMissing?.(i) ? 1 : 0
      }
    },
  }
}
