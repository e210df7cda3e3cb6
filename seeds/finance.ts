import * as schema from '../schema/index.ts'
import { createDictionary, defineSeeder, fillVectors } from '../src/index.ts'
import {
  accountKinds,
  openAccountCounts,
  openAccountFacts,
  openTransactionCounts,
} from './parts/accounts.ts'
import { openBudgetCounts, openBudgets } from './parts/budgets.ts'
import { createCalendar } from './parts/calendar.ts'
import { categories } from './parts/categories.ts'
import { countries } from './parts/customers.ts'
import { openStatements } from './parts/statements.ts'

const accountNames = ['Everyday account', 'Savings', 'Credit card', 'Wallet']

export default defineSeeder(schema, (f) => {
  const account = f.group(['kind', 'name', 'currency', 'openedAt'], (context) => {
    const factsOf = openAccountFacts(context)
    return fillVectors(
      {
        kind: { kind: 'dictionary', dictionary: createDictionary(accountKinds) },
        name: { kind: 'dictionary', dictionary: createDictionary(accountNames) },
        currency: {
          kind: 'dictionary',
          dictionary: createDictionary(countries.map((country) => country.currency)),
        },
        openedAt: { kind: 'date' },
      },
      (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          const facts = factsOf(rows.numbers[i]!, rows.parents[i]!, rows.ordinals[i]!)
          out.kind.codes[i] = facts.kind
          out.name.codes[i] = facts.kind
          out.currency.codes[i] = facts.country
          out.openedAt.values[i] = facts.openedDay
        }
      },
    )
  })

  const entry = f.group(
    ['userRow', 'categoryRow', 'amount', 'description', 'txDate'],
    (context) => {
      const { texts, read } = openStatements(context)
      return fillVectors(
        {
          userRow: { kind: 'number' },
          categoryRow: { kind: 'number' },
          amount: { kind: 'decimal', scale: 2 },
          description: { kind: 'dictionary', dictionary: createDictionary(texts) },
          txDate: { kind: 'date' },
        },
        (rows, out) => {
          read(rows, {
            userRow: out.userRow.values,
            categoryRow: out.categoryRow.values,
            amount: out.amount.values,
            text: out.description.codes,
            day: out.txDate.values,
          })
        },
      )
    },
  )

  const budget = f.group(['categoryRow', 'month', 'amount'], (context) => {
    const budgetAt = openBudgets(context)
    return fillVectors(
      {
        categoryRow: { kind: 'number' },
        month: { kind: 'date' },
        amount: { kind: 'decimal', scale: 2 },
      },
      ({ count, parents, ordinals, siblings }, out) => {
        for (let i = 0; i < count; i++) {
          const { categoryRow, month, amount } = budgetAt(parents[i]!, ordinals[i]!, siblings[i]!)
          out.categoryRow.values[i] = categoryRow
          out.month.values[i] = month
          out.amount.values[i] = amount
        }
      },
    )
  })

  return {
    categories: { rows: categories },
    accounts: {
      each: f.each('users', openAccountCounts),
      columns: { ...account, balance: f.sumOf('transactions', 'amount') },
    },
    transactions: {
      each: f.each('accounts', (context) =>
        openTransactionCounts(context, createCalendar(context.referenceDay)),
      ),
      columns: {
        userId: f.reference('users', { row: entry.userRow }),
        categoryId: f.reference('categories', { row: entry.categoryRow }),
        amount: entry.amount,
        description: entry.description,
        txDate: entry.txDate,
      },
    },
    budgets: {
      each: f.each('users', openBudgetCounts),
      columns: {
        categoryId: f.reference('categories', { row: budget.categoryRow }),
        month: budget.month,
        amount: budget.amount,
      },
    },
  }
})
