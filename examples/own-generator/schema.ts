import { integer, numeric, pgEnum, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

export const place = pgEnum('place', ['orchids', 'tomatoes', 'seedlings'])

export const sensors = pgTable('sensors', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  serialNumber: text('serial_number').notNull().unique(),
  place: place().notNull(),
})

export const readings = pgTable('readings', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  sensorId: integer('sensor_id')
    .notNull()
    .references(() => sensors.id),
  readAt: timestamp('read_at').notNull(),
  celsius: numeric({ precision: 4, scale: 1 }).notNull(),
})
