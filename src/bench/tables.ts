import {
  bigserial,
  date,
  index,
  integer,
  numeric,
  pgSchema,
  serial,
  text,
} from 'drizzle-orm/pg-core'
import * as f from '../generate/generators/index.ts'
import {
  pooled,
  productAdjectives,
  productMaterials,
  productNouns,
} from '../generate/vocabulary.ts'
import { readSchema } from '../model/read-schema.ts'
import type { TableModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { Refinements } from '../plan/refinement.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'

/** The tables that are timed: those of the documents that the tool grew out of. */
export type BenchTable = 'users' | 'transactions' | 'products'

/** The tables as Drizzle sees them, in a schema of the benchmark's own. */
export function benchTables(schema: string) {
  const own = pgSchema(schema)
  return {
    users: own.table('users', {
      id: serial('id').primaryKey(),
      username: text('username').notNull().unique('uq_users_username'),
      role: text('role').notNull(),
    }),
    transactions: own.table('transactions', {
      id: serial('id').primaryKey(),
      userId: integer('user_id').notNull(),
      accountId: integer('account_id').notNull(),
      amount: numeric('amount', { precision: 12, scale: 2 }).notNull(),
      description: text('description').notNull(),
      txDate: date('tx_date').notNull(),
    }),
    products: own.table(
      'products',
      {
        id: bigserial('id', { mode: 'number' }).primaryKey(),
        name: text('name').notNull().unique('uq_products_name'),
        price: numeric('price', { precision: 10, scale: 2 }).notNull(),
        stock: integer('stock').notNull(),
      },
      (table) => [index('ix_products_id').on(table.id)],
    ),
  } as const
}

/** The same as models, by key. */
export function benchModels(schema: string): readonly TableModel[] {
  return readSchema(benchTables(schema))
}

/** The statements that make a table as `benchTables` declares it. */
export function createStatements(schema: string, table: BenchTable): string {
  const own = quoteIdentifier(schema)
  return {
    users: `create table ${own}.users (
      id serial primary key, username text not null constraint uq_users_username unique,
      role text not null)`,
    transactions: `create table ${own}.transactions (
      id serial primary key, user_id integer not null, account_id integer not null,
      amount numeric(12, 2) not null, description text not null, tx_date date not null)`,
    products: `create table ${own}.products (
      id bigserial primary key, name text not null constraint uq_products_name unique,
      price numeric(10, 2) not null, stock integer not null);
      create index ix_products_id on ${own}.products (id)`,
  }[table]
}

/** Makes room for the next experiment, which may have tables of the same names. */
export async function dropTables(session: Session, schema: string): Promise<void> {
  const tables = Object.keys(bytesPerRow).map((table) => quoteTable(schema, table))
  await session.query(`drop table if exists ${tables.join(', ')}`)
}

/**
 * What a row takes on disk with its indexes, as measured by `pg_total_relation_size` at 100,000 rows,
 * rounded up.
 */
export const bytesPerRow: Readonly<Record<BenchTable, number>> = {
  users: 130,
  transactions: 110,
  products: 190,
}

/** @param rows - that are loaded at most: any smaller number is the beginning of the same rows */
export function planTable(schema: string, table: BenchTable, rows: number): Promise<Plan> {
  return buildPlan({
    tables: benchModels(schema),
    refinements,
    seed: 1,
    referenceDate: '2026-01-01',
    counts: { explicit: { [table]: rows }, profile: {}, scale: 1 },
    only: [table],
    existing: undefined,
  })
}

const refinements: Refinements = {
  users: {
    columns: {
      username: f.template('async_{n}', { n: { min: 0, max: 999_999_999 } }, { isUnique: true }),
      role: f.valuesFromArray({ values: ['speeder', 'member', 'admin'] }),
    },
  },
  transactions: {
    columns: {
      userId: f.int({ minValue: 1, maxValue: 1000 }),
      accountId: f.int({ minValue: 1, maxValue: 3000 }),
      amount: f.decimal({ minValue: -500, maxValue: 500 }),
      description: f.words(pooled((faker) => faker.finance.transactionDescription(), 1000)),
      txDate: f.date(),
    },
  },
  products: {
    columns: {
      name: f.template(
        '{adjective} {material} {noun} {number}',
        {
          adjective: productAdjectives,
          material: productMaterials,
          noun: productNouns,
          number: { min: 1, max: 99_999 },
        },
        { isUnique: true },
      ),
      price: f.decimal({ minValue: 1, maxValue: 2000 }),
      stock: f.int({ minValue: 0, maxValue: 500 }),
    },
  },
}
