import { sql } from 'drizzle-orm'
import {
  bigint,
  char,
  check,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const merchants = pgTable(
  'merchants',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    defaultCurrency: char('default_currency', { length: 3 }).notNull(),
    statementDescriptor: varchar('statement_descriptor', { length: 22 }).notNull(),
  },
  (table) => [
    check('merchants_currency', sql`${table.defaultCurrency} ~ '^[A-Z]{3}$'`),
    check('merchants_descriptor', sql`length(${table.statementDescriptor}) between 5 and 22`),
  ],
)

export const paymentMethods = pgTable(
  'payment_methods',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    merchantId: uuid('merchant_id')
      .notNull()
      .references(() => merchants.id),
    type: text('type').notNull(),
    cardBrand: text('card_brand'),
    cardLast4: char('card_last4', { length: 4 }),
    expMonth: smallint('exp_month'),
    expYear: smallint('exp_year'),
    iban: varchar('iban', { length: 34 }),
    walletToken: text('wallet_token'),
  },
  (table) => [
    check('payment_methods_type', sql`${table.type} in ('card', 'sepa_debit', 'wallet')`),
    check(
      'payment_methods_card',
      sql`${table.type} <> 'card' or (${table.cardBrand} is not null and ${table.cardLast4} is not null and ${table.expMonth} is not null and ${table.expYear} is not null)`,
    ),
    check('payment_methods_sepa', sql`${table.type} <> 'sepa_debit' or ${table.iban} is not null`),
    check(
      'payment_methods_wallet',
      sql`${table.type} <> 'wallet' or ${table.walletToken} is not null`,
    ),
    check('payment_methods_last4', sql`${table.cardLast4} ~ '^[0-9]{4}$'`),
    check('payment_methods_month', sql`${table.expMonth} >= 1 and ${table.expMonth} <= 12`),
    check('payment_methods_year', sql`${table.expYear} between 2020 and 2040`),
  ],
)

export const payments = pgTable(
  'payments',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    merchantId: uuid('merchant_id')
      .notNull()
      .references(() => merchants.id),
    paymentMethodId: integer('payment_method_id').references(() => paymentMethods.id),
    cashRegister: text('cash_register'),
    idempotencyKey: text('idempotency_key').notNull(),
    currency: char('currency', { length: 3 }).notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    capturedAmount: bigint('captured_amount', { mode: 'number' }).notNull().default(0),
    refundedAmount: bigint('refunded_amount', { mode: 'number' }),
    refundedAt: timestamp('refunded_at', { withTimezone: true }),
    refundReason: text('refund_reason'),
    status: varchar('status', { length: 20 }).notNull(),
    metadata: jsonb('metadata').notNull().default({}),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique('payments_idempotency').on(table.merchantId, table.idempotencyKey),
    check('payments_idempotency_sha256', sql`length(${table.idempotencyKey}) = 64`),
    check('payments_currency', sql`${table.currency} in ('EUR', 'USD', 'GBP', 'JPY')`),
    check('payments_amount', sql`${table.amount} > 0`),
    check(
      'payments_captured',
      sql`${table.capturedAmount} >= 0 and ${table.capturedAmount} <= ${table.amount}`,
    ),
    check(
      'payments_source',
      sql`(${table.paymentMethodId} is null) <> (${table.cashRegister} is null)`,
    ),
    check(
      'payments_refund',
      sql`num_nonnulls(${table.refundedAmount}, ${table.refundedAt}, ${table.refundReason}) in (0, 3)`,
    ),
    check(
      'payments_refund_amount',
      sql`${table.refundedAmount} is null or (${table.refundedAmount} > 0 and ${table.refundedAmount} <= ${table.amount})`,
    ),
    check(
      'payments_status',
      sql`${table.status} in ('pending', 'succeeded', 'failed') or (${table.status} = 'refunded' and ${table.refundedAt} is not null)`,
    ),
  ],
)
