import { DownpourError } from '../errors.ts'
import { countsUp } from '../model/keys.ts'
import type { PlannedTable } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { sequenceOf } from '../postgres/sequence.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { verdictOn } from './faults.ts'

/**
 * What a table's rows are followed by: its sequences, then fresh statistics, so that the first query
 * after the load is planned well.
 *
 * @throws DownpourError `FINISH_FAILED` with the server's reason; the rows stay
 */
export async function settleTable(session: Session, table: PlannedTable): Promise<void> {
  const { schema, name, key } = table.model
  try {
    await setSequences(session, [table])
    await session.query(`analyze ${quoteTable(schema, name)}`)
  } catch (error) {
    const reason = serverError(error)
    if (!reason || verdictOn(error) !== 'fail') throw error
    throw new DownpourError({
      code: 'FINISH_FAILED',
      message: `The rows of "${key}" are loaded, but its sequences and statistics are not up to date`,
      why: `${serverSaid(reason)}.`,
      fix: 'Remove the cause, then run it again: it goes on where it stopped.',
      exitCode: 4,
      table: key,
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
      if (!countsUp(model, column)) continue
      const [found] = await session.query<{ name: string | null }>(
        `select ${sequenceOf('attrelid', 'attnum')}::regclass::text as name
         from pg_attribute where attrelid = $1::text::regclass and attname = $2`,
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
