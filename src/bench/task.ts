import type { StrategyName } from '../write/strategy.ts'
import type { ErrorData } from '../threads/port.ts'
import type { BenchTable } from './tables.ts'

/** What the process of a measurement does; plain data, sent to it. */
export type Task = LoadTask | ReadTask | SqliteTask

export interface LoadTask extends TaskTable {
  readonly kind: 'load'
  readonly strategy: StrategyName
  /** Rows per transaction; `row` has one transaction a row whatever this says. */
  readonly chunkSize: number
  /** Connections that load side by side. */
  readonly lanes: number
  /** Whether indexes are dropped before and rebuilt afterwards. */
  readonly indexes: 'keep' | 'defer'
}

export interface ReadTask extends TaskTable {
  readonly kind: 'read'
  readonly way: 'all' | 'pages' | 'cursor' | 'copy'
  /** Rows a page, or rows a fetch. */
  readonly size: number
}

export interface SqliteTask extends TaskTable {
  readonly kind: 'sqlite'
  readonly file: string
  readonly way: 'row' | 'batch'
  readonly chunkSize: number
}

interface TaskTable {
  /** A server's; not used by SQLite. */
  readonly url: string
  /** The schema of the benchmark's own. */
  readonly schema: string
  readonly table: BenchTable
  /** At most in one run. */
  readonly mostRows: number
}

/** Seconds by phase; together they are the whole time. */
export type Phases = Readonly<Record<string, number>>

/** Does a task again and again. */
export interface Subject {
  /** What a report should tell of it, as a sentence. */
  readonly note?: string
  /** Makes everything as it was before the first run; not timed. */
  prepare(): Promise<void>
  /** @param rows - the first so many of the table */
  run(rows: number): Promise<Phases>
  /** Makes what the run has cost known to the server's statistics; not timed. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** What the parent asks of the process, one thing after the other. */
export type TaskRequest =
  | { readonly kind: 'open'; readonly task: Task }
  | { readonly kind: 'prepare' }
  | { readonly kind: 'run'; readonly rows: number }
  | { readonly kind: 'close' }

/** Its answer to each. */
export type TaskAnswer =
  | { readonly kind: 'opened'; readonly note: string | undefined }
  | { readonly kind: 'done' }
  | { readonly kind: 'ran'; readonly run: Run }
  | { readonly kind: 'failed'; readonly error: ErrorData }

/** One run, as timed in the process that did it. */
export interface Run {
  readonly seconds: number
  readonly phases: Phases
  /** The process's resident set at its largest meanwhile. */
  readonly peakRssBytes: number
}
