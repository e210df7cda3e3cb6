import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  char,
  check,
  date,
  decimal,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  varchar,
} from 'drizzle-orm/pg-core'

export const userRole = pgEnum('user_role', ['member', 'support', 'admin'])
export const accountKind = pgEnum('account_kind', ['checking', 'savings', 'credit card', 'cash'])
export const categoryKind = pgEnum('category_kind', ['expense', 'income'])

/**
 * Distributed by their key. A name is unique because the seeder makes it so: Citus enforces unique
 * keys only where the distribution column is one of their columns.
 */
export const users = pgTable('users', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  username: varchar({ length: 80 }).notNull(),
  role: userRole().notNull().default('member'),
  email: varchar({ length: 120 }).notNull(),
  fullName: text('full_name').notNull(),
  /** ISO 3166-1 alpha-2. */
  country: char({ length: 2 }).notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})

/** A reference table: every node has all of it. */
export const categories = pgTable('categories', {
  id: serial().primaryKey(),
  name: text().notNull().unique('uq_categories_name'),
  kind: categoryKind().notNull(),
})

/** Distributed by user, as what follows: the rows of a user stand on one node. */
export const accounts = pgTable(
  'accounts',
  {
    id: bigserial({ mode: 'number' }).notNull(),
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
    primaryKey({ columns: [table.userId, table.id] }),
    check('ck_accounts_currency', sql`${table.currency} ~ '^[A-Z]{3}$'`),
  ],
)

export const transactions = pgTable(
  'transactions',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    userId: bigint('user_id', { mode: 'number' }).notNull(),
    accountId: bigint('account_id', { mode: 'number' }).notNull(),
    categoryId: integer('category_id')
      .notNull()
      .references(() => categories.id),
    /** Below zero for what is spent. */
    amount: decimal({ precision: 12, scale: 2 }).notNull(),
    description: text().notNull(),
    txDate: date('tx_date').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({
      name: 'fk_transactions_account',
      columns: [table.userId, table.accountId],
      foreignColumns: [accounts.userId, accounts.id],
    }),
    index('ix_transactions_account_tx_date').on(table.userId, table.accountId, table.txDate),
    check('ck_transactions_amount', sql`${table.amount} <> 0`),
  ],
)

export const budgets = pgTable(
  'budgets',
  {
    id: bigserial({ mode: 'number' }).notNull(),
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
    primaryKey({ columns: [table.userId, table.id] }),
    unique('uq_budgets_user_category_month').on(table.userId, table.categoryId, table.month),
    check('ck_budgets_month', sql`extract(day from ${table.month}) = 1`),
    check('ck_budgets_amount', sql`${table.amount} > 0`),
  ],
)
