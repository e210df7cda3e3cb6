import { createLogNormals, createWeightTables } from '../../src/index.ts'
import type { Distributions, WeightTables } from '../../src/index.ts'
import { dayKinds } from './calendar.ts'
import { categoryRow, signOf } from './categories.ts'
import type { CategoryName } from './categories.ts'
import { spendingLines } from './spending-lines.ts'
import type { SpendingLine } from './spending-lines.ts'

/** The ways of spending, one array for each of their facts. */
export interface Lines {
  readonly categoryRow: Int32Array
  /** 1 or -1. */
  readonly sign: Int32Array
  /** Amounts are multiples of so many cents, … */
  readonly step: Int32Array
  /** … less these: 100 and 1 give 23.99. */
  readonly under: Int32Array
  /** The codes of its texts are `firstText` to `firstText + texts - 1`. */
  readonly firstText: Int32Array
  readonly texts: Int32Array
}

/** What the money of one kind of account is spent on, by month and kind of day. */
export interface Mix {
  /** The table of `Spending.choices` for `Calendar.occasionOf` a day is `firstTable` + occasion. */
  readonly firstTable: number
  /** The mean amount in cents, without its sign. */
  readonly mean: number
}

export type MixName = keyof SpendingLine['share']

export interface Spending {
  readonly lines: Lines
  readonly mixes: Readonly<Record<MixName, Mix>>
  /** Which line it is, by a table of a mix. */
  readonly choices: WeightTables
  /** The amounts of each line, in cents. */
  readonly amounts: Distributions
  /** All texts, of all lines and of what is added. */
  readonly texts: readonly string[]
}

/** @param otherTexts - what the dictionary begins with */
export function createSpending(otherTexts: readonly string[]): Spending {
  const places = spendingLines.map((line) => placeOf(line.category))
  const amounts = createLogNormals(spendingLines)
  return {
    lines: {
      categoryRow: Int32Array.from(places, ({ categoryRow }) => categoryRow),
      sign: Int32Array.from(places, ({ sign }) => sign),
      step: Int32Array.from(spendingLines, ({ step = 1 }) => step),
      under: Int32Array.from(spendingLines, ({ under = 0 }) => under),
      firstText: Int32Array.from(
        spendingLines,
        (_, line) => [...otherTexts, ...textsOf(spendingLines.slice(0, line))].length,
      ),
      texts: Int32Array.from(spendingLines, ({ texts }) => texts.length),
    },
    mixes: Object.fromEntries(
      mixNames.map((name, number): [MixName, Mix] => [
        name,
        { firstTable: number * occasions.length, mean: meanOf(name, amounts) },
      ]),
    ) as Record<MixName, Mix>,
    choices: createWeightTables(mixNames.flatMap((name) => occasions.map(weightsIn(name)))),
    amounts,
    texts: [...otherTexts, ...textsOf(spendingLines)],
  }
}

/** Where an amount of a category is booked. */
export function placeOf(category: CategoryName): {
  readonly categoryRow: number
  readonly sign: 1 | -1
} {
  return { categoryRow: categoryRow(category), sign: signOf(category) }
}

const mixNames = ['checking', 'savings', 'creditCard', 'cash', 'roundUps', 'daily'] as const
const occasions = Array.from({ length: 12 * dayKinds }, (_, occasion) => occasion)

function weightsIn(mix: MixName): (occasion: number) => readonly number[] {
  return (occasion) =>
    spendingLines.map((line) => {
      const season = line.seasons?.[Math.floor(occasion / dayKinds)] ?? 1
      return shareIn(mix, line) * season * (line.days?.[occasion % dayKinds] ?? 1)
    })
}

function meanOf(mix: MixName, { means }: Distributions): number {
  const weight = spendingLines.reduce((sum, line) => sum + shareIn(mix, line), 0)
  return spendingLines.reduce((sum, line, n) => sum + means[n]! * shareIn(mix, line), 0) / weight
}

function shareIn(mix: MixName, { share }: SpendingLine): number {
  return share[mix] ?? 0
}

function textsOf(lines: readonly SpendingLine[]): readonly string[] {
  return lines.flatMap(({ texts }) => texts)
}
