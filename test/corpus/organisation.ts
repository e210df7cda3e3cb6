import { sql } from 'drizzle-orm'
import {
  check,
  date,
  foreignKey,
  integer,
  numeric,
  pgTable,
  serial,
  text,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

export const departments = pgTable('departments', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  code: varchar('code', { length: 8 }).notNull().unique(),
  parentId: integer('parent_id').references((): AnyPgColumn => departments.id),
  /** The root of its tree; a root's is the department itself. */
  rootId: integer('root_id')
    .notNull()
    .references((): AnyPgColumn => departments.id),
})

export const employees = pgTable(
  'employees',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 1000 }),
    departmentId: integer('department_id')
      .notNull()
      .references(() => departments.id),
    managerId: integer('manager_id').references((): AnyPgColumn => employees.id),
    mentorId: integer('mentor_id')
      .unique()
      .references((): AnyPgColumn => employees.id, { onDelete: 'set null' }),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    jobTitle: text('job_title').notNull(),
    hiredOn: date('hired_on').notNull(),
    leftOn: date('left_on'),
    salary: numeric('salary', { precision: 9, scale: 2 }).notNull(),
  },
  (table) => [
    check('employees_left', sql`${table.leftOn} is null or ${table.leftOn} > ${table.hiredOn}`),
    check('employees_salary', sql`${table.salary} between 20000 and 250000`),
    check('employees_own_manager', sql`${table.managerId} <> ${table.id}`),
  ],
)

/** A tree of uuids whose root points at itself. */
export const costCentres = pgTable('cost_centres', {
  id: uuid('id').primaryKey(),
  label: text('label').notNull(),
  parentId: uuid('parent_id')
    .notNull()
    .references((): AnyPgColumn => costCentres.id),
})

/** A tree within each department: the reference to itself has two columns. */
export const positions = pgTable(
  'positions',
  {
    id: serial('id').primaryKey(),
    departmentId: integer('department_id')
      .notNull()
      .references(() => departments.id),
    title: text('title').notNull(),
    reportsTo: integer('reports_to'),
  },
  (table) => [
    unique('positions_of_department').on(table.departmentId, table.id),
    foreignKey({
      name: 'positions_reports_to',
      columns: [table.departmentId, table.reportsTo],
      foreignColumns: [table.departmentId, table.id],
    }),
  ],
)
