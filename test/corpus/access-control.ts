import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const organisations = pgTable('organisations', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
})

/** Not the key but two unique columns are what others refer to. */
export const roles = pgTable(
  'roles',
  {
    id: serial('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    key: varchar('key', { length: 24 }).notNull(),
    label: text('label'),
  },
  (table) => [
    unique('roles_key').on(table.organisationId, table.key),
    unique('roles_id').on(table.organisationId, table.id),
  ],
)

export const permissions = pgTable('permissions', {
  name: varchar('name', { length: 40 }).primaryKey(),
  description: text('description'),
})

export const groups = pgTable(
  'groups',
  {
    id: serial('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    name: text('name').notNull(),
    defaultRole: varchar('default_role', { length: 24 }),
  },
  (table) => [
    unique('groups_id').on(table.organisationId, table.id),
    foreignKey({
      name: 'groups_default_role',
      columns: [table.organisationId, table.defaultRole],
      foreignColumns: [roles.organisationId, roles.key],
    }),
  ],
)

/** Three references to different tables that share the organisation. */
export const grants = pgTable(
  'grants',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    groupId: integer('group_id').notNull(),
    roleKey: varchar('role_key', { length: 24 }).notNull(),
    resource: varchar('resource', { length: 30 }).notNull(),
    grantedAt: timestamp('granted_at').notNull().defaultNow(),
    revokedAt: timestamp('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.groupId, table.roleKey, table.resource] }),
    foreignKey({
      name: 'grants_group',
      columns: [table.organisationId, table.groupId],
      foreignColumns: [groups.organisationId, groups.id],
    }),
    foreignKey({
      name: 'grants_role',
      columns: [table.organisationId, table.roleKey],
      foreignColumns: [roles.organisationId, roles.key],
    }),
    check('grants_revoked', sql`${table.revokedAt} > ${table.grantedAt}`),
  ],
)

export const rolePermissions = pgTable(
  'role_permissions',
  {
    roleId: integer('role_id')
      .notNull()
      .references(() => roles.id, { onDelete: 'cascade' }),
    permission: varchar('permission', { length: 40 })
      .notNull()
      .references(() => permissions.name, { onUpdate: 'cascade' }),
  },
  (table) => [
    primaryKey({ name: 'role_permissions_pk', columns: [table.roleId, table.permission] }),
  ],
)
