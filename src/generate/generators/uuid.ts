import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createHashKey, mix } from '../hash.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'

export interface UuidOptions {
  /** They are unique whether it is asked for or not. */
  readonly isUnique?: boolean
}

/**
 * UUIDs of version 4 (RFC 9562, section 5.4): 122 bits that are a hash of the row. For columns of uuids
 * as of texts.
 *
 * @example
 * { columns: { id: f.uuid() } } // '5f2c9d1e-…'
 */
export function uuid(options: UuidOptions & ArrayOptions): Generator<string[]>
export function uuid(options?: UuidOptions): Generator<string>
export function uuid(options: UuidOptions & Partial<ArrayOptions> = {}): Generator {
  return withArraySize(options, singleUuid())
}

function singleUuid(): Generator<string> {
  return createGenerator<string>('uuid', ({ seed, purpose }) => {
    const keys = [0, 1, 2, 3].map((word) => createHashKey(seed, `${purpose}/${word}`))
    const fill = fillVector(
      { kind: 'uuid' },
      (rows, { bytes }) => {
        for (let i = 0; i < rows.count; i++) {
          const row = rows.numbers[i]!
          const low = row >>> 0
          // Word 0 is a bijection of the row's low 32 bits, so no two of 2^32 neighbours agree.
          const high = Math.floor(row / 4294967296)
          let position = i * 16
          for (let word = 0; word < 4; word++) {
            const { low: first, high: second } = keys[word]!
            const bits = mix(mix((low + first) | 0) ^ second ^ Math.imul(high, 0x85ebca6b))
            bytes[position++] = bits >>> 24
            bytes[position++] = bits >>> 16
            bytes[position++] = bits >>> 8
            bytes[position++] = bits
          }
          bytes[position - 10] = (bytes[position - 10]! & 0x0f) | 0x40
          bytes[position - 8] = (bytes[position - 8]! & 0x3f) | 0x80
        }
      },
      Infinity,
    )
    return {
      ...fill,
      extent: { lengths: [36, 36] },
      sqlForm: { kind: 'draw', sql: 'gen_random_uuid()' },
    }
  })
}
