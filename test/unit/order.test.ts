import { integer, pgTable } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import type { ColumnModel, TableModel } from '../../src/model/table.ts'
import { orderTables } from '../../src/plan/order.ts'

/** A table that refers to others, by key. */
function table(key: string, ...parents: string[]): TableModel {
  return {
    key,
    name: key,
    schema: 'public',
    columns: [],
    primaryKey: [],
    uniques: [],
    indexes: [],
    checks: [],
    foreignKeys: parents.map((parent) => ({
      name: `${key}_${parent}`,
      kind: 'constraint',
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

  it('passes over a foreign key where they go round in a circle', () => {
    const circle = [
      table('leaf', 'a'),
      table('a', 'root', 'b'),
      table('b', 'c'),
      table('c', 'a'),
      table('root'),
    ]
    expect(order(...circle)).toEqual(['root', 'a', 'leaf', 'c', 'b'])
  })

  it('passes over one that may be NULL where there is one', () => {
    const column = { name: 'c', notNull: false } as ColumnModel
    const optional = { ...table('b', 'c'), columns: [column] }
    expect(order(table('a', 'b'), optional, table('c', 'a'))).toEqual(['b', 'a', 'c'])
  })
})
