import { sql } from 'drizzle-orm'
import {
  bigint,
  char,
  check,
  date,
  decimal,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  unique,
} from 'drizzle-orm/pg-core'
import { users } from './users.ts'

export const accountKind = pgEnum('account_kind', ['checking', 'savings', 'credit card', 'cash'])
export const categoryKind = pgEnum('category_kind', ['expense', 'income'])

export const accounts = pgTable(
  'accounts',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    kind: accountKind().notNull(),
    name: text().notNull(),
    /** ISO 4217. */
    currency: char({ length: 3 }).notNull(),
    openedAt: date('opened_at').notNull(),
    /** The sum of the account's transactions. */
    balance: decimal({ precision: 14, scale: 2 }).notNull().default('0'),
  },
  (table) => [
    index('ix_accounts_user_id').on(table.userId),
    check('ck_accounts_currency', sql`${table.currency} ~ '^[A-Z]{3}$'`),
  ],
)

export const categories = pgTable('categories', {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  name: text().notNull().unique('uq_categories_name'),
  kind: categoryKind().notNull(),
})

export const transactions = pgTable(
  'transactions',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    accountId: bigint('account_id', { mode: 'number' })
      .notNull()
      .references(() => accounts.id),
    categoryId: integer('category_id')
      .notNull()
      .references(() => categories.id),
    /** Below zero for what is spent. */
    amount: decimal({ precision: 12, scale: 2 }).notNull(),
    description: text().notNull(),
    txDate: date('tx_date').notNull(),
  },
  (table) => [
    index('ix_transactions_account_id_tx_date').on(table.accountId, table.txDate),
    index('ix_transactions_user_id').on(table.userId),
    check('ck_transactions_amount', sql`${table.amount} <> 0`),
  ],
)

export const budgets = pgTable(
  'budgets',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    categoryId: integer('category_id')
      .notNull()
      .references(() => categories.id),
    /** The first day of the month. */
    month: date().notNull(),
    amount: decimal({ precision: 12, scale: 2 }).notNull(),
  },
  (table) => [
    unique('uq_budgets_user_category_month').on(table.userId, table.categoryId, table.month),
    check('ck_budgets_month', sql`extract(day from ${table.month}) = 1`),
    check('ck_budgets_amount', sql`${table.amount} > 0`),
  ],
)
