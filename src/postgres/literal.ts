/// <reference lib="es2024.string" />
/**
 * Quotes a text as an SQL constant of no type yet, whatever `standard_conforming_strings` is:
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 *
 * @throws Error when the text holds a NUL or half a surrogate pair, which no PostgreSQL text can.
 * @example
 * quoteLiteral("it's") // "'it''s'"
 * quoteLiteral('a\\b') // "E'a\\\\b'"
 */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new Error('A PostgreSQL text cannot hold a NUL character')
  if (!text.isWellFormed()) throw new Error('A PostgreSQL text cannot hold half a surrogate pair')
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
