import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { refuseOddShare } from './refuse.ts'

export interface BooleanOptions {
  /** Of true, from 0 to 1. @defaultValue 0.5 */
  readonly probability?: number
}

/**
 * True with a probability.
 *
 * @param options - `probability` of true, from 0 to 1, default 0.5
 * @throws DownpourError `PLAN_NO_SHARE`
 * @example
 * { columns: { isActive: f.boolean({ probability: 0.9 }) } }
 */
export function boolean(options: BooleanOptions & ArrayOptions): Generator<boolean[]>
export function boolean(options?: BooleanOptions): Generator<boolean>
export function boolean(options: BooleanOptions & Partial<ArrayOptions> = {}): Generator {
  const { probability = 0.5 } = options
  refuseOddShare('boolean', 'probability', probability)
  const threshold = probability * 1_000_000_000
  return withArraySize(
    options,
    createGenerator('boolean', ({ seed, purpose }) => {
      const key = createHashKey(seed, purpose)
      const fill = fillVector({ kind: 'boolean' }, (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          out.values[i] = below(key, rows.numbers[i]!, 1_000_000_000) < threshold ? 1 : 0
        }
      })
      return { ...fill, sqlForm: { kind: 'draw', sql: `random() < ${probability}` } }
    }),
  )
}
