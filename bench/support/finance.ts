import type { SeedReport } from '../../src/run/report-run.ts'
import { seedCommand } from './command.ts'

/** The project's finance tables; budgets, which nothing refers to, stay empty. */
export const financeTables = [
  '--only',
  'users,accounts,categories,transactions,budgets',
  '--count',
  'budgets=0',
]

/** So many users have two million transactions between them, give or take a few. */
export const transactionsPerUser = 112

/** Exactly so many transactions, and users in proportion. */
export function financeCounts(transactions: number): readonly string[] {
  const users = Math.ceil(transactions / transactionsPerUser)
  return ['--count', `users=${users}`, '--count', `transactions=${transactions}`]
}

/** Seconds from the start of loading to the last index, generation included. */
export function loadSeconds({ phases }: SeedReport): number {
  return phases['generate']! + phases['write']! + phases['indexes']!
}

/** Fills users, accounts, categories and transactions, which are emptied first. */
export function seedFinance(url: string, transactions: number, ...args: readonly string[]) {
  return seedCommand(url, ...financeTables, ...financeCounts(transactions), ...args)
}
