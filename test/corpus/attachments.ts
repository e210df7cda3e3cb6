import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  foreignKey,
  integer,
  pgTable,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const articles = pgTable('articles', {
  id: serial('id').primaryKey(),
  title: text('title').notNull(),
})

export const videos = pgTable(
  'videos',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    channel: text('channel').notNull(),
    number: integer('number').notNull(),
    seconds: integer('seconds').notNull(),
  },
  (table) => [
    unique('videos_number').on(table.channel, table.number),
    check('videos_seconds', sql`${table.seconds} between 1 and 36000`),
  ],
)

/** Belongs to exactly one of three. */
export const attachments = pgTable(
  'attachments',
  {
    id: serial('id').primaryKey(),
    articleId: integer('article_id').references(() => articles.id),
    videoId: uuid('video_id').references(() => videos.id),
    externalUrl: text('external_url'),
    fileName: text('file_name').notNull(),
    mimeType: varchar('mime_type', { length: 50 }).notNull(),
    isPrimary: boolean('is_primary').notNull().default(false),
  },
  (table) => [
    check(
      'attachments_one_owner',
      sql`num_nonnulls(${table.articleId}, ${table.videoId}, ${table.externalUrl}) = 1`,
    ),
    uniqueIndex('attachments_primary_of_article')
      .on(table.articleId)
      .where(sql`${table.isPrimary} and ${table.articleId} is not null`),
    uniqueIndex('attachments_primary_of_video')
      .on(table.videoId)
      .where(sql`${table.isPrimary}`),
  ],
)

/** The same said by additions, and by words. */
export const flags = pgTable(
  'flags',
  {
    id: serial('id').primaryKey(),
    articleId: integer('article_id').references(() => articles.id),
    attachmentId: integer('attachment_id').references(() => attachments.id),
    reason: text('reason').notNull(),
    resolvedAt: timestamp('resolved_at'),
    resolvedBy: text('resolved_by'),
    resolution: text('resolution'),
  },
  (table) => [
    check(
      'flags_one_subject',
      sql`(${table.articleId} is not null)::int + (${table.attachmentId} is not null)::int = 1`,
    ),
    check(
      'flags_resolution',
      sql`(${table.resolvedAt} is null and ${table.resolvedBy} is null and ${table.resolution} is null) or (${table.resolvedAt} is not null and ${table.resolvedBy} is not null and ${table.resolution} is not null)`,
    ),
    check('flags_reason', sql`${table.reason} in ('spam', 'abuse', 'copyright', 'other')`),
  ],
)

/** Refers to two columns, or to nothing: one NULL is enough for the server. */
export const clips = pgTable(
  'clips',
  {
    id: serial('id').primaryKey(),
    channel: text('channel'),
    number: integer('number'),
    fromSecond: integer('from_second').notNull(),
    toSecond: integer('to_second').notNull(),
  },
  (table) => [
    foreignKey({
      name: 'clips_video',
      columns: [table.channel, table.number],
      foreignColumns: [videos.channel, videos.number],
    }),
    check('clips_both', sql`(${table.channel} is null) = (${table.number} is null)`),
    check(
      'clips_span',
      sql`${table.fromSecond} >= 0 and ${table.toSecond} - ${table.fromSecond} > 0`,
    ),
  ],
)
