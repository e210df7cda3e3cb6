import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  customType,
  index,
  integer,
  pgTable,
  serial,
  text,
  timestamp,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

export const blobs = pgTable(
  'blobs',
  {
    sha256: varchar('sha256', { length: 64 }).primaryKey(),
    md5: text('md5').notNull(),
    content: bytea('content').notNull(),
    thumbnail: bytea('thumbnail'),
    byteSize: bigint('byte_size', { mode: 'number' }).notNull(),
    mimeType: text('mime_type').notNull(),
  },
  (table) => [
    check('blobs_sha256', sql`length(${table.sha256}) = 64`),
    check('blobs_md5', sql`char_length(${table.md5}) = 32 and ${table.md5} ~ '^[0-9a-f]+$'`),
    check('blobs_size', sql`${table.byteSize} >= 0`),
  ],
)

export const folders = pgTable(
  'folders',
  {
    id: serial('id').primaryKey(),
    parentId: integer('parent_id').references((): AnyPgColumn => folders.id),
    name: text('name').notNull(),
  },
  (table) => [
    uniqueIndex('folders_name').on(sql`coalesce(${table.parentId}, 0)`, sql`lower(${table.name})`),
    check(
      'folders_name_trimmed',
      sql`${table.name} = btrim(${table.name}) and ${table.name} <> ''`,
    ),
  ],
)

export const documents = pgTable(
  'documents',
  {
    id: serial('id').primaryKey(),
    folderId: integer('folder_id').references(() => folders.id),
    blobSha256: varchar('blob_sha256', { length: 64 })
      .notNull()
      .references(() => blobs.sha256),
    slug: text('slug').notNull().unique(),
    title: text('title'),
    summary: text('summary'),
    keywords: text('keywords').array().notNull().default([]),
    /** NOT NULL, from columns that may be NULL. */
    search: tsvector('search')
      .notNull()
      .generatedAlwaysAs(sql`to_tsvector('english', title || ' ' || summary)`),
    words: tsvector('words'),
    titleLength: integer('title_length').generatedAlwaysAs(sql`length(title)`),
    createdAt: timestamp('created_at').notNull().defaultNow(),
    archivedAt: timestamp('archived_at'),
  },
  (table) => [
    index('documents_search').using('gin', table.search),
    check('documents_slug', sql`${table.slug} = lower(btrim(${table.slug}))`),
    check('documents_title', sql`length(${table.title}) <= 120`),
    check('documents_archived', sql`${table.archivedAt} > ${table.createdAt}`),
  ],
)
