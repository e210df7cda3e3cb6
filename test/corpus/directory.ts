import { sql } from 'drizzle-orm'
import { check, pgTable, serial, text, unique, varchar } from 'drizzle-orm/pg-core'

/** Simple regular expressions, alone and next to other rules. */
export const branches = pgTable(
  'branches',
  {
    id: serial('id').primaryKey(),
    name: text('name').notNull(),
    email: text('email').notNull(),
    phone: varchar('phone', { length: 16 }).notNull(),
    fax: text('fax'),
    iban: varchar('iban', { length: 34 }).notNull(),
    bic: varchar('bic', { length: 11 }),
    postcode: varchar('postcode', { length: 5 }).notNull(),
    countryCode: varchar('country_code', { length: 2 }).notNull(),
    brandColor: varchar('brand_color', { length: 7 }).notNull(),
    homepage: text('homepage').notNull(),
    handle: text('handle').notNull().unique(),
    opensAt: varchar('opens_at', { length: 5 }).notNull(),
    commit: varchar('commit', { length: 40 }).notNull(),
    version: text('version').notNull(),
    zone: text('zone').notNull(),
  },
  (table) => [
    unique('branches_phone').on(table.phone),
    check('branches_email', sql`${table.email} ~* '^[A-Z0-9._%+-]+@[A-Z0-9.-]+\\.[A-Z]{2,}$'`),
    check('branches_phone_e164', sql`${table.phone} ~ '^\\+[1-9][0-9]{6,14}$'`),
    check('branches_fax', sql`${table.fax} ~ '^0[0-9 /-]{5,}$'`),
    check('branches_iban', sql`${table.iban} ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'`),
    check('branches_bic', sql`${table.bic} ~ '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$'`),
    check('branches_postcode', sql`${table.postcode} ~ '^\\d{5}$'`),
    check('branches_country', sql`${table.countryCode} = upper(${table.countryCode})`),
    check('branches_country_length', sql`char_length(${table.countryCode}) = 2`),
    check('branches_color', sql`${table.brandColor} ~ '^#[0-9a-f]{6}$'`),
    check('branches_homepage', sql`${table.homepage} like 'https://%'`),
    check(
      'branches_handle',
      sql`${table.handle} ~ '^[a-z][a-z0-9_]*$' and length(${table.handle}) between 3 and 24`,
    ),
    check('branches_opens', sql`${table.opensAt} ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'`),
    check('branches_commit', sql`${table.commit} ~ '^[0-9a-f]{40}$'`),
    check('branches_version', sql`${table.version} ~ '^v?[0-9]+\\.[0-9]+\\.[0-9]+$'`),
    check('branches_zone', sql`${table.zone} ~ '^(north|south)-[1-9]$'`),
  ],
)
