import { relations, sql } from 'drizzle-orm'
import {
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

export const authors = pgTable('authors', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  bio: text('bio'),
  websiteUrl: text('website_url'),
})

export const posts = pgTable(
  'posts',
  {
    id: serial('id').primaryKey(),
    authorId: integer('author_id')
      .notNull()
      .references(() => authors.id),
    slug: varchar('slug', { length: 100 }).notNull().unique(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    status: text('status').notNull().default('draft'),
    publishedAt: timestamp('published_at'),
    viewCount: integer('view_count').notNull().default(0),
  },
  (table) => [
    index('posts_author').on(table.authorId),
    check('posts_slug', sql`${table.slug} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`),
    check('posts_status', sql`${table.status} = any (array['draft', 'published', 'archived'])`),
    check('posts_published', sql`(${table.status} = 'draft') = (${table.publishedAt} is null)`),
    check('posts_views', sql`${table.viewCount} >= 0`),
  ],
)

export const tags = pgTable('tags', {
  id: serial('id').primaryKey(),
  name: varchar('name', { length: 30 }).notNull().unique(),
})

export const postTags = pgTable(
  'post_tags',
  {
    postId: integer('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    tagId: integer('tag_id')
      .notNull()
      .references(() => tags.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.postId, table.tagId] })],
)

export const comments = pgTable('comments', {
  id: serial('id').primaryKey(),
  postId: integer('post_id')
    .notNull()
    .references(() => posts.id),
  parentId: integer('parent_id').references((): AnyPgColumn => comments.id),
  authorName: text('author_name').notNull(),
  authorEmail: text('author_email').notNull(),
  body: text('body').notNull(),
  createdAt: timestamp('created_at').notNull().defaultNow(),
})

/** Related to posts by Drizzle only: there is no foreign key in the database. */
export const pageViews = pgTable('page_views', {
  id: serial('id').primaryKey(),
  postId: integer('post_id').notNull(),
  referrer: text('referrer'),
})

export const authorRelations = relations(authors, ({ many }) => ({ posts: many(posts) }))

export const postRelations = relations(posts, ({ one, many }) => ({
  author: one(authors, { fields: [posts.authorId], references: [authors.id] }),
  tags: many(postTags),
  comments: many(comments),
  views: many(pageViews),
}))

export const tagRelations = relations(tags, ({ many }) => ({ posts: many(postTags) }))

export const postTagRelations = relations(postTags, ({ one }) => ({
  post: one(posts, { fields: [postTags.postId], references: [posts.id] }),
  tag: one(tags, { fields: [postTags.tagId], references: [tags.id] }),
}))

/** From the parent's side: `fields` are those of the parent here, and refer to nothing. */
export const commentRelations = relations(comments, ({ one, many }) => ({
  post: one(posts, { fields: [comments.postId], references: [posts.id] }),
  parent: one(comments, {
    fields: [comments.parentId],
    references: [comments.id],
    relationName: 'thread',
  }),
  replies: many(comments, { relationName: 'thread' }),
}))

export const pageViewRelations = relations(pageViews, ({ one }) => ({
  post: one(posts, { fields: [pageViews.postId], references: [posts.id] }),
}))
