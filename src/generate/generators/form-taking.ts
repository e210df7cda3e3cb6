import { below } from '../hash.ts'
import type { HashKey } from '../hash.ts'

/** Which form each row has, and its place among the rows of that form. */
export interface Taking {
  /** How many rows there can be. */
  readonly size: number
  /** @returns the form, where only one has anything left for these rows */
  take(
    numbers: Float64Array,
    count: number,
    formOf: Int32Array,
    places: Float64Array,
  ): number | undefined
}

/**
 * Shares out rows among forms until each form has given all that it has: one form after the other,
 * or all in turn.
 *
 * @param sizes - how many rows each form can have
 * @param options - `key`: what decides who begins in each turn
 */
export function createTaking(
  sizes: readonly number[],
  options: { readonly isInTurn: boolean; readonly key: HashKey },
): Taking {
  const { isInTurn, key } = options
  const stages = isInTurn ? stagesInTurn(sizes) : stagesInOrder(sizes)
  const last = stages.length - 1

  function stageOf(row: number): Stage {
    let stage = 0
    while (stage < last && row >= stages[stage + 1]!.firstRow) stage++
    return stages[stage]!
  }

  /** The stage of all these rows, if it is one. */
  function onlyStage(numbers: Float64Array, count: number): Stage | undefined {
    let lowest = Infinity
    let highest = 0
    for (let i = 0; i < count; i++) {
      const row = numbers[i]!
      if (row < lowest) lowest = row
      if (row > highest) highest = row
    }
    const stage = stageOf(highest)
    return lowest >= stage.firstRow ? stage : undefined
  }

  return {
    size: sizes.reduce((sum, size) => sum + size, 0),
    take(numbers, count, formOf, places) {
      const only = onlyStage(numbers, count)
      if (only?.forms.length === 1) {
        const [form] = only.forms
        formOf.fill(form!, 0, count)
        for (let i = 0; i < count; i++) places[i] = only.firstPlace + numbers[i]! - only.firstRow
        return form
      }
      for (let i = 0; i < count; i++) {
        const row = numbers[i]!
        const { firstRow, firstPlace, forms } = only ?? stageOf(row)
        const turn = Math.floor((row - firstRow) / forms.length)
        const place = firstPlace + turn
        // Who begins differs from turn to turn.
        const slot = row - firstRow - turn * forms.length + below(key, place, forms.length)
        formOf[i] = forms[slot < forms.length ? slot : slot - forms.length]!
        places[i] = place
      }
      return undefined
    },
  }
}

/** Rows during which the same forms have something left. */
interface Stage {
  readonly firstRow: number
  /** The place that each of the forms has come to. */
  readonly firstPlace: number
  readonly forms: readonly number[]
}

function stagesInOrder(sizes: readonly number[]): readonly Stage[] {
  let firstRow = 0
  return sizes.map((size, form) => {
    const stage = { firstRow, firstPlace: 0, forms: [form] }
    firstRow += size
    return stage
  })
}

function stagesInTurn(sizes: readonly number[]): readonly Stage[] {
  const reaches = [...new Set(sizes)].toSorted((a, b) => a - b)
  let firstRow = 0
  let firstPlace = 0
  return reaches.map((reach) => {
    const forms = [...sizes.keys()].filter((form) => sizes[form]! >= reach)
    const stage = { firstRow, firstPlace, forms }
    firstRow += (reach - firstPlace) * forms.length
    firstPlace = reach
    return stage
  })
}
