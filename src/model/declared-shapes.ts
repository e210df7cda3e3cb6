import { is, SQL } from 'drizzle-orm'
import { getTableConfig, PgDialect } from 'drizzle-orm/pg-core'
import type { IndexPart, IndexShape } from './index-shape.ts'
import type { TableModel } from './table.ts'

/**
 * The indexes that a Drizzle table declares, those of its keys included, under the names that
 * PostgreSQL and drizzle-kit give where none is said.
 */
export function declaredShapes(table: TableModel): readonly IndexShape[] {
  const { name, primaryKey, uniques } = table
  return [
    ...(primaryKey.length > 0
      ? [{ ...plainShape(`${name}_pkey`, primaryKey), isUnique: true, isPrimaryKey: true }]
      : []),
    ...uniques.map((unique): IndexShape => {
      const { columns, expressions, where } = unique
      const parts = [...columns.map(columnPart), ...expressions.map((sql) => ({ sql }))]
      const given = unique.name ?? `${[name, ...columns].join('_')}_key`
      return { ...plainShape(given, []), parts, isUnique: true, where }
    }),
    ...plainIndexes(table),
  ]
}

function plainIndexes(table: TableModel): readonly IndexShape[] {
  const { columns, indexes } = getTableConfig(table.drizzle)
  const dialect = new PgDialect()
  const sqlOf = (sql: SQL) => dialect.sqlToQuery(sql.inlineParams()).sql
  return indexes
    .filter(({ config }) => !config.unique)
    .map(({ config }): IndexShape => {
      const parts = config.columns.map((part): IndexPart => {
        if (is(part, SQL)) return { sql: sqlOf(part) }
        // What an index names is a copy that has lost its table, and so its casing.
        const place = columns.findIndex(({ name }) => name === (part as { name?: string }).name)
        return columnPart(table.columns[place]!.name)
      })
      const named = parts.map((part) => ('column' in part ? part.column : 'index'))
      return {
        ...plainShape(config.name ?? `${[table.name, ...named].join('_')}_index`, []),
        method: config.method ?? 'btree',
        parts,
        where: config.where && sqlOf(config.where),
        fillFactor: Number(config.with?.['fillfactor'] ?? 0) || undefined,
      }
    })
}

function plainShape(name: string, columns: readonly string[]): IndexShape {
  return {
    name,
    method: 'btree',
    parts: columns.map(columnPart),
    carried: [],
    isUnique: false,
    isPrimaryKey: false,
    where: undefined,
    fillFactor: undefined,
    isDeduplicated: true,
  }
}

function columnPart(column: string): IndexPart {
  return { column }
}
