import { sql } from 'drizzle-orm'
import {
  check,
  cidr,
  customType,
  inet,
  integer,
  interval,
  line,
  macaddr,
  macaddr8,
  pgTable,
  point,
  serial,
  smallint,
  text,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'
import { bit } from 'drizzle-orm/pg-core'

const varbit = customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `bit varying(${config?.length ?? 1})`,
})
const polygon = customType<{ data: string }>({ dataType: () => 'polygon' })

export const depots = pgTable('depots', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  network: cidr('network').notNull(),
  gateway: inet('gateway'),
  position: point('position').notNull(),
  entrance: point('entrance', { mode: 'xy' }),
  border: line('border'),
  equation: line('equation', { mode: 'abc' }),
  area: polygon('area'),
})

export const vehicles = pgTable(
  'vehicles',
  {
    id: serial('id').primaryKey(),
    depotId: integer('depot_id')
      .notNull()
      .references(() => depots.id),
    vin: varchar('vin', { length: 17 }).notNull(),
    licensePlate: varchar('license_plate', { length: 10 }).notNull().unique(),
    mac: macaddr('mac').notNull().unique(),
    modem: macaddr8('modem').unique(),
    address: inet('address').notNull().unique(),
    flags: bit('flags', { dimensions: 8 }).notNull(),
    isTracked: bit('is_tracked', { dimensions: 1 }).notNull(),
    options: varbit('options', { length: 20 }),
    odometer: integer('odometer').notNull(),
    tyrePressure: smallint('tyre_pressure').array(),
    idleTime: interval('idle_time'),
  },
  (table) => [
    uniqueIndex('vehicles_vin').on(sql`upper(${table.vin})`),
    check('vehicles_vin_length', sql`length(${table.vin}) = 17`),
    check('vehicles_odometer', sql`${table.odometer} >= 0 and ${table.odometer} < 1000000`),
  ],
)
