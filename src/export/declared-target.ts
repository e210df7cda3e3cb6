import type { ColumnModel } from '../model/table.ts'
import type { SqlType } from '../model/sql-type.ts'
import { formatSqlType } from '../model/sql-type.ts'
import type { PlannedTable } from '../plan/plan.ts'
import type { ServerType } from '../postgres/server-type.ts'
import type { Target } from '../write/target.ts'

/**
 * A table as its Drizzle schema declares it, where no server has been asked: types that only the
 * server knows are taken for what their texts are.
 */
export function declaredTarget(table: PlannedTable): Target {
  return {
    table,
    engine: { kind: 'postgres' },
    columns: table.columns.map(({ model }) => ({
      table: table.model.key,
      name: model.name,
      serverType: declaredType(model),
      toDriver: model.toDriver,
    })),
  }
}

/** Columns whose types only the server knows: domains, and types of extensions. */
export function columnsOfUnknownType({ columns }: PlannedTable): readonly ColumnModel[] {
  return columns.flatMap(({ model }) =>
    model.base === undefined && !model.enumValues && kindOf(model, model.type) === 'other'
      ? [model]
      : [],
  )
}

function declaredType(column: ColumnModel): ServerType {
  const type = column.base ?? column.type
  if (type.dimensions === 0) return scalarType(column, type)
  const element = scalarType(column, { ...type, dimensions: 0 })
  return {
    oid: 0,
    name: `_${element.name}`,
    sqlName: formatSqlType({ ...type, modifiers: [] }),
    // Each of an array's elements is written with the oid of its type.
    kind: element.oid === 0 ? 'other' : 'array',
    modifier: element.modifier,
    element: { ...element, modifier: -1 },
  }
}

function scalarType(column: ColumnModel, type: SqlType): ServerType {
  return {
    oid: oids[type.name] ?? 0,
    name: type.name,
    sqlName: type.name,
    kind: kindOf(column, type),
    modifier: modifierOf(type),
    element: undefined,
  }
}

function kindOf({ enumValues }: ColumnModel, { name }: SqlType): ServerType['kind'] {
  // The values of `text({ enum })` are nothing to the server.
  if (oids[name] !== undefined || name === 'citext') return 'scalar'
  return enumValues ? 'enum' : 'other'
}

/** As the server would write it into `atttypmod`. */
function modifierOf({ name, modifiers }: SqlType): number {
  const [first, second = 0] = modifiers
  if (first === undefined) return -1
  if (name === 'varchar' || name === 'bpchar') return first + 4
  if (name === 'numeric') return ((first << 16) | (second & 0x7ff)) + 4
  return first
}

/** They are the same on every server: `pg_type.dat` in PostgreSQL's source. */
const oids: Readonly<Record<string, number>> = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  xml: 142,
  point: 600,
  line: 628,
  float4: 700,
  float8: 701,
  cidr: 650,
  macaddr: 829,
  inet: 869,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  bit: 1560,
  varbit: 1562,
  numeric: 1700,
  uuid: 2950,
  tsvector: 3614,
  jsonb: 3802,
}
