import { sql } from 'drizzle-orm'
import { check, integer, numeric, pgTable, text, uuid } from 'drizzle-orm/pg-core'

export const products = pgTable(
  'products',
  {
    id: uuid().primaryKey().defaultRandom(),
    sku: text().notNull().unique(),
    name: text().notNull(),
    price: numeric({ precision: 8, scale: 2 }).notNull(),
    stock: integer().notNull(),
  },
  (table) => [
    check('products_price', sql`${table.price} between 0.5 and 2000`),
    check('products_stock', sql`${table.stock} >= 0`),
    check('products_sku', sql`${table.sku} ~ '^[A-Z]{3}-[0-9]{5}$'`),
  ],
)
