import { sql } from 'drizzle-orm'
import {
  bigint,
  char,
  check,
  decimal,
  index,
  integer,
  pgTable,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'

export const brands = pgTable('brands', {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  name: text().notNull().unique('uq_brands_name'),
  website: text().notNull(),
  /** ISO 3166-1 alpha-2. */
  country: char({ length: 2 }).notNull(),
})

export const products = pgTable(
  'products',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    brandId: integer('brand_id')
      .notNull()
      .references(() => brands.id),
    name: text().notNull(),
    description: text().notNull(),
    price: decimal({ precision: 10, scale: 2 }).notNull(),
    stock: integer().notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique('uq_products_name').on(table.name),
    // The primary key has an index already; this one is in the brief, and load times depend on it.
    index('ix_products_id').on(table.id),
    index('ix_products_brand_id').on(table.brandId),
    check('ck_products_price', sql`${table.price} > 0`),
    check('ck_products_stock', sql`${table.stock} >= 0`),
  ],
)
