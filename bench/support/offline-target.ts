import type { ColumnModel, TableModel } from '../../src/model/table.ts'
import type { TargetColumn } from '../../src/postgres/server-type.ts'

/** A table's columns as a server would tell them that has created them from the schema. */
export function offlineTarget(
  table: TableModel,
  columns: readonly ColumnModel[],
): readonly TargetColumn[] {
  return columns.map(({ name, type, enumValues, toDriver }) => ({
    table: table.key,
    name,
    toDriver,
    serverType: {
      oid: 0,
      name: type.name,
      sqlName: type.name,
      kind: enumValues ? 'enum' : 'scalar',
      modifier: modifierOf(type.name, type.modifiers),
      element: undefined,
    },
  }))
}

/** `atttypmod`, as in PostgreSQL's `numerictypmodin` and `anychar_typmodin`. */
function modifierOf(name: string, [first, second = 0]: readonly number[]): number {
  if (first === undefined) return -1
  return (name === 'numeric' ? (first << 16) | second : first) + 4
}
