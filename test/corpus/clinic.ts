import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  foreignKey,
  integer,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

/** Columns are named by their properties: `firstName` is `first_name` in the database. */
export const casing = 'snake_case'

export const bloodType = pgEnum('blood_type', ['A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', '0+', '0-'])

export const patients = pgTable(
  'patients',
  {
    id: uuid().primaryKey().defaultRandom(),
    firstName: text().notNull(),
    lastName: text().notNull(),
    dateOfBirth: date().notNull(),
    emailAddress: text().notNull(),
    insuranceNumber: varchar({ length: 12 }).unique(),
    bloodType: bloodType(),
    isDeceased: boolean().notNull().default(false),
    deceasedOn: date(),
    createdAt: timestamp().notNull().defaultNow(),
    updatedAt: timestamp().notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('patients_email').on(sql`lower(${table.emailAddress})`),
    check('patients_birth', sql`${table.dateOfBirth} > '1900-01-01'`),
    check('patients_deceased', sql`${table.isDeceased} or ${table.deceasedOn} is null`),
    check('patients_deceased_on', sql`${table.deceasedOn} >= ${table.dateOfBirth}`),
  ],
)

export const practitioners = pgTable('practitioners', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  licenseNumber: varchar({ length: 9 }).notNull().unique(),
  fullName: text().notNull(),
  phoneNumber: text(),
})

export const careTeams = pgTable(
  'careTeams',
  {
    patientId: uuid()
      .notNull()
      .references(() => patients.id),
    practitionerId: integer()
      .notNull()
      .references(() => practitioners.id),
    isLead: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.patientId, table.practitionerId] }),
    uniqueIndex('care_teams_one_lead')
      .on(table.patientId)
      .where(sql`${table.isLead}`),
  ],
)

export const appointments = pgTable(
  'appointments',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    patientId: uuid().notNull(),
    practitionerId: integer().notNull(),
    startsAt: timestamp({ withTimezone: true }).notNull(),
    endsAt: timestamp({ withTimezone: true }).notNull(),
    copayAmount: numeric({ precision: 7, scale: 2 }).notNull(),
    visitNotes: text(),
  },
  (table) => [
    unique().on(table.practitionerId, table.startsAt),
    foreignKey({
      columns: [table.patientId, table.practitionerId],
      foreignColumns: [careTeams.patientId, careTeams.practitionerId],
    }),
    check('appointments_span', sql`${table.startsAt} < ${table.endsAt}`),
    check('appointments_copay', sql`${table.copayAmount} >= 0`),
  ],
)
