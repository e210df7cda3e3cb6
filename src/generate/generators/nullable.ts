import type { Generator } from '../generator.ts'
import { unit } from '../hash.ts'
import { refuseOddShare } from './refuse.ts'

/**
 * NULL in a share of the rows, else what another generator gives.
 *
 * @param generator - used for nothing else: its vector is marked in place
 * @param options - `rate`: the share of NULLs from 0 to 1
 * @throws DownpourError `PLAN_NO_SHARE`
 * @example
 * { columns: { deletedAt: f.nullable(f.timestamp(), { rate: 0.95 }) } }
 */
export function nullable(generator: Generator, options: { readonly rate: number }): Generator {
  refuseOddShare('nullable', 'rate', options.rate)
  return {
    output: 'value',
    group: {
      name: `nullable ${generator.group.name}`,
      inputs: generator.group.inputs,
      async prepare(context) {
        const inner = await generator.group.prepare(context)
        const value = inner.outputs[generator.output]!
        const key = context.random(`${context.purpose}/null`)
        const nulls = new Uint8Array(context.capacity)
        const size = inner.sizes?.[generator.output]
        return {
          outputs: { value },
          ...(size === undefined ? {} : { sizes: { value: size } }),
          fill(rows, inputs) {
            inner.fill(rows, inputs)
            // What the inner generator itself leaves out, such as a reference to an empty table.
            const missing = value.nulls === nulls ? null : value.nulls
            for (let i = 0; i < rows.count; i++) {
              const isNull = missing?.[i] === 1 || unit(key, rows.numbers[i]!) < options.rate
              nulls[i] = isNull ? 1 : 0
              if (isNull && value.kind === 'value') value.values[i] = null
            }
            value.nulls = nulls
          },
        }
      },
    },
  }
}
