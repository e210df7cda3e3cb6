import { sql } from 'drizzle-orm'
import {
  char,
  check,
  date,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

let created = 0

/** A text key that a function of the project's own makes. */
export const vendors = pgTable('vendors', {
  id: text('id')
    .primaryKey()
    .$defaultFn(() => `vnd_${(++created).toString(36)}`),
  name: text('name').notNull().unique(),
  taxNumber: varchar('tax_number', { length: 14 }).unique(),
})

/** A uuid key without a default, and a second key that others refer to. */
export const products = pgTable(
  'products',
  {
    id: uuid('id').primaryKey(),
    vendorId: text('vendor_id')
      .notNull()
      .references(() => vendors.id),
    code: varchar('code', { length: 10 }).notNull().unique(),
    edition: varchar('edition', { length: 20 }).notNull(),
    version: integer('version').notNull(),
    name: text('name').notNull(),
  },
  (table) => [unique('products_edition').on(table.code, table.edition, table.version)],
)

/** A text key without a default. */
export const regions = pgTable('regions', {
  code: varchar('code', { length: 8 }).primaryKey(),
  name: text('name').notNull(),
})

export const licences = pgTable(
  'licences',
  {
    licenceKey: char('licence_key', { length: 29 }).primaryKey(),
    productCode: varchar('product_code', { length: 10 }).notNull(),
    productEdition: varchar('product_edition', { length: 20 }).notNull(),
    productVersion: integer('product_version').notNull(),
    regionCode: varchar('region_code', { length: 8 }).references(() => regions.code),
    seats: integer('seats').notNull(),
    validFrom: date('valid_from').notNull(),
    validUntil: date('valid_until'),
  },
  (table) => [
    // Two references to one table that share a column.
    foreignKey({
      name: 'licences_product',
      columns: [table.productCode],
      foreignColumns: [products.code],
    }),
    foreignKey({
      name: 'licences_edition',
      columns: [table.productCode, table.productEdition, table.productVersion],
      foreignColumns: [products.code, products.edition, products.version],
    }),
    check('licences_seats', sql`${table.seats} > 0`),
    check(
      'licences_validity',
      sql`${table.validUntil} is null or ${table.validUntil} > ${table.validFrom}`,
    ),
  ],
)

/** The licence's key is the first part of its key. */
export const activations = pgTable(
  'activations',
  {
    licenceKey: char('licence_key', { length: 29 })
      .notNull()
      .references(() => licences.licenceKey),
    deviceId: uuid('device_id').notNull().defaultRandom(),
    deviceName: text('device_name'),
  },
  (table) => [primaryKey({ columns: [table.licenceKey, table.deviceId] })],
)
