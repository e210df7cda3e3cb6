import { DownpourError } from '../errors.ts'
import { valuesAreShown } from '../shown-values.ts'

/** An error the server reported: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export interface ServerError extends Error {
  /** SQLSTATE */
  readonly code: string
  readonly severity: string
  readonly where?: string
  readonly table_name?: string
  readonly column_name?: string
  readonly constraint_name?: string
  /** Holds row values: told with `--show-values` only. */
  readonly detail?: string
}

export interface LoadFailure {
  readonly error: unknown
  /** The table that was being loaded, as people know it. */
  readonly table: string
  /** The row number of the statement's first row, counted from 0. */
  readonly firstRow?: number
}

/**
 * The error below Drizzle's wrapper, whose message holds the whole statement and every parameter.
 */
export function unwrapError(error: unknown): unknown {
  if (!(error instanceof Error) || error.cause === undefined) return error
  return 'query' in error && 'params' in error ? unwrapError(error.cause) : error
}

/** The server's error, freed of its wrappers; `undefined` for anything else. */
export function serverError(error: unknown): ServerError | undefined {
  const inner = unwrapError(error)
  // By shape, since a project may hold more than one copy of postgres.js.
  if (!(inner instanceof Error) || !('code' in inner)) return undefined
  // PgBouncer sends no other severity than the one that a server would translate.
  if (!('severity' in inner) && 'severity_local' in inner) {
    Object.assign(inner, { severity: inner.severity_local })
  }
  if (!('severity' in inner)) return undefined
  return typeof inner.code === 'string' && /^[0-9A-Z]{5}$/.test(inner.code)
    ? (inner as ServerError)
    : undefined
}

/**
 * Whether the connection is gone, so that what was in flight may or may not have happened and
 * nothing more can be asked on it. True for a session's `CONNECTION_LOST`, for what postgres.js and
 * the system report, and for the server's own last words (57P01, 25P03, …).
 */
export function isConnectionLost(error: unknown): boolean {
  const inner = unwrapError(error)
  if (!(inner instanceof Error) || !('code' in inner) || typeof inner.code !== 'string')
    return false
  const server = serverError(inner)
  if (server === undefined) return LOST.has(inner.code)
  // Without FATAL it is the server's news about a connection of its own, to a foreign server say.
  return /^(?:08|57P0|25P0[34])/.test(server.code) && /^(?:FATAL|PANIC)$/.test(server.severity)
}

/** The server's error, also where it is the cause of what `loadError` made of it. */
export function serverReason(error: unknown): ServerError | undefined {
  return (
    serverError(error) ?? (error instanceof DownpourError ? serverError(error.cause) : undefined)
  )
}

/**
 * Whether the values of a row are to blame, so that other rows may still be written: for broken
 * constraints and values that do not fit, what a trigger raised, what an encoder refused, and a
 * generator that threw. What an encoder refused without naming a row is the column's fault.
 */
export function isDataError(error: unknown): error is Error {
  if (error instanceof DownpourError) {
    if (error.code === 'LOAD_GENERATOR') return true
    if (error.code.startsWith('DATA_')) return error.row !== undefined
  }
  const reason = serverReason(error)
  // 44000: a view's WITH CHECK OPTION; P0001: RAISE EXCEPTION without a code of its own.
  return reason !== undefined && /^(?:22|23|44000|P0001)/.test(reason.code)
}

/**
 * The server's words for a `why`, without a full stop at the end, and without values that it quotes
 * or tells in its details, unless `--show-values` asks for them.
 *
 * @example
 * serverSaid(error) // 'The server said: relation "users" does not exist (SQLSTATE 42P01)'
 */
export function serverSaid(error: ServerError): string {
  return quoted([safeMessage(error), ...shownDetail(error)].join('; '), error)
}

/**
 * Turns what the server (or the loss of its connection) did to a load into an error for people,
 * exit code 4. It holds neither row values nor SQL, and neither does its `cause`: the server's
 * `detail` is left out, and what its message quotes is replaced where that may be a value.
 *
 * @returns the error itself when it is neither the server's nor a lost connection.
 * @example
 * loadError({ error, table: 'users', firstRow: 5000 }).message
 * // 'Cannot load "users": row 5001 repeats a value that must be unique'
 */
export function loadError(failure: LoadFailure): Error {
  const { table, firstRow } = failure
  const inner = unwrapError(failure.error)
  const error = serverError(inner)
  if (isConnectionLost(inner)) return connectionLoss(table, inner as Error)
  if (error === undefined) return inner instanceof Error ? inner : new Error(String(inner))

  const place = copyPlace(error.where)
  const row =
    firstRow === undefined || place.line === undefined ? undefined : firstRow + place.line - 1
  const column = error.column_name ?? place.column
  const kind = kindOf(error)
  return new DownpourError({
    code: kind.code,
    message: `Cannot load "${table}": ${kind.ofRow ? `${row === undefined ? 'a row' : `row ${row}`} ` : ''}${kind.what}`,
    why: explanation(error, column),
    fix: kind.fix,
    exitCode: 4,
    table,
    ...(column === undefined ? {} : { column }),
    ...(row === undefined ? {} : { row }),
    cause: withoutValues(error),
  })
}

const LOST = new Set([
  'CONNECTION_LOST',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_DESTROYED',
])

interface Kind {
  readonly code: string
  /** Whether `what` goes on after "row 7"; otherwise it stands alone. */
  readonly ofRow: boolean
  readonly what: string
  readonly fix: string
}

/** By SQLSTATE, the longest prefix first: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const KINDS: readonly (readonly [string, Kind])[] = [
  [
    '23505',
    {
      code: 'LOAD_UNIQUE',
      ofRow: true,
      what: 'repeats a value that must be unique',
      fix: 'Make the column’s generator unique, or empty the table first: npx downpour reset.',
    },
  ],
  [
    '23503',
    {
      code: 'LOAD_FOREIGN_KEY',
      ofRow: true,
      what: 'refers to a row that does not exist',
      fix: 'Load the referenced table too, or let the column be generated as a reference to it.',
    },
  ],
  [
    '23514',
    {
      code: 'LOAD_CHECK',
      ofRow: true,
      what: 'breaks a check constraint',
      fix: 'Choose a generator for the column whose values the constraint allows.',
    },
  ],
  [
    '23502',
    {
      code: 'LOAD_NOT_NULL',
      ofRow: true,
      what: 'has no value in a column that needs one',
      fix: 'Give the column a generator without nulls.',
    },
  ],
  [
    '23P01',
    {
      code: 'LOAD_EXCLUSION',
      ofRow: true,
      what: 'conflicts with another row',
      fix: 'Choose generators whose rows the exclusion constraint allows side by side.',
    },
  ],
  [
    '22',
    {
      code: 'LOAD_DATA',
      ofRow: true,
      what: 'holds a value its column cannot take',
      fix: 'Correct the generator of that column: its values do not fit the column’s type in the database.',
    },
  ],
  [
    '53100',
    {
      code: 'LOAD_DISK_FULL',
      ofRow: false,
      what: 'the server’s disk is full',
      fix: 'Free space on the server, run VACUUM on the table (a failed load keeps its space until then), and run it again.',
    },
  ],
  [
    '53300',
    {
      code: 'LOAD_TOO_MANY',
      ofRow: false,
      what: 'the server accepts no more connections',
      fix: 'Close other connections, or raise max_connections on the server.',
    },
  ],
  [
    '53',
    {
      code: 'LOAD_RESOURCES',
      ofRow: false,
      what: 'the server ran out of a resource',
      fix: 'Use a smaller chunk size, and look into the server’s log.',
    },
  ],
  [
    '40',
    {
      code: 'LOAD_CONFLICT',
      ofRow: false,
      what: 'the server gave up the transaction in favour of another',
      fix: 'Run it again; the transaction was rolled back as a whole.',
    },
  ],
  [
    '55P03',
    {
      code: 'LOAD_LOCK',
      ofRow: false,
      what: 'another session holds a lock on it',
      fix: 'End the session that holds the lock (pg_blocking_pids names it), and run it again.',
    },
  ],
  [
    '57014',
    {
      code: 'LOAD_CANCELLED',
      ofRow: false,
      what: 'the server cancelled the statement',
      fix: 'Use a smaller chunk size, or raise statement_timeout.',
    },
  ],
  [
    '25006',
    {
      code: 'LOAD_READ_ONLY',
      ofRow: false,
      what: 'the server takes no writes',
      fix: 'Connect to the primary server, in a transaction that may write.',
    },
  ],
  [
    '42501',
    {
      code: 'LOAD_PERMISSION',
      ofRow: false,
      what: 'the database user may not write to it',
      fix: 'Grant the user the right the server names, or connect as another user.',
    },
  ],
  [
    '42',
    {
      code: 'LOAD_SCHEMA',
      ofRow: false,
      what: 'the table in the database is not the one in the schema',
      fix: 'Apply the migrations (npx downpour migrate), or correct the schema.',
    },
  ],
  [
    '0A',
    {
      code: 'LOAD_UNSUPPORTED',
      ofRow: false,
      what: 'the server cannot load it this way',
      fix: 'Choose another strategy, for example --strategy batch.',
    },
  ],
  [
    'P0',
    {
      code: 'LOAD_TRIGGER',
      ofRow: true,
      what: 'was refused by a function in the database',
      fix: 'Look up the message in the server’s log; correct the generator or the trigger.',
    },
  ],
]

const NO_PARTITION: Kind = {
  code: 'LOAD_PARTITION',
  ofRow: true,
  what: 'belongs to no partition of the table',
  fix: 'Create the missing partition (or a DEFAULT one), or keep the partition key within the existing ones.',
}

const OTHER: Kind = {
  code: 'LOAD_SERVER',
  ofRow: false,
  what: 'the server reported an error',
  fix: 'Look into the server’s log for the full report.',
}

function kindOf(error: ServerError): Kind {
  if (error.code === '23514' && error.constraint_name === undefined) return NO_PARTITION
  return KINDS.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? OTHER
}

function explanation(error: ServerError, column: string | undefined): string {
  const message = safeMessage(error)
  const names = [
    nameUnlessSaid('constraint', error.constraint_name, message),
    nameUnlessSaid('column', column, message),
  ].filter((name) => name !== '')
  return `${quoted([[message, ...names].join(', '), ...shownDetail(error)].join('; '), error)}.`
}

function quoted(message: string, { code }: ServerError): string {
  return `The server said: ${message} (SQLSTATE ${code})`
}

function nameUnlessSaid(word: string, name: string | undefined, message: string): string {
  return name === undefined || message.includes(`"${name}"`) ? '' : `${word} "${name}"`
}

/** Classes whose messages name objects of the schema only; all others may quote a value. */
const NAMES_ONLY = /^(?:0A|23|25|28|3D|3F|40|42(?!601)|53|54|55|57)/

/** The quotation marks of the server's translations; a value may hold some itself: first to last. */
const QUOTED = /["'“”„«»‘’「」].*["'“”„«»‘’「」]/s

function shownDetail({ detail }: ServerError): readonly string[] {
  return valuesAreShown() && detail ? [detail.replace(/\.$/, '')] : []
}

function safeMessage(error: ServerError): string {
  if (valuesAreShown()) return error.message
  if (error.code.startsWith('P0')) return raisedBy(error.where)
  return NAMES_ONLY.test(error.code) ? error.message : error.message.replace(QUOTED, '"…"')
}

/** A message that a function raised is free text: only the function is named. */
function raisedBy(where: string | undefined): string {
  const name = /PL\/pgSQL function (\S+) line \d+/.exec(where ?? '')?.[1]
  return name === undefined ? 'a function raised an error' : `function ${name} raised an error`
}

/** Reads `COPY users, line 3, column email: "…"`; foreign keys come without a line. */
function copyPlace(where = ''): { line: number | undefined; column: string | undefined } {
  const [, line, column] = /^COPY .*?, line (\d+)(?:, column ([^:\n]+))?/m.exec(where) ?? []
  return { line: line === undefined ? undefined : Number(line), column }
}

function withoutValues(error: ServerError): Error {
  const { code, severity, schema_name, table_name, column_name, constraint_name } =
    error as ServerError & { schema_name?: string }
  return Object.assign(new Error(safeMessage(error)), {
    name: 'PostgresError',
    code,
    severity,
    schema_name,
    table_name,
    column_name,
    constraint_name,
  })
}

function connectionLoss(table: string, error: Error): DownpourError {
  const reason =
    error instanceof DownpourError
      ? error.why
      : `The connection reported ${(error as Error & { code?: string }).code ?? error.name}.`
  return new DownpourError({
    code: 'LOAD_CONNECTION',
    message: `Cannot load "${table}": the connection to the server was lost`,
    why: reason,
    fix: 'Look into the server’s log; once it answers again, run the command again.',
    exitCode: 4,
    table,
    cause: error instanceof DownpourError ? error : new Error(reason),
  })
}
