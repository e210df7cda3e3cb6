import { extentOf } from './extent.ts'
import type { Extent } from './extent.ts'
import type { Context, Generator, Group, Input, PreparedGroup, Rows } from './generator.ts'
import type { Vector } from './vector.ts'

/** A generator that is asked for rows of somebody else's choosing, apart from its table's slices. */
export interface Detached {
  /** Refilled by each call of `fill`. */
  readonly vector: Vector
  /** As `Input.size`. */
  readonly size: number | undefined
  /** As `Input.extent`. */
  readonly extent: Extent | undefined
  fill(rows: Rows): void
}

/** Several of them, which are computed from one another as they are in a table. */
export interface DetachedTogether {
  /** One a generator, refilled by each call of `fill`. */
  readonly vectors: readonly Vector[]
  readonly sizes: readonly (number | undefined)[]
  readonly extents: readonly (Extent | undefined)[]
  fill(rows: Rows): void
}

/**
 * Prepares a generator and what it reads, for whoever needs its values at other rows than those of
 * the slice: the elements of an array, the nth of its different values, another attempt at a row.
 *
 * @example
 * const numbers = await prepareDetached(context, f.int({ minValue: 1, maxValue: 9 }))
 * numbers.fill(rows) // numbers.vector holds the values of these rows
 */
export async function prepareDetached(context: Context, generator: Generator): Promise<Detached> {
  const { vectors, sizes, extents, fill } = await prepareTogether(context, [generator])
  return { vector: vectors[0]!, size: sizes[0], extent: extents[0], fill }
}

/** As `prepareDetached`, for generators that may read one another. */
export async function prepareTogether(
  context: Context,
  generators: readonly Generator[],
): Promise<DetachedTogether> {
  const prepared = new Map<Group, PreparedGroup>()
  const steps: PreparedGroup[] = []

  async function prepare(group: Group): Promise<PreparedGroup> {
    const known = prepared.get(group)
    if (known) return known
    const inputs: Input[] = []
    for (const input of group.inputs) inputs.push(inputOf(await prepare(input.group), input.output))
    // As when a column's generator reads others: they draw for purposes of their own.
    const isOnly = generators.length === 1 && group === generators[0]!.group
    const purpose = isOnly ? context.purpose : `${context.purpose}/${steps.length}`
    const ready = await group.prepare({ ...context, purpose }, inputs)
    prepared.set(group, ready)
    steps.push(ready)
    return ready
  }

  const inputs: Input[] = []
  for (const { group, output } of generators) inputs.push(inputOf(await prepare(group), output))
  return {
    vectors: inputs.map(({ vector }) => vector),
    sizes: inputs.map(({ size }) => size),
    extents: inputs.map(({ extent }) => extent),
    fill(rows) {
      for (const step of steps) step.fill(rows)
    },
  }
}

/** An output of a prepared group, as another group reads it. */
export function inputOf(group: PreparedGroup, output: string): Input {
  const vector = group.outputs[output]!
  return {
    vector,
    size: group.sizes?.[output],
    // Few ask, and a dictionary may be large.
    get extent() {
      const words = vector.kind === 'dictionary' ? vector.dictionary.words : undefined
      return group.extents?.[output] ?? (words && extentOf(words))
    },
    sqlForm: group.sqlForms?.[output],
  }
}
