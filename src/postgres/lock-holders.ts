import type { Session } from './session.ts'

/**
 * Who holds locks on some tables, this session and other lanes of its run apart.
 *
 * @param tables - quoted names
 * @returns e.g. `process 4711 (psql, idle in transaction)`
 */
export async function readLockHolders(
  session: Session,
  tables: readonly string[],
): Promise<readonly string[]> {
  const rows = await session.query<{ holder: string }>(
    `select distinct format('process %s (%s)', a.pid,
       concat_ws(', ', nullif(a.application_name, ''), a.state)) as holder
     from pg_locks l join pg_stat_activity a using (pid)
     where l.granted and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())
       and regexp_replace(a.application_name, ' lane \\d+$', '')
         <> regexp_replace(current_setting('application_name'), ' lane \\d+$', '')
       and l.relation in (select name::regclass from json_array_elements_text($1::text::json) as listed(name))
     order by 1`,
    [JSON.stringify(tables)],
  )
  return rows.map(({ holder }) => holder)
}
