import { sql } from 'drizzle-orm'
import {
  boolean,
  char,
  check,
  date,
  foreignKey,
  integer,
  numeric,
  pgTable,
  primaryKey,
  serial,
  smallint,
  text,
  varchar,
} from 'drizzle-orm/pg-core'

export const students = pgTable('students', {
  id: serial('id').primaryKey(),
  matriculation: char('matriculation', { length: 8 }).notNull().unique(),
  firstName: varchar('first_name', { length: 50 }).notNull(),
  middleName: varchar('middle_name', { length: 50 }),
  lastName: varchar('last_name', { length: 50 }).notNull(),
})

export const courses = pgTable(
  'courses',
  {
    id: serial('id').primaryKey(),
    code: varchar('code', { length: 9 }).notNull().unique(),
    title: text('title').notNull(),
    credits: smallint('credits').notNull(),
  },
  (table) => [check('courses_credits', sql`${table.credits} in (3, 6, 9, 12)`)],
)

/** Both halves of the key refer to one table, and may not be the same. */
export const prerequisites = pgTable(
  'prerequisites',
  {
    courseId: integer('course_id')
      .notNull()
      .references(() => courses.id),
    requiresId: integer('requires_id')
      .notNull()
      .references(() => courses.id),
  },
  (table) => [
    primaryKey({ columns: [table.courseId, table.requiresId] }),
    check('prerequisites_other', sql`${table.courseId} <> ${table.requiresId}`),
  ],
)

export const enrolments = pgTable(
  'enrolments',
  {
    studentId: integer('student_id')
      .notNull()
      .references(() => students.id),
    courseId: integer('course_id')
      .notNull()
      .references(() => courses.id),
    term: char('term', { length: 5 }).notNull(),
    grade: numeric('grade', { precision: 2, scale: 1 }),
    passed: boolean('passed'),
  },
  (table) => [
    primaryKey({ columns: [table.studentId, table.courseId, table.term] }),
    check('enrolments_term', sql`${table.term} ~ '^20[0-9]{2}[SW]$'`),
    check('enrolments_grade', sql`${table.grade} >= 1.0 and ${table.grade} <= 5.0`),
    check('enrolments_passed', sql`(${table.grade} is null) = (${table.passed} is null)`),
    check('enrolments_fail', sql`not ${table.passed} or ${table.grade} <= 4.0`),
  ],
)

/** Refers to a key of three columns, and has one of four. */
export const attendance = pgTable(
  'attendance',
  {
    studentId: integer('student_id').notNull(),
    courseId: integer('course_id').notNull(),
    term: char('term', { length: 5 }).notNull(),
    day: date('day').notNull(),
    present: boolean('present').notNull().default(true),
    excuse: text('excuse'),
  },
  (table) => [
    primaryKey({ columns: [table.studentId, table.courseId, table.term, table.day] }),
    foreignKey({
      name: 'attendance_enrolment',
      columns: [table.studentId, table.courseId, table.term],
      foreignColumns: [enrolments.studentId, enrolments.courseId, enrolments.term],
    }).onDelete('cascade'),
    check('attendance_excuse', sql`not (${table.present} and ${table.excuse} is not null)`),
  ],
)
