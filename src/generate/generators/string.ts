import { createGenerator, fillVector } from '../generator.ts'
import type { Context, Generator, OwnColumn } from '../generator.ts'
import { below, bits } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { createUniqueIndex } from '../unique-index.ts'
import type { UniqueIndex } from '../unique-index.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn, uniqueness } from './follow-column.ts'
import { refuseOddLength } from './refuse.ts'

export interface StringOptions {
  /** Characters of each. @defaultValue 7 to 20 */
  readonly length?: number
  /** No string twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Letters and digits at random: tokens, hashes, passwords.
 *
 * @throws DownpourError `PLAN_LENGTH`
 * @example
 * { columns: { token: f.string({ length: 12, isUnique: true }) } } // 'q1ZtY08bXw3R', …
 */
export function string(options: StringOptions & ArrayOptions): Generator<string[]>
export function string(options?: StringOptions): Generator<string>
export function string(options: StringOptions & Partial<ArrayOptions> = {}): Generator {
  const { length, isUnique = false } = options
  if (length !== undefined) refuseOddLength('string', 'length', length)
  const lengths = length === undefined ? usualLengths : { least: length, most: length }
  return followColumn({
    generator: withArraySize(
      options,
      createGenerator('string', (context) => fillStrings(context, lengths, isUnique)),
    ),
    options,
    make: string,
    missing: (column) => ({ ...uniqueness(column), ...fewerLetters(column) }),
  })
}

/** As many as a narrow column takes. */
function fewerLetters({ type }: OwnColumn): StringOptions {
  const [length = Infinity] = ['varchar', 'bpchar'].includes(type.name) ? type.modifiers : []
  return length < usualLengths.most ? { length } : {}
}

const usualLengths = { least: 7, most: 20 }

function fillStrings(
  context: Context,
  { least, most }: { readonly least: number; readonly most: number },
  isUnique: boolean,
) {
  const lengthKey = context.random(`${context.purpose}/length`)
  const key = context.random(context.purpose)
  const draws = Math.ceil(most / lettersPerDraw)
  const beginning = isUnique ? Math.min(least, mostCounted) : 0
  const unique = isUnique ? uniqueBeginnings(context, beginning) : undefined
  const indices = new Float64Array(context.capacity)
  const fill = fillVector(
    { kind: 'utf8' },
    ({ count, numbers }, out) => {
      const needed = (count + 1) * draws * lettersPerDraw
      if (out.bytes.length < needed) out.bytes = new Uint8Array(needed)
      out.isClean = true
      const { bytes, offsets } = out
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      unique?.fill(numbers, count, indices)
      let start = 0
      for (let i = 0; i < count; i++) {
        const row = numbers[i]!
        const length = least === most ? most : least + below(lengthKey, row, most - least + 1)
        // As many letters for each row: the next text overwrites what is too many.
        for (let draw = 0; draw < draws; draw++) {
          const place = (bits(key, row * draws + draw) >>> 0) * 2.3283064365386963e-10 * pairCount
          const first = place | 0
          const second = ((place - first) * pairCount) | 0
          view.setUint32(
            start + draw * lettersPerDraw,
            pairs[first]! | (pairs[second]! << 16),
            true,
          )
        }
        if (unique) writeBeginning(bytes, start + beginning, beginning, indices[i]!)
        start += length
        offsets[i + 1] = start
      }
    },
    unique?.size,
  )
  return { ...fill, extent: { lengths: [least, most] } } as const
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0))
/** Two letters as they stand in memory. */
const pairs = Uint16Array.from({ length: codes.length * codes.length }, (_, index) => {
  const second = Math.floor(index / codes.length)
  return codes[index - second * codes.length]! | (codes[second]! << 8)
})
const pairCount = pairs.length
/** 62^4 is far below 2^32. */
const lettersPerDraw = 4
/** 62^8 is below 2^53. */
const mostCounted = 8

/** Strings that begin differently are different, whatever follows. */
function uniqueBeginnings({ seed, purpose, knownValues }: Context, length: number): UniqueIndex {
  let size = 1
  for (let letter = 0; letter < length; letter++) size *= alphabet.length
  const taken = knownValues.flatMap((value) => {
    if (typeof value !== 'string' || value.length < length) return []
    const digits = Array.from(value.slice(0, length), (letter) => alphabet.indexOf(letter))
    if (digits.includes(-1)) return []
    return digits.reduce((sum, digit) => sum * alphabet.length + digit, 0)
  })
  return createUniqueIndex(createPermutation(seed, purpose, size), taken)
}

function writeBeginning(bytes: Uint8Array, end: number, length: number, index: number): void {
  let rest = index
  for (let at = end - 1; at >= end - length; at--) {
    const above = Math.floor(rest / alphabet.length)
    bytes[at] = codes[rest - above * alphabet.length]!
    rest = above
  }
}
