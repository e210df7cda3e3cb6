import type { SeedDatabase } from './database.ts'

/**
 * Empties a schema's tables and lets their sequences begin anew, all or none. As with drizzle-seed,
 * tables that refer to one of them are emptied too, even if the schema does not name them.
 *
 * @param db - what `drizzle()` returns, or a transaction of it
 * @param schema - the tables, as in `import * as schema from './schema'`
 * @throws DownpourError `REFUSED_PRODUCTION`, `SEED_DATABASE`, `SCHEMA_EMPTY`, or `RESET_FAILED`
 *   with the server's reason
 * @example
 * await reset(db, schema) // every table is empty, and the next key is 1
 */
export async function reset(
  db: SeedDatabase,
  schema: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { emptySchema } = await import('./empty-schema.ts')
  return emptySchema(db, schema)
}
