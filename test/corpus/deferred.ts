import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

/** An account has an opening entry, and every entry an account. */
export const ledgerAccounts = pgTable('ledger_accounts', {
  id: integer('id').primaryKey().generatedByDefaultAsIdentity(),
  name: text('name').notNull(),
  openingEntryId: integer('opening_entry_id')
    .notNull()
    .references((): AnyPgColumn => ledgerEntries.id),
})

export const ledgerEntries = pgTable('ledger_entries', {
  id: integer('id').primaryKey().generatedByDefaultAsIdentity(),
  accountId: integer('account_id')
    .notNull()
    .references(() => ledgerAccounts.id),
  memo: text('memo'),
})

/** Three tables in a circle without a nullable link. */
export const airports = pgTable('airports', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  mainAirlineId: uuid('main_airline_id')
    .notNull()
    .references((): AnyPgColumn => airlines.id),
})

export const airlines = pgTable('airlines', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  flagshipId: uuid('flagship_id')
    .notNull()
    .references((): AnyPgColumn => aircraft.id),
})

export const aircraft = pgTable('aircraft', {
  id: uuid('id').primaryKey(),
  registration: text('registration').notNull().unique(),
  homeAirportId: uuid('home_airport_id')
    .notNull()
    .references(() => airports.id),
})

export const after = `
  alter table ledger_accounts alter constraint ledger_accounts_opening_entry_id_ledger_entries_id_fk
    deferrable initially deferred;
  alter table ledger_entries alter constraint ledger_entries_account_id_ledger_accounts_id_fk
    deferrable initially immediate;
  alter table airports alter constraint airports_main_airline_id_airlines_id_fk
    deferrable initially deferred;
  alter table airlines alter constraint airlines_flagship_id_aircraft_id_fk
    deferrable initially deferred;
  alter table aircraft alter constraint aircraft_home_airport_id_airports_id_fk
    deferrable initially deferred;
`
