import { sql } from 'drizzle-orm'
import {
  check,
  customType,
  integer,
  pgTable,
  serial,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

const citext = customType<{ data: string }>({ dataType: () => 'citext' })
const emailAddress = customType<{ data: string }>({ dataType: () => 'email_address' })
const isoCountry = customType<{ data: string }>({ dataType: () => 'legal.iso_country' })
const positiveAmount = customType<{ data: string }>({ dataType: () => 'positive_amount' })
const percentage = customType<{ data: number; driverData: string }>({
  dataType: () => 'percentage',
  fromDriver: Number,
  toDriver: String,
})
const riskLevel = customType<{ data: string }>({ dataType: () => 'risk_level' })
const shortCode = customType<{ data: string }>({ dataType: () => 'short_code' })
const ltree = customType<{ data: string }>({ dataType: () => 'ltree' })
const hstore = customType<{ data: string }>({ dataType: () => 'hstore' })
const xml = customType<{ data: string }>({ dataType: () => 'xml' })

export const extensions = ['citext', 'ltree', 'hstore']

/** Domains, a domain over a domain, one that is NOT NULL, and one in another schema. */
export const before = `
  create schema legal;
  create domain email_address as text check (value ~ '^[^@ ]+@[^@ ]+[.][a-z]+$');
  create domain legal.iso_country as char(2) not null check (value ~ '^[A-Z]{2}$');
  create domain "legal.iso_country" as char(2);
  create domain positive_amount as numeric(12, 2) constraint is_positive check (value > 0);
  create domain percentage as positive_amount check (value <= 100);
  create domain risk_level as text default 'low' check (value in ('low', 'medium', 'high'));
  create domain short_code as varchar(12) check (length(value) between 4 and 12);
`
/** drizzle-kit takes the dot for a part of the name. */
export const after = `
  alter table companies alter country type legal.iso_country;
  drop domain "legal.iso_country";
`

export const companies = pgTable('companies', {
  id: serial('id').primaryKey(),
  code: shortCode('code').notNull().unique(),
  name: citext('name').notNull().unique(),
  contactEmail: emailAddress('contact_email').notNull(),
  country: isoCountry('country').notNull(),
  capital: positiveAmount('capital').notNull(),
  ownership: percentage('ownership'),
  riskLevel: riskLevel('risk_level').notNull(),
  sector: ltree('sector'),
  labels: hstore('labels')
    .notNull()
    .default(sql`''::hstore`),
  filing: xml('filing'),
})

export const audits = pgTable(
  'audits',
  {
    id: serial('id').primaryKey(),
    companyCode: shortCode('company_code')
      .notNull()
      .references(() => companies.code),
    inspectorEmail: citext('inspector_email').notNull(),
    riskBefore: riskLevel('risk_before').notNull(),
    riskAfter: riskLevel('risk_after'),
    findings: integer('findings').notNull(),
    closedAt: timestamp('closed_at'),
    remark: text('remark'),
  },
  (table) => [
    check('audits_findings', sql`${table.findings} >= 0`),
    check(
      'audits_closed',
      sql`(${table.closedAt} is null and ${table.riskAfter} is null) or (${table.closedAt} is not null and ${table.riskAfter} is not null)`,
    ),
    uniqueIndex('audits_open')
      .on(table.companyCode)
      .where(sql`${table.closedAt} is null`),
  ],
)
