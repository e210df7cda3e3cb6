import { DownpourError } from '../errors.ts'
import {
  isConnectionLost,
  serverError,
  serverSaid,
  type ServerError,
  unwrapError,
} from '../postgres/server-error.ts'

/**
 * Turns what the server (or the loss of its connection) did to a reading into an error for people,
 * exit code 4. It holds neither row values nor SQL, and neither does its `cause`.
 *
 * @returns the error itself, freed of Drizzle's wrapper, when it is neither.
 */
export function readError(failure: unknown, table: string): unknown {
  const error = unwrapError(failure)
  const server = serverError(error)
  if (isConnectionLost(error)) return connectionLoss(error as Error, server, table)
  if (server === undefined) return error
  const { code, fix } = kindOf(server)
  return new DownpourError({
    code,
    message: `Cannot read "${table}"`,
    why: `${serverSaid(server)}.`,
    fix,
    exitCode: 4,
    table,
    cause: withoutValues(server),
  })
}

function kindOf({ code }: ServerError): { readonly code: string; readonly fix: string } {
  if (code === '42501') {
    return {
      code: 'READ_PERMISSION',
      fix: 'Grant the user the right the server names, or connect as another user.',
    }
  }
  if (/^(?:42|3F)/.test(code)) {
    return {
      code: 'READ_SCHEMA',
      fix: 'Apply the migrations (npx downpour migrate), or correct the schema.',
    }
  }
  return { code: 'READ_SERVER', fix: 'Look into the server’s log for the full report.' }
}

function connectionLoss(
  error: Error,
  server: ServerError | undefined,
  table: string,
): DownpourError {
  return new DownpourError({
    code: 'READ_CONNECTION',
    message: `Cannot read "${table}": no connection to the server`,
    why: reasonOf(error, server),
    fix: 'Look into the server’s log; once it answers again, read the table again from the start.',
    exitCode: 4,
    table,
    cause: server === undefined ? bare(error) : withoutValues(server),
  })
}

function reasonOf(error: Error, server: ServerError | undefined): string {
  if (error instanceof DownpourError) return error.why
  if (server !== undefined) return `${serverSaid(server)}.`
  return `The connection reported ${codeOf(error)}.`
}

/** The driver hangs a statement's text and parameters on the errors that pass through it. */
function bare(error: Error): Error {
  if (error instanceof DownpourError) return error
  return Object.assign(new Error(`The connection reported ${codeOf(error)}`), {
    code: codeOf(error),
  })
}

function withoutValues(error: ServerError): Error {
  const { code, severity } = error
  return Object.assign(new Error(serverSaid(error)), { name: 'PostgresError', code, severity })
}

function codeOf(error: Error): string {
  return (error as Error & { code?: string }).code ?? error.name
}
