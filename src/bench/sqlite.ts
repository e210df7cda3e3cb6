import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { sql } from 'drizzle-orm'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Slice, TableSource } from '../generate/slices.ts'
import { uniqueColumns } from '../model/keys.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import type { RowRange } from '../plan/plan.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { chunksOf } from '../run/chunks.ts'
import { textRow } from '../write/parameter-text.ts'
import type { TextRow } from '../write/parameter-text.ts'
import type { ServerSettings } from './report.ts'
import { sqliteDefinition } from './sqlite-definition.ts'
import { sqliteDriverError, sqliteLoadError, sqliteOpenError } from './sqlite-error.ts'

export interface SqliteOptions {
  /** A path; the file must not hold the table yet, and is the caller's to remove. */
  readonly file: string
  readonly table: TableModel
  /** Those that a source gives values of, in its order. @defaultValue all that are not generated */
  readonly columns?: readonly ColumnModel[]
  /** Unique constraints that the model does not know, by column names. @defaultValue none */
  readonly uniques?: readonly (readonly string[])[]
  /** Indexes, which no model knows, by column names. @defaultValue none */
  readonly indexes?: readonly (readonly string[])[]
}

/** A table in a SQLite file, filled through Drizzle. */
export interface SqliteTable {
  /** Stores the first rows of a source. What was committed before an error stays. */
  load(load: SqliteLoad): Promise<SqliteLoaded>
  /** Removes all rows, and gives their space back to the disk. */
  empty(): Promise<void>
  count(): Promise<number>
  /** SQLite's version, and what decides its speed, as the driver leaves it. */
  settings(): Promise<Pick<ServerSettings, 'name' | 'settings'>>
  /**
   * No file but `file` is left then. The driver holds that one open until its statements are
   * garbage-collected, or the process ends: a disk has its space back only then.
   */
  close(): Promise<void>
}

export interface SqliteLoad {
  readonly source: TableSource
  readonly rows: number
  /** One INSERT a row, each committed by itself; or many rows an INSERT, a transaction a chunk. */
  readonly way: 'row' | 'batch'
  /** Rows per transaction of `batch`. */
  readonly chunkSize: number
  /** Ends the load within some 100 ms, with its reason as the error. */
  readonly signal?: AbortSignal
}

export interface SqliteLoaded {
  /**
   * Seconds, which add up to the time it took. SQLite commits a `row` within its INSERT, so that
   * `commit` is 0 there and its time is in `write`.
   */
  readonly phases: Readonly<Record<SqlitePhase, number>>
}

export type SqlitePhase = 'generate' | 'write' | 'commit'

/**
 * Makes a table in a SQLite file, with the durability that is the driver's default.
 *
 * @throws DownpourError `BENCH_DRIVER` where `@libsql/client`, an optional package, is not there;
 *   `BENCH_SQLITE` where the file or the table cannot be made
 * @example
 * const table = await openSqlite({ file: '/tmp/bench/products.db', table: model, indexes: [['id']] })
 * await table.load({ source, rows: 1_000_000, way: 'batch', chunkSize: 10_000 })
 * await table.count() // 1000000
 */
export async function openSqlite(options: SqliteOptions): Promise<SqliteTable> {
  const { file, table, uniques = [], indexes = [] } = options
  const columns =
    options.columns ?? table.columns.filter(({ generatedAs }) => generatedAs === undefined)
  const { drizzle } = await importDriver()
  const own = uniqueColumns({ ...table, primaryKey: [] })
  const keys = { uniques: [...own, ...uniques], indexes }
  const db = await createFile(drizzle, file, sqliteDefinition(table, columns, keys))
  const target: SqliteTarget = {
    key: table.key,
    columns: columns.map((column) => textColumn(table, column)),
    table: textTable(table, columns),
  }
  return {
    load: (load) => loadRows(db, target, load),
    async empty() {
      await db.delete(target.table)
      await db.run(sql`vacuum`)
    },
    count: () => db.$count(target.table),
    settings: () => readSettings(db),
    close: async () => db.$client.close(),
  }
}

/**
 * Makes sure that SQLite can be measured, before anything else is.
 *
 * @throws DownpourError `BENCH_DRIVER` where `@libsql/client`, an optional package, is not there
 */
export async function requireSqlite(): Promise<void> {
  await importDriver()
}

type Driver = typeof import('drizzle-orm/libsql')
type SqliteDatabase = ReturnType<Driver['drizzle']>

interface SqliteTarget {
  readonly key: string
  readonly columns: readonly TargetColumn[]
  readonly table: SQLiteTable
}

/** https://www.sqlite.org/limits.html#max_variable_number */
const maxVariables = 32_766
/** With fewer rows each costs more; more are no faster, and take more memory. */
const maxRows = 500
/** The driver works on this thread: nothing else of the process happens between two breaths. */
const breathMillis = 50

async function importDriver(): Promise<Driver> {
  try {
    return await import('drizzle-orm/libsql')
  } catch (error) {
    throw sqliteDriverError(error)
  }
}

async function createFile(
  drizzle: Driver['drizzle'],
  file: string,
  statements: readonly string[],
): Promise<SqliteDatabase> {
  let db: SqliteDatabase | undefined
  try {
    db = drizzle({ connection: { url: pathToFileURL(file).href } })
    for (const statement of statements) await db.run(sql.raw(statement))
    return db
  } catch (error) {
    db?.$client.close()
    throw sqliteOpenError(file, error)
  }
}

/**
 * The table as Drizzle is to see it: each column as text, which SQLite's affinity turns into the
 * column's type. So a value is mapped in the one place where PostgreSQL's are.
 */
function textTable({ name }: TableModel, columns: readonly ColumnModel[]): SQLiteTable {
  return sqliteTable(
    name,
    Object.fromEntries(columns.map((column) => [column.name, text(column.name)])),
  )
}

/** As a catalog would tell it: the type's name decides how a value is written as text. */
function textColumn({ key }: TableModel, { name, type, toDriver }: ColumnModel): TargetColumn {
  return {
    table: key,
    name,
    serverType: {
      oid: 0,
      name: type.name,
      sqlName: type.name,
      kind: 'scalar',
      modifier: -1,
      element: undefined,
    },
    toDriver,
  }
}

async function loadRows(
  db: SqliteDatabase,
  target: SqliteTarget,
  load: SqliteLoad,
): Promise<SqliteLoaded> {
  const { source, rows, way, chunkSize, signal } = load
  const clock = startClock()
  const all: RowRange = { first: 0, count: rows }
  const write = { target, source, clock, signal }
  if (way === 'row') await writeRows(db, { ...write, range: all, perStatement: 1 })
  else {
    const perStatement = Math.min(maxRows, Math.floor(maxVariables / target.columns.length))
    for (const range of chunksOf(all, chunkSize)) {
      await inTransaction(db, target, (tx) => writeRows(tx, { ...write, range, perStatement }))
      clock.end('commit')
    }
  }
  return { phases: clock.phases }
}

interface PhaseClock {
  readonly phases: Readonly<Record<SqlitePhase, number>>
  /** Counts the time since the last phase's end. */
  end(phase: SqlitePhase): void
}

function startClock(): PhaseClock {
  const phases = { generate: 0, write: 0, commit: 0 }
  let last = performance.now()
  return {
    phases,
    end(phase) {
      const now = performance.now()
      phases[phase] += (now - last) / 1000
      last = now
    },
  }
}

/** What a database and a transaction have in common. */
type Inserting = Pick<LibSQLDatabase, 'insert'>

/** Drizzle's own, but for its error: after a full disk its ROLLBACK fails too, and hides why. */
async function inTransaction(
  db: SqliteDatabase,
  { key }: SqliteTarget,
  work: (tx: Inserting) => Promise<void>,
): Promise<void> {
  let reason: unknown
  try {
    await db.transaction(async (tx) => {
      try {
        await work(tx)
      } catch (error) {
        reason = error
        throw error
      }
    })
  } catch (error) {
    throw reason ?? sqliteLoadError({ error, table: key, rows: undefined })
  }
}

interface RowsWrite {
  readonly target: SqliteTarget
  readonly source: TableSource
  readonly range: RowRange
  readonly perStatement: number
  readonly clock: PhaseClock
  readonly signal: AbortSignal | undefined
}

async function writeRows(db: Inserting, write: RowsWrite): Promise<void> {
  const { target, source, range, perStatement, clock, signal } = write
  let rows: TextRow[] = []
  let first = range.first
  let breath = performance.now()

  async function flush(): Promise<void> {
    try {
      await db.insert(target.table).values(rows)
    } catch (error) {
      throw sqliteLoadError({ error, table: target.key, rows: { first, count: rows.length } })
    }
    first += rows.length
    rows = []
    if (performance.now() - breath < breathMillis) return
    await setImmediate()
    signal?.throwIfAborted()
    breath = performance.now()
  }

  for (const slice of timed(source.slices(range), clock)) {
    for (let index = 0; index < slice.count; index++) {
      rows.push(textRow(target, slice, index))
      if (rows.length === perStatement) await flush()
    }
  }
  if (rows.length > 0) await flush()
  clock.end('write')
}

/** Passes slices on; what is done with one is `write`. */
function* timed(slices: Iterable<Slice>, clock: PhaseClock): Iterable<Slice> {
  for (const slice of slices) {
    clock.end('generate')
    yield slice
    clock.end('write')
  }
}

/** https://www.sqlite.org/pragma.html */
async function readSettings(
  db: SqliteDatabase,
): Promise<Pick<ServerSettings, 'name' | 'settings'>> {
  const row = await db.get<Record<string, string | number>>(sql`
    select sqlite_version() as version,
      (select journal_mode from pragma_journal_mode) as journal_mode,
      (select synchronous from pragma_synchronous) as synchronous,
      (select page_size from pragma_page_size) as page_size,
      (select cache_size from pragma_cache_size) as cache_size`)
  const { version, journal_mode, synchronous, page_size, cache_size } = row
  const cache = Number(cache_size)
  return {
    name: `SQLite ${version}`,
    settings: {
      journal_mode: String(journal_mode),
      synchronous: ['off', 'normal', 'full', 'extra'][Number(synchronous)] ?? String(synchronous),
      page_size: `${page_size} B`,
      cache_size: cache < 0 ? `${-cache} KiB` : `${cache} pages`,
    },
  }
}
