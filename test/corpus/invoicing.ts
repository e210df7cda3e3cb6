import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  integer,
  numeric,
  pgTable,
  serial,
  text,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'

/** Columns that the server computes: of every kind, unique ones and ones with checks too. */
export const clients = pgTable(
  'clients',
  {
    id: serial('id').primaryKey(),
    firstName: text('first_name').notNull(),
    middleName: text('middle_name'),
    lastName: text('last_name').notNull(),
    displayName: text('display_name').generatedAlwaysAs(sql`first_name || ' ' || last_name`),
    /** May be NULL itself, but what is computed from it may not. */
    emailInput: text('email_input'),
    email: text('email')
      .notNull()
      .generatedAlwaysAs(sql`lower(btrim(email_input))`),
    initials: varchar('initials', { length: 2 }).generatedAlwaysAs(
      sql`upper(left(first_name, 1) || left(last_name, 1))`,
    ),
    hasMiddleName: boolean('has_middle_name')
      .notNull()
      .generatedAlwaysAs(sql`middle_name is not null`),
  },
  (table) => [uniqueIndex('clients_email').on(table.email)],
)

export const invoices = pgTable(
  'invoices',
  {
    id: serial('id').primaryKey(),
    clientId: integer('client_id')
      .notNull()
      .references(() => clients.id),
    net: numeric('net', { precision: 10, scale: 2 }).notNull(),
    taxRate: numeric('tax_rate', { precision: 4, scale: 3 }).notNull(),
    discount: numeric('discount', { precision: 10, scale: 2 }),
    gross: numeric('gross', { precision: 12, scale: 2 })
      .notNull()
      .generatedAlwaysAs(sql`round(net * (1 + tax_rate), 2)`),
    /** NOT NULL of two columns that may be NULL. */
    issuedOn: date('issued_on'),
    dueInDays: integer('due_in_days'),
    dueOn: date('due_on')
      .notNull()
      .generatedAlwaysAs(sql`issued_on + due_in_days`),
    payable: numeric('payable', { precision: 12, scale: 2 })
      .notNull()
      .generatedAlwaysAs(sql`net - coalesce(discount, 0)`),
  },
  (table) => [
    check('invoices_net', sql`${table.net} > 0 and ${table.net} < 1000000`),
    check('invoices_tax', sql`${table.taxRate} in (0, 0.07, 0.19)`),
    check('invoices_discount', sql`${table.discount} >= 0 and ${table.discount} <= ${table.net}`),
    check('invoices_payable', sql`${table.payable} >= 0`),
    check('invoices_due', sql`${table.dueOn} >= ${table.issuedOn}`),
    check('invoices_due_in', sql`${table.dueInDays} <= 90`),
  ],
)
