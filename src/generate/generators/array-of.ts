import { prepareDetached } from '../detached.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator, Rows } from '../generator.ts'
import { looseCell } from '../loose-cell.ts'
import { refuseOddLength } from './refuse.ts'

/** The option of nearly every generator that makes arrays of its values. */
export interface ArrayOptions {
  /** Elements of each array. */
  readonly arraySize: number
}

/**
 * Arrays of a generator's values where an `arraySize` is given, else the generator itself. How the
 * other generators take the option.
 *
 * @param options - `arraySize`: elements of each array, from 1
 * @throws DownpourError `PLAN_LENGTH`
 * @example
 * withArraySize({ arraySize: 3 }, f.boolean()) // [true, false, true], …
 */
export function withArraySize<Value>(
  options: Partial<ArrayOptions>,
  generator: Generator<Value>,
): Generator<Value> | Generator<Value[]> {
  const { arraySize } = options
  return arraySize === undefined ? generator : arrayOf(generator, arraySize)
}

/**
 * Arrays of another generator's values: element k of row n is what the generator gives for row
 * n × size + k, so the elements of a generator that never repeats differ across all arrays.
 *
 * @param size - elements of each array, from 1
 * @throws DownpourError `PLAN_LENGTH`
 * @example
 * arrayOf(f.int({ minValue: 1, maxValue: 6 }), 3) // [6, 1, 2], …
 */
export function arrayOf<Value>(generator: Generator<Value>, size: number): Generator<Value[]> {
  refuseOddLength(generator.group.name, 'arraySize', size)
  return createGenerator(`array of ${generator.group.name}`, async (context) => {
    const knownValues = context.knownValues.flat()
    const elements = await prepareDetached({ ...context, knownValues }, generator)
    const { vector } = elements
    const numbers = new Float64Array(context.capacity)
    const fill = fillVector(
      { kind: 'value' },
      (rows, { values }) => {
        const virtual = renumbered(rows, numbers)
        for (let i = 0; i < rows.count; i++) values[i] = []
        for (let place = 0; place < size; place++) {
          for (let i = 0; i < rows.count; i++) numbers[i] = rows.numbers[i]! * size + place
          elements.fill(virtual)
          for (let i = 0; i < rows.count; i++) (values[i] as unknown[]).push(looseCell(vector, i))
        }
      },
      elements.size === undefined ? undefined : Math.floor(elements.size / size),
    )
    const { extent } = elements
    return {
      ...fill,
      ...(extent && { extent: { elements: extent } }),
      vocabulary: vector.kind === 'dictionary' ? [vector.dictionary.words] : [],
    }
  })
}

function renumbered(rows: Rows, numbers: Float64Array): Rows {
  return { ...rows, numbers }
}
