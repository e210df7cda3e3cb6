import { DownpourError } from '../errors.ts'
import type { Failure } from '../errors.ts'
import type { ErrorData } from './port.ts'

/** Whatever was thrown, as data that can be sent to another thread. */
export function packError(thrown: unknown): ErrorData {
  return pack(thrown, 0)
}

/** The error again: a `DownpourError` where it was one, else an `Error` with the name it had. */
export function unpackError(data: ErrorData): Error {
  const { message, stack, fields } = data
  const cause = data.cause && { cause: unpackError(data.cause) }
  const error = data.isDownpourError
    ? new DownpourError({ ...(fields as unknown as Failure), ...cause, message })
    : Object.assign(new Error(message, cause), fields)
  if (stack !== undefined) error.stack = stack
  return error
}

/** Deeper ones explain nothing any more, and an error may be its own cause. */
const MOST_CAUSES = 8

function pack(thrown: unknown, depth: number): ErrorData {
  if (!(thrown instanceof Error)) return pack(new Error(String(thrown)), depth)
  const { message, stack, cause } = thrown
  return {
    isDownpourError: thrown instanceof DownpourError,
    message,
    stack,
    fields: { ...sendableFields(thrown), name: thrown.name },
    cause: cause === undefined || depth === MOST_CAUSES ? undefined : pack(cause, depth + 1),
  }
}

/** Its code, a server's SQLSTATE and severity, …: others recognise an error by them. */
function sendableFields(error: Error): Record<string, unknown> {
  const fields = Object.entries(error).filter(([key, value]) => key !== 'cause' && canSend(value))
  return Object.fromEntries(fields)
}

function canSend(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
