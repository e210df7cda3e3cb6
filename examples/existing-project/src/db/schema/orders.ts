import { sql } from 'drizzle-orm'
import {
  check,
  integer,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt } from '@/db/created-at'
import { customers } from '@/db/schema/customers'
import { products } from '@/db/schema/products'

export const orderStatus = pgEnum('order_status', ['open', 'paid', 'shipped', 'cancelled'])

export const orders = pgTable(
  'orders',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    customerId: integer()
      .notNull()
      .references(() => customers.id),
    status: orderStatus().notNull().default('open'),
    createdAt: createdAt(),
    shippedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    check('orders_shipped', sql`${table.status} <> 'shipped' or ${table.shippedAt} is not null`),
    check('orders_order', sql`${table.shippedAt} >= ${table.createdAt}`),
  ],
)

export const orderItems = pgTable(
  'order_items',
  {
    orderId: integer()
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    productId: uuid()
      .notNull()
      .references(() => products.id),
    quantity: integer().notNull(),
    unitPrice: numeric({ precision: 8, scale: 2 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.productId] }),
    check('order_items_quantity', sql`${table.quantity} between 1 and 20`),
  ],
)
