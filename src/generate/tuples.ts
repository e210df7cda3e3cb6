import type { Context, Rows } from './generator.ts'
import { below } from './hash.ts'
import { createPermutation } from './permutation.ts'
import { createUniqueIndex } from './unique-index.ts'

/** Several whole numbers a row: the coordinates of a point, the fields of an interval. */
export interface Tuples {
  /** How many rows can have one, when none comes twice. */
  readonly size: number | undefined
  /** Makes the parts of these rows ready to be asked for. */
  begin(rows: Rows): void
  /** Part `part` of the rows, from 0 to its count - 1, into `out`. */
  fill(part: number, rows: Rows, out: Float64Array): void
}

export interface TupleOptions {
  /** How many values each part has, at most 2^53. */
  readonly counts: readonly number[]
  /** No tuple twice. */
  readonly isUnique: boolean
  /** Tuples that known rows have already. @defaultValue none */
  readonly taken?: readonly (readonly number[])[]
}

/**
 * Draws each part uniformly; unique tuples are drawn without return from the product of the parts, as
 * many of the first ones as 2^53 tuples allow, the others being free then.
 *
 * @example
 * const points = createTuples(context, { counts: [100, 100], isUnique: true })
 * points.size // 10000
 */
export function createTuples(context: Context, options: TupleOptions): Tuples {
  const { counts, isUnique } = options
  const keys = counts.map((_, part) => context.random(`${context.purpose}/${part}`))
  function fillFree(part: number, { count, numbers }: Rows, out: Float64Array): void {
    const key = keys[part]!
    const bound = counts[part]!
    for (let i = 0; i < count; i++) out[i] = below(key, numbers[i]!, bound)
  }
  if (!isUnique) return { size: undefined, begin() {}, fill: fillFree }

  const strides = [1]
  for (const count of counts) {
    const next = strides.at(-1)! * count
    if (!Number.isSafeInteger(next)) break
    strides.push(next)
  }
  const leading = strides.length - 1
  const permutation = createPermutation(context.seed, context.purpose, strides[leading]!)
  const taken = (options.taken ?? []).flatMap((tuple) => {
    const isInside = counts.every((count, part) => isIndex(tuple[part], count))
    if (!isInside) return []
    return strides.slice(0, leading).reduce((sum, stride, part) => sum + stride * tuple[part]!, 0)
  })
  const unique = createUniqueIndex(permutation, taken)
  const indices = new Float64Array(context.capacity)
  return {
    size: unique.size,
    begin: (rows) => unique.fill(rows.numbers, rows.count, indices),
    fill(part, rows, out) {
      if (part >= leading) return fillFree(part, rows, out)
      const stride = strides[part]!
      const next = strides[part + 1]!
      for (let i = 0; i < rows.count; i++) {
        out[i] = Math.floor((indices[i]! % next) / stride)
      }
    },
  }
}

function isIndex(value: number | undefined, count: number): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < count
}
