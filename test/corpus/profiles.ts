import { relations, sql } from 'drizzle-orm'
import {
  bigint,
  check,
  date,
  integer,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

/** A party is a person, or an organisation: their keys are keys of parties. */
export const parties = pgTable('parties', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  createdAt: timestamp('created_at').notNull().defaultNow(),
})

export const people = pgTable(
  'people',
  {
    partyId: bigint('party_id', { mode: 'number' })
      .primaryKey()
      .references(() => parties.id, { onDelete: 'cascade' }),
    givenName: text('given_name').notNull(),
    familyName: text('family_name').notNull(),
    dateOfBirth: date('date_of_birth'),
  },
  (table) => [check('people_birth', sql`${table.dateOfBirth} < '2020-01-01'`)],
)

export const organisations = pgTable('organisations', {
  partyId: bigint('party_id', { mode: 'number' })
    .primaryKey()
    .references(() => parties.id),
  legalName: text('legal_name').notNull().unique(),
  vatNumber: varchar('vat_number', { length: 14 }),
})

/** A key that refers to a key that refers to a key. */
export const preferences = pgTable('preferences', {
  personId: bigint('person_id', { mode: 'number' })
    .primaryKey()
    .references(() => people.partyId),
  language: varchar('language', { length: 2 }).notNull().default('en'),
  theme: text('theme', { enum: ['light', 'dark', 'system'] }).notNull(),
})

export const users = pgTable('users', {
  id: uuid('id').primaryKey().defaultRandom(),
  /** One to one, and there for everyone. */
  personId: bigint('person_id', { mode: 'number' })
    .notNull()
    .unique()
    .references(() => people.partyId),
  handle: varchar('handle', { length: 30 }).notNull().unique(),
})

export const avatars = pgTable(
  'avatars',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    /** One to one, where there is one. */
    userId: uuid('user_id').references(() => users.id),
    url: text('url').notNull(),
  },
  (table) => [unique('avatars_of_user').on(table.userId)],
)

export const userRelations = relations(users, ({ one }) => ({
  person: one(people, { fields: [users.personId], references: [people.partyId] }),
  avatar: one(avatars),
}))

export const peopleRelations = relations(people, ({ one }) => ({
  party: one(parties, { fields: [people.partyId], references: [parties.id] }),
  /** The other direction of the key, which is no foreign key of people. */
  user: one(users, { fields: [people.partyId], references: [users.personId] }),
  preferences: one(preferences),
}))
