import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  check,
  doublePrecision,
  integer,
  numeric,
  pgTable,
  real,
  serial,
  smallint,
  smallserial,
  text,
} from 'drizzle-orm/pg-core'

export const sites = pgTable('sites', {
  id: smallserial('id').primaryKey(),
  name: text('name').notNull().unique(),
  altitude: real('altitude'),
})

export const sensors = pgTable(
  'sensors',
  {
    id: serial('id').primaryKey(),
    siteId: smallint('site_id')
      .notNull()
      .references(() => sites.id),
    channel: smallint('channel').notNull(),
    serialNumber: bigint('serial_number', { mode: 'bigint' }).notNull().unique(),
    isOnline: boolean('is_online').notNull(),
    gain: doublePrecision('gain').notNull(),
    offset: real('offset').notNull().default(0),
  },
  (table) => [
    check('sensors_channel', sql`${table.channel} >= 0 and ${table.channel} < 64`),
    check('sensors_gain', sql`${table.gain} > 0 and ${table.gain} <= 1`),
  ],
)

/** A column of every numeric type. */
export const readings = pgTable(
  'readings',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    sensorId: integer('sensor_id')
      .notNull()
      .references(() => sensors.id),
    sequence: bigserial('sequence', { mode: 'bigint' }).notNull(),
    raw: smallint('raw').notNull(),
    rawMin: smallint('raw_min'),
    ticks: bigint('ticks', { mode: 'number' }).notNull(),
    nanos: bigint('nanos', { mode: 'bigint' }).notNull(),
    value: doublePrecision('value').notNull(),
    valueSingle: real('value_single').notNull(),
    exact: numeric('exact').notNull(),
    exactWhole: numeric('exact_whole', { precision: 12 }).notNull(),
    exactScaled: numeric('exact_scaled', { precision: 18, scale: 6 }).notNull(),
    exactNumber: numeric('exact_number', { precision: 10, scale: 3, mode: 'number' }).notNull(),
    exactBigint: numeric('exact_bigint', { precision: 24, mode: 'bigint' }).notNull(),
    ratio: numeric('ratio', { precision: 4, scale: 4 }),
    humidity: numeric('humidity', { precision: 5, scale: 2 }),
    isValid: boolean('is_valid'),
  },
  (table) => [
    check('readings_raw_min', sql`${table.rawMin} <= ${table.raw}`),
    check('readings_humidity', sql`${table.humidity} >= 0 and ${table.humidity} <= 100`),
    check('readings_ratio', sql`${table.ratio} >= 0`),
    check('readings_ticks', sql`${table.ticks} >= 0 and ${table.nanos} >= 0`),
  ],
)
