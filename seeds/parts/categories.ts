/**
 * The categories, in the order of their rows: a transaction's category is a row of this list. New
 * ones go to the end.
 */
export const categories = [
  { name: 'Groceries', kind: 'expense' },
  { name: 'Rent', kind: 'expense' },
  { name: 'Utilities', kind: 'expense' },
  { name: 'Insurance', kind: 'expense' },
  { name: 'Subscriptions', kind: 'expense' },
  { name: 'Dining out', kind: 'expense' },
  { name: 'Coffee and snacks', kind: 'expense' },
  { name: 'Transport', kind: 'expense' },
  { name: 'Shopping', kind: 'expense' },
  { name: 'Health', kind: 'expense' },
  { name: 'Entertainment', kind: 'expense' },
  { name: 'Travel', kind: 'expense' },
  { name: 'Gifts', kind: 'expense' },
  { name: 'Transfers out', kind: 'expense' },
  { name: 'Salary', kind: 'income' },
  { name: 'Interest', kind: 'income' },
  { name: 'Refunds', kind: 'income' },
  { name: 'Transfers in', kind: 'income' },
] as const satisfies readonly { name: string; kind: 'expense' | 'income' }[]

export type CategoryName = (typeof categories)[number]['name']

/** The row of a category, counted from 0. */
export function categoryRow(name: CategoryName): number {
  return categories.findIndex((category) => category.name === name)
}

/** 1 where an amount of the category is earned, -1 where it is spent. */
export function signOf(name: CategoryName): 1 | -1 {
  return categories[categoryRow(name)]!.kind === 'income' ? 1 : -1
}
