import { char, date, integer, numeric, pgTable, serial, text } from 'drizzle-orm/pg-core'

/** The table of document 001: a serial key, five columns, no other index. */
export const transactions = pgTable('bench_transactions', {
  id: serial().primaryKey(),
  userId: integer('user_id'),
  accountId: integer('account_id'),
  amount: numeric({ precision: 12, scale: 2 }),
  description: text(),
  txDate: date('tx_date'),
})

/** The shape of `pgbench_accounts`: https://www.postgresql.org/docs/current/pgbench.html */
export const accounts = pgTable('bench_accounts', {
  aid: integer().primaryKey(),
  bid: integer(),
  abalance: integer(),
  filler: char({ length: 84 }),
})
