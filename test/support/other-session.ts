import { setTimeout as sleep } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { withSql } from './embedded.ts'
import { ask } from './seed-town.ts'

/** Somebody else at work in a database, as `somebody else`. */
export interface OtherSession {
  readonly pid: number
  /** Sends statements, in the transaction that is open. */
  run(statements: string): Promise<void>
  /** Rolls back and leaves; harmless when done twice. */
  leave(): Promise<void>
}

/** Opens a session in which a transaction is begun with these statements. */
export async function openOther(url: string, statements: string): Promise<OtherSession> {
  const sql: Sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'somebody else' },
  })
  const [row] = await sql.unsafe<[{ pid: number }]>('select pg_backend_pid() as pid')
  await sql.unsafe(`begin; ${statements}`)
  return {
    pid: row.pid,
    run: async (more) => void (await sql.unsafe(more)),
    leave: () => sql.end({ timeout: 0 }),
  }
}

/** Waits until so many of a run's lanes wait for a lock; a command may need a while to get there. */
export async function waitForBlockedLanes(url: string, count: number): Promise<void> {
  const deadline = performance.now() + 45_000
  for (;;) {
    const blocked = await ask(url, BLOCKED)
    if (Number(blocked) === count) return
    if (performance.now() > deadline) throw new Error(`${blocked} lanes wait, not ${count}`)
    await sleep(20)
  }
}

const BLOCKED = `select count(*) from pg_stat_activity
  where datname = current_database() and application_name like 'downpour % lane %'
    and wait_event_type = 'Lock'`

/**
 * Ends sessions of a run as an administrator would, and waits until they are gone.
 *
 * @param name - a pattern of their `application_name`
 * @returns how many there were
 */
export async function endSessions(url: string, name: string): Promise<number> {
  return withSql(url, async (sql) => {
    const ended = await sql.unsafe(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name like $1`,
      [name],
    )
    return ended.length
  })
}

/**
 * Makes a role that owns everything in a database but is no superuser, since limits and timeouts
 * are not theirs.
 *
 * @returns the database's URL for this role
 */
export async function createOwner(
  url: string,
  options: { readonly role: string; readonly clauses?: string; readonly mayCreate?: boolean },
): Promise<string> {
  const { role, clauses = '', mayCreate = true } = options
  await withSql(url, async (sql) => {
    await sql.unsafe(`create role ${role} login password 'secret' ${clauses}`)
    await sql.unsafe(`
      do $$ declare one record; begin
        for one in select oid::regnamespace as name from pg_namespace
          where nspname !~ '^pg_' and nspname <> 'information_schema'
        loop execute format('alter schema %s owner to ${role}', one.name); end loop;
        for one in select oid::regclass as name from pg_class
          where relkind in ('r', 'p') and relnamespace not in
            ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
        loop execute format('alter table %s owner to ${role}', one.name); end loop;
        if ${mayCreate} then
          execute format('grant create on database %I to ${role}', current_database());
        end if;
      end $$`)
  })
  return Object.assign(new URL(url), { username: role, password: 'secret' }).href
}
