import { relations, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { readSchema } from '../../src/model/read-schema.ts'
import { failureOf } from '../support/plans.ts'

const mood = pg.pgEnum('mood', ['calm', 'cross'])
const shop = pg.pgSchema('shop')

const people = shop.table(
  'people',
  {
    id: pg.integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 1000 }),
    email: pg.varchar('email', { length: 40 }).notNull().unique(),
    firstName: pg.text('first_name').notNull(),
    lastName: pg.text('last_name').notNull(),
    mood: mood('mood').default('calm'),
    size: pg.text('size', { enum: ['S', 'M'] }),
    tags: pg.text('tags').array(),
    joinedAt: pg.timestamp('joined_at', { withTimezone: true }).defaultNow(),
    token: pg.text('token').$defaultFn(() => 'x'),
    updatedAt: pg.timestamp('updated_at').$onUpdate(() => new Date()),
    balance: pg.numeric('balance', { precision: 12, scale: 2 }).notNull().default('0'),
    fullName: pg.text('full_name').generatedAlwaysAs(sql`first_name || last_name`),
    managerId: pg.integer('manager_id').references((): pg.AnyPgColumn => people.id),
  },
  (table) => [
    pg.unique('whole_name').on(table.firstName, table.lastName),
    pg.uniqueIndex('by_last').on(table.lastName, table.email),
    pg.uniqueIndex('by_lower').on(sql`lower(${table.email})`),
    pg
      .uniqueIndex('some')
      .on(table.firstName)
      .where(sql`mood = 'calm'`),
    pg.index('plain').on(table.firstName),
  ],
)

const tickets = pg.pgTable(
  'tickets',
  {
    region: pg.smallserial('region'),
    number: pg.bigint('number', { mode: 'bigint' }).notNull().generatedByDefaultAsIdentity(),
    serial: pg.serial('serial'),
    big: pg.bigserial('big', { mode: 'number' }),
    born: pg.date('born', { mode: 'date' }),
    bytes: pg.customType<{ data: Buffer }>({ dataType: () => 'bytea' })('bytes'),
    payload: pg.jsonb('payload'),
  },
  (table) => [pg.primaryKey({ columns: [table.region, table.number] })],
)

const stubs = pg.pgTable(
  'stubs',
  {
    ticketRegion: pg.smallint('ticket_region').notNull(),
    ticketNumber: pg.bigint('ticket_number', { mode: 'bigint' }).notNull(),
    holder: pg.integer('holder').references(() => people.id),
  },
  (table) => [
    pg.foreignKey({
      name: 'stub_of',
      columns: [table.ticketRegion, table.ticketNumber],
      foreignColumns: [tickets.region, tickets.number],
    }),
  ],
)

const schema = {
  mood,
  people,
  tickets,
  stubs,
  peopleRelations: relations(people, () => ({})),
  n: 1,
}

describe('readSchema', () => {
  const models = readSchema(schema)
  const [person, stub, ticket] = models
  const column = (property: string) =>
    models.flatMap(({ columns }) => columns).find((each) => each.property === property)!

  it('takes the tables in the order of their keys, however they are exported, and nothing else', () => {
    expect(models.map(({ key, name, schema: of }) => [key, name, of])).toEqual([
      ['people', 'people', 'shop'],
      ['stubs', 'stubs', 'public'],
      ['tickets', 'tickets', 'public'],
    ])
    expect(person!.drizzle).toBe(people)
    const reversed = Object.fromEntries(Object.entries(schema).toReversed())
    expect(readSchema(reversed).map(({ key }) => key)).toEqual(['people', 'stubs', 'tickets'])
  })

  it('reads primary keys, inline and of several columns', () => {
    expect(models.map(({ primaryKey }) => primaryKey)).toEqual([['id'], [], ['region', 'number']])
  })

  it('reads uniques of columns, constraints and indexes', () => {
    const plain = { expressions: [], where: undefined, nulls: 'distinct' }
    expect(person!.uniques).toEqual([
      { ...plain, name: 'people_email_unique', columns: ['email'] },
      { ...plain, name: 'whole_name', columns: ['first_name', 'last_name'] },
      { ...plain, name: 'by_last', columns: ['last_name', 'email'] },
      { ...plain, name: 'by_lower', columns: [], expressions: ['lower("shop"."people"."email")'] },
      { ...plain, name: 'some', columns: ['first_name'], where: "mood = 'calm'" },
    ])
    expect(stub!.uniques).toEqual([])
  })

  it('reads checks, and names in the casing that Drizzle is told', () => {
    const parcels = pg.pgTable(
      'parcels',
      {
        weightGrams: pg.integer().notNull(),
        label: pg.text().unique('u', { nulls: 'not distinct' }),
      },
      (table) => [
        pg.check('heavy', sql`${table.weightGrams} > ${10}`),
        pg.uniqueIndex('by_weight').on(table.weightGrams),
      ],
    )
    const [model] = readSchema({ parcels, again: parcels }, { casing: 'snake_case' })
    expect(readSchema({ parcels, again: parcels })).toHaveLength(1)
    expect(model!.columns.map(({ property, name }) => [property, name])).toEqual([
      ['weightGrams', 'weight_grams'],
      ['label', 'label'],
    ])
    expect(model!.checks).toEqual([{ name: 'heavy', expression: '"parcels"."weight_grams" > 10' }])
    expect(model!.uniques.map(({ columns, nulls }) => [columns, nulls])).toEqual([
      [['label'], 'not distinct'],
      [['weight_grams'], 'distinct'],
    ])
  })

  it('reads foreign keys, of several columns and to the table itself', () => {
    expect(person!.foreignKeys).toEqual([
      {
        name: 'people_manager_id_people_id_fk',
        kind: 'constraint',
        columns: ['manager_id'],
        parent: 'people',
        parentColumns: ['id'],
      },
    ])
    expect(stub!.foreignKeys).toEqual([
      {
        name: 'stubs_holder_people_id_fk',
        kind: 'constraint',
        columns: ['holder'],
        parent: 'people',
        parentColumns: ['id'],
      },
      {
        name: 'stub_of',
        kind: 'constraint',
        columns: ['ticket_region', 'ticket_number'],
        parent: 'tickets',
        parentColumns: ['region', 'number'],
      },
    ])
  })

  it('reads identities and serials', () => {
    expect(column('id')).toMatchObject({ identity: 'always', identityStart: 1000, serial: false })
    expect(column('number')).toMatchObject({ identity: 'byDefault', identityStart: 1 })
    expect(column('email')).toMatchObject({ identity: undefined, serial: false })
    for (const property of ['region', 'serial', 'big']) {
      expect(column(property)).toMatchObject({
        serial: true,
        identity: undefined,
        identityStart: 1,
      })
    }
    expect(ticket!.columns.map(({ type }) => type.name)).toEqual([
      'int2',
      'int8',
      'int4',
      'int8',
      'date',
      'bytea',
      'jsonb',
    ])
  })

  it('reads defaults by who knows the value', () => {
    expect(column('mood').default).toEqual({ kind: 'literal', value: 'calm' })
    expect(column('balance').default).toEqual({ kind: 'literal', value: '0' })
    expect(column('joinedAt').default).toEqual({ kind: 'sql' })
    expect(column('token').default).toEqual({ kind: 'function' })
    expect(column('updatedAt').default).toEqual({ kind: 'function' })
    expect(column('size').default).toEqual({ kind: 'none' })
    expect(column('fullName')).toMatchObject({
      generatedAs: 'first_name || last_name',
      default: { kind: 'none' },
    })
    expect(column('firstName').generatedAs).toBeUndefined()
  })

  it('reads types, modes and the words of enums', () => {
    const read = (property: string) => {
      const { name, type, mode, notNull, enumValues } = column(property)
      return { name, type: type.name, mode, notNull, enumValues: enumValues ?? [] }
    }
    expect(read('mood')).toEqual({
      name: 'mood',
      type: 'mood',
      mode: 'string',
      notNull: false,
      enumValues: ['calm', 'cross'],
    })
    expect(read('size')).toMatchObject({ type: 'text', enumValues: ['S', 'M'] })
    expect(read('firstName')).toMatchObject({ name: 'first_name', notNull: true, enumValues: [] })
    expect(read('number').mode).toBe('bigint')
    expect(read('born').mode).toBe('date')
    expect(read('payload').mode).toBe('json')
    expect(read('bytes').mode).toBe('custom')
    expect(read('tags').mode).toBe('array')
    expect(column('tags').type).toEqual({ name: 'text', modifiers: [], dimensions: 1 })
  })

  it('maps values as Drizzle does', () => {
    expect(column('payload').toDriver({ a: 1 })).toBe('{"a":1}')
  })

  it('refuses a schema without tables', async () => {
    expect(await failureOf(() => readSchema({ mood }))).toEqual({
      code: 'SCHEMA_EMPTY',
      message: 'The schema holds no table',
      why: 'None of its exports is a table made by pgTable().',
      fix: 'Export the Drizzle tables from the schema module that the configuration names.',
    })
  })

  it('refuses a foreign key to a table that is not exported', async () => {
    expect(await failureOf(() => readSchema({ stubs, people }))).toEqual({
      code: 'SCHEMA_MISSING_TABLE',
      message: 'Cannot follow the foreign key "stub_of" of "stubs"',
      why: 'It refers to the table "tickets", which the schema does not export.',
      fix: 'Export that table from the schema module too.',
    })
  })
})

describe('relations', () => {
  const users = pg.pgTable('users', { id: pg.integer().primaryKey(), badge: pg.text().unique() })
  const profiles = pg.pgTable('profiles', {
    userId: pg.integer('user_id').primaryKey().generatedByDefaultAsIdentity(),
  })
  const posts = pg.pgTable('posts', {
    id: pg.uuid().primaryKey(),
    authorId: pg.integer('author_id'),
    editorId: pg.integer('editor_id').references(() => users.id),
    badge: pg.text(),
    title: pg.text(),
  })
  const usersRelations = relations(users, ({ one, many }) => ({
    posts: many(posts),
    // Either side may name the columns; a key that counts up is nobody's foreign key.
    profile: one(profiles, { fields: [users.id], references: [profiles.userId] }),
  }))
  const postsRelations = relations(posts, ({ one }) => ({
    author: one(users, { fields: [posts.authorId], references: [users.id] }),
    editor: one(users, { fields: [posts.editorId], references: [users.id] }),
    wearer: one(users, { fields: [posts.badge], references: [users.badge] }),
    namesake: one(users, { fields: [posts.title], references: [users.id] }),
  }))
  const tables = readSchema({ users, profiles, posts, usersRelations, postsRelations })
  const keysOf = (name: string) => tables.find(({ key }) => key === name)!.foreignKeys

  it('stand for foreign keys where a table has none, in the direction of the primary key', () => {
    expect(keysOf('posts')).toEqual([
      expect.objectContaining({ kind: 'constraint', columns: ['editor_id'] }),
      {
        name: 'posts.author',
        kind: 'relation',
        columns: ['author_id'],
        parent: 'users',
        parentColumns: ['id'],
      },
    ])
  })

  it('are nothing on the side that is referred to', () => {
    expect([keysOf('users'), keysOf('profiles')]).toEqual([[], []])
  })
})
