import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createTuples } from '../tuples.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn, uniquenessAndLength } from './follow-column.ts'
import { refuseOddLength } from './refuse.ts'

export interface BitStringOptions {
  /** Bits in each string. @defaultValue as the column declares */
  readonly dimensions?: number
  /** No string twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Strings of bits, each 0 as often as 1.
 *
 * @throws DownpourError `PLAN_LENGTH`
 * @example
 * { columns: { flags: f.bitString({ dimensions: 8 }) } } // '01101110', …
 */
export function bitString(options: BitStringOptions & ArrayOptions): Generator<string[]>
export function bitString(options?: BitStringOptions): Generator<string>
export function bitString(options: BitStringOptions & Partial<ArrayOptions> = {}): Generator {
  const { dimensions = 11, isUnique = false } = options
  refuseOddLength('bitString', 'dimensions', dimensions)
  const words = Math.ceil(dimensions / wordBits)
  const counts = Array.from({ length: words }, (_, word) =>
    toPower2(Math.min(wordBits, dimensions - word * wordBits)),
  )
  const generator = createGenerator('bitString', (context) => {
    const taken = context.knownValues.map((value) =>
      counts.map((_, word) => Number.parseInt(sliceOf(String(value), word), 2)),
    )
    const tuples = createTuples(context, { counts, isUnique, taken })
    const numbers = new Float64Array(context.capacity)
    const fill = fillVector(
      { kind: 'utf8' },
      (rows, out) => {
        const needed = rows.count * dimensions
        if (out.bytes.length < needed) out.bytes = new Uint8Array(needed)
        out.isClean = true
        const { bytes, offsets } = out
        tuples.begin(rows)
        for (let i = 0; i < rows.count; i++) offsets[i + 1] = (i + 1) * dimensions
        for (let word = 0; word < words; word++) {
          tuples.fill(word, rows, numbers)
          const first = word * wordBits
          const last = Math.min(first + wordBits, dimensions) - 1
          for (let i = 0; i < rows.count; i++) {
            let rest = numbers[i]! | 0
            for (let at = i * dimensions + last; at >= i * dimensions + first; at--) {
              bytes[at] = 48 + (rest & 1)
              rest >>>= 1
            }
          }
        }
      },
      tuples.size,
    )
    return { ...fill, extent: { lengths: [dimensions, dimensions] } }
  })
  return followColumn({
    generator: withArraySize(options, generator),
    options,
    make: bitString,
    missing: uniquenessAndLength,
  })
}

/** Bits that are drawn together. */
const wordBits = 22

function sliceOf(text: string, word: number): string {
  return text.slice(word * wordBits, (word + 1) * wordBits)
}

function toPower2(bitCount: number): number {
  return 1 << bitCount
}
