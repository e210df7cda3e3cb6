import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  check,
  inet,
  integer,
  jsonb,
  pgTable,
  serial,
  smallint,
  smallserial,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

export const actors = pgTable('actors', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 10_000, increment: 5 }),
  name: text('name').notNull(),
})

export const services = pgTable('services', {
  id: smallint('id').primaryKey().generatedByDefaultAsIdentity(),
  name: text('name').notNull(),
  rank: smallserial('rank').notNull(),
})

/** No key at all. */
export const events = pgTable(
  'events',
  {
    actorId: integer('actor_id')
      .notNull()
      .references(() => actors.id),
    serviceId: smallint('service_id').references(() => services.id),
    action: text('action').notNull(),
    subjectType: text('subject_type'),
    subjectId: uuid('subject_id'),
    ip: inet('ip'),
    changes: jsonb('changes'),
    occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    check('events_subject', sql`(${table.subjectType} is null) = (${table.subjectId} is null)`),
    check('events_action', sql`${table.action} in ('create', 'update', 'delete', 'login')`),
  ],
)

/** No key, but numbers that count up. */
export const lines = pgTable('lines', {
  number: bigserial('number', { mode: 'number' }).notNull(),
  shard: serial('shard').notNull(),
  message: text('message').notNull(),
})

/** Nothing but a key. */
export const batches = pgTable('batches', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
})

/** Nothing that has to be given. */
export const heartbeats = pgTable('heartbeats', {
  at: timestamp('at').defaultNow(),
  note: text('note').default('alive'),
})
