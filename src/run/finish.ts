import { DownpourError } from '../errors.ts'
import { isIntegerKey } from '../plan/choose-generator.ts'
import type { PlannedTable } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'

/**
 * What follows the load: sequences, then statistics.
 *
 * @throws DownpourError `FINISH_FAILED` with the server's reason; the rows stay
 */
export async function finish(session: Session, tables: readonly PlannedTable[]): Promise<void> {
  try {
    await setSequences(session, tables)
    await analyse(session, tables)
  } catch (error) {
    const reason = serverError(error)
    if (!reason) throw error
    throw new DownpourError({
      code: 'FINISH_FAILED',
      message: 'The rows are loaded, but not all sequences and statistics are up to date',
      why: `The server said: ${reason.message} (SQLSTATE ${reason.code}).`,
      fix: 'Remove the cause, then run it again with --reset.',
      exitCode: 4,
      cause: reason,
    })
  }
}

/**
 * Puts every sequence after the largest key that is there: explicit keys do not advance it, and the
 * next insert of an application would fail. A sequence is never moved back.
 */
export async function setSequences(
  session: Session,
  tables: readonly PlannedTable[],
): Promise<void> {
  for (const { model } of tables) {
    const table = quoteTable(model.schema, model.name)
    for (const column of model.columns) {
      if (!isIntegerKey(model, column)) continue
      const [found] = await session.query<{ name: string | null }>(
        'select pg_get_serial_sequence($1, $2) as name',
        [table, column.name],
      )
      const sequence = found?.name
      if (!sequence) continue
      await session.query(
        `select setval($1::text::regclass, greatest(largest, (select last_value from ${sequence})))
         from (select max(${quoteIdentifier(column.name)}) as largest from ${table}) as keys
         where largest is not null`,
        [sequence],
      )
    }
  }
}

/** Fresh statistics, so that the first query after the load is planned well. */
async function analyse(session: Session, tables: readonly PlannedTable[]): Promise<void> {
  for (const { model } of tables) {
    await session.query(`analyze ${quoteTable(model.schema, model.name)}`)
  }
}
