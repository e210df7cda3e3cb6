import { DownpourError } from '../errors.ts'
import { unwrapError } from '../postgres/server-error.ts'

export interface SqliteLoadFailure {
  readonly error: unknown
  /** The table that was being loaded, as people know it. */
  readonly table: string
  /** The rows of the statement, by number; `undefined` where it was no statement with rows. */
  readonly rows: { readonly first: number; readonly count: number } | undefined
}

/** Turns what SQLite did to a load into an error for people, exit code 4, without row values. */
export function sqliteLoadError({ error, table, rows }: SqliteLoadFailure): DownpourError {
  const { code, what, fix, isOfRow } = kindOf(error)
  const subject = isOfRow && rows !== undefined ? `${rowsText(rows)} ` : ''
  return new DownpourError({
    code,
    message: `Cannot load "${table}" into SQLite: ${subject}${what}`,
    why: sqliteSaid(error),
    fix,
    exitCode: 4,
    table,
    ...(rows === undefined ? {} : { row: rows.first }),
    cause: unwrapError(error),
  })
}

/** Says that a file cannot be opened, or that the table cannot be made in it. */
export function sqliteOpenError(file: string, error: unknown): DownpourError {
  return new DownpourError({
    code: 'BENCH_SQLITE',
    message: `Cannot make the SQLite file ${file}`,
    why: sqliteSaid(error),
    fix: 'Name a file that is not there yet, in a folder that can be written to.',
    cause: unwrapError(error),
  })
}

/** Says that SQLite's driver, an optional package, is not there or does not work. */
export function sqliteDriverError(error: unknown): DownpourError {
  const said = firstLine(error)
  // Of drizzle-orm/libsql, which imports it; anything else that is missing belongs to the package.
  const isAbsent = said.includes("'@libsql/client'")
  return new DownpourError({
    code: 'BENCH_DRIVER',
    message: 'Cannot measure SQLite: its driver is not there',
    why: isAbsent
      ? 'The optional package "@libsql/client" is not installed.'
      : `The optional package "@libsql/client" cannot be loaded: ${said}.`,
    fix: 'Install it: npm install --save-dev @libsql/client',
    cause: error,
  })
}

interface Kind {
  readonly code: string
  readonly what: string
  readonly fix: string
  /** Whether `what` goes on after "row 7"; otherwise it stands alone. */
  readonly isOfRow: boolean
}

/** By result code, the longest prefix first: https://www.sqlite.org/rescode.html */
const kinds: readonly (readonly [RegExp, Kind])[] = [
  [
    /^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY|ROWID)$/,
    {
      code: 'LOAD_UNIQUE',
      what: 'repeats a value that must be unique',
      fix: 'Make the column’s generator unique, or empty the table first.',
      isOfRow: true,
    },
  ],
  [
    /^SQLITE_CONSTRAINT_NOTNULL$/,
    {
      code: 'LOAD_NOT_NULL',
      what: 'has no value in a column that needs one',
      fix: 'Give the column a generator without nulls.',
      isOfRow: true,
    },
  ],
  [
    /^SQLITE_FULL/,
    {
      code: 'LOAD_DISK_FULL',
      what: 'the disk is full',
      fix: 'Free space where the file is, or load fewer rows.',
      isOfRow: false,
    },
  ],
]

const other: Kind = {
  code: 'LOAD_SQLITE',
  what: 'SQLite reported an error',
  fix: 'Look the code up at https://www.sqlite.org/rescode.html.',
  isOfRow: false,
}

function kindOf(error: unknown): Kind {
  const code = resultCode(error) ?? ''
  return kinds.find(([codes]) => codes.test(code))?.[1] ?? other
}

/** Its messages name tables, columns and constraints, and no values. */
function sqliteSaid(error: unknown): string {
  const code = resultCode(error)
  const message = firstLine(unwrapError(error)).replace(/^SQLITE_\w+: /, '')
  return `SQLite said: ${message}${code === undefined ? '' : ` (${code})`}.`
}

function resultCode(error: unknown): string | undefined {
  const inner = unwrapError(error) as { code?: unknown; extendedCode?: unknown } | undefined
  // It is empty where the file cannot be opened.
  const code = inner?.extendedCode ?? inner?.code
  return typeof code === 'string' && code !== '' ? code : undefined
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}

function rowsText({ first, count }: { first: number; count: number }): string {
  return count === 1 ? `row ${first}` : `one of the rows ${first} to ${first + count - 1}`
}
