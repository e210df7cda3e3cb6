import { DownpourError } from '../errors.ts'
import type { RowRange } from '../plan/plan.ts'
import { isDataError, serverReason } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'

/** A row that the server or an encoder refused. */
export interface Rejection {
  /** The row number, counted from 0. */
  readonly row: number
  /** SQLSTATE, or a code of our own (`DATA_…`, `LOAD_GENERATOR`) where the server was not asked. */
  readonly code: string
  readonly constraint: string | undefined
  readonly column: string | undefined
}

export interface IsolateOptions {
  readonly range: RowRange
  /**
   * Writes rows in the open transaction. What it throws is a DownpourError whose `row` is the bad
   * row's number, where that is known, and whose `cause` is the server's error; a wrong `row` costs
   * time only.
   */
  readonly write: (range: RowRange) => Promise<void>
  /** Rows that may be rejected. */
  readonly limit: number
}

/**
 * Writes all rows of a range that can be written, in the open transaction, which can be committed
 * afterwards: of rows that exclude each other the first one stays. For b bad rows among n that takes
 * O(b log n) attempts to write.
 *
 * Deferred constraints are checked at each statement from now on until the transaction ends, so a
 * row may refer to rows before it only.
 *
 * @returns the rows that cannot be written, in order
 * @throws DownpourError `LOAD_TOO_MANY_REJECTED`, exit code 4; at once, whatever `write` throws that
 *   is no fault of a row (see `isDataError`): the transaction is to be rolled back then
 * @example
 * await session.begin()
 * await writeSkipping(session, { range: { first: 0, count: 5000 }, write, limit: 100 })
 * // [{ row: 17, code: '23505', constraint: 'users_email_key', column: undefined }]
 * await session.commit()
 */
export async function writeSkipping(
  session: Session,
  options: IsolateOptions,
): Promise<readonly Rejection[]> {
  const { range, write, limit } = options
  const rejections: Rejection[] = []
  // At COMMIT they would undo everything and name no row.
  await session.query('set constraints all immediate')
  const pending = [range]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const rows = next
    const error = await attempt(session, () => write(rows))
    if (error === undefined) continue
    if (rows.count > 1) {
      // The first rows come off the stack first: they win over later ones they exclude.
      pending.push(...split(rows, error.row).toReversed())
      continue
    }
    if (rejections.length >= limit) throw tooManyRejected(rows.first, error)
    rejections.push(rejectionOf(rows.first, error))
  }
  return rejections
}

/** @returns the error when it is a row's fault, with nothing written then */
async function attempt(
  session: Session,
  write: () => Promise<void>,
): Promise<DownpourError | undefined> {
  await session.query(`savepoint ${savepoint}`)
  try {
    await write()
  } catch (error) {
    if (!(error instanceof DownpourError && isDataError(error))) throw error
    await session.query(`rollback to savepoint ${savepoint}; release savepoint ${savepoint}`)
    return error
  }
  await session.query(`release savepoint ${savepoint}`)
  return undefined
}

const savepoint = 'downpour_attempt'

/**
 * Around the row that is suspected, which is then tried alone: the row it conflicts with may turn out
 * to be a bad one itself. What follows it is halved, or where every row is bad each of them would
 * have all the rest generated and sent in vain.
 */
function split(range: RowRange, suspect: number | undefined): readonly RowRange[] {
  const { first, count } = range
  const end = first + count
  const isInside = suspect !== undefined && suspect >= first && suspect < end
  const pieces = isInside
    ? [between(first, suspect), between(suspect, suspect + 1), ...halves(suspect + 1, end)]
    : halves(first, end)
  return pieces.filter((piece) => piece.count > 0)
}

function halves(first: number, end: number): readonly RowRange[] {
  const middle = first + Math.floor((end - first) / 2)
  return [between(first, middle), between(middle, end)]
}

function between(first: number, end: number): RowRange {
  return { first, count: end - first }
}

function rejectionOf(row: number, error: DownpourError): Rejection {
  const reason = serverReason(error)
  return {
    row,
    code: reason?.code ?? error.code,
    constraint: reason?.constraint_name,
    column: error.column,
  }
}

function tooManyRejected(row: number, error: DownpourError): DownpourError {
  const { table, column, why } = error
  return new DownpourError({
    code: 'LOAD_TOO_MANY_REJECTED',
    message: `Cannot load ${table === undefined ? 'the table' : `"${table}"`}: row ${row} is one rejected row too many`,
    why,
    fix: 'Correct the generator, or let more rows be rejected.',
    exitCode: 4,
    ...(table === undefined ? {} : { table }),
    ...(column === undefined ? {} : { column }),
    row,
    cause: error,
  })
}
