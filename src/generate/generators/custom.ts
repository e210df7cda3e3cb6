import { DownpourError } from '../../errors.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import { createHashKey } from '../hash.ts'
import { createRowBits } from '../row-bits.ts'
import { refuseOddRange } from './refuse.ts'

/** Draws that follow from the seed, the column, the row and how many came before them in that row. */
export interface RowRandom {
  /**
   * A whole number, uniformly, both ends included.
   *
   * @throws DownpourError `PLAN_EMPTY_RANGE`
   */
  int(min: number, max: number): number
  /** A number from 0 to below 1, of 53 bits. */
  unit(): number
  /**
   * One of some values.
   *
   * @throws DownpourError `PLAN_EMPTY_VALUES` when there are none
   */
  pick<Item>(list: readonly Item[]): Item
}

export interface PromiseOptions {
  /**
   * A promise that no value comes twice, as a unique column asks for; PostgreSQL refuses the load if
   * it is broken. @defaultValue false
   */
  readonly isUnique?: boolean
}

/**
 * A generator of one's own as a plain function. It may be asked for any row in any order, several
 * times: what it gives must follow from its arguments alone.
 *
 * @param make - gets the row's number, counted from 0, and `random`; gives the value as Drizzle's
 *   insert takes it
 * @param options - `isUnique`: a promise that no value comes twice
 * @example
 * f.custom((row, random) => `${random.pick(['A', 'B'])}${random.int(10, 99)}/${row}`)
 * // 'B41/0', 'A77/1', …
 */
export function custom<Value>(
  make: (row: number, random: RowRandom) => Value,
  options: PromiseOptions = {},
): Generator<Value> {
  return createGenerator<Value>('custom', ({ seed, purpose }) => {
    const { seedRow, next } = createRowBits(createHashKey(seed, purpose))
    const random = createRowRandom(next)
    return fillVector(
      { kind: 'value' },
      (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          const row = rows.numbers[i]!
          seedRow(row)
          out.values[i] = make(row, random)
        }
      },
      options.isUnique ? Infinity : undefined,
    )
  })
}

function createRowRandom(next: () => number): RowRandom {
  function unit(): number {
    const top = next()
    return (top * 2097152 + (next() >>> 11)) * 1.1102230246251565e-16
  }
  return {
    unit,
    int(min, max) {
      refuseOddRange('custom', min, max)
      return min + Math.floor(unit() * (max - min + 1))
    },
    pick(list) {
      if (list.length === 0) throw nothingToPick()
      return list[Math.floor(unit() * list.length)]!
    },
  }
}

function nothingToPick(): DownpourError {
  return new DownpourError({
    code: 'PLAN_EMPTY_VALUES',
    message: 'f.custom() has nothing to pick from',
    why: 'random.pick() was given an empty list.',
    fix: 'Give it at least one value.',
  })
}
