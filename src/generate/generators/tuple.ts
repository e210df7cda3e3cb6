import { DownpourError } from '../../errors.ts'
import { prepareDetached } from '../detached.ts'
import type { Context, Generator, Group, Rows } from '../generator.ts'
import { createRows } from '../generator.ts'
import { createPermutation } from '../permutation.ts'
import { createVector } from '../vector.ts'
import type { NumberVector, Vector } from '../vector.ts'

/** One of the columns that are unique together, or a foreign key of several of them. */
export type TuplePart =
  /** Gives row numbers of a parent. */
  | {
      readonly kind: 'row'
      readonly parent: string
      readonly name: string
      /** The index of a part of the same parent whose row is never this one's. */
      readonly otherThan?: number
    }
  /** A generator whose values never repeat. */
  | { readonly kind: 'value'; readonly generator: Generator; readonly name: string }

/**
 * Parts that may repeat each by itself, and never all together: the row number is permuted within
 * all combinations, and taken apart into a choice for each part.
 *
 * @returns a generator for each part
 * @throws DownpourError `PLAN_UNIQUE_SPACE` (when prepared) for more rows than combinations
 * @example
 * const [user, role] = tuple([
 *   { kind: 'row', parent: 'users', name: 'userId' },
 *   { kind: 'value', generator: f.valuesFromArray({ values: ['a', 'b'], isUnique: true }), name: 'role' },
 * ])
 */
export function tuple(parts: readonly TuplePart[]): readonly Generator[] {
  const group: Group = {
    name: `combination of ${parts.map(({ name }) => name).join(', ')}`,
    inputs: [],
    async prepare(context) {
      const open = await Promise.all(parts.map((part) => openPart(part, context)))
      const sizes = sizesWithin(open.map(({ size }) => size))
      const space = sizes.reduce((product, size) => product * size, 1)
      refuseMoreRows(context, parts, space)
      const permutation = createPermutation(context.seed, context.purpose, Math.max(1, space))
      const rests = new Float64Array(context.capacity)
      return {
        outputs: Object.fromEntries(open.map(({ vector }, part) => [String(part), vector])),
        fill(rows) {
          if (space === 0) return
          permutation.fill(rows.numbers, rows.count, rests)
          for (const [part, { choices, otherThan, fill }] of open.entries()) {
            const size = sizes[part]!
            for (let i = 0; i < rows.count; i++) {
              const rest = rests[i]!
              const above = Math.floor(rest / size)
              choices.numbers[i] = rest - above * size
              rests[i] = above
            }
            choices.count = rows.count
            const other = open[otherThan ?? -1]?.choices.numbers
            for (let i = 0; other && i < rows.count; i++) {
              if (choices.numbers[i]! >= other[i]!) choices.numbers[i]!++
            }
            fill()
          }
        },
      }
    },
  }
  return parts.map((_, part) => ({ group, output: String(part) }))
}

interface OpenPart {
  readonly vector: Vector
  readonly size: number
  readonly otherThan?: number | undefined
  /** Which of the part's values each row has. */
  readonly choices: Rows
  /** Makes values of the choices. */
  fill(): void
}

async function openPart(part: TuplePart, context: Context): Promise<OpenPart> {
  const choices = createRows(context.capacity)
  if (part.kind === 'row') {
    const { firstReferable, firstRow, count } = context.table(part.parent)
    const vector = createVector({ kind: 'number' }, context.capacity) as NumberVector
    return {
      vector,
      size: Math.max(0, firstRow + count - firstReferable - (part.otherThan === undefined ? 0 : 1)),
      otherThan: part.otherThan,
      choices,
      fill() {
        for (let i = 0; i < choices.count; i++) {
          vector.values[i] = firstReferable + choices.numbers[i]!
        }
      },
    }
  }
  const purpose = `${context.purpose}/${part.name}`
  const values = await prepareDetached({ ...context, purpose }, part.generator)
  return {
    vector: values.vector,
    size: values.size ?? 1,
    choices,
    fill: () => values.fill(choices),
  }
}

/** The same sizes, the largest of them cut down until row numbers tell all combinations apart. */
function sizesWithin(sizes: readonly number[]): readonly number[] {
  const others = (part: number) =>
    sizes.reduce((product, size, index) => (index === part ? product : product * size), 1)
  const largest = sizes.indexOf(Math.max(...sizes))
  if (others(largest) * sizes[largest]! <= Number.MAX_SAFE_INTEGER) return sizes
  const left = Math.max(1, Math.floor(Number.MAX_SAFE_INTEGER / others(largest)))
  return sizes.map((size, part) => (part === largest ? left : size))
}

function refuseMoreRows({ self }: Context, parts: readonly TuplePart[], space: number): void {
  const rows = self.firstRow + self.count
  if (rows <= space) return
  const names = parts.map(({ name }) => name)
  throw new DownpourError({
    code: 'PLAN_UNIQUE_SPACE',
    message: `Cannot seed "${self.key}": columns ${names.map((name) => `"${name}"`).join(', ')} cannot be filled`,
    why: `They are unique together, and have ${space} combinations for ${rows} rows.`,
    fix: `Plan at most ${space} rows of ${self.key}, or more of what it refers to.`,
    table: self.key,
    column: names[0]!,
  })
}
