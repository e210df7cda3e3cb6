import type { RowRange } from '../plan/plan.ts'

/**
 * Cuts rows into chunks: the unit of a transaction, of progress and of whatever is redone.
 *
 * @param size - rows per chunk, at least 1
 * @example
 * chunksOf({ first: 0, count: 5 }, 2) // [{ 0, 2 }, { 2, 2 }, { 4, 1 }] as first and count
 */
export function* chunksOf(range: RowRange, size: number): Iterable<RowRange> {
  const end = range.first + range.count
  for (let first = range.first; first < end; first += size) {
    yield { first, count: Math.min(size, end - first) }
  }
}
