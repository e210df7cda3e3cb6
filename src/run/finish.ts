import { DownpourError } from '../errors.ts'
import { countsUp } from '../model/keys.ts'
import type { PlannedTable } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { sequenceOf } from '../postgres/sequence.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { verdictOn } from './faults.ts'

/**
 * When statistics are made fresh: before the load ends, so that the first query after it is planned
 * well; or soon after by autovacuum, as after any other INSERT, where autovacuum looks at the table.
 */
export type Statistics = 'now' | 'by autovacuum'

/**
 * What a table's rows are followed by: its sequences, then fresh statistics.
 *
 * @returns what people should know of how it was done, in sentences
 * @throws DownpourError `FINISH_FAILED` with the server's reason; the rows stay
 */
export async function settleTable(
  session: Session,
  table: PlannedTable,
  statistics: Statistics,
): Promise<readonly string[]> {
  const { schema, name, key } = table.model
  try {
    await setSequences(session, [table])
    const { may, isVisited } = await readUpkeep(session, quoteTable(schema, name))
    if (statistics === 'by autovacuum' && isVisited) return []
    // Otherwise the server only warns.
    if (!may) return [`Statistics of ${key} stay as they are: the role may not ANALYZE it`]
    await session.query(`analyze ${quoteTable(schema, name)}`)
    return []
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

interface Upkeep {
  /** The owner of the table or of the database may ANALYZE, and from PostgreSQL 17 on who has MAINTAIN. */
  readonly may: boolean
  /** Autovacuum never visits partitioned and temporary tables, nor those of a server of one process. */
  readonly isVisited: boolean
}

async function readUpkeep(session: Session, table: string): Promise<Upkeep> {
  const [row] = await session.query<Upkeep>(
    `select pg_has_role(c.relowner, 'USAGE')
       or pg_has_role((select datdba from pg_database where datname = current_database()), 'USAGE')
       or case when current_setting('server_version_num')::int >= 170000
          then has_table_privilege(c.oid, 'MAINTAIN') else false end as may,
       c.relkind = 'r' and c.relpersistence <> 't'
       and current_setting('autovacuum')::bool and current_setting('track_counts')::bool
       and coalesce((select option_value::bool from pg_options_to_table(c.reloptions)
         where option_name = 'autovacuum_enabled'), true)
       and coalesce((select backend_type = 'client backend' from pg_stat_activity
         where pid = pg_backend_pid()), false) as "isVisited"
     from pg_class c where c.oid = $1::text::regclass`,
    [table],
  )
  return row!
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
      const [rows] = await session.query<{ largest: string | null }>(
        `select max(${quoteIdentifier(column.name)})::text as largest from ${table}`,
      )
      if (rows!.largest === null) continue
      // By itself: Citus sends a statement that reads the table where the rows are.
      await session.query(
        `select setval($1::text::regclass, greatest($2::text::int8, (select last_value from ${sequence})))`,
        [sequence, rows!.largest],
      )
    }
  }
}
