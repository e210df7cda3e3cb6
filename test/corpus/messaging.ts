import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const people = pgTable('people', {
  id: uuid('id').primaryKey().defaultRandom(),
  handle: varchar('handle', { length: 15 }).notNull().unique(),
  lastSeenAt: timestamp('last_seen_at'),
})

export const conversations = pgTable('conversations', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  topic: text('topic'),
  createdBy: uuid('created_by').references(() => people.id, { onDelete: 'set null' }),
})

/** Several unique rules that share a column. */
export const participants = pgTable(
  'participants',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    conversationId: bigint('conversation_id', { mode: 'number' })
      .notNull()
      .references(() => conversations.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    seat: integer('seat').notNull(),
    alias: varchar('alias', { length: 20 }),
  },
  (table) => [
    unique('participants_person').on(table.conversationId, table.personId),
    unique('participants_seat').on(table.conversationId, table.seat),
    unique('participants_alias').on(table.conversationId, table.alias),
    check('participants_seat_number', sql`${table.seat} > 0`),
  ],
)

export const messages = pgTable(
  'messages',
  {
    conversationId: bigint('conversation_id', { mode: 'number' })
      .notNull()
      .references(() => conversations.id),
    id: integer('id').notNull(),
    senderId: uuid('sender_id').notNull(),
    replyTo: integer('reply_to'),
    body: text('body'),
    attachmentUrl: text('attachment_url'),
    sentAt: timestamp('sent_at', { withTimezone: true }).notNull().defaultNow(),
    editedAt: timestamp('edited_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.id] }),
    index('messages_sent').on(table.conversationId, table.sentAt.desc()),
    // Both share the conversation, and so does the key.
    foreignKey({
      name: 'messages_sender',
      columns: [table.conversationId, table.senderId],
      foreignColumns: [participants.conversationId, participants.personId],
    }),
    foreignKey({
      name: 'messages_reply_to',
      columns: [table.conversationId, table.replyTo],
      foreignColumns: [table.conversationId, table.id],
    }),
    check('messages_content', sql`${table.body} is not null or ${table.attachmentUrl} is not null`),
    check('messages_edited', sql`${table.editedAt} is null or ${table.editedAt} > ${table.sentAt}`),
  ],
)

export const reactions = pgTable(
  'reactions',
  {
    conversationId: bigint('conversation_id', { mode: 'number' }).notNull(),
    messageId: integer('message_id').notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    emoji: varchar('emoji', { length: 8 }).notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.conversationId, table.messageId, table.personId, table.emoji],
    }),
    foreignKey({
      name: 'reactions_message',
      columns: [table.conversationId, table.messageId],
      foreignColumns: [messages.conversationId, messages.id],
    }).onDelete('cascade'),
  ],
)
