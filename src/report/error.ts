import { DownpourError } from '../errors.ts'
import { serverError, serverSaid, unwrapError } from '../postgres/server-error.ts'
import { thrownName, valuesAreShown } from '../shown-values.ts'
import { styled } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { wrap } from './wrap.ts'

/** What is told of an error. */
export type ToldError = Pick<
  DownpourError,
  'code' | 'message' | 'why' | 'fix' | 'table' | 'column' | 'row'
>

/**
 * A failure in three lines: what, why, and how to fix it. In a narrow terminal the latter two are
 * broken between words.
 *
 * @example
 * // ✖ Cannot seed "orders": column "customer_id" has no rows to reference  (PLAN_EMPTY_PARENT)
 * //   Why  customers has 0 rows planned and orders.customer_id is NOT NULL.
 * //   Fix  give customers a count of at least 1.
 */
export function formatError(terminal: Terminal, error: ToldError): string {
  return [
    `${styled(terminal, 'red', '✖')} ${printable(error.message)}  ${styled(terminal, 'dim', `(${error.code})`)}`,
    `  Why  ${indented(terminal, error.why)}`,
    `  Fix  ${indented(terminal, error.fix)}`,
    '',
  ].join('\n')
}

/** The failure as `--json` prints it: one object. */
export function errorObject(error: ToldError): object {
  const { code, row } = error
  const [message, why, fix] = [error.message, error.why, error.fix].map(printable)
  // A name may be what somebody has typed, too.
  const [table, column] = [error.table, error.column].map((name) => name && printable(name))
  return { ok: false, error: { code, message, why, fix, table, column, row } }
}

/**
 * An error that nobody has made sense of: the server's, exit code 4, or else a bug of ours. Drizzle's
 * wrapper, which holds SQL and every parameter, is taken off.
 */
export function unexpectedError(error: unknown): DownpourError {
  const inner = unwrapError(error)
  if (inner instanceof DownpourError) return inner
  const reason = serverError(inner)
  if (reason) {
    return new DownpourError({
      code: 'SERVER_ERROR',
      message: 'The server refused a statement',
      why: `${serverSaid(reason)}.`,
      fix: 'Remove the cause, then run the command again.',
      exitCode: 4,
      cause: inner,
    })
  }
  return new DownpourError({
    code: 'BUG',
    message: 'Something went wrong that should not have',
    why: `It is this: ${thrownName(inner)}.`,
    fix: 'Please report this; run it again with DOWNPOUR_DEBUG=1 for the stack trace, and with DOWNPOUR_SHOW_VALUES=1 for its text, which may hold values of rows.',
    exitCode: 1,
    cause: inner,
  })
}

/** A stack, without the error's text unless values of rows may be shown: it may hold one. */
export function stackOf({ stack = '' }: Error): string {
  if (valuesAreShown()) return stack
  return stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n')
}

function indented(terminal: Terminal, text: string): string {
  const width = terminal.isInteractive ? terminal.columns - 7 : Infinity
  return wrap(printable(text), width).join(`\n${' '.repeat(7)}`)
}

/**
 * One line, where compilers and servers answer in several, and without the passwords of URLs: one
 * may have been typed where no URL belongs. (`user:password@` is how this project explains them.)
 */
function printable(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/(:\/\/[^\s:/@]*):(?!password@)\S*@/g, '$1@')
}
