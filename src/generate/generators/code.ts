import { createGenerator } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { createUniqueIndex } from '../unique-index.ts'
import type { Utf8Vector } from '../vector.ts'
import { refuseOddLength } from './refuse.ts'

export interface CodeOptions {
  /** Characters of each text. @defaultValue 8 */
  readonly length?: number
  /** ASCII characters that texts are made of. @defaultValue `0123456789abcdefghijklmnopqrstuvwxyz` */
  readonly alphabet?: string
  /** No text twice. @defaultValue false */
  readonly isUnique?: boolean
}

const lettersAndDigits = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * Texts of one length without a meaning: tokens, digests, codes.
 *
 * @throws DownpourError `PLAN_LENGTH`
 * @example
 * { columns: { token: f.code({ length: 40, alphabet: '0123456789abcdef', isUnique: true }) } }
 * // 9f0c41d2…
 */
export function code(options: CodeOptions = {}): Generator<string> {
  const { length = 8, alphabet = lettersAndDigits, isUnique = false } = options
  refuseOddLength('code', 'length', length)
  return createGenerator('code', ({ seed, purpose, knownValues, capacity }) => {
    const bytes = Buffer.from(alphabet, 'latin1')
    const keys = Array.from({ length }, (_, place) => createHashKey(seed, `${purpose}/${place}`))
    const counted = isUnique ? countedPlaces(alphabet.length, length) : { places: 0, size: 1 }
    const taken = knownValues.map((value) =>
      indexOf(String(value).slice(0, counted.places), alphabet),
    )
    const unique = createUniqueIndex(
      createPermutation(seed, purpose, counted.size),
      taken.filter((index) => index !== undefined),
    )
    const indices = new Float64Array(capacity)
    let isLaidOut = false
    return {
      spec: { kind: 'utf8' },
      size: isUnique ? unique.size : undefined,
      extent: { lengths: [length, length] },
      fill({ count, numbers }, vector) {
        const out = vector as Utf8Vector
        if (!isLaidOut) layOut(out, length)
        isLaidOut = true
        if (isUnique) unique.fill(numbers, count, indices)
        for (let i = 0; i < count; i++) {
          let rest = indices[i]!
          for (let place = 0; place < length; place++) {
            let digit: number
            if (place < counted.places) {
              const above = Math.floor(rest / bytes.length)
              digit = rest - above * bytes.length
              rest = above
            } else digit = below(keys[place]!, numbers[i]!, bytes.length)
            out.bytes[i * length + place] = bytes[digit]!
          }
        }
      },
    }
  })
}

/** All texts are as long as one another. */
function layOut(out: Utf8Vector, length: number): void {
  out.bytes = new Uint8Array(out.capacity * length)
  out.isClean = true
  for (let row = 0; row <= out.capacity; row++) out.offsets[row] = row * length
}

/** The first places tell texts apart, as many as a row number can count. */
function countedPlaces(letters: number, length: number): { places: number; size: number } {
  let size = 1
  let places = 0
  while (places < length && size * letters <= Number.MAX_SAFE_INTEGER) {
    size *= letters
    places++
  }
  return { places, size }
}

function indexOf(text: string, alphabet: string): number | undefined {
  let index = 0
  for (const letter of [...text].toReversed()) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) return undefined
    index = index * alphabet.length + digit
  }
  return index
}
