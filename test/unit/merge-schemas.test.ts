import { relations } from 'drizzle-orm'
import { integer, pgEnum, pgSchema, pgTable } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { mergeSchemas } from '../../src/config/merge-schemas.ts'

const columns = { id: integer('id').primaryKey() }
const users = pgTable('users', columns)
const orders = pgTable('orders', columns)
const auditUsers = pgSchema('audit').table('users', columns)

describe(mergeSchemas, () => {
  it('has a table once that several modules export, and relations, and nothing else', () => {
    const more = { orders, state: pgEnum('state', ['a']), of: relations(orders, () => ({})) }
    expect(mergeSchemas([{ users }, { users, people: users, ...more }])).toEqual({
      users,
      orders,
      of: more.of,
    })
  })

  it('tells tables of one name apart by their schema', () => {
    expect(mergeSchemas([{ users }, { users: auditUsers }])).toEqual({
      users,
      'audit.users': auditUsers,
    })
  })

  it('names a default export like its table, and never takes a name twice', () => {
    expect(mergeSchemas([{ default: orders }, { orders: users }])).toEqual({ orders, users })
    const other = pgTable('orders_2', columns)
    expect(mergeSchemas([{ users: orders }, { orders: other }, { users }])).toEqual({
      users: orders,
      orders: other,
      users_: users,
    })
  })

  it('finds what CommonJS exports as one object', () => {
    expect(mergeSchemas([{ default: { users, orders } }])).toEqual({ users, orders })
  })
})
