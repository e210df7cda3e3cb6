import { DownpourError } from '../errors.ts'
import { hash } from './hash.ts'
import type { HashKey } from './hash.ts'
import type { Rows } from './generator.ts'

/**
 * The children of each parent, numbered one parent after the other. Which parent a child has is
 * found by counting, never looked up: cumulative counts are kept at a bounded number of
 * checkpoints, and the parents in between are counted again when they are needed.
 */
export interface Enumeration {
  /** Children of all parents. */
  readonly total: number
  /** Sum of what is expected of all parents. */
  readonly weight: number
  /** No parent has more children. */
  readonly most: number
  /** A reader with a place of its own; going forward is fast, going back counts again. */
  open(): EnumerationReader
}

export interface EnumerationReader {
  /** The row of a parent's first child; for the row after the last parent, the row after all children. */
  firstChild(parentRow: number): number
  /** The parent's row of a child. */
  parentRow(child: number): number
  /** Fills parents, ordinals and siblings of `rows.numbers`. */
  locate(rows: Rows): void
}

export interface EnumerationOptions {
  /** The row of the first parent. */
  readonly firstParent: number
  readonly parents: number
  /** The child's row number that the first child gets. */
  readonly firstChild: number
  /** The expected number of children of a parent, at least 0; fractions are rounded by hash. */
  readonly expected: (parentRow: number) => number
  /** For rounding. */
  readonly key: HashKey
  /** Exactly so many children, shared out by `expected` as weights; else the counts decide. */
  readonly total: number | undefined
}

/** What the cumulative counts are made of; shared by all readers. */
interface Counts {
  readonly options: EnumerationOptions
  readonly total: number
  readonly stride: number
  /** Sum of counts, or of weights, before each checkpoint. */
  readonly sums: Float64Array
  amountOf(index: number): number
  /** The first child after parents of this sum. */
  toStart(sum: number): number
}

const maxCheckpoints = 65536

/**
 * Counts the children of all parents once: time grows with the number of parents, memory does not.
 *
 * @throws DownpourError `PLAN_EACH` when `expected` gives no number from 0
 * @example
 * const children = createEnumeration({
 *   firstParent: 0, parents: 3, firstChild: 0, expected: () => 2, key, total: undefined,
 * })
 * children.total // 6
 * children.open().parentRow(4) // 2
 */
export function createEnumeration(options: EnumerationOptions): Enumeration {
  const { firstParent, parents, expected, key } = options
  const stride = Math.max(64, Math.ceil(parents / maxCheckpoints))
  const sums = new Float64Array(Math.ceil(parents / stride))
  const amountOf =
    options.total === undefined
      ? (index: number) => roundByHash(key, firstParent + index, expected(firstParent + index))
      : (index: number) => expected(firstParent + index)

  let sum = 0
  let largest = 0
  for (let index = 0; index < parents; index++) {
    if (index % stride === 0) sums[index / stride] = sum
    const amount = amountOf(index)
    if (!(amount >= 0 && amount < Infinity)) throw amountError(firstParent + index, amount)
    sum += amount
    largest = Math.max(largest, amount)
  }
  const total = options.total ?? sum
  const whole = sum
  const toStart =
    options.total === undefined
      ? (partial: number) => partial
      : (partial: number) => Math.floor(total * (partial / whole))
  const counts: Counts = { options, total, stride, sums, amountOf, toStart }
  const most = options.total === undefined ? largest : Math.ceil(total * (largest / whole))
  return { total, weight: whole, most, open: () => openEnumeration(counts) }
}

function openEnumeration(counts: Counts): EnumerationReader {
  const { options, total, stride, sums, amountOf, toStart } = counts
  const { firstParent, parents, firstChild } = options
  let index = -1
  let sum = 0
  let start = 0
  let end = 0

  /** From the sum before `index` to its own children. */
  function settle(): void {
    sum += index < parents ? amountOf(index) : 0
    end = index + 1 >= parents ? total : toStart(sum)
  }

  function rewind(checkpoint: number): void {
    index = checkpoint * stride
    sum = sums[checkpoint] ?? 0
    start = toStart(sum)
    settle()
  }

  function advance(): void {
    index++
    start = end
    settle()
  }

  function seekParent(parent: number): void {
    const checkpoint = Math.floor(parent / stride)
    if (index < 0 || parent < index || checkpoint * stride > index) rewind(checkpoint)
    while (index < parent) advance()
  }

  function seekChild(child: number): void {
    if (child >= total) throw new RangeError(`There is no child ${child} among ${total}`)
    if (index >= 0 && child >= start && child < end) return
    if (index < 0 || child < start || child - end > stride) rewind(checkpointBefore(child))
    while (child >= end) advance()
  }

  function checkpointBefore(child: number): number {
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (toStart(sums[middle]!) <= child) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    firstChild(parentRow) {
      const parent = parentRow - firstParent
      // Those before the first have no children here: theirs, if any, were there before the run.
      if (parent < 0) return firstChild
      if (parent >= parents) return firstChild + total
      seekParent(parent)
      return firstChild + start
    },
    parentRow(child) {
      seekChild(child - firstChild)
      return firstParent + index
    },
    locate({ count, numbers, parents: parentRows, ordinals, siblings }) {
      for (let i = 0; i < count;) {
        seekChild(numbers[i]! - firstChild)
        const parentRow = firstParent + index
        const first = firstChild + start
        const next = firstChild + end
        do {
          parentRows[i] = parentRow
          ordinals[i] = numbers[i]! - first
          siblings[i] = next - first
          i++
        } while (i < count && numbers[i]! >= first && numbers[i]! < next)
      }
    },
  }
}

function amountError(parentRow: number, amount: number): DownpourError {
  return new DownpourError({
    code: 'PLAN_EACH',
    message: `Cannot count the children of parent row ${parentRow}`,
    why: `Its expected number of children is ${amount}.`,
    fix: 'Have the function given to `each` return 0 or a number above it.',
    row: parentRow,
  })
}

/** 2.3 becomes 3 for three parents in ten, and 2 for the others. */
function roundByHash(key: HashKey, row: number, expected: number): number {
  const whole = Math.floor(expected)
  return whole + (hash(key, row) < (expected - whole) * 4294967296 ? 1 : 0)
}
