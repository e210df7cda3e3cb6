import { getTableName, is, SQL } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { DownpourError } from '../errors.ts'
import { parseSqlType } from './sql-type.ts'
import type {
  ColumnDefault,
  ColumnMode,
  ColumnModel,
  ForeignKeyModel,
  TableModel,
} from './table.ts'

/**
 * Reads the Drizzle tables of a schema module as plain data. What is no table (enums, relations,
 * helpers) is passed over.
 *
 * @param schema - a module's exports, as in `import * as schema from './schema'`
 * @returns the tables, sorted by their keys
 * @throws DownpourError `SCHEMA_EMPTY` when there is no table, `SCHEMA_MISSING_TABLE` when a
 *   foreign key refers to a table that the module does not export
 * @example
 * readSchema({ users }).map((table) => table.key) // ['users']
 */
export function readSchema(schema: Readonly<Record<string, unknown>>): readonly TableModel[] {
  const tables = Object.entries(schema)
    .filter((entry): entry is [string, PgTable] => is(entry[1], PgTable))
    // A module's exports are sorted in Node, and not in every loader.
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  if (tables.length === 0) {
    throw new DownpourError({
      code: 'SCHEMA_EMPTY',
      message: 'The schema holds no table',
      why: 'None of its exports is a table made by pgTable().',
      fix: 'Export the Drizzle tables from the schema module that the configuration names.',
    })
  }
  const keys = new Map<PgTable, string>(tables.map(([key, table]) => [table, key]))
  return tables.map(([key, table]) => readTable(key, table, keys))
}

function readTable(key: string, table: PgTable, keys: ReadonlyMap<PgTable, string>): TableModel {
  const config = getTableConfig(table)
  const properties = new Map(
    Object.entries(table as unknown as Record<string, PgColumn>).map(([name, c]) => [c, name]),
  )
  const inlinePrimaryKey = config.columns.filter((column) => column.primary)
  const primaryKey = config.primaryKeys[0]?.columns ?? inlinePrimaryKey
  return {
    key,
    name: config.name,
    schema: config.schema ?? 'public',
    columns: config.columns.map((column) => readColumn(column, properties.get(column)!)),
    primaryKey: primaryKey.map((column) => column.name),
    uniques: [
      ...config.columns.filter((column) => column.isUnique).map((column) => [column.name]),
      ...config.uniqueConstraints.map((unique) => unique.columns.map((column) => column.name)),
      ...config.indexes.flatMap(({ config: index }) => {
        const names = index.columns.map((column) =>
          is(column, SQL) ? undefined : (column as { name: string }).name,
        )
        const isPlain = index.unique && !index.where && !names.includes(undefined)
        return isPlain ? [names as string[]] : []
      }),
    ],
    foreignKeys: config.foreignKeys.map((foreignKey): ForeignKeyModel => {
      const { columns, foreignColumns, foreignTable } = foreignKey.reference()
      const parent = keys.get(foreignTable)
      if (parent === undefined) {
        throw new DownpourError({
          code: 'SCHEMA_MISSING_TABLE',
          message: `Cannot follow the foreign key "${foreignKey.getName()}" of "${key}"`,
          why: `It refers to the table "${getTableName(foreignTable)}", which the schema does not export.`,
          fix: 'Export that table from the schema module too.',
          table: key,
        })
      }
      return {
        name: foreignKey.getName(),
        columns: columns.map((column) => column.name),
        parent,
        parentColumns: foreignColumns.map((column) => column.name),
      }
    }),
    drizzle: table,
  }
}

function readColumn(column: PgColumn, property: string): ColumnModel {
  const declaration = column.getSQLType()
  return {
    property,
    name: column.name,
    type: parseSqlType(declaration),
    declaration,
    mode: column.dataType as ColumnMode,
    notNull: column.notNull,
    identity:
      column.generatedIdentity &&
      {
        always: 'always' as const,
        byDefault: 'byDefault' as const,
      }[column.generatedIdentity.type],
    identityStart: Number(column.generatedIdentity?.sequenceOptions?.startWith ?? 1),
    serial: ['smallserial', 'serial', 'bigserial'].includes(declaration),
    generated: column.generated !== undefined,
    default: readDefault(column),
    enumValues: column.enumValues,
    toDriver: (value) => column.mapToDriverValue(value),
  }
}

function readDefault(column: PgColumn): ColumnDefault {
  // Drizzle's insert calls $onUpdateFn too where there is no default.
  const isFilledByDrizzle = column.default === undefined && column.onUpdateFn !== undefined
  if (column.defaultFn !== undefined || isFilledByDrizzle) return { kind: 'function' }
  if (column.default === undefined) return { kind: 'none' }
  return is(column.default, SQL)
    ? { kind: 'sql' }
    : { kind: 'literal', value: column.default as unknown }
}
