import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  foreignKey,
  integer,
  numeric,
  pgTable,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

/** A cycle of three tables in which every link may be NULL. */
export const landlords = pgTable('landlords', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  phone: text('phone').unique(),
  homeId: uuid('home_id').references((): AnyPgColumn => flats.id),
})

export const flats = pgTable(
  'flats',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: uuid('owner_id').references(() => landlords.id),
    currentLeaseId: uuid('current_lease_id').references((): AnyPgColumn => leases.id),
    street: text('street').notNull(),
    houseNumber: varchar('house_number', { length: 6 }).notNull(),
    floor: smallint('floor'),
    rooms: numeric('rooms', { precision: 3, scale: 1 }).notNull(),
    area: numeric('area', { precision: 6, scale: 2 }).notNull(),
    coldRent: numeric('cold_rent', { precision: 8, scale: 2 }).notNull(),
    warmRent: numeric('warm_rent', { precision: 8, scale: 2 }).notNull(),
    energyClass: text('energy_class'),
  },
  (table) => [
    unique('flats_address').on(table.street, table.houseNumber, table.floor).nullsNotDistinct(),
    check('flats_rooms', sql`${table.rooms} > 0 and ${table.rooms} <= 20`),
    check('flats_area', sql`${table.area} >= ${table.rooms} * 8`),
    check('flats_rent', sql`0 < ${table.coldRent} and ${table.coldRent} <= ${table.warmRent}`),
    check(
      'flats_energy_class',
      sql`${table.energyClass} is null or ${table.energyClass} in ('A', 'B', 'C', 'D')`,
    ),
  ],
)

export const leases = pgTable(
  'leases',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    landlordId: uuid('landlord_id').references(() => landlords.id),
    tenantName: text('tenant_name').notNull(),
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on'),
    isIndefinite: boolean('is_indefinite').notNull(),
    noticeMonths: integer('notice_months'),
    signedAt: timestamp('signed_at'),
    terminatedAt: timestamp('terminated_at'),
  },
  (table) => [
    check(
      'leases_end',
      sql`(${table.isIndefinite} and ${table.endsOn} is null and ${table.noticeMonths} is not null) or (not ${table.isIndefinite} and ${table.endsOn} > ${table.startsOn})`,
    ),
    check('leases_notice', sql`${table.noticeMonths} between 1 and 12`),
    check('leases_terminated', sql`${table.terminatedAt} is null or ${table.signedAt} is not null`),
    check('leases_terminated_later', sql`${table.terminatedAt} >= ${table.signedAt}`),
  ],
)

/** Unique, and a foreign key of two columns to something that is unique but no key. */
export const meters = pgTable(
  'meters',
  {
    id: integer('id').primaryKey().generatedByDefaultAsIdentity({ startWith: 100 }),
    flatId: uuid('flat_id')
      .notNull()
      .references(() => flats.id),
    kind: text('kind', { enum: ['water', 'gas', 'power'] }).notNull(),
    number: varchar('number', { length: 14 }).notNull(),
    removedOn: date('removed_on'),
  },
  (table) => [
    unique('meters_number').on(table.kind, table.number),
    uniqueIndex('meters_in_use')
      .on(table.flatId, table.kind)
      .where(sql`${table.removedOn} is null`),
  ],
)

export const meterReadings = pgTable(
  'meter_readings',
  {
    kind: text('kind', { enum: ['water', 'gas', 'power'] }).notNull(),
    number: varchar('number', { length: 14 }).notNull(),
    readOn: date('read_on').notNull(),
    value: numeric('value', { precision: 9, scale: 3 }).notNull(),
    isEstimated: boolean('is_estimated').notNull().default(false),
  },
  (table) => [
    unique('meter_readings_day').on(table.kind, table.number, table.readOn),
    foreignKey({
      name: 'meter_readings_meter',
      columns: [table.kind, table.number],
      foreignColumns: [meters.kind, meters.number],
    }).onUpdate('cascade'),
    check('meter_readings_value', sql`${table.value} >= 0`),
  ],
)
