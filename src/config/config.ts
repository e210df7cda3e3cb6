/** A named set of row counts. */
export interface Profile {
  /** Rows by table key; tables that are counted per parent follow by themselves. */
  readonly counts: Readonly<Record<string, number>>
}

/** What `downpour.config.ts` exports. Paths are relative to it. */
export interface Config {
  /** The module that exports the Drizzle tables. */
  readonly schema: string
  /** Modules whose default export is a seeder; they fill different tables. */
  readonly seeds: readonly string[]
  /** The folder that drizzle-kit writes. @defaultValue './migrations' */
  readonly migrations?: string
  readonly profiles: Readonly<Record<string, Profile>>
  /** @defaultValue 'dev' */
  readonly defaultProfile?: string
  /** The seed when `--seed` is not given. @defaultValue 1 */
  readonly seed?: number
  /** What "today" means in the generated data, `YYYY-MM-DD`. */
  readonly referenceDate: string
  /** Tables of at least so many rows are written by COPY under `--strategy auto`. @defaultValue 2000 */
  readonly copyThreshold?: number
  /** Printed at the end of `seed`: whom to sign in as, where to look. */
  readonly hint?: string
}

/**
 * Types the configuration.
 *
 * @example
 * export default defineConfig({
 *   schema: './schema/index.ts',
 *   seeds: ['./seeds/users.ts'],
 *   referenceDate: '2026-01-01',
 *   profiles: { dev: { counts: { users: 1000 } } },
 * })
 */
export function defineConfig(config: Config): Config {
  return config
}
