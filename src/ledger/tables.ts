import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import type { Definition } from '../postgres/definitions.ts'
import type { RowsBefore, RunOptions } from '../run/options.ts'
import type { Summary } from '../run/summaries.ts'
import type { StepKind, StepTask } from './step.ts'

/**
 * What is written down of runs, in the database that they fill. The tables are made by
 * `install.ts`; a test compares the two.
 */
const ledger = pgSchema('downpour')

/** Unfinished runs are `running`, whether a process is at work on them or not. */
export type RunState = 'running' | 'finished' | 'abandoned' | 'emptied' | 'undoing' | 'undone'

/** One row. */
export const installation = ledger.table('installation', {
  /** Of the ledger's own tables. */
  version: integer().notNull(),
  /** What the database is for, as `development` or `staging`; NULL until a first run. */
  environment: text(),
})

export const runs = ledger.table('runs', {
  id: text().primaryKey(),
  /** Counts up: later runs have larger ones. */
  ordinal: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
  state: text().$type<RunState>().notNull(),
  options: jsonb().$type<RunOptions>().notNull(),
  /** What the tables held, for a run that grows them. */
  before: jsonb().$type<RowsBefore>(),
  /** Of the plan, with what it is made of. */
  fingerprint: text().notNull(),
  facts: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
  startedBy: text('started_by').notNull(),
  startedAt: timestamp('started_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  endedAt: timestamp('ended_at', { withTimezone: true, mode: 'string' }),
})

/** The tables that a run loads, parents first. */
export const runTables = ledger.table(
  'run_tables',
  {
    run: text().notNull(),
    position: integer().notNull(),
    key: text().notNull(),
    schema: text().notNull(),
    name: text().notNull(),
    /** All rows that the plan knows. */
    planFirst: bigint('plan_first', { mode: 'number' }).notNull(),
    planCount: bigint('plan_count', { mode: 'number' }).notNull(),
    /** The rows that the run loads. */
    firstRow: bigint('first_row', { mode: 'number' }).notNull(),
    rowCount: bigint('row_count', { mode: 'number' }).notNull(),
    strategy: text().notNull(),
    /** The column that counts up, and its value in row 0; NULL where the key tells no row number. */
    keyColumn: text('key_column'),
    keyStart: bigint('key_start', { mode: 'number' }),
    /** Positions of tables whose rows have to be there first: foreign keys in force. */
    waitsFor: integer('waits_for').array().notNull(),
    /** Its rows refer to earlier ones, under a foreign key in force. */
    isSequential: boolean('is_sequential').notNull(),
    /** Whether its rows were thrown away since, by a reset. */
    isEmptied: boolean('is_emptied').notNull().default(false),
    /** Columns of other tables that sum up this one's rows. */
    summaries: jsonb().$type<readonly Summary[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.position] })],
)

/** What is to be done, each in a transaction of its own, which also marks it as done. */
export const steps = ledger.table(
  'steps',
  {
    run: text().notNull(),
    phase: smallint().notNull(),
    number: integer().notNull(),
    kind: text().$type<StepKind>().notNull(),
    /** Of the table, in `run_tables`. */
    position: integer(),
    firstRow: bigint('first_row', { mode: 'number' }),
    rowCount: bigint('row_count', { mode: 'number' }),
    task: jsonb().$type<StepTask>(),
    isDone: boolean('is_done').notNull().default(false),
    doneBy: text('done_by'),
    /** Seconds, of the clock of `doneAt`. */
    seconds: doublePrecision(),
    generateSeconds: doublePrecision('generate_seconds'),
    /** What people should know of how it was done. */
    notes: jsonb().$type<readonly string[]>(),
    doneAt: timestamp('done_at', { withTimezone: true, mode: 'string' }),
  },
  (table) => [primaryKey({ columns: [table.run, table.phase, table.number] })],
)

/** Indexes and constraints that a run has dropped, until they are put back. */
export const dropped = ledger.table(
  'dropped',
  {
    run: text().notNull(),
    number: integer().notNull(),
    definition: jsonb().$type<Definition>().notNull(),
    isRestored: boolean('is_restored').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.run, table.number] })],
)

/** Rows that were left out under `--on-error skip`. Values are not kept: `preview --row` shows them. */
export const rejects = ledger.table(
  'rejects',
  {
    run: text().notNull(),
    tableKey: text('table_key').notNull(),
    row: bigint({ mode: 'number' }).notNull(),
    key: bigint({ mode: 'number' }),
    code: text().notNull(),
    constraint: text('constraint_name'),
    column: text('column_name'),
  },
  (table) => [primaryKey({ columns: [table.run, table.tableKey, table.row] })],
)
