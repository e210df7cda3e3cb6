import { DownpourError } from '../../errors.ts'
import { prepareDetached } from '../detached.ts'
import type { Context, Generator, Group, Rows } from '../generator.ts'
import { createRows } from '../generator.ts'
import { wideUnit } from '../hash.ts'
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
  /** A generator whose values never repeat; one that does is drawn for each row by itself. */
  | { readonly kind: 'value'; readonly generator: Generator; readonly name: string }

/** Among which rows no combination comes twice. */
export type TupleScope =
  | 'table'
  /** Those of one parent, of a table whose rows are counted per parent. */
  | 'siblings'

/**
 * Parts that may repeat each by itself, and never all together: each row has a place of its own
 * among all combinations, which is taken apart into a choice for each part.
 *
 * @returns a generator for each part
 * @throws DownpourError `PLAN_UNIQUE_SPACE` (when prepared) for more rows than combinations
 * @example
 * const [user, role] = tuple(
 *   [
 *     { kind: 'row', parent: 'users', name: 'userId' },
 *     { kind: 'value', generator: f.valuesFromArray({ values: ['a', 'b'], isUnique: true }), name: 'role' },
 *   ],
 *   'table',
 * )
 */
export function tuple(parts: readonly TuplePart[], scope: TupleScope): readonly Generator[] {
  const group: Group = {
    name: `combination of ${parts.map(({ name }) => name).join(', ')}`,
    inputs: [],
    async prepare(context) {
      const open = await Promise.all(parts.map((part) => openPart(part, context)))
      const sizes = sizesWithin(
        open.map(({ size }) => size),
        scope === 'table' ? Number.MAX_SAFE_INTEGER : mostAmongSiblings(context),
      )
      const space = sizes.reduce((product, size) => product * size, 1)
      refuseMoreRows(context, { parts, scope, space })
      const place = scope === 'table' ? placeInTable(context, space) : placeByParent(context, space)
      const rests = new Float64Array(context.capacity)
      return {
        outputs: Object.fromEntries(open.map(({ vector }, part) => [String(part), vector])),
        fill(rows) {
          if (space === 0) return
          place(rows, rests)
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
            fill(rows)
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
  /** Makes values of the choices for these rows. */
  fill(rows: Rows): void
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
  const { vector, size } = values
  return {
    vector,
    size: size ?? 1,
    choices,
    fill: (rows) => values.fill(size === undefined ? rows : choices),
  }
}

/** Puts the place of each row among the combinations into `out`. */
type Place = (rows: Rows, out: Float64Array) => void

function placeInTable({ seed, purpose }: Context, space: number): Place {
  const permutation = createPermutation(seed, purpose, Math.max(1, space))
  return ({ numbers, count }, out) => permutation.fill(numbers, count, out)
}

/** Siblings go on in steps from where their parent begins: no place comes twice in a whole round. */
function placeByParent(context: Context, space: number): Place {
  const key = context.random(`${context.purpose}/parent`)
  const step = stepThrough(space)
  return ({ parents, ordinals, count }, out) => {
    for (let i = 0; i < count; i++) {
      const first = Math.floor(wideUnit(key, parents[i]!) * space)
      out[i] = (first + ordinals[i]! * step) % space
    }
  }
}

/** Steps are added up before they are taken modulo the space. */
function mostAmongSiblings({ self }: Context): number {
  return Math.floor(Number.MAX_SAFE_INTEGER / (self.mostSiblings + 1))
}

/** Near the golden ratio, few steps are spread evenly; without a common divisor, all places are met. */
function stepThrough(space: number): number {
  let step = Math.max(1, Math.floor(space * 0.6180339887))
  while (divisor(step, space) > 1) step++
  return step
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

/** The same sizes, the largest of them cut down until there are not too many combinations. */
function sizesWithin(sizes: readonly number[], most: number): readonly number[] {
  const others = (part: number) =>
    sizes.reduce((product, size, index) => (index === part ? product : product * size), 1)
  const largest = sizes.indexOf(Math.max(...sizes))
  if (others(largest) * sizes[largest]! <= most) return sizes
  const left = Math.max(1, Math.floor(most / others(largest)))
  return sizes.map((size, part) => (part === largest ? left : size))
}

function refuseMoreRows(
  { self }: Context,
  asked: {
    readonly parts: readonly TuplePart[]
    readonly scope: TupleScope
    readonly space: number
  },
): void {
  const { parts, scope, space } = asked
  const rows = scope === 'table' ? self.firstRow + self.count : self.mostSiblings
  if (rows <= space) return
  const names = parts.map(({ name }) => name)
  const columns = names.map((name) => `"${name}"`).join(', ')
  const [rule, each] =
    scope === 'table'
      ? ['They are unique together', '']
      : [
          `Rows of one parent in ${self.enumeratedBy!} must differ in them`,
          ` for each row of ${self.enumeratedBy!}`,
        ]
  throw new DownpourError({
    code: 'PLAN_UNIQUE_SPACE',
    message: `Cannot seed "${self.key}": ${names.length === 1 ? 'column' : 'columns'} ${columns} cannot be filled`,
    why: `${rule}, and there are ${space} combinations for ${rows} rows.`,
    fix: `Plan at most ${space} rows of ${self.key}${each}, or more of what it refers to.`,
    table: self.key,
    column: names[0]!,
  })
}
