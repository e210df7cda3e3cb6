import type { Generator } from '../generator.ts'
import { unit } from '../hash.ts'
import { maskVector } from '../masked-vector.ts'
import { refuseOddShare } from './refuse.ts'

/**
 * NULL in a share of the rows, else what another generator gives.
 *
 * @param options - `rate`: the share of NULLs from 0 to 1
 * @throws DownpourError `PLAN_NO_SHARE`
 * @example
 * { columns: { deletedAt: f.nullable(f.timestamp(), { rate: 0.95 }) } }
 */
export function nullable(generator: Generator, options: { readonly rate: number }): Generator {
  const { rate } = options
  refuseOddShare('nullable', 'rate', rate)
  return {
    output: 'value',
    group: {
      name: `nullable ${generator.group.name}`,
      inputs: [generator],
      prepare(context, inputs) {
        const { vector, size, extent, sqlForm: form } = inputs[0]!
        const masked = maskVector(vector)
        const key = context.random(`${context.purpose}/null`)
        return {
          outputs: { value: masked.vector },
          ...(size === undefined ? {} : { sizes: { value: size } }),
          ...(extent && { extents: { value: extent } }),
          ...(form && { sqlForms: { value: { kind: 'nullable', rate, form } } }),
          fill: ({ count, numbers }) => masked.mask(count, (i) => unit(key, numbers[i]!) < rate),
        }
      },
    },
  }
}
