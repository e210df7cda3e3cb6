import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  integer,
  pgEnum,
  pgSchema,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

/** drizzle-kit does not double the quotes inside of names. */
export const namesWithQuotes = ['the "quoted" one', 'say "hi"']

const long = (start: string): string => start.padEnd(63, '_abcdefghi')

export const backOffice = pgSchema('Back Office')
export const state = pgEnum('State.Of', ['Open', 'Closed', 'In "Review"'])

export const select = pgTable(
  'select',
  {
    id: serial('id').primaryKey(),
    from: text('from').notNull(),
    where: integer('where').notNull(),
    order: integer('order').notNull().unique(),
    group: state('group').notNull(),
    'full Name': text('full Name'),
    user: text('user').notNull(),
  },
  (table) => [check('check', sql`${table.where} >= 0 and ${table.from} <> ''`)],
)

export const dotted = pgTable(
  'user.Accounts',
  {
    userID: integer('userID').primaryKey().generatedAlwaysAsIdentity(),
    eMail: text('e.Mail').notNull(),
    selectId: integer('select.id')
      .notNull()
      .references(() => select.id),
    hi: text('say "hi"').notNull(),
    CreatedAt: timestamp('CreatedAt').notNull().defaultNow(),
    UpdatedAt: timestamp('UpdatedAt').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('user.Accounts e.Mail').on(sql`lower(${table.eMail})`),
    check('user.Accounts dates', sql`${table.UpdatedAt} >= ${table.CreatedAt}`),
  ],
)

/** The same name in the other schema, and another table than that. */
export const backOfficeSelect = backOffice.table(
  'select',
  {
    Id: integer('Id').notNull(),
    id: integer('id').notNull(),
    ID: text('ID').notNull(),
  },
  (table) => [primaryKey({ name: 'Primary Key', columns: [table.Id, table.id] })],
)

export const quoted = backOffice.table(
  'the "quoted" one',
  {
    id: serial('id').primaryKey(),
    accountID: integer('accountID')
      .notNull()
      .references(() => dotted.userID),
    big: integer('Id').notNull(),
    small: integer('id2').notNull(),
  },
  (table) => [
    unique('Quoted.Unique').on(table.accountID, table.big),
    foreignKey({
      name: 'Quoted.Reference',
      columns: [table.big, table.small],
      foreignColumns: [backOfficeSelect.Id, backOfficeSelect.id],
    }),
  ],
)

/** Names of 63 bytes, as long as the server takes them. */
export const longParent = pgTable(long('parent'), {
  [long('key')]: serial(long('key')).primaryKey(),
  [long('label')]: text(long('label')).notNull(),
})

export const longChild = pgTable(
  long('child'),
  {
    id: serial('id').primaryKey(),
    parentKey: integer(long('parent')).notNull(),
    ümläut: text('ümläut €').notNull(),
  },
  (table) => [
    foreignKey({
      name: long('child_of'),
      columns: [table.parentKey],
      foreignColumns: [longParent[long('key')]!],
    }),
  ],
)
