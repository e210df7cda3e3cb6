import { sql } from 'drizzle-orm'
import { char, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'
import { createdAt } from '@/db/created-at'

export const customers = pgTable(
  'customers',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    email: text().notNull(),
    fullName: text().notNull(),
    city: text(),
    countryCode: char({ length: 2 }).notNull(),
    createdAt: createdAt(),
    deletedAt: timestamp({ withTimezone: true }),
  },
  (table) => [uniqueIndex('customers_email_key').on(sql`lower(${table.email})`)],
)
