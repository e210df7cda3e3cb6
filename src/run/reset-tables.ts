import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { verdictOn } from './faults.ts'

/**
 * Empties tables and restarts their sequences, all or none, in whatever transaction is open.
 *
 * @param all - every table of the schema
 * @returns what people should know of how it was done, in sentences
 * @throws DownpourError `RESET_FAILED` with the server's reason
 */
export async function resetTables(
  session: Session,
  tables: readonly TableModel[],
  all: readonly TableModel[],
): Promise<readonly string[]> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  if (names.length === 0) return []
  const foreign = await readForeignSequences(session, names)
  try {
    const mode = foreign.length === 0 ? 'restart identity' : 'continue identity'
    await session.query(`truncate ${names.join(', ')} ${mode}`)
    return foreign.length === 0
      ? []
      : [`Sequences go on from where they were, since others own them: ${foreign.join(', ')}`]
  } catch (error) {
    throw resetError(error, referringTo(tables, all))
  }
}

/**
 * Sequences that only their owner may restart. Setting them by hand would not be undone with the
 * transaction.
 */
async function readForeignSequences(
  session: Session,
  tables: readonly string[],
): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    `select s.relname as name
     from json_array_elements_text($1::text::json) as wanted(name)
     join pg_depend d on d.refobjid = to_regclass(wanted.name) and d.deptype in ('a', 'i')
       and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
     join pg_class s on s.oid = d.objid and s.relkind = 'S'
     where not pg_has_role(s.relowner, 'USAGE')
     order by name`,
    [JSON.stringify(tables)],
  )
  return rows.map(({ name }) => name)
}

/** The tables that refer to some of these and are none of them. */
function referringTo(tables: readonly TableModel[], all: readonly TableModel[]): readonly string[] {
  const keys = new Set(tables.map(({ key }) => key))
  return all
    .filter(({ key, foreignKeys }) => {
      return !keys.has(key) && foreignKeys.some(({ parent }) => keys.has(parent))
    })
    .map(({ key }) => key)
}

function resetError(error: unknown, referring: readonly string[]): unknown {
  const reason = serverError(error)
  if (!reason || verdictOn(error) !== 'fail') return error
  const codes: Readonly<Record<string, string>> = {
    '0A000':
      referring.length === 0
        ? 'Drop the foreign key of the table that refers to one of them, which is not in the schema.'
        : `Empty ${referring.join(', ')} too: name it in --only as well, or empty all tables with "npx downpour reset".`,
    '42P01': 'Apply the migrations: npx downpour migrate.',
    '42501': 'Use a role that may truncate these tables.',
  }
  return new DownpourError({
    code: 'RESET_FAILED',
    message: 'Cannot empty the tables',
    why: `${serverSaid(reason)}.`,
    fix: codes[reason.code] ?? 'Remove the cause, then run it again; nothing was emptied.',
    exitCode: 4,
    cause: reason,
  })
}
