import { sql } from 'drizzle-orm'
import {
  bit,
  char,
  check,
  integer,
  numeric,
  pgTable,
  serial,
  smallint,
  text,
  time,
  timestamp,
  unique,
  varchar,
} from 'drizzle-orm/pg-core'

/** Columns with hardly any room, whatever their names ask for. */
export const labels = pgTable('labels', {
  id: serial('id').primaryKey(),
  email: varchar('email', { length: 8 }).notNull(),
  firstName: varchar('first_name', { length: 3 }).notNull(),
  city: varchar('city', { length: 1 }).notNull(),
  url: varchar('url', { length: 12 }),
  description: varchar('description', { length: 10 }),
  status: char('status', { length: 1 }).notNull(),
  countryCode: char('country_code', { length: 3 }).notNull(),
  phone: varchar('phone', { length: 6 }).notNull(),
  slug: varchar('slug', { length: 4 }).notNull().unique(),
  initial: char('initial').notNull(),
  words: varchar('words', { length: 2 }).array().notNull(),
})

export const figures = pgTable(
  'figures',
  {
    id: serial('id').primaryKey(),
    labelId: integer('label_id')
      .notNull()
      .references(() => labels.id),
    grade: numeric('grade', { precision: 2, scale: 1 }).notNull(),
    share: numeric('share', { precision: 3, scale: 3 }).notNull(),
    tens: numeric('tens', { precision: 2 }).notNull(),
    price: numeric('price', { precision: 3, scale: 2 }).notNull(),
    digit: smallint('digit').notNull(),
    parity: smallint('parity').notNull(),
    flag: bit('flag', { dimensions: 1 }).notNull(),
    second: time('second', { precision: 0 }).notNull(),
    moment: timestamp('moment', { precision: 0 }).notNull(),
    code: smallint('code').notNull().unique(),
    letter: text('letter').notNull(),
  },
  (table) => [
    check('figures_digit', sql`${table.digit} >= 0 and ${table.digit} <= 9`),
    check('figures_parity', sql`${table.parity} in (0, 1)`),
    check('figures_share', sql`${table.share} > 0 and ${table.share} < 1`),
    check('figures_price', sql`${table.price} > 9`),
    check('figures_letter', sql`length(${table.letter}) = 1`),
    unique('figures_pair').on(table.tens, table.moment),
  ],
)
