import { boolean, date, integer, pgTable, serial, text } from 'drizzle-orm/pg-core'

export const authors = pgTable('authors', {
  id: serial().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  role: text().notNull(),
})

export const posts = pgTable('posts', {
  id: serial().primaryKey(),
  authorId: integer('author_id')
    .notNull()
    .references(() => authors.id),
  title: text().notNull(),
  words: integer().notNull(),
  isPublished: boolean('is_published').notNull(),
  day: date().notNull(),
})
