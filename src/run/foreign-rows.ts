import { DownpourError } from '../errors.ts'
import { readLedgerVersion } from '../ledger/install.ts'
import type { TableModel } from '../model/table.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { readOne } from './existing-rows.ts'

/**
 * Looks for rows that no run has loaded.
 *
 * @returns the key of the first table that holds some
 * @throws DownpourError `TARGET_UNREADABLE`
 */
export async function findForeignRows(
  session: Session,
  tables: readonly TableModel[],
): Promise<string | undefined> {
  if (tables.length === 0) return undefined
  const hasLedger = await maySeeLedger(session)
  for (const table of tables) {
    const name = quoteTable(table.schema, table.name)
    const [found] = await session.query<{ isThere: boolean }>(
      'select to_regclass($1) is not null as "isThere"',
      [name],
    )
    if (!found!.isThere) continue
    const known = hasLedger ? await countKnown(session, table) : 0
    const { isForeign } = await readOne<{ isForeign: boolean }>(
      session,
      table,
      // The server stops at the first row too many.
      `count(*) > ${known} as "isForeign" from (select 1 from ${name} limit ${known + 1}) as found`,
    )
    if (isForeign) return table.key
  }
  return undefined
}

async function maySeeLedger(session: Session): Promise<boolean> {
  try {
    return (await readLedgerVersion(session)) > 0
  } catch (error) {
    if (error instanceof DownpourError && error.code === 'LEDGER_NO_RIGHT') return false
    throw error
  }
}

/** Rows of all runs that are not taken away again, those apart that the database has refused. */
async function countKnown(session: Session, { schema, name }: TableModel): Promise<number> {
  const [row] = await session.query<{ rows: number }>(
    `select coalesce(sum(case r.state
         when 'running' then (
           select coalesce(sum(s.row_count), 0) from downpour.steps s
           where s.run = t.run and s.position = t.position and s.kind = 'chunk' and s.is_done)
         else t.row_count end
       - (select count(*) from downpour.rejects j where j.run = t.run and j.table_key = t.key)), 0)
       ::float8 as rows
     from downpour.run_tables t join downpour.runs r on r.id = t.run
     where t.schema = $1 and t.name = $2 and not t.is_emptied
       and r.state in ('running', 'finished', 'undoing')`,
    [schema, name],
  )
  return row!.rows
}
