import { relations, sql } from 'drizzle-orm'
import {
  boolean,
  check,
  integer,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  serial,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'

export const orderStatus = pgEnum('order_status', [
  'draft',
  'placed',
  'paid',
  'shipped',
  'cancelled',
])

export const customers = pgTable(
  'customers',
  {
    id: serial('id').primaryKey(),
    email: text('email').notNull().unique(),
    fullName: text('full_name').notNull(),
    phone: varchar('phone', { length: 20 }),
    countryCode: varchar('country_code', { length: 2 }).notNull(),
  },
  (table) => [check('customers_email_normal', sql`${table.email} = lower(btrim(${table.email}))`)],
)

export const addresses = pgTable(
  'addresses',
  {
    id: serial('id').primaryKey(),
    customerId: integer('customer_id')
      .notNull()
      .references(() => customers.id, { onDelete: 'cascade' }),
    kind: text('kind').notNull(),
    line1: text('line1').notNull(),
    line2: text('line2'),
    city: text('city').notNull(),
    postalCode: varchar('postal_code', { length: 12 }).notNull(),
    isDefault: boolean('is_default').notNull().default(false),
  },
  (table) => [
    uniqueIndex('addresses_one_default')
      .on(table.customerId)
      .where(sql`${table.isDefault}`),
    check('addresses_kind', sql`${table.kind} in ('billing', 'shipping')`),
  ],
)

export const products = pgTable(
  'products',
  {
    id: serial('id').primaryKey(),
    slug: varchar('slug', { length: 80 }).notNull().unique('products_slug'),
    title: varchar('title', { length: 120 }).notNull(),
    description: text('description'),
    price: numeric('price', { precision: 10, scale: 2 }).notNull(),
    compareAtPrice: numeric('compare_at_price', { precision: 10, scale: 2 }),
    stock: integer('stock').notNull().default(0),
    rating: smallint('rating'),
  },
  (table) => [
    check('products_price_positive', sql`${table.price} > 0`),
    check('products_compare_at', sql`${table.compareAtPrice} > ${table.price}`),
    check('products_stock', sql`${table.stock} >= 0`),
    check('products_rating', sql`${table.rating} between 1 and 5`),
  ],
)

export const orders = pgTable(
  'orders',
  {
    id: serial('id').primaryKey(),
    number: varchar('number', { length: 16 }).notNull(),
    customerId: integer('customer_id')
      .notNull()
      .references(() => customers.id),
    shippingAddressId: integer('shipping_address_id').references(() => addresses.id),
    status: orderStatus('status').notNull().default('draft'),
    total: numeric('total', { precision: 12, scale: 2 }).notNull(),
    placedAt: timestamp('placed_at', { withTimezone: true }),
  },
  (table) => [
    uniqueIndex('orders_number').on(table.number),
    check('orders_total', sql`${table.total} >= 0`),
    check('orders_placed', sql`${table.status} = 'draft' or ${table.placedAt} is not null`),
  ],
)

export const orderItems = pgTable(
  'order_items',
  {
    orderId: integer('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    productId: integer('product_id')
      .notNull()
      .references(() => products.id),
    quantity: integer('quantity').notNull().default(1),
    unitPrice: numeric('unit_price', { precision: 10, scale: 2 }).notNull(),
    lineTotal: numeric('line_total', { precision: 12, scale: 2 })
      .notNull()
      .generatedAlwaysAs(sql`quantity * unit_price`),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.productId] }),
    check('order_items_quantity', sql`${table.quantity} > 0 and ${table.quantity} <= 100`),
    check('order_items_price', sql`${table.unitPrice} >= 0`),
  ],
)

export const customerRelations = relations(customers, ({ many }) => ({
  orders: many(orders),
  addresses: many(addresses),
}))

export const orderRelations = relations(orders, ({ one, many }) => ({
  customer: one(customers, { fields: [orders.customerId], references: [customers.id] }),
  items: many(orderItems),
}))
