/**
 * Quotes a name for use in SQL. This file is the one place where identifiers are quoted: postgres.js
 * would read a dot inside a name as a separator.
 *
 * @param name - The name exactly as the catalog holds it.
 * @throws Error when the name is empty or holds a NUL, which no PostgreSQL name can.
 * @example
 * quoteIdentifier('say "hi"') // '"say ""hi"""'
 */
export function quoteIdentifier(name: string): string {
  if (name === '') throw new Error('A PostgreSQL name cannot be empty')
  if (name.includes('\0')) throw new Error('A PostgreSQL name cannot hold a NUL character')
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * Quotes a table's name together with its schema, when it has one.
 *
 * @param schema - `undefined` leaves the schema to the server's `search_path`.
 * @throws Error like {@link quoteIdentifier}.
 * @example
 * quoteTable('public', 'user.log') // '"public"."user.log"'
 */
export function quoteTable(schema: string | undefined, name: string): string {
  const table = quoteIdentifier(name)
  return schema === undefined ? table : `${quoteIdentifier(schema)}.${table}`
}
