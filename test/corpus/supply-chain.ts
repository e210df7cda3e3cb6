import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  integer,
  numeric,
  pgEnum,
  pgSchema,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  varchar,
} from 'drizzle-orm/pg-core'

export const sales = pgSchema('sales')
export const purchasing = pgSchema('purchasing')
export const inventory = pgSchema('inventory')

export const movementKind = inventory.enum('movement_kind', [
  'receipt',
  'issue',
  'transfer',
  'count',
])
/** The same name as in the other schema. */
export const publicMovementKind = pgEnum('movement_kind', ['in', 'out'])

export const items = inventory.table('items', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  sku: varchar('sku', { length: 20 }).notNull().unique(),
  name: text('name').notNull(),
  weight: numeric('weight', { precision: 8, scale: 3 }).notNull(),
})

export const sites = inventory.table('sites', {
  code: varchar('code', { length: 6 }).primaryKey(),
  name: text('name').notNull(),
  city: text('city').notNull(),
})

export const stock = inventory.table(
  'stock',
  {
    siteCode: varchar('site_code', { length: 6 })
      .notNull()
      .references(() => sites.code, { onUpdate: 'cascade' }),
    itemId: integer('item_id')
      .notNull()
      .references(() => items.id),
    onHand: integer('on_hand').notNull().default(0),
    reserved: integer('reserved').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.siteCode, table.itemId] }),
    check('stock_reserved', sql`${table.reserved} between 0 and ${table.onHand}`),
  ],
)

export const movements = inventory.table(
  'movements',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    siteCode: varchar('site_code', { length: 6 }).notNull(),
    itemId: integer('item_id').notNull(),
    kind: movementKind('kind').notNull(),
    quantity: integer('quantity').notNull(),
    movedAt: timestamp('moved_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    foreignKey({
      name: 'movements_stock',
      columns: [table.siteCode, table.itemId],
      foreignColumns: [stock.siteCode, stock.itemId],
    }),
    check('movements_quantity', sql`${table.quantity} <> 0`),
  ],
)

export const salesOrders = sales.table('orders', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  siteCode: varchar('site_code', { length: 6 })
    .notNull()
    .references(() => sites.code),
  customerName: text('customer_name').notNull(),
})

export const purchaseOrders = purchasing.table('orders', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 500_000 }),
  supplierName: text('supplier_name').notNull(),
  /** What was ordered for a customer. */
  salesOrderId: integer('sales_order_id').references(() => salesOrders.id),
})

export const salesLines = sales.table(
  'lines',
  {
    orderId: integer('order_id')
      .notNull()
      .references(() => salesOrders.id),
    lineNo: integer('line_no').notNull(),
    itemId: integer('item_id')
      .notNull()
      .references(() => items.id),
    quantity: integer('quantity').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.lineNo] }),
    check('lines_line_no', sql`${table.lineNo} >= 1`),
    check('lines_quantity', sql`${table.quantity} > 0`),
  ],
)

export const purchaseLines = purchasing.table(
  'lines',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    orderId: integer('order_id')
      .notNull()
      .references(() => purchaseOrders.id),
    sku: varchar('sku', { length: 20 })
      .notNull()
      .references(() => items.sku),
    unitCost: numeric('unit_cost', { precision: 10, scale: 4 }).notNull(),
  },
  (table) => [
    unique('lines_sku').on(table.orderId, table.sku),
    check('lines_cost', sql`${table.unitCost} > 0`),
  ],
)

/** A table of the same name as the sales orders, in public. */
export const orders = pgTable('orders', {
  id: integer('id').primaryKey(),
  kind: publicMovementKind('kind').notNull(),
  note: text('note'),
})
