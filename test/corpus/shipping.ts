import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  integer,
  numeric,
  pgTable,
  serial,
  text,
  timestamp,
  varchar,
} from 'drizzle-orm/pg-core'

export const carriers = pgTable('carriers', {
  id: serial('id').primaryKey(),
  code: varchar('code', { length: 4 }).notNull().unique(),
  name: text('name').notNull(),
})

/** What has to be given depends on the status, and on more than one column. */
export const shipments = pgTable(
  'shipments',
  {
    id: serial('id').primaryKey(),
    carrierId: integer('carrier_id').references(() => carriers.id),
    status: text('status', { enum: ['pending', 'packed', 'in_transit', 'delivered', 'lost'] })
      .notNull()
      .default('pending'),
    trackingNumber: varchar('tracking_number', { length: 20 }).unique(),
    isInsured: boolean('is_insured').notNull().default(false),
    insuredValue: numeric('insured_value', { precision: 9, scale: 2 }),
    weightGrams: integer('weight_grams').notNull(),
    packedAt: timestamp('packed_at'),
    shippedAt: timestamp('shipped_at'),
    deliveredAt: timestamp('delivered_at'),
    signedBy: text('signed_by'),
    lockerCode: varchar('locker_code', { length: 8 }),
  },
  (table) => [
    check(
      'shipments_times',
      sql`case ${table.status}
        when 'pending' then ${table.packedAt} is null and ${table.shippedAt} is null
        when 'packed' then ${table.packedAt} is not null and ${table.shippedAt} is null
        else ${table.shippedAt} is not null
      end`,
    ),
    check(
      'shipments_delivered',
      sql`(${table.status} = 'delivered' and ${table.deliveredAt} is not null) or (${table.status} <> 'delivered' and ${table.deliveredAt} is null)`,
    ),
    check(
      'shipments_order',
      sql`${table.packedAt} <= ${table.shippedAt} and ${table.shippedAt} <= ${table.deliveredAt}`,
    ),
    check(
      'shipments_tracking',
      sql`${table.status} in ('pending', 'packed') or (${table.trackingNumber} is not null and ${table.carrierId} is not null)`,
    ),
    check(
      'shipments_insured',
      sql`(${table.isInsured} and ${table.insuredValue} > 0) or (not ${table.isInsured} and ${table.insuredValue} is null)`,
    ),
    check(
      'shipments_handed_over',
      sql`${table.status} <> 'delivered' or num_nonnulls(${table.signedBy}, ${table.lockerCode}) = 1`,
    ),
    check('shipments_weight', sql`${table.weightGrams} > 0 and ${table.weightGrams} <= 31500`),
    check(
      'shipments_heavy',
      sql`${table.weightGrams} <= 10000 or ${table.lockerCode} is null or not ${table.isInsured}`,
    ),
  ],
)
