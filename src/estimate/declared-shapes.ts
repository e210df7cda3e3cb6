import type { IndexShape } from '../model/index-shape.ts'
import type { IndexPart, TableModel } from '../model/table.ts'

/**
 * The indexes that a Drizzle table declares, those of its keys included, under the names that
 * PostgreSQL and drizzle-kit give where none is said.
 */
export function declaredShapes(table: TableModel): readonly IndexShape[] {
  const { name, primaryKey, uniques, indexes } = table
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
    ...indexes.map((index): IndexShape => {
      const named = index.parts.map((part) => ('column' in part ? part.column : 'index'))
      const given = index.name ?? `${[name, ...named].join('_')}_index`
      return { ...plainShape(given, []), ...index, name: given }
    }),
  ]
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
