import { DownpourError } from '../../errors.ts'
import type { Generator } from '../generator.ts'
import { createVector } from '../vector.ts'
import type { DecimalVector, NumberVector } from '../vector.ts'

/**
 * A summary: the sum of a column over a row's children, computed from the children's own generators
 * and therefore exact at any size, whether the children are loaded before, after or not at all.
 *
 * @param child - a table that is enumerated by this one (`each`)
 * @param property - the child's numeric column
 * @throws DownpourError `PLAN_NOT_NUMERIC` when the child's column holds no numbers,
 *   `PLAN_NOT_ENUMERATED` when the child is not counted per row of this table
 * @example
 * { columns: { balance: f.sumOf('transactions', 'amount') } }
 */
export function sumOf(child: string, property: string): Generator {
  return {
    output: 'value',
    group: {
      name: `sum of ${child}.${property}`,
      inputs: [],
      summary: { table: child, property },
      async prepare(context) {
        const children = context.table(child)
        if (children.enumeratedBy !== context.self.key) {
          throw new DownpourError({
            code: 'PLAN_NOT_ENUMERATED',
            message: `Cannot sum "${child}.${property}" for "${context.self.key}"`,
            why: `The rows of "${child}" are not counted per row of "${context.self.key}".`,
            fix: `Add \`each: f.each('${context.self.key}', …)\` to "${child}".`,
            table: context.self.key,
          })
        }
        const reader = await children.read([property])
        const amounts = reader.vectors[0]!
        if (amounts.kind !== 'decimal' && amounts.kind !== 'number') {
          throw new DownpourError({
            code: 'PLAN_NOT_NUMERIC',
            message: `Cannot sum "${child}.${property}"`,
            why: `Its generator gives ${amounts.kind} values, some of which may be literal.`,
            fix: 'Sum a column whose generator gives numbers or decimals in every row.',
            table: child,
            column: property,
          })
        }
        const value = createVector(
          amounts.kind === 'decimal'
            ? { kind: 'decimal', scale: amounts.scale }
            : { kind: 'number' },
          context.capacity,
        ) as DecimalVector | NumberVector
        const places = children.openParents()
        let windowStart = 0
        let windowEnd = 0

        /** @param wanted - the first row that nobody asks for any more */
        function sum(first: number, last: number, wanted: number): number {
          let total = 0
          for (let row = first; row < last; row++) {
            if (row < windowStart || row >= windowEnd) {
              windowStart = row
              windowEnd = Math.min(row + context.capacity, Math.max(last, wanted))
              reader.readRange(windowStart, windowEnd - windowStart)
            }
            const index = row - windowStart
            if (amounts.nulls === null || amounts.nulls[index] === 0) {
              total += (amounts as NumberVector).values[index]!
            }
          }
          return total
        }

        return {
          outputs: { value },
          fill(rows) {
            if (rows.count === 0) return
            const wanted = places.firstChild(rows.numbers[rows.count - 1]! + 1)
            for (let i = 0; i < rows.count; i++) {
              const row = rows.numbers[i]!
              value.values[i] = sum(places.firstChild(row), places.firstChild(row + 1), wanted)
            }
          },
        }
      },
    },
  }
}
