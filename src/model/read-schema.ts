import { getTableName, is, SQL } from 'drizzle-orm'
import { CasingCache } from 'drizzle-orm/casing'
import type { Casing } from 'drizzle-orm'
import {
  getTableConfig,
  PgArray,
  PgDialect,
  PgEnumColumn,
  PgEnumObjectColumn,
  PgTable,
} from 'drizzle-orm/pg-core'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { DownpourError } from '../errors.ts'
import { parseSqlType } from './sql-type.ts'
import type { SqlType } from './sql-type.ts'
import { countsUp, plainUnique } from './keys.ts'
import { readRelations } from './relations.ts'
import type { RelationKey } from './relations.ts'
import type {
  CheckModel,
  ColumnDefault,
  ColumnMode,
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  IndexPart,
  TableModel,
  UniqueModel,
} from './table.ts'

export interface SchemaOptions {
  /** As given to `drizzle({ casing })`: how properties become names of columns. */
  readonly casing?: Casing | undefined
}

/**
 * Reads the Drizzle tables of a schema module as plain data. What is no table (enums, relations,
 * helpers) is passed over; a table that is exported twice counts once.
 *
 * @param schema - a module's exports, as in `import * as schema from './schema'`
 * @returns the tables, sorted by their keys
 * @throws DownpourError `SCHEMA_EMPTY` when there is no table, `SCHEMA_MISSING_TABLE` when a
 *   foreign key refers to a table that the module does not export
 * @example
 * readSchema({ users }).map((table) => table.key) // ['users']
 */
export function readSchema(
  schema: Readonly<Record<string, unknown>>,
  { casing }: SchemaOptions = {},
): readonly TableModel[] {
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
  const keys = new Map<PgTable, string>()
  for (const [key, table] of tables) if (!keys.has(table)) keys.set(table, key)
  const spelling = createSpelling(casing)
  const models = [...keys].map(([table, key]) => readTable(table, { key, keys, spelling }))
  return withRelations(models, readRelations(schema), spelling)
}

/**
 * Relations in place of foreign keys that the tables do without. One says which side it is by what it
 * refers to, a primary key, and by its own columns, which neither count up nor are referred to by the
 * other side.
 */
function withRelations(
  models: readonly TableModel[],
  relations: readonly RelationKey[],
  { nameOf }: Spelling,
): readonly TableModel[] {
  return models.map((model): TableModel => {
    const own = relations.flatMap((relation): ForeignKeyModel[] => {
      const parent = models.find(({ drizzle }) => drizzle === relation.parent)
      if (relation.table !== model.drizzle || !parent) return []
      const columns = relation.columns.map((column) => nameOf(column as PgColumn))
      const parentColumns = relation.parentColumns.map((column) => nameOf(column as PgColumn))
      const key: ForeignKeyModel = {
        name: `${model.key}.${relation.name}`,
        kind: 'relation',
        columns,
        parent: parent.key,
        parentColumns,
      }
      return mayRefer(model, parent, key) ? [key] : []
    })
    return own.length === 0 ? model : { ...model, foreignKeys: [...model.foreignKeys, ...own] }
  })
}

function mayRefer(model: TableModel, parent: TableModel, key: ForeignKeyModel): boolean {
  const { columns, parentColumns } = key
  const pairs = columns.map((name, index) => [
    model.columns.find((column) => column.name === name),
    parent.columns.find((column) => column.name === parentColumns[index]),
  ])
  return (
    parentColumns.join() === parent.primaryKey.join() &&
    pairs.every(([own, other]) => own && other && own.type.name === other.type.name) &&
    !pairs.some(([own]) => own && (countsUp(model, own) || own.generatedAs !== undefined)) &&
    !model.foreignKeys.some((other) => other.columns.some((name) => columns.includes(name))) &&
    !parent.foreignKeys.some((other) => other.columns.join() === parentColumns.join())
  )
}

/** How Drizzle writes names and SQL, with the schema's casing. */
interface Spelling {
  nameOf(column: PgColumn): string
  /** As a table's definition holds it: without parameters. */
  sqlOf(sql: SQL): string
}

function createSpelling(casing: Casing | undefined): Spelling {
  const names = new CasingCache(casing)
  const dialect = new PgDialect(casing && { casing })
  return {
    nameOf: (column) => names.getColumnCasing(column),
    sqlOf: (sql) => dialect.sqlToQuery(sql.inlineParams()).sql,
  }
}

interface Reading {
  readonly key: string
  readonly keys: ReadonlyMap<PgTable, string>
  readonly spelling: Spelling
}

function readTable(table: PgTable, reading: Reading): TableModel {
  const { key } = reading
  const { nameOf, sqlOf } = reading.spelling
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
    columns: config.columns.map((column) =>
      readColumn(column, properties.get(column)!, reading.spelling),
    ),
    primaryKey: primaryKey.map(nameOf),
    uniques: readUniques(config, reading.spelling),
    indexes: readIndexes(config, reading.spelling),
    checks: config.checks.map(({ name, value }): CheckModel => ({
      name,
      expression: sqlOf(value),
    })),
    foreignKeys: config.foreignKeys.map((foreignKey): ForeignKeyModel => {
      const { columns, foreignColumns, foreignTable } = foreignKey.reference()
      const parent = reading.keys.get(foreignTable)
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
        kind: 'constraint',
        columns: columns.map(nameOf),
        parent,
        parentColumns: foreignColumns.map(nameOf),
      }
    }),
    drizzle: table,
  }
}

function readUniques(
  { columns, uniqueConstraints, indexes }: ReturnType<typeof getTableConfig>,
  spelling: Spelling,
): readonly UniqueModel[] {
  const { nameOf } = spelling
  const inline = columns
    .filter((column) => column.isUnique)
    .map((column): UniqueModel => ({
      ...plainUnique([nameOf(column)]),
      name: column.uniqueName,
      nulls: column.uniqueType === 'not distinct' ? 'not distinct' : 'distinct',
    }))
  const constraints = uniqueConstraints.map((unique): UniqueModel => ({
    ...plainUnique(unique.columns.map(nameOf)),
    name: unique.getName(),
    nulls: unique.nullsNotDistinct ? 'not distinct' : 'distinct',
  }))
  const unique = indexes
    .filter(({ config: index }) => index.unique)
    .map(({ config: index }): UniqueModel => {
      const parts = index.columns.map((part) => readPart(part, columns, spelling))
      return {
        name: index.name,
        columns: parts.flatMap((part) => ('column' in part ? [part.column] : [])),
        expressions: parts.flatMap((part) => ('sql' in part ? [part.sql] : [])),
        where: index.where && spelling.sqlOf(index.where),
        nulls: 'distinct',
      }
    })
  return [...inline, ...constraints, ...unique]
}

function readIndexes(
  { columns, indexes }: ReturnType<typeof getTableConfig>,
  spelling: Spelling,
): readonly IndexModel[] {
  return indexes
    .filter(({ config: index }) => !index.unique)
    .map(({ config: index }): IndexModel => ({
      name: index.name,
      method: index.method ?? 'btree',
      parts: index.columns.map((part) => readPart(part, columns, spelling)),
      where: index.where && spelling.sqlOf(index.where),
      fillFactor: Number(index.with?.['fillfactor'] ?? 0) || undefined,
    }))
}

function readPart(
  part: unknown,
  columns: readonly PgColumn[],
  { nameOf, sqlOf }: Spelling,
): IndexPart {
  if (is(part, SQL)) return { sql: sqlOf(part) }
  // What an index names is a copy that has lost its table, and so its casing.
  return { column: nameOf(columns.find(({ name }) => name === (part as { name?: string }).name)!) }
}

function readColumn(column: PgColumn, property: string, spelling: Spelling): ColumnModel {
  const declaration = column.getSQLType()
  return {
    property,
    name: spelling.nameOf(column),
    type: readType(column),
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
    generatedAs: readGenerated(column, spelling),
    default: readDefault(column),
    enumValues: readEnumValues(column),
    toDriver: (value) => column.mapToDriverValue(value),
  }
}

/** An enum's name may be anything: it is not parsed. */
function readType(column: PgColumn): SqlType {
  if (is(column, PgArray)) {
    const { dimensions, ...element } = readType(column.baseColumn)
    return { ...element, dimensions: dimensions + 1 }
  }
  return is(column, PgEnumColumn) || is(column, PgEnumObjectColumn)
    ? { name: column.enum.enumName, modifiers: [], dimensions: 0 }
    : parseSqlType(column.getSQLType())
}

/** Those of an array's elements too. */
function readEnumValues(column: PgColumn): readonly string[] | undefined {
  return is(column, PgArray) ? readEnumValues(column.baseColumn) : column.enumValues
}

function readGenerated({ generated }: PgColumn, { sqlOf }: Spelling): string | undefined {
  if (!generated) return undefined
  const as: unknown = typeof generated.as === 'function' ? generated.as() : generated.as
  return is(as, SQL) ? sqlOf(as) : String(as)
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
