import type { Context, Generator, Group, Rows, VectorOf } from '../generator.ts'
import { createVector } from '../vector.ts'
import type { Vector, VectorSpec } from '../vector.ts'

/** What a group's preparation gives: a vector's kind for each output, and the function that fills them. */
export interface GroupFill<Specs extends Readonly<Record<string, VectorSpec>>> {
  readonly columns: Specs
  fill(rows: Rows, out: { readonly [Name in keyof Specs]: VectorOf<Specs[Name]> }): void
}

/**
 * What a group's preparation returns. A call rather than a plain object, because TypeScript gives
 * `out` its type only in an argument.
 *
 * @param columns - the outputs' kinds
 * @param fill - computes `rows.count` cells of each
 */
export function fillVectors<const Specs extends Readonly<Record<string, VectorSpec>>>(
  columns: Specs,
  fill: GroupFill<Specs>['fill'],
): GroupFill<Specs> {
  return { columns, fill }
}

/**
 * Columns that go together, computed in one pass over a slice of rows.
 *
 * @param names - the outputs, each a generator of its own in the result
 * @param prepare - derives keys once; returns `fillVectors(…)`
 * @returns a generator for each name
 * @example
 * const { day, amount } = f.group(['day', 'amount'], ({ random }) => {
 *   const key = random('orders/size')
 *   const columns = { day: { kind: 'date' }, amount: { kind: 'decimal', scale: 2 } } as const
 *   return fillVectors(columns, (rows, out) => {
 *     for (let i = 0; i < rows.count; i++) {
 *       const size = below(key, rows.numbers[i]!, 10)
 *       out.day.values[i] = 20_000 + size
 *       out.amount.values[i] = size * 995
 *     }
 *   })
 * })
 */
export function group<
  const Name extends string,
  const Specs extends Readonly<Record<Name, VectorSpec>>,
>(
  names: readonly Name[],
  prepare: (context: Context) => GroupFill<Specs> | Promise<GroupFill<Specs>>,
): Readonly<Record<Name, Generator>> {
  const shared: Group = {
    name: `group of ${names.join(', ')}`,
    inputs: [],
    async prepare(context) {
      const { columns, fill } = await prepare(context)
      const outputs = Object.fromEntries(
        Object.entries<VectorSpec>(columns).map(([name, spec]) => [
          name,
          createVector(spec, context.capacity),
        ]),
      ) as Record<string, Vector>
      return {
        outputs,
        fill: (rows) => fill(rows, outputs as Parameters<GroupFill<Specs>['fill']>[1]),
      }
    },
  }
  return Object.fromEntries(
    names.map((name): [string, Generator] => [name, { group: shared, output: name }]),
  ) as Record<Name, Generator>
}
