import type { PgTable } from 'drizzle-orm/pg-core'
import type { SqlType } from './sql-type.ts'

/** A Drizzle table as plain data. Columns stand in declaration order. */
export interface TableModel {
  /** The key of the table in the schema module, e.g. `transactions`: how people name it. */
  readonly key: string
  readonly name: string
  /** The PostgreSQL schema; `public` where Drizzle names none. */
  readonly schema: string
  readonly columns: readonly ColumnModel[]
  /** Column names; empty when the table has no primary key. */
  readonly primaryKey: readonly string[]
  /** Unique constraints and unique indexes, the primary key apart. */
  readonly uniques: readonly UniqueModel[]
  /** The other indexes. */
  readonly indexes: readonly IndexModel[]
  readonly checks: readonly CheckModel[]
  readonly foreignKeys: readonly ForeignKeyModel[]
  /** The Drizzle table itself, for strategies that write through Drizzle. */
  readonly drizzle: PgTable
}

export interface UniqueModel {
  /** `undefined` where only the server gives it one. */
  readonly name: string | undefined
  /** Names of the columns that are unique as they are. */
  readonly columns: readonly string[]
  /** SQL of what is indexed besides, e.g. `lower("users"."email")`. */
  readonly expressions: readonly string[]
  /** SQL of the rows that count, for a partial index. */
  readonly where: string | undefined
  /** Whether two NULLs are the same value; as a rule they are not. */
  readonly nulls: 'distinct' | 'not distinct'
}

/** An index that lets values repeat. */
export interface IndexModel {
  /** `undefined` where drizzle-kit gives it one. */
  readonly name: string | undefined
  /** `btree`, `hash`, `gin`, … */
  readonly method: string
  readonly parts: readonly IndexPart[]
  /** SQL of the rows that are in it; all when left out. */
  readonly where: string | undefined
  /** Percent; the method's own when left out. */
  readonly fillFactor: number | undefined
}

/** What is indexed: a column by its name, or an expression. */
export type IndexPart = { readonly column: string } | { readonly sql: string }

export interface CheckModel {
  readonly name: string
  /** SQL, as Drizzle would write it into the table's definition. */
  readonly expression: string
}

export interface ForeignKeyModel {
  readonly name: string
  /** A constraint of the table, or what `relations()` says where there is none. */
  readonly kind: 'constraint' | 'relation'
  /** Column names of this table. */
  readonly columns: readonly string[]
  /** `key` of the table referred to. */
  readonly parent: string
  /** Column names of the table referred to, in the same order. */
  readonly parentColumns: readonly string[]
}

export interface ColumnModel {
  /** The property of the Drizzle table, e.g. `accountId`: how seeders name it. */
  readonly property: string
  /** The column's name in the database, e.g. `account_id`. */
  readonly name: string
  readonly type: SqlType
  /** What a domain is made of, where the server has been asked. */
  readonly base?: SqlType
  /** The type as Drizzle writes it, e.g. `bigserial`. */
  readonly declaration: string
  /** What Drizzle's insert takes for this column. */
  readonly mode: ColumnMode
  readonly notNull: boolean
  readonly identity: 'always' | 'byDefault' | undefined
  /** The identity's `START WITH`. @defaultValue 1 */
  readonly identityStart: number
  /** `smallserial`, `serial` or `bigserial`. */
  readonly serial: boolean
  /** The SQL of `GENERATED ALWAYS AS (…)`: never written. */
  readonly generatedAs: string | undefined
  readonly default: ColumnDefault
  readonly enumValues: readonly string[] | undefined
  /** Drizzle's own mapping of one value of `mode` to what the driver sends. */
  readonly toDriver: (value: unknown) => unknown
}

/** The JavaScript type that Drizzle exchanges for a column (its `dataType`). */
export type ColumnMode =
  'number' | 'bigint' | 'string' | 'boolean' | 'date' | 'json' | 'array' | 'buffer' | 'custom'

export type ColumnDefault =
  | { readonly kind: 'none' }
  | { readonly kind: 'literal'; readonly value: unknown }
  /** `default(sql…)`, `defaultNow()`, `defaultRandom()`: only the server knows the value. */
  | { readonly kind: 'sql' }
  /** `$defaultFn(…)`: a function of no row. */
  | { readonly kind: 'function' }
