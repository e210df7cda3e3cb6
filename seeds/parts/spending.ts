import { createLogNormal, createWeightTable } from '../../src/index.ts'
import type { Distribution, WeightTable } from '../../src/index.ts'
import { categoryRow, signOf } from './categories.ts'
import type { CategoryName } from './categories.ts'
import { spendingLines } from './spending-lines.ts'
import type { SpendingLine } from './spending-lines.ts'

/** A way of spending, ready to be drawn from. */
export interface Line {
  readonly categoryRow: number
  readonly sign: 1 | -1
  /** Cents. */
  readonly amounts: Distribution
  /** Amounts are multiples of so many cents, … */
  readonly step: number
  /** … less these: 100 and 1 give 23.99. */
  readonly under: number
  /** The codes of its texts are `firstText` to `firstText + texts - 1`. */
  readonly firstText: number
  readonly texts: number
}

/** What the money of one kind of account is spent on, by month and kind of day. */
export interface Mix {
  /** By month of the year × `dayKinds` + kind of day: gives an index of `lines`. */
  readonly tables: readonly WeightTable[]
  /** The mean amount in cents, without its sign. */
  readonly mean: number
}

export type MixName = keyof SpendingLine['share']

export interface Spending {
  readonly lines: readonly Line[]
  readonly mixes: Readonly<Record<MixName, Mix>>
  /** All texts, of all lines and of what is added. */
  readonly texts: readonly string[]
}

/** Working days, Saturdays and Sundays have their own mix. */
export const dayKinds = 3

/** @param weekday - 0 is Sunday */
export function dayKindOf(weekday: number): number {
  return weekday === 0 ? 2 : weekday === 6 ? 1 : 0
}

/** @param otherTexts - what the dictionary begins with */
export function createSpending(otherTexts: readonly string[]): Spending {
  let firstText = otherTexts.length
  const lines = spendingLines.map((line): Line => {
    const first = firstText
    firstText += line.texts.length
    return {
      ...placeOf(line.category),
      amounts: createLogNormal({ median: line.median, sigma: line.sigma }),
      step: line.step ?? 1,
      under: line.under ?? 0,
      firstText: first,
      texts: line.texts.length,
    }
  })
  return {
    lines,
    mixes: {
      checking: createMix('checking', lines),
      creditCard: createMix('creditCard', lines),
      cash: createMix('cash', lines),
      savings: createMix('savings', lines),
      roundUps: createMix('roundUps', lines),
      daily: createMix('daily', lines),
    },
    texts: [...otherTexts, ...spendingLines.flatMap((line) => line.texts)],
  }
}

/** Where an amount of a category is booked. */
export function placeOf(category: CategoryName): Pick<Line, 'categoryRow' | 'sign'> {
  return { categoryRow: categoryRow(category), sign: signOf(category) }
}

function createMix(name: MixName, lines: readonly Line[]): Mix {
  const shares = spendingLines.map((line) => line.share[name] ?? 0)
  const weight = shares.reduce((sum, share) => sum + share, 0)
  return {
    mean: lines.reduce((sum, line, index) => sum + line.amounts.mean * shares[index]!, 0) / weight,
    tables: Array.from({ length: 12 * dayKinds }, (_, place) =>
      createWeightTable(
        spendingLines.map((line, index) => {
          const season = line.seasons?.[Math.floor(place / dayKinds)] ?? 1
          return shares[index]! * season * (line.days?.[place % dayKinds] ?? 1)
        }),
      ),
    ),
  }
}
