import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  integer,
  json,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  serial,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const questionKind = pgEnum('question_kind', [
  'single choice',
  'multiple choice',
  'free text',
  "it's a scale",
])
export const channel = pgEnum('Channel', ['E-Mail', 'Web', 'Phone'])

interface Theme {
  readonly primary: string
}

export const surveys = pgTable('surveys', {
  id: uuid('id').primaryKey().defaultRandom(),
  title: text('title').notNull(),
  channels: channel('channels').array().notNull(),
  locales: varchar('locales', { length: 5 }).array().notNull().default([]),
  theme: jsonb('theme').$type<Theme>().notNull(),
  settings: json('settings'),
  isOpen: boolean('is_open').notNull().default(true),
})

export const questions = pgTable(
  'questions',
  {
    id: serial('id').primaryKey(),
    surveyId: uuid('survey_id')
      .notNull()
      .references(() => surveys.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    kind: questionKind('kind').notNull(),
    prompt: text('prompt').notNull(),
    options: text('options').array(),
    weights: numeric('weights', { precision: 4, scale: 1 }).array(),
    scaleMin: integer('scale_min'),
    scaleMax: integer('scale_max'),
    tone: text('tone', { enum: ['formal', 'informal'] }),
    audience: varchar('audience', { length: 12, enum: ['public', 'internal'] }).notNull(),
  },
  (table) => [
    unique('questions_position').on(table.surveyId, table.position),
    check('questions_position_from_one', sql`${table.position} > 0`),
    check(
      'questions_scale',
      sql`${table.kind} <> 'it''s a scale' or (${table.scaleMin} is not null and ${table.scaleMax} is not null and ${table.scaleMin} < ${table.scaleMax})`,
    ),
    check(
      'questions_options',
      sql`${table.kind} not in ('single choice', 'multiple choice') or ${table.options} is not null`,
    ),
  ],
)

export const answers = pgTable('answers', {
  id: serial('id').primaryKey(),
  questionId: integer('question_id')
    .notNull()
    .references(() => questions.id),
  respondent: uuid('respondent').notNull(),
  chosen: integer('chosen').array().notNull(),
  matrix: integer('matrix').array().array(),
  triple: integer('triple').array(3),
  flags: boolean('flags').array(),
  days: date('days').array(),
  moments: timestamp('moments', { withTimezone: true }).array(),
  references: uuid('references').array(),
  payload: jsonb('payload').array(),
  text: text('text'),
})
