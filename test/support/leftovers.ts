import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { withSql } from './embedded.ts'

/**
 * Asserts that nobody has left anything behind in a database: no other session, no advisory lock,
 * no prepared transaction, no index that is not valid.
 *
 * @param seconds - How long to wait for what is ending. @defaultValue 5
 * @throws an error that lists what is left, a line each
 */
export async function expectNothingLeft(url: string, seconds = 5): Promise<void> {
  await withSql(url, async (sql) => {
    const deadline = performance.now() + 1000 * seconds
    let left = await leftovers(sql)
    while (left.length > 0 && performance.now() < deadline) {
      await sleep(25)
      left = await leftovers(sql)
    }
    if (left.length > 0) throw new Error(['Left in the database:', ...left].join('\n- '))
  })
}

async function leftovers(sql: Sql): Promise<string[]> {
  const rows = await sql.unsafe<{ what: string }[]>(LEFTOVERS)
  return rows.map(({ what }) => what)
}

/** The server's own cleaning comes and goes, and takes no advisory lock. */
const LEFTOVERS = `
  select format('%s "%s" (pid %s), %s: %s', backend_type, application_name, pid,
    coalesce(state, 'starting'), left(btrim(regexp_replace(query, '\\s+', ' ', 'g')), 80)) as what
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and backend_type <> 'autovacuum worker'
  union all
  select format('advisory lock (%s, %s) in %s, %s, pid %s', classid, objid, mode,
    case when granted then 'granted' else 'awaited' end, coalesce(pid::text, 'unknown'))
  from pg_locks
  where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
  union all
  select format('prepared transaction "%s" of %s', gid, owner)
  from pg_prepared_xacts where database = current_database()
  union all
  select format('invalid index %s on %s', indexrelid::regclass, indrelid::regclass)
  from pg_index where not indisvalid
  order by what`
