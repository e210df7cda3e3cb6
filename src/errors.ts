/**
 * Exit codes of the command: 1 a bug, 2 usage or refused, 3 declined, 4 load failed, 5 a difference
 * was found, 130 and 143 stopped by SIGINT and SIGTERM.
 */
export type ExitCode = 1 | 2 | 3 | 4 | 5 | 130 | 143

/** What went wrong, why, and how to fix it: the three lines every failure prints. */
export interface Failure {
  /** A stable name such as `PLAN_EMPTY_PARENT`; scripts may rely on it. */
  readonly code: string
  /** One sentence without a full stop: what could not be done. */
  readonly message: string
  /** One sentence: the reason. Never holds a password or a row's values. */
  readonly why: string
  /** One sentence: what to do about it. */
  readonly fix: string
  /** The command's exit code. @defaultValue 2 */
  readonly exitCode?: ExitCode
  readonly table?: string
  readonly column?: string
  /** The row number, counted from 0. */
  readonly row?: number
  readonly cause?: unknown
}

/**
 * The one error of this project's own. Everything a user can cause arrives as one of these; any
 * other error that reaches the command line is a bug (exit 1).
 *
 * @example
 * throw new DownpourError({
 *   code: 'PLAN_EMPTY_PARENT',
 *   message: 'Cannot seed "orders": column "customer_id" has no rows to reference',
 *   why: 'customers has 0 rows planned and orders.customer_id is NOT NULL.',
 *   fix: 'Give customers a count of at least 1.',
 *   table: 'orders',
 *   column: 'customer_id',
 * })
 */
export class DownpourError extends Error {
  override readonly name = 'DownpourError'
  readonly code: string
  readonly why: string
  readonly fix: string
  readonly exitCode: ExitCode
  readonly table: string | undefined
  readonly column: string | undefined
  readonly row: number | undefined

  constructor(failure: Failure) {
    super(failure.message, { cause: failure.cause })
    this.code = failure.code
    this.why = failure.why
    this.fix = failure.fix
    this.exitCode = failure.exitCode ?? 2
    this.table = failure.table
    this.column = failure.column
    this.row = failure.row
  }
}
