import path from 'node:path'
import { databaseUrlOf, findDrizzleConfig, readDrizzleConfig } from './drizzle-config.ts'
import type { DrizzleConfig } from './drizzle-config.ts'

/** Which database, and who said so. */
export type DatabaseChoice =
  | { readonly kind: 'url'; readonly url: string; readonly source: string }
  | { readonly kind: 'embedded' }

/**
 * Decides which database is used: `--database-url`, then `DATABASE_URL`, then `drizzle.config.ts`,
 * then the embedded server.
 *
 * @param options - `flag`: from the command line; `environment`: `DATABASE_URL`; `folder`: where
 *   drizzle.config.ts would be, unless it was read already
 * @throws DownpourError `CONFIG_…`
 */
export async function chooseDatabase(options: {
  readonly flag: string | undefined
  readonly environment: string | undefined
  readonly folder: string
  readonly drizzle?: DrizzleConfig | undefined
}): Promise<DatabaseChoice> {
  const { flag, environment, folder } = options
  if (flag !== undefined) return { kind: 'url', url: flag, source: '--database-url' }
  if (environment) return { kind: 'url', url: environment, source: 'DATABASE_URL' }
  const drizzle = options.drizzle ?? (await readDrizzleConfigIn(folder))
  const url = drizzle && databaseUrlOf(drizzle)
  if (drizzle === undefined || url === undefined) return { kind: 'embedded' }
  return { kind: 'url', url, source: path.basename(drizzle.file) }
}

async function readDrizzleConfigIn(folder: string): Promise<DrizzleConfig | undefined> {
  const file = await findDrizzleConfig(folder)
  return file === undefined ? undefined : readDrizzleConfig(file)
}
