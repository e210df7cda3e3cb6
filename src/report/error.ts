import { DownpourError } from '../errors.ts'
import { styled } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/**
 * A failure in three lines: what, why, and how to fix it.
 *
 * @example
 * // ✖ Cannot seed "orders": column "customer_id" has no rows to reference  (PLAN_EMPTY_PARENT)
 * //   Why  customers has 0 rows planned and orders.customer_id is NOT NULL.
 * //   Fix  give customers a count of at least 1.
 */
export function formatError(terminal: Terminal, error: DownpourError): string {
  return [
    `${styled(terminal, 'red', '✖')} ${error.message}  ${styled(terminal, 'dim', `(${error.code})`)}`,
    `  Why  ${error.why}`,
    `  Fix  ${error.fix}`,
    '',
  ].join('\n')
}

/** The failure as `--json` prints it: one object. */
export function errorObject(error: DownpourError): object {
  const { code, message, why, fix, table, column, row } = error
  return { ok: false, error: { code, message, why, fix, table, column, row } }
}

/** Anything else is a bug of ours: it is told with its stack, so that it can be reported. */
export function bugError(error: unknown): DownpourError {
  return new DownpourError({
    code: 'BUG',
    message: 'Something went wrong that should not have',
    why: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    fix: 'Please report this; run it again with DOWNPOUR_DEBUG=1 for the stack trace.',
    exitCode: 1,
    cause: error,
  })
}
