import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createHashKey, wideUnit } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { createUniqueIndex } from '../unique-index.ts'

/** Texts of one form, numbered. */
export interface NumberedTexts {
  /** How many there are, at most 2^53. */
  readonly size: number
  /** @param index - from 0 to `size` - 1 */
  nth(index: number): string
}

/**
 * Texts of one form: addresses, ranges, whatever a regular expression allows.
 *
 * @param name - for messages
 * @param options - `isUnique`: no text twice
 * @example
 * nthText('port', { size: 64_512, nth: (index) => `tcp/${1024 + index}` }) // tcp/40211, …
 */
export function nthText(
  name: string,
  { size, nth }: NumberedTexts,
  options: { readonly isUnique?: boolean } = {},
): Generator<string> {
  const { isUnique = false } = options
  return createGenerator(name, ({ seed, purpose, capacity, knownValues }) => {
    if (!isUnique) {
      const key = createHashKey(seed, purpose)
      return fillVector({ kind: 'text' }, ({ count, numbers }, { values }) => {
        for (let i = 0; i < count; i++) {
          values[i] = nth(Math.floor(wideUnit(key, numbers[i]!) * size))
        }
      })
    }
    // Which index a known text has is found where there are few.
    const known = knownValues.length === 0 || size > 10_000 ? [] : indicesOf(knownValues, nth, size)
    const unique = createUniqueIndex(createPermutation(seed, purpose, size), known)
    const indices = new Float64Array(capacity)
    return fillVector(
      { kind: 'text' },
      ({ count, numbers }, { values }) => {
        unique.fill(numbers, count, indices)
        for (let i = 0; i < count; i++) values[i] = nth(indices[i]!)
      },
      unique.size,
    )
  })
}

function indicesOf(
  known: readonly unknown[],
  nth: NumberedTexts['nth'],
  size: number,
): readonly number[] {
  const texts = new Set(known)
  return Array.from({ length: size }, (_, index) => index).filter((index) => texts.has(nth(index)))
}
