import path from 'node:path'
import { databaseUrlOf, findDrizzleConfig, readDrizzleConfig } from './drizzle-config.ts'
import type { DrizzleConfig } from './drizzle-config.ts'
import { urlOfVariables } from '../postgres/libpq/complete-url.ts'
import type { Environment } from '../postgres/libpq/complete-url.ts'

/** Which database, and who said so. */
export type DatabaseChoice =
  | { readonly kind: 'url'; readonly url: string; readonly source: string }
  | { readonly kind: 'embedded' }

/**
 * Decides which database is used: `--database-url`, then `DATABASE_URL`, then `drizzle.config.ts`,
 * then the server that libpq's variables name, then the embedded server. What a URL leaves out is
 * still to be added by `completeUrl`.
 *
 * @param options - `flag`: from the command line; `environment`: the variables; `folder`: where
 *   drizzle.config.ts would be, unless it was read already
 * @throws DownpourError `CONFIG_…`
 */
export async function chooseDatabase(options: {
  readonly flag: string | undefined
  readonly environment: Environment
  readonly folder: string
  readonly drizzle?: DrizzleConfig | undefined
}): Promise<DatabaseChoice> {
  const { flag, environment, folder } = options
  if (flag !== undefined) return { kind: 'url', url: flag, source: '--database-url' }
  const fromEnvironment = environment['DATABASE_URL']
  if (fromEnvironment) return { kind: 'url', url: fromEnvironment, source: 'DATABASE_URL' }
  const drizzle = options.drizzle ?? (await readDrizzleConfigIn(folder))
  const url = drizzle && databaseUrlOf(drizzle)
  if (drizzle && url !== undefined) {
    return { kind: 'url', url, source: path.basename(drizzle.file) }
  }
  const ofVariables = urlOfVariables(environment)
  if (ofVariables === undefined) return { kind: 'embedded' }
  return { kind: 'url', url: ofVariables, source: environment['PGHOST'] ? 'PGHOST' : 'PGSERVICE' }
}

async function readDrizzleConfigIn(folder: string): Promise<DrizzleConfig | undefined> {
  const file = await findDrizzleConfig(folder)
  return file === undefined ? undefined : readDrizzleConfig(file)
}
