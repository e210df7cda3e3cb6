import type { SqlType } from '../model/sql-type.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { quoteIdentifier } from '../postgres/identifiers.ts'

/** What a table has besides its columns and its primary key, by the names of columns. */
export interface SqliteKeys {
  readonly uniques: readonly (readonly string[])[]
  readonly indexes: readonly (readonly string[])[]
}

/**
 * The statements that make a table in SQLite: columns by SQLite's affinities, primary key, unique
 * constraints and indexes. Foreign keys, checks and defaults are left out.
 *
 * @param columns - those that are written; the others may stay NULL
 * @example
 * sqliteDefinition(model, columns, { uniques: [['name']], indexes: [['id']] })
 * // ['create table "products" ("id" integer not null, …, primary key ("id"), unique ("name"))',
 * //  'create index "ix_products_id" on "products" ("id")']
 */
export function sqliteDefinition(
  table: TableModel,
  columns: readonly ColumnModel[],
  { uniques, indexes }: SqliteKeys,
): readonly string[] {
  const name = quoteIdentifier(table.name)
  const parts = [
    ...table.columns.map((column) => {
      const isRequired = column.notNull && columns.includes(column)
      return `${quoteIdentifier(column.name)} ${affinity(column.type)}${isRequired ? ' not null' : ''}`
    }),
    // A single integer is then the row's own number, as SQLAlchemy and Drizzle declare it too:
    // https://www.sqlite.org/lang_createtable.html#rowid
    ...(table.primaryKey.length > 0 ? [`primary key ${columnList(table.primaryKey)}`] : []),
    ...uniques.map((unique) => `unique ${columnList(unique)}`),
  ]
  return [
    `create table ${name} (${parts.join(', ')})`,
    ...indexes.map((index) => {
      const indexName = quoteIdentifier(['ix', table.name, ...index].join('_'))
      return `create index ${indexName} on ${name} ${columnList(index)}`
    }),
  ]
}

/**
 * A type whose affinity turns the text of a value into SQLite's own form, where nothing is lost by it:
 * https://www.sqlite.org/datatype3.html#type_affinity
 */
export function affinity({ name, modifiers, dimensions }: SqlType): string {
  if (dimensions > 0) return 'text'
  if (['int2', 'int4', 'int8'].includes(name)) return 'integer'
  if (['float4', 'float8'].includes(name)) return 'real'
  // A double, which holds 15 digits.
  const [precision = Infinity] = modifiers
  return name === 'numeric' && precision <= 15 ? 'numeric' : 'text'
}

function columnList(names: readonly string[]): string {
  return `(${names.map(quoteIdentifier).join(', ')})`
}
