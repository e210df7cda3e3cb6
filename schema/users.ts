import { bigint, char, pgEnum, pgTable, text, timestamp, varchar } from 'drizzle-orm/pg-core'

export const userRole = pgEnum('user_role', ['member', 'support', 'admin'])

export const users = pgTable('users', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  username: varchar({ length: 80 }).notNull().unique(),
  role: userRole().notNull().default('member'),
  email: varchar({ length: 120 }).notNull().unique(),
  fullName: text('full_name').notNull(),
  /** ISO 3166-1 alpha-2. */
  country: char({ length: 2 }).notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})
