import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  integer,
  pgTable,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'

export const customers = pgTable(
  'customers',
  {
    id: serial('id').primaryKey(),
    email: text('email').notNull(),
    taxId: text('tax_id'),
    region: text('region'),
    externalId: varchar('external_id', { length: 24 }).unique('customers_external', {
      nulls: 'not distinct',
    }),
    deletedAt: timestamp('deleted_at'),
  },
  (table) => [
    uniqueIndex('customers_email_alive')
      .on(sql`lower(${table.email})`)
      .where(sql`${table.deletedAt} is null`),
    unique('customers_tax').on(table.taxId, table.region).nullsNotDistinct(),
  ],
)

export const plans = pgTable(
  'plans',
  {
    id: serial('id').primaryKey(),
    code: varchar('code', { length: 20 }).notNull(),
    currency: varchar('currency', { length: 3 }).notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    interval: text('interval').notNull(),
    trialDays: integer('trial_days'),
    isPublic: boolean('is_public').notNull().default(true),
  },
  (table) => [
    unique('plans_code').on(table.code, table.currency),
    unique('plans_amount').on(table.currency, table.interval, table.amount),
    check('plans_interval', sql`${table.interval} in ('month', 'year')`),
    check('plans_amount_positive', sql`${table.amount} >= 0`),
    check('plans_trial', sql`${table.trialDays} is null or ${table.trialDays} in (7, 14, 30)`),
  ],
)

export const subscriptions = pgTable(
  'subscriptions',
  {
    id: serial('id').primaryKey(),
    customerId: integer('customer_id')
      .notNull()
      .references(() => customers.id),
    planId: integer('plan_id')
      .notNull()
      .references(() => plans.id),
    status: text('status').notNull(),
    startedAt: timestamp('started_at').notNull(),
    endedAt: timestamp('ended_at'),
    pausedAt: timestamp('paused_at'),
    resumesAt: timestamp('resumes_at'),
  },
  (table) => [
    uniqueIndex('subscriptions_one_active')
      .on(table.customerId)
      .where(sql`${table.status} = 'active'`),
    uniqueIndex('subscriptions_open')
      .on(table.customerId, table.planId)
      .where(sql`${table.endedAt} is null`),
    check('subscriptions_status', sql`${table.status} in ('active', 'paused', 'ended')`),
    check('subscriptions_ended', sql`(${table.status} = 'ended') = (${table.endedAt} is not null)`),
    check('subscriptions_span', sql`${table.endedAt} >= ${table.startedAt}`),
    check(
      'subscriptions_paused',
      sql`${table.status} <> 'paused' or (${table.pausedAt} is not null and ${table.resumesAt} is not null and ${table.resumesAt} > ${table.pausedAt})`,
    ),
  ],
)

/** At most one row without a region for each plan, as NULL equals NULL here. */
export const prices = pgTable(
  'prices',
  {
    id: serial('id').primaryKey(),
    planId: integer('plan_id')
      .notNull()
      .references(() => plans.id),
    regionId: integer('region_id'),
    amount: bigint('amount', { mode: 'number' }).notNull(),
  },
  (table) => [unique('prices_region').on(table.planId, table.regionId).nullsNotDistinct()],
)
