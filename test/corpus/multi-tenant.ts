import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const tenants = pgTable('tenants', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  subdomain: varchar('subdomain', { length: 40 }).notNull().unique(),
  plan: text('plan', { enum: ['free', 'team', 'business'] })
    .notNull()
    .default('free'),
  createdAt: timestamp('created_at').notNull().defaultNow(),
})

export const members = pgTable(
  'members',
  {
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull().defaultRandom(),
    email: text('email').notNull(),
    displayName: text('display_name').notNull(),
    employeeNumber: integer('employee_number').notNull(),
    invitedBy: uuid('invited_by'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('members_email').on(table.tenantId, table.email),
    unique('members_employee_number').on(table.tenantId, table.employeeNumber),
    foreignKey({
      name: 'members_invited_by',
      columns: [table.tenantId, table.invitedBy],
      foreignColumns: [table.tenantId, table.id],
    }),
  ],
)

export const projects = pgTable(
  'projects',
  {
    tenantId: uuid('tenant_id').notNull(),
    id: integer('id').notNull(),
    key: varchar('key', { length: 10 }).notNull(),
    name: text('name').notNull(),
    ownerId: uuid('owner_id').notNull(),
    deputyId: uuid('deputy_id'),
    isArchived: boolean('is_archived').notNull().default(false),
  },
  (table) => [
    primaryKey({ name: 'projects_pk', columns: [table.tenantId, table.id] }),
    uniqueIndex('projects_key').on(table.tenantId, table.key),
    uniqueIndex('projects_name').on(table.tenantId, sql`lower(${table.name})`),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    foreignKey({
      name: 'projects_owner',
      columns: [table.tenantId, table.ownerId],
      foreignColumns: [members.tenantId, members.id],
    }),
    foreignKey({
      name: 'projects_deputy',
      columns: [table.tenantId, table.deputyId],
      foreignColumns: [members.tenantId, members.id],
    }),
    check('projects_key_upper', sql`${table.key} ~ '^[A-Z][A-Z0-9]{1,9}$'`),
  ],
)

export const tasks = pgTable(
  'tasks',
  {
    tenantId: uuid('tenant_id').notNull(),
    id: integer('id').notNull(),
    projectId: integer('project_id').notNull(),
    assigneeId: uuid('assignee_id'),
    reporterId: uuid('reporter_id').notNull(),
    title: text('title').notNull(),
    startsOn: date('starts_on'),
    dueOn: date('due_on'),
    completedAt: timestamp('completed_at'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'tasks_project',
      columns: [table.tenantId, table.projectId],
      foreignColumns: [projects.tenantId, projects.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'tasks_assignee',
      columns: [table.tenantId, table.assigneeId],
      foreignColumns: [members.tenantId, members.id],
    }),
    foreignKey({
      name: 'tasks_reporter',
      columns: [table.tenantId, table.reporterId],
      foreignColumns: [members.tenantId, members.id],
    }),
    check('tasks_dates', sql`${table.dueOn} >= ${table.startsOn}`),
  ],
)
