import {
  bigint,
  boolean,
  date,
  doublePrecision,
  getTableConfig,
  integer,
  numeric,
  pgTable,
  serial,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import type { PgColumnBuilderBase, PgTable } from 'drizzle-orm/pg-core'

/** What drizzle-seed and Downpour both have, called alike. */
export interface CommonGenerators {
  boolean(): unknown
  city(): unknown
  companyName(): unknown
  date(options: { readonly minDate: string; readonly maxDate: string }): unknown
  email(): unknown
  fullName(): unknown
  int(options: { readonly minValue: number; readonly maxValue: number }): unknown
  jobTitle(): unknown
  number(options: {
    readonly minValue: number
    readonly maxValue: number
    readonly precision: number
  }): unknown
  timestamp(): unknown
  valuesFromArray(options: { readonly values: string[] }): unknown
}

/** A table of a serial key and columns of mixed types, and how both tools are told to fill it. */
export interface WideTable {
  /** As SQL knows it. */
  readonly name: string
  readonly table: PgTable
  readonly createStatement: string
  /** What either takes as `columns`: neither knows a column of a table that is made here by name. */
  generators(f: CommonGenerators): never
}

/**
 * @param width - columns, the key included
 * @example wideTable(5).createStatement
 * // 'create table wide_5 (id serial primary key, name_1 text not null, email_2 text not null, …)'
 */
export function wideTable(width: number): WideTable {
  const chosen = Array.from({ length: width - 1 }, (_, index) => {
    const kind = kinds[index % kinds.length]!
    return { ...kind, name: `${kind.name}_${index + 1}` }
  })
  const columns = chosen.map(({ name, column }) => [name, column()] as const)
  const table = pgTable(`wide_${width}`, {
    id: serial().primaryKey(),
    ...Object.fromEntries(columns),
  })
  const { name } = getTableConfig(table)
  return {
    name,
    table,
    createStatement: `create table ${name} (${describeColumns(table)})`,
    generators: (f) =>
      Object.fromEntries(chosen.map(({ name, generate }) => [name, generate(f)])) as never,
  }
}

interface Kind {
  readonly name: string
  column(): PgColumnBuilderBase
  generate(f: CommonGenerators): unknown
}

/** In this order, again and again: the narrowest table has a name, an address, an amount and a time. */
const kinds: readonly Kind[] = [
  { name: 'name', column: () => text().notNull(), generate: (f) => f.fullName() },
  { name: 'email', column: () => text().notNull(), generate: (f) => f.email() },
  {
    name: 'amount',
    column: () => numeric({ precision: 12, scale: 2 }).notNull(),
    generate: (f) => f.number({ minValue: -500, maxValue: 500, precision: 100 }),
  },
  { name: 'created_at', column: () => timestamp().notNull(), generate: (f) => f.timestamp() },
  { name: 'is_active', column: () => boolean().notNull(), generate: (f) => f.boolean() },
  {
    name: 'quantity',
    column: () => integer().notNull(),
    generate: (f) => f.int({ minValue: 1, maxValue: 100_000 }),
  },
  {
    name: 'day',
    column: () => date().notNull(),
    generate: (f) => f.date({ minDate: '2020-01-01', maxDate: '2025-12-31' }),
  },
  { name: 'city', column: () => text().notNull(), generate: (f) => f.city() },
  {
    name: 'status',
    column: () => text().notNull(),
    generate: (f) => f.valuesFromArray({ values: ['open', 'paid', 'shipped', 'returned'] }),
  },
  {
    name: 'score',
    column: () => doublePrecision().notNull(),
    generate: (f) => f.number({ minValue: 0, maxValue: 1, precision: 1_000_000 }),
  },
  { name: 'job', column: () => text().notNull(), generate: (f) => f.jobTitle() },
  {
    name: 'bytes',
    column: () => bigint({ mode: 'number' }).notNull(),
    generate: (f) => f.int({ minValue: 0, maxValue: 1_000_000_000_000 }),
  },
  { name: 'company', column: () => text().notNull(), generate: (f) => f.companyName() },
]

function describeColumns(table: PgTable): string {
  return getTableConfig(table)
    .columns.map((column) => {
      const constraint = column.primary ? 'primary key' : 'not null'
      return `${column.name} ${column.getSQLType()} ${constraint}`
    })
    .join(', ')
}
