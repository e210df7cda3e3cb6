import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  customType,
  date,
  integer,
  numeric,
  pgTable,
  serial,
  smallint,
  text,
  time,
  timestamp,
  unique,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'

const daterange = customType<{ data: string }>({ dataType: () => 'daterange' })

export const hotels = pgTable(
  'hotels',
  {
    id: serial('id').primaryKey(),
    name: text('name').notNull(),
    stars: smallint('stars').notNull(),
    checkInFrom: time('check_in_from').notNull(),
    checkOutUntil: time('check_out_until').notNull(),
    latitude: numeric('latitude', { precision: 8, scale: 6 }),
    longitude: numeric('longitude', { precision: 9, scale: 6 }),
  },
  (table) => [
    check('hotels_stars', sql`${table.stars} between 1 and 5`),
    check('hotels_times', sql`${table.checkOutUntil} < ${table.checkInFrom}`),
    check('hotels_position', sql`(${table.latitude} is null) = (${table.longitude} is null)`),
    check('hotels_latitude', sql`${table.latitude} between -90 and 90`),
    check('hotels_longitude', sql`${table.longitude} between -180 and 180`),
  ],
)

export const rooms = pgTable(
  'rooms',
  {
    id: serial('id').primaryKey(),
    hotelId: integer('hotel_id')
      .notNull()
      .references(() => hotels.id),
    number: varchar('number', { length: 5 }).notNull(),
    floor: smallint('floor').notNull(),
    beds: smallint('beds').notNull(),
    isSmoking: boolean('is_smoking').notNull().default(false),
  },
  (table) => [
    unique('rooms_number').on(table.hotelId, table.number),
    check('rooms_floor', sql`${table.floor} >= -2 and ${table.floor} < 60`),
    check('rooms_beds', sql`${table.beds} in (1, 2, 3, 4)`),
  ],
)

export const bookings = pgTable(
  'bookings',
  {
    id: serial('id').primaryKey(),
    roomId: integer('room_id')
      .notNull()
      .references(() => rooms.id),
    reference: varchar('reference', { length: 10 }).notNull().unique(),
    guestName: text('guest_name').notNull(),
    guestEmail: text('guest_email').notNull(),
    checkIn: date('check_in').notNull(),
    checkOut: date('check_out').notNull(),
    nights: integer('nights').generatedAlwaysAs(sql`check_out - check_in`),
    adults: smallint('adults').notNull(),
    children: smallint('children').notNull().default(0),
    nightlyRate: numeric('nightly_rate', { precision: 8, scale: 2 }).notNull(),
    deposit: numeric('deposit', { precision: 8, scale: 2 }).notNull().default('0'),
    blocked: daterange('blocked'),
    cancelledAt: timestamp('cancelled_at'),
    cancelReason: text('cancel_reason'),
  },
  (table) => [
    check('bookings_dates', sql`${table.checkIn} < ${table.checkOut}`),
    check('bookings_adults', sql`${table.adults} >= 1 and ${table.adults} <= 6`),
    check('bookings_children', sql`${table.children} >= 0 and ${table.children} <= 6`),
    check(
      'bookings_deposit',
      sql`${table.deposit} >= 0 and ${table.deposit} <= ${table.nightlyRate}`,
    ),
    check('bookings_cancel', sql`(${table.cancelledAt} is null) = (${table.cancelReason} is null)`),
    uniqueIndex('bookings_arrival')
      .on(table.roomId, table.checkIn)
      .where(sql`cancelled_at is null`),
  ],
)
