import { integer, pgTable } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import type { TableModel } from '../../src/model/table.ts'
import { orderTables } from '../../src/plan/order.ts'
import { failureOf } from '../support/plans.ts'

/** A table that refers to others, by key. */
function table(key: string, ...parents: string[]): TableModel {
  return {
    key,
    name: key,
    schema: 'public',
    columns: [],
    primaryKey: [],
    uniques: [],
    checks: [],
    foreignKeys: parents.map((parent) => ({
      name: `${key}_${parent}`,
      columns: [parent],
      parent,
      parentColumns: ['id'],
    })),
    drizzle: pgTable(key, { id: integer() }),
  }
}

const order = (...tables: TableModel[]) => orderTables(tables).map(({ key }) => key)

describe('orderTables', () => {
  it('puts parents first and keeps the order given otherwise', () => {
    expect(order(table('c', 'b'), table('z'), table('b', 'a'), table('a'), table('y'))).toEqual([
      'z',
      'a',
      'b',
      'c',
      'y',
    ])
    expect(order(table('b'), table('a'))).toEqual(['b', 'a'])
  })

  it('lets a table refer to itself and to one parent twice', () => {
    expect(order(table('b', 'b', 'a', 'a'), table('a', 'a'))).toEqual(['a', 'b'])
  })

  it('names the circle, without the tables that only lead to it', async () => {
    const circle = () =>
      order(
        table('leaf', 'a'),
        table('a', 'root', 'b'),
        table('b', 'c'),
        table('c', 'a'),
        table('root'),
      )
    expect(await failureOf(circle)).toEqual({
      code: 'PLAN_CYCLE',
      message: 'Cannot order the tables a, b, c',
      why: 'Their foreign keys go round in a circle: a → b → c → a.',
      fix: 'Leave one of these tables out of the schema module that is seeded.',
    })
  })
})
