import { prepareDetached } from '../detached.ts'
import type { Detached } from '../detached.ts'
import { uniteExtents } from '../extent.ts'
import { createGenerator, createRows, fillVector } from '../generator.ts'
import type { Context, Generator, Rows } from '../generator.ts'
import { bits } from '../hash.ts'
import { looseCell } from '../loose-cell.ts'
import { createWeightTable } from '../weights.ts'
import { refuseOddWeights } from './refuse.ts'

export interface WeightedGenerator<Value> {
  /** From 0; weights need not add up to 1. */
  readonly weight: number
  readonly value: Generator<Value>
}

/**
 * Each row's value from one of several generators, drawn by weight.
 *
 * @throws DownpourError `PLAN_EMPTY_VALUES` when no weight is above 0, or one is below
 * @example
 * f.weightedRandom([
 *   { weight: 0.8, value: f.int({ maxValue: 9 }) },
 *   { weight: 0.2, value: f.int({ minValue: 1000, maxValue: 9999 }) },
 * ]) // 7, 3, 4711, 0, …
 */
export function weightedRandom<Value>(
  choices: readonly WeightedGenerator<Value>[],
): Generator<Value> {
  const weights = choices.map(({ weight }) => weight)
  refuseOddWeights('weightedRandom', weights)
  return createGenerator('weightedRandom', async (context) => {
    const sources = await prepareEach(context, choices)
    const table = createWeightTable(weights)
    const key = context.random(`${context.purpose}/choice`)
    const fill = fillVector({ kind: 'value' }, (rows, out) => {
      for (const { rows: chosen } of sources) chosen.count = 0
      for (let i = 0; i < rows.count; i++) {
        choose(sources[table.pick(bits(key, rows.numbers[i]!))]!, rows, i)
      }
      for (const { detached, rows: chosen, places } of sources) {
        if (chosen.count === 0) continue
        detached.fill(chosen)
        for (let i = 0; i < chosen.count; i++) {
          out.values[places[i]!] = looseCell(detached.vector, i)
        }
      }
    })
    const vocabulary = sources.flatMap(({ detached: { vector } }) =>
      vector.kind === 'dictionary' ? [vector.dictionary.words] : [],
    )
    const likely = sources.filter((_, index) => weights[index]! > 0)
    const extent = uniteExtents(likely.map(({ detached }) => detached.extent))
    return { ...fill, extent, vocabulary }
  })
}

/** A generator, and the rows of the slice that have chosen it. */
interface Source {
  readonly detached: Detached
  readonly rows: Rows
  /** Where in the slice each of them stands. */
  readonly places: Int32Array
}

async function prepareEach(
  context: Context,
  choices: readonly WeightedGenerator<unknown>[],
): Promise<readonly Source[]> {
  const sources: Source[] = []
  for (const [index, { value }] of choices.entries()) {
    const own = { ...context, purpose: `${context.purpose}/choice ${index}` }
    const detached = await prepareDetached(own, value)
    sources.push({
      detached,
      rows: createRows(context.capacity),
      places: new Int32Array(context.capacity),
    })
  }
  return sources
}

function choose({ rows: chosen, places }: Source, rows: Rows, index: number): void {
  const place = chosen.count++
  places[place] = index
  chosen.numbers[place] = rows.numbers[index]!
  chosen.parents[place] = rows.parents[index]!
  chosen.ordinals[place] = rows.ordinals[index]!
  chosen.siblings[place] = rows.siblings[index]!
}
