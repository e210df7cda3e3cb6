import type { TableModel } from '../model/table.ts'
import { isIntegerKey } from '../plan/choose-generator.ts'
import type { PlannedTable } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'

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
export async function analyse(session: Session, tables: readonly PlannedTable[]): Promise<void> {
  for (const { model } of tables) {
    await session.query(`analyze ${quoteTable(model.schema, model.name)}`)
  }
}

/** Empties tables and restarts their sequences, all or none. */
export async function resetTables(session: Session, tables: readonly TableModel[]): Promise<void> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  if (names.length > 0) await session.query(`truncate ${names.join(', ')} restart identity`)
}
