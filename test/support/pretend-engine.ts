import type { TestDatabase } from './database.ts'
import { change } from './seed-town.ts'

/** What real servers say of themselves. */
export const engineWords = {
  cockroach: 'CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)',
  yugabyte:
    'PostgreSQL 11.2-YB-2.20.1.3-b0 on x86_64-pc-linux-gnu, compiled by clang version 16.0.6, 64-bit',
} as const

/**
 * Makes PostgreSQL say in one database that it is something else, and refuse there what that one
 * refuses: advisory locks.
 */
export async function pretendEngine(
  { url, name }: TestDatabase,
  engine: keyof typeof engineWords,
): Promise<void> {
  const locks = ['pg_try_advisory_xact_lock', 'pg_advisory_xact_lock'].map(
    (lock) => `create function public.${lock}(bigint) returns boolean language plpgsql as $$ begin
      raise 'advisory locks are not yet implemented' using errcode = '0A000'; end $$;`,
  )
  await change(
    url,
    `create function public.version() returns text language sql as $$ select '${engineWords[engine]}' $$;
     ${locks.join('\n')}
     alter database "${name}" set search_path = public, pg_catalog`,
  )
}
