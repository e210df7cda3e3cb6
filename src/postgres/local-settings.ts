import type { Session } from './session.ts'

/**
 * Statements that change settings until the end of a transaction: of those settings only that the
 * server's version has.
 *
 * @param wanted - values by name, as SQL
 * @example
 * await localSettings(session, { transaction_timeout: '0' }) // '' on PostgreSQL 15
 */
export async function localSettings(
  session: Session,
  wanted: Readonly<Record<string, string>>,
): Promise<string> {
  const rows = await session.query<{ name: string }>(
    `select name from pg_settings
     where name in (select json_array_elements_text($1::text::json)) order by name`,
    [JSON.stringify(Object.keys(wanted))],
  )
  return rows.map(({ name }) => `set local ${name} = ${wanted[name]}`).join('; ')
}
