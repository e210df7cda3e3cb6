import { sql } from 'drizzle-orm'
import {
  check,
  customType,
  date,
  integer,
  interval,
  pgTable,
  serial,
  text,
  time,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'

const tstzrange = customType<{ data: string }>({ dataType: () => 'tstzrange' })
const int4range = customType<{ data: string }>({ dataType: () => 'int4range' })
const numrange = customType<{ data: string }>({ dataType: () => 'numrange' })

export const calendars = pgTable('calendars', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  timezone: text('timezone').notNull(),
  color: text('color'),
})

/** A column of every type of date and time, in every mode. */
export const events = pgTable(
  'events',
  {
    id: serial('id').primaryKey(),
    calendarId: integer('calendar_id')
      .notNull()
      .references(() => calendars.id),
    title: text('title').notNull(),
    day: date('day').notNull(),
    dayObject: date('day_object', { mode: 'date' }).notNull(),
    startsAt: timestamp('starts_at', { withTimezone: true }).notNull(),
    endsAt: timestamp('ends_at', { withTimezone: true }).notNull(),
    startsText: timestamp('starts_text', { mode: 'string' }).notNull(),
    startsZonedText: timestamp('starts_zoned_text', { withTimezone: true, mode: 'string' }),
    wholeSeconds: timestamp('whole_seconds', { precision: 0 }),
    millis: timestamp('millis', { precision: 3, mode: 'string' }),
    micros: timestamp('micros', { precision: 6, withTimezone: true }),
    opens: time('opens').notNull(),
    closes: time('closes').notNull(),
    opensZoned: time('opens_zoned', { withTimezone: true }),
    opensWhole: time('opens_whole', { precision: 0 }),
    duration: interval('duration').notNull(),
    reminder: interval('reminder', { fields: 'hour to minute' }),
    notice: interval('notice', { fields: 'day' }),
    term: interval('term', { fields: 'year to month' }),
    exactly: interval('exactly', { precision: 3 }),
    span: tstzrange('span'),
    seats: int4range('seats'),
    fees: numrange('fees').notNull(),
    createdAt: timestamp('created_at').notNull().defaultNow(),
    updatedAt: timestamp('updated_at')
      .notNull()
      .defaultNow()
      .$onUpdate(() => new Date()),
    deletedAt: timestamp('deleted_at'),
  },
  (table) => [
    unique('events_day').on(table.calendarId, table.title, table.day),
    check('events_span', sql`${table.endsAt} > ${table.startsAt}`),
    check('events_hours', sql`${table.opens} <= ${table.closes}`),
    check('events_since', sql`${table.day} >= '2000-01-01'`),
    check(
      'events_deleted',
      sql`${table.deletedAt} is null or ${table.deletedAt} >= ${table.createdAt}`,
    ),
  ],
)

/** Days are the key, and there are enough of them. */
export const holidays = pgTable('holidays', {
  day: date('day').primaryKey(),
  name: text('name').notNull(),
})
