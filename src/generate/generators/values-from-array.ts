import { extentOf } from '../extent.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { ColumnFill, Context, Generator, Rows } from '../generator.ts'
import { bits, createHashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { createShares } from '../shares.ts'
import { createUniqueIndex } from '../unique-index.ts'
import { createDictionary } from '../vector.ts'
import { createWeightTable } from '../weights.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn, uniqueness } from './follow-column.ts'
import { refuse, refuseOddWeights } from './refuse.ts'

/** What a list may hold; `undefined` is NULL. */
export type ListedValue = string | number | boolean | undefined

/** Values with equal chances, or groups of values with weights; a value by itself weighs 1. */
export type WeightedValues<Value> = readonly (Value | WeightedGroup<Value>)[]

export interface WeightedGroup<Value> {
  readonly weight: number
  readonly values: readonly Value[]
}

export interface ValuesFromArrayOptions<Value extends ListedValue> {
  /** Weights need not add up to 1; the values of a group share its weight. */
  readonly values: WeightedValues<Value>
  /**
   * No value twice. Each group then has exactly its share of the rows, so weights decide how many
   * rows there can be. @defaultValue false
   */
  readonly isUnique?: boolean
  /**
   * Each value comes up exactly in its share of the table's rows, rounded to whole rows, instead of
   * about that often. What a row gets then depends on how many rows there are. @defaultValue false
   */
  readonly isExact?: boolean
}

/**
 * Values of a list, uniformly or by weight.
 *
 * @throws DownpourError `PLAN_EMPTY_VALUES` when there is nothing to draw from, `PLAN_UNIQUE_EXACT`
 *   for unique values in exact shares
 * @example
 * f.valuesFromArray({ values: [{ weight: 9, values: ['member'] }, { weight: 1, values: ['admin'] }] })
 */
export function valuesFromArray<const Value extends ListedValue>(
  options: ValuesFromArrayOptions<Value> & ArrayOptions,
): Generator<Exclude<Value, undefined>[]>
export function valuesFromArray<const Value extends ListedValue>(
  options: ValuesFromArrayOptions<Value>,
): Generator<Exclude<Value, undefined>>
export function valuesFromArray(
  options: ValuesFromArrayOptions<ListedValue> & Partial<ArrayOptions>,
): Generator
export function valuesFromArray(
  options: ValuesFromArrayOptions<ListedValue> & Partial<ArrayOptions>,
): Generator {
  const { isUnique = false, isExact = false } = options
  const groups = groupsOf(options.values, isUnique)
  refuseOddWeights(
    'valuesFromArray',
    groups.map(({ weight, values }) => (values.length === 0 ? Math.min(weight, 0) : weight)),
  )
  if (isUnique && isExact) {
    refuse('PLAN_UNIQUE_EXACT', 'valuesFromArray', {
      what: 'cannot give unique values in exact shares',
      why: 'Where no value comes twice, each has a share of one row.',
      fix: 'Leave out isUnique or isExact.',
    })
  }
  const values = groups.flatMap((group) => group.values)
  const generator = createGenerator('valuesFromArray', (context) => {
    const chooser = isUnique
      ? chooseUnique(context, groups)
      : isExact
        ? chooseExactly(context, groups)
        : chooseFreely(context, groups)
    const fill = fillChosen(context, values, chooser)
    if (isUnique || isExact || values.includes(undefined)) return fill
    return { ...fill, sqlForm: { kind: 'choice', values, weights: weightsOf(groups) } }
  })
  return followColumn<typeof options>({
    generator: withArraySize(options, generator),
    options,
    make: valuesFromArray,
    missing: (column) => (isExact ? {} : uniqueness(column)),
  })
}

type Group = WeightedGroup<ListedValue>

/** Fills in the places of the rows' values in the list. */
interface Chooser {
  readonly size?: number
  choose(rows: Rows, out: Float64Array): void
}

function groupsOf(list: WeightedValues<ListedValue>, isUnique: boolean): readonly Group[] {
  const groups = list.map((entry) =>
    typeof entry === 'object' ? entry : { weight: 1, values: [entry] },
  )
  if (!isUnique) return groups
  if (!list.some((entry) => typeof entry === 'object')) {
    return [{ weight: 1, values: [...new Set(groups.flatMap(({ values }) => values))] }]
  }
  const seen = new Set<ListedValue>()
  return groups.map(({ weight, values }) => ({
    weight,
    values: values.filter((value) => !seen.has(value) && seen.add(value)),
  }))
}

/** One a value. */
function weightsOf(groups: readonly Group[]): number[] {
  return groups.flatMap(({ weight, values }) => values.map(() => weight / values.length))
}

function chooseFreely({ seed, purpose }: Context, groups: readonly Group[]): Chooser {
  const key = createHashKey(seed, purpose)
  const table = createWeightTable(weightsOf(groups))
  return {
    choose({ numbers, count }, out) {
      for (let i = 0; i < count; i++) out[i] = table.pick(bits(key, numbers[i]!))
    },
  }
}

function chooseExactly(context: Context, groups: readonly Group[]): Chooser {
  const shares = createShares(context, weightsOf(groups))
  const places = new Float64Array(context.capacity)
  return { choose: (rows, out) => shares.fill(rows, out, places) }
}

function chooseUnique(context: Context, groups: readonly Group[]): Chooser {
  const { seed, purpose, knownValues } = context
  const uniques = groups.map(({ values }, index) => {
    const known = values.flatMap((value, at) => (knownValues.includes(value) ? [at] : []))
    const own = groups.length === 1 ? purpose : `${purpose}/${index}`
    return createUniqueIndex(createPermutation(seed, own, values.length), known)
  })
  const [only] = uniques
  if (uniques.length === 1 && only) {
    return { size: only.size, choose: ({ numbers, count }, out) => only.fill(numbers, count, out) }
  }
  const weights = groups.map(({ weight }) => weight)
  const starts = groups.map((_, index) =>
    groups.slice(0, index).reduce((sum, { values }) => sum + values.length, 0),
  )
  const shares = createShares(context, weights)
  const places = new Float64Array(context.capacity)
  return {
    size: shares.mostRows(uniques.map(({ size }) => size)),
    choose(rows, out) {
      shares.fill(rows, out, places)
      for (let i = 0; i < rows.count; i++) {
        const group = out[i]!
        const unique = uniques[group]!
        // A plan of more rows than there are values is refused; until then it is asked for some.
        out[i] = starts[group]! + unique.at(places[i]! % Math.max(1, unique.size))
      }
    },
  }
}

function fillChosen(
  { capacity }: Context,
  values: readonly ListedValue[],
  { size, choose }: Chooser,
): ColumnFill {
  const indices = new Float64Array(capacity)
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length === values.length) {
    return fillVector(
      { kind: 'dictionary', dictionary: createDictionary(texts) },
      (rows, out) => {
        choose(rows, indices)
        for (let i = 0; i < rows.count; i++) out.codes[i] = indices[i]!
      },
      size,
    )
  }
  const fill = fillVector(
    { kind: 'value' },
    (rows, out) => {
      choose(rows, indices)
      for (let i = 0; i < rows.count; i++) out.values[i] = values[indices[i]!]
    },
    size,
  )
  return { ...fill, extent: extentOf(values), vocabulary: values }
}
