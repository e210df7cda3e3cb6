import { hash, unit } from '../../src/index.ts'
import type { Context } from '../../src/index.ts'
import { categoryRow } from './categories.ts'
import type { CategoryName } from './categories.ts'
import { countries, demoRow, openCustomers } from './customers.ts'

export interface Budget {
  categoryRow: number
  /** The first day of the month, in days since 1970-01-01. */
  month: number
  /** Cents. */
  amount: number
}

/** What people set themselves a limit for, and usual limits in cents. Their number is a prime. */
const limits: readonly { readonly category: CategoryName; readonly usual: number }[] = [
  { category: 'Groceries', usual: 40_000 },
  { category: 'Dining out', usual: 18_000 },
  { category: 'Shopping', usual: 20_000 },
  { category: 'Entertainment', usual: 10_000 },
  { category: 'Coffee and snacks', usual: 5_000 },
  { category: 'Transport', usual: 12_000 },
  { category: 'Travel', usual: 30_000 },
  { category: 'Gifts', usual: 6_000 },
  { category: 'Health', usual: 8_000 },
  { category: 'Subscriptions', usual: 5_000 },
  { category: 'Utilities', usual: 15_000 },
]

const months = 3
const shareOfUsers = 0.4
const millisecondsPerDay = 86_400_000

/** Two in five users have budgets, for two to six categories in each of the last three months. */
export function openBudgetCounts(context: Context): (userRow: number) => number {
  const usesKey = context.random('budgets/uses')
  const widthKey = context.random('budgets/width')
  const customers = openCustomers(context)
  const oldest = monthsBefore(context.referenceDay, months - 1)
  return (userRow) => {
    const isNew = customers.signupDay(userRow) >= oldest
    // The demo user always has some, so that there are budgets however few users there are.
    if (userRow !== demoRow && (isNew || unit(usesKey, userRow) >= shareOfUsers)) return 0
    return months * (2 + Math.floor(unit(widthKey, userRow) * 5))
  }
}

/**
 * @returns gives a user's n-th budget; the same object each time, refilled. Month by month, and in
 *   each month the same categories, so no two are alike.
 */
export function openBudgets(
  context: Context,
): (userRow: number, ordinal: number, siblings: number) => Budget {
  const firstKey = context.random('budgets/first')
  const stepKey = context.random('budgets/step')
  const amountKey = context.random('budgets/amount')
  const customers = openCustomers(context)
  const budget: Budget = { categoryRow: 0, month: 0, amount: 0 }
  return (userRow, ordinal, siblings) => {
    const width = Math.min(limits.length, Math.max(1, Math.ceil(siblings / months)))
    const place = ordinal % width
    const first = hash(firstKey, userRow) % limits.length
    const step = 1 + (hash(stepKey, userRow) % (limits.length - 1))
    const limit = (first + place * step) % limits.length
    const { category, usual } = limits[limit]!
    const { prices } = countries[customers.country(userRow)]!
    const draw = unit(amountKey, userRow * limits.length + limit)
    budget.categoryRow = categoryRow(category)
    budget.month = monthsBefore(context.referenceDay, Math.floor(ordinal / width))
    budget.amount = Math.floor((usual * prices * (0.6 + 1.2 * draw)) / 1_000 + 1) * 1_000
    return budget
  }
}

function monthsBefore(day: number, number: number): number {
  const date = new Date(day * millisecondsPerDay)
  return Math.round(
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - number, 1) / millisecondsPerDay,
  )
}
