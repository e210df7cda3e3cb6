import { relations, sql } from 'drizzle-orm'
import { check, foreignKey, integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

/** A cycle of two tables: a team has members, one of which may lead it. */
export const teams = pgTable('teams', {
  id: serial('id').primaryKey(),
  name: text('name').notNull().unique(),
  leadId: integer('lead_id').references((): AnyPgColumn => writers.id, { onDelete: 'set null' }),
})

export const writers = pgTable('writers', {
  id: serial('id').primaryKey(),
  teamId: integer('team_id')
    .notNull()
    .references(() => teams.id),
  fullName: text('full_name').notNull(),
  email: text('email').notNull().unique(),
})

/** A cycle of three tables: an article has drafts, these have reviews, and one of them decides. */
export const articles = pgTable(
  'articles',
  {
    id: serial('id').primaryKey(),
    authorId: integer('author_id')
      .notNull()
      .references(() => writers.id),
    title: text('title').notNull(),
    decidingReviewId: integer('deciding_review_id'),
    publishedAt: timestamp('published_at'),
  },
  (table) => [
    foreignKey({
      name: 'articles_deciding_review',
      columns: [table.decidingReviewId],
      foreignColumns: [reviews.id],
    }).onDelete('set null'),
    check(
      'articles_published_after_review',
      sql`${table.publishedAt} is null or ${table.decidingReviewId} is not null`,
    ),
  ],
)

export const drafts = pgTable('drafts', {
  id: serial('id').primaryKey(),
  articleId: integer('article_id')
    .notNull()
    .references((): AnyPgColumn => articles.id),
  body: text('body').notNull(),
})

export const reviews = pgTable('reviews', {
  id: serial('id').primaryKey(),
  draftId: integer('draft_id')
    .notNull()
    .references((): AnyPgColumn => drafts.id),
  reviewerId: integer('reviewer_id').references(() => writers.id),
  verdict: text('verdict', { enum: ['accept', 'revise', 'reject'] }).notNull(),
})

export const teamRelations = relations(teams, ({ one, many }) => ({
  lead: one(writers, { fields: [teams.leadId], references: [writers.id], relationName: 'lead' }),
  members: many(writers, { relationName: 'membership' }),
}))

export const writerRelations = relations(writers, ({ one, many }) => ({
  team: one(teams, {
    fields: [writers.teamId],
    references: [teams.id],
    relationName: 'membership',
  }),
  leads: many(teams, { relationName: 'lead' }),
  articles: many(articles),
}))
