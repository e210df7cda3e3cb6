/** Tables for what drizzle-seed's guide shows, page by page, in a harbour's words. */

import { relations } from 'drizzle-orm'
import {
  bigint,
  bit,
  boolean,
  char,
  customType,
  date,
  doublePrecision,
  geometry,
  inet,
  integer,
  interval,
  json,
  jsonb,
  line,
  numeric,
  pgTable,
  point,
  real,
  serial,
  text,
  time,
  timestamp,
  unique,
  uuid,
  varchar,
  vector,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn, PgColumnBuilderBase } from 'drizzle-orm/pg-core'

export const sailors = pgTable('sailors', {
  id: integer().primaryKey(),
  name: text().notNull(),
})

export const entries = pgTable('entries', {
  id: integer().primaryKey(),
  note: text(),
  sailor: integer().references(() => sailors.id),
})

export const piers = pgTable('piers', {
  id: integer().primaryKey(),
  name: text().notNull().default('unnamed'),
  motto: text(),
})

export const voyages = pgTable('voyages', {
  id: integer().primaryKey(),
  title: text().notNull(),
  crew: varchar().notNull(),
  fare: doublePrecision().notNull(),
  berths: integer().notNull(),
})

export const cargo = pgTable('cargo', {
  weight: doublePrecision().notNull(),
  crates: integer().notNull(),
  voyage: integer()
    .notNull()
    .references(() => voyages.id, { onDelete: 'cascade' }),
})

export const merchants = pgTable('merchants', {
  code: varchar({ length: 256 }).primaryKey(),
  firm: text().notNull(),
  agent: text().notNull(),
  rank: text().notNull(),
  street: text().notNull(),
  town: text().notNull(),
  postcode: text(),
  region: text(),
  country: text().notNull(),
  phone: text().notNull(),
  telex: text(),
})

export const clerks = pgTable('clerks', {
  id: integer().primaryKey(),
  lastname: text().notNull(),
  firstname: text(),
  rank: text().notNull(),
  courtesy: text().notNull(),
  address: text().notNull(),
  phone: text().notNull(),
  born: timestamp().notNull(),
  hired: timestamp().notNull(),
  extension: integer().notNull(),
  notes: text().notNull(),
  chief: integer().references((): AnyPgColumn => clerks.id),
  portrait: text(),
})

export const shipments = pgTable('shipments', {
  id: integer().primaryKey(),
  ordered: timestamp().notNull(),
  due: timestamp().notNull(),
  arrived: timestamp(),
  via: integer().notNull(),
  freight: numeric().notNull(),
  street: text().notNull(),
  town: text().notNull(),
  region: text(),
  postcode: text(),
  country: text().notNull(),
  merchant: text()
    .notNull()
    .references(() => merchants.code, { onDelete: 'cascade' }),
  clerk: integer()
    .notNull()
    .references(() => clerks.id, { onDelete: 'cascade' }),
})

export const chandlers = pgTable('chandlers', {
  id: integer().primaryKey(),
  firm: text().notNull(),
  agent: text().notNull(),
  rank: text().notNull(),
  street: text().notNull(),
  town: text().notNull(),
  region: text(),
  postcode: text().notNull(),
  country: text().notNull(),
  phone: text().notNull(),
})

export const goods = pgTable('goods', {
  id: integer().primaryKey(),
  name: text().notNull(),
  packing: text().notNull(),
  price: numeric().notNull(),
  stock: integer().notNull(),
  ordered: integer().notNull(),
  reorder: integer().notNull(),
  withdrawn: integer().notNull(),
  chandler: integer()
    .notNull()
    .references(() => chandlers.id, { onDelete: 'cascade' }),
})

export const items = pgTable('items', {
  price: numeric().notNull(),
  quantity: integer().notNull(),
  discount: numeric().notNull(),
  shipment: integer()
    .notNull()
    .references(() => shipments.id, { onDelete: 'cascade' }),
  good: integer()
    .notNull()
    .references(() => goods.id, { onDelete: 'cascade' }),
})

export const moorings = pgTable(
  'moorings',
  {
    pier: integer().notNull(),
    boat: text().notNull(),
    buoy: text().notNull(),
  },
  (table) => [
    unique('one_boat_a_pier').on(table.pier, table.boat),
    unique('one_boat_a_buoy').on(table.boat, table.buoy),
  ],
)

export const dryDocks = pgTable(
  'dry_docks',
  { pier: integer().notNull(), boat: text().notNull() },
  (table) => [
    unique('one_boat_a_dock').on(table.pier, table.boat),
    unique('one_dock_a_boat').on(table.boat),
  ],
)

export const captains = pgTable('captains', { id: serial().primaryKey(), name: text() })

/** No foreign key says what a relation says. */
export const orders = pgTable('orders', {
  id: serial().primaryKey(),
  wording: text(),
  captain: integer().notNull(),
})

export const ordersRelations = relations(orders, ({ one }) => ({
  giver: one(captains, { fields: [orders.captain], references: [captains.id] }),
}))

export const commands = pgTable('commands', {
  id: serial().primaryKey(),
  wording: text(),
  captain: integer()
    .notNull()
    .references(() => captains.id),
})

export const soundings = pgTable('soundings', {
  id: serial().primaryKey(),
  depth: doublePrecision(),
  captain: integer()
    .notNull()
    .references(() => captains.id),
})

export const guesses = pgTable('guesses', {
  id: serial().primaryKey(),
  depth: doublePrecision(),
  captain: integer().references(() => captains.id),
})

export const watches = pgTable('watches', { length: interval().unique() })

export const spells = pgTable('spells', {
  span: interval().unique(),
  plain: interval(),
  fixed: char({ length: 256 }).unique(),
  padded: char({ length: 256 }),
  varying: varchar().unique(),
  loose: varchar(),
  written: text().unique(),
  noted: text(),
})

export const marks = pgTable('marks', {
  fixed: char({ length: 256 }).unique(),
  padded: char({ length: 256 }),
  varying: varchar().unique(),
  limited: varchar({ length: 256 }).unique(),
  loose: varchar({ length: 256 }),
  short: varchar({ length: 20 }).unique(),
  tiny: varchar({ length: 3 }).unique(),
  written: text().unique(),
})

export const seals = pgTable('seals', {
  fixed: char({ length: 256 }).unique(),
  padded: char({ length: 256 }),
  unfixed: char({ length: 256 }),
  varying: varchar(),
  keyed: varchar().unique(),
  limited: varchar({ length: 256 }).unique(),
  loose: varchar({ length: 256 }),
  apart: varchar({ length: 20 }),
  written: text().unique(),
  noted: text(),
})

export const permits = pgTable('permits', { token: uuid().notNull() })

export const constants = pgTable('constants', {
  id: integer().primaryKey(),
  flag: text().notNull(),
  flags: text().array().notNull(),
  rig: text().notNull(),
  rigs: text().array().notNull(),
  tier: text().notNull(),
})

export const lots = pgTable('lots', {
  id: integer().primaryKey(),
  number: integer().notNull().unique(),
  numbers: integer().array().notNull(),
  weighted: integer().notNull().unique(),
})

export const measures = pgTable('measures', {
  id: integer().primaryKey(),
  price: doublePrecision().notNull(),
  depth: real().notNull(),
  toll: numeric().notNull().unique(),
  tides: doublePrecision().array().notNull(),
  usual: doublePrecision().notNull(),
  crew: integer().notNull(),
  serial: bigint({ mode: 'bigint' }).notNull().unique(),
  hull: integer().notNull().unique(),
  decks: integer().array().notNull(),
  plain: integer().notNull(),
  afloat: boolean().notNull(),
  lamps: boolean().array().notNull(),
})

export const moments = pgTable('moments', {
  id: integer().primaryKey(),
  built: date().notNull(),
  launched: date({ mode: 'date' }).notNull(),
  refits: date().array().notNull(),
  since: date().notNull(),
  until: date().notNull(),
  anyday: date().notNull(),
  bell: time().notNull(),
  dawn: time().notNull(),
  bells: time().array().notNull(),
  anytime: time().notNull(),
  sighted: timestamp({ precision: 3 }).notNull(),
  sightings: timestamp().array().notNull(),
  after: timestamp().notNull(),
  before: timestamp().notNull(),
  anywhen: timestamp().notNull(),
  logged: timestamp({ withTimezone: true }).notNull(),
  logs: timestamp({ withTimezone: true }).array().notNull(),
  year: text().notNull(),
  number: integer().notNull(),
  years: varchar({ length: 4 }).array().notNull(),
  leave: interval().notNull().unique(),
  rest: interval().notNull(),
  leaves: interval().array().notNull(),
})

export const papers = pgTable('papers', {
  id: integer().primaryKey(),
  bill: jsonb().notNull(),
  draft: json().notNull(),
  bills: jsonb().array().notNull(),
  code: varchar({ length: 20 }).notNull(),
  token: varchar({ length: 20 }).notNull().unique(),
  codes: text().array().notNull(),
  uuid: uuid().notNull().unique(),
  uuids: uuid().array().notNull(),
  sentence: text().notNull(),
  sentences: text().notNull(),
  paragraphs: text().array().notNull(),
})

export const people = pgTable('people', {
  id: integer().primaryKey(),
  firstname: text().notNull(),
  onlyfirst: text().notNull().unique(),
  firstnames: text().array().notNull(),
  lastname: text().notNull(),
  onlylast: text().notNull().unique(),
  lastnames: text().array().notNull(),
  fullname: text().notNull(),
  onlyfull: text().notNull().unique(),
  fullnames: text().array().notNull(),
  email: text().notNull().unique(),
  emails: text().array().notNull(),
  job: text().notNull(),
  jobs: text().array().notNull(),
  firm: text().notNull(),
  onlyfirm: text().notNull().unique(),
  firms: text().array().notNull(),
})

export const phones = pgTable('phones', {
  id: integer().primaryKey(),
  plain: text().notNull().unique(),
  template: text().notNull().unique(),
  templates: text().array().notNull(),
  prefixed: text().notNull().unique(),
  unsized: text().notNull().unique(),
  sized: text().notNull().unique(),
  sizes: text().array().notNull(),
})

export const addresses = pgTable('addresses', {
  id: integer().primaryKey(),
  country: text().notNull(),
  onlycountry: text().notNull().unique(),
  countries: text().array().notNull(),
  city: text().notNull(),
  onlycity: text().notNull().unique(),
  cities: text().array().notNull(),
  street: text().notNull(),
  onlystreet: text().notNull().unique(),
  streets: text().array().notNull(),
  postcode: text().notNull(),
  onlypostcode: text().notNull().unique(),
  postcodes: text().array().notNull(),
  state: text().notNull(),
  states: text().array().notNull(),
})

export const charts = pgTable('charts', {
  id: integer().primaryKey(),
  buoy: point().notNull(),
  rock: point({ mode: 'xy' }).notNull(),
  buoys: point().array().notNull(),
  anywhere: point().notNull(),
  course: line({ mode: 'abc' }).notNull(),
  courses: line().array().notNull(),
  anyway: line().notNull(),
})

export const signals = pgTable('signals', {
  id: integer().primaryKey(),
  flags: bit({ dimensions: 12 }).notNull().unique(),
  hoists: bit({ dimensions: 12 }).array().notNull(),
  short: bit({ dimensions: 5 }).notNull(),
  host: inet().notNull().unique(),
  hosts: inet().array().notNull(),
  bare: inet().notNull(),
  wide: inet().notNull(),
  usual: inet().notNull(),
})

export const positions = pgTable('positions', {
  id: integer().primaryKey(),
  degrees: asText(geometry({ type: 'point', srid: 4326 })),
  metres: asText(geometry({ type: 'point', mode: 'xy', srid: 3857 })),
  usual: asText(geometry({ type: 'point' })),
  embedding: asText(vector({ dimensions: 12 })),
  coarse: asText(vector({ dimensions: 3 })),
})

/** What Drizzle makes of values for an extension's type, which the tests' server does not have. */
function asText(builder: PgColumnBuilderBase) {
  const { column } = pgTable('mapping', { column: builder as ReturnType<typeof text> })
  return customType<{ data: unknown; driverData: unknown; notNull: true }>({
    dataType: () => 'text',
    toDriver: (value) => column.mapToDriverValue(value as string),
  })().notNull()
}
