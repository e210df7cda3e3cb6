import type { Casing } from 'drizzle-orm'

/** A named set of row counts. */
export interface Profile {
  /** Rows by table key; tables that are counted per parent follow by themselves. */
  readonly counts: Readonly<Record<string, number>>
  /** Rows of each table that neither `counts` nor a seeder counts; without it they stay empty. */
  readonly otherwise?: number
  /**
   * What such a database is for, such as `staging`: it is marked so by its first run, and from then on
   * commands of another environment refuse it. @defaultValue `NODE_ENV`, else `development`
   */
  readonly environment?: string
}

/** What `downpour.config.ts` exports. Paths are relative to it. */
export interface Config {
  /**
   * The modules that export the Drizzle tables: a path, a glob, or several. May be left out where a
   * drizzle.config.ts beside this file names them.
   */
  readonly schema?: string | readonly string[]
  /** As given to `drizzle({ casing })`. @defaultValue the drizzle.config.ts's, where that names the schema */
  readonly casing?: Casing
  /** Modules whose default export is a seeder; they fill different tables. @defaultValue none */
  readonly seeds?: readonly string[]
  /**
   * The folder that drizzle-kit writes. Pending migrations stop a run.
   *
   * @defaultValue './migrations'; where drizzle.config.ts names the schema, its `out`, and then tables
   * only have to be there
   */
  readonly migrations?: string
  /** @defaultValue `{ dev: { counts: {}, otherwise: 100 } }` */
  readonly profiles?: Readonly<Record<string, Profile>>
  /** @defaultValue 'dev' */
  readonly defaultProfile?: string
  /** The seed when `--seed` is not given. @defaultValue 1 */
  readonly seed?: number
  /** What "today" means in the generated data, `YYYY-MM-DD`. @defaultValue '2026-01-01' */
  readonly referenceDate?: string
  /** Tables of at least so many rows are written by COPY under `--strategy auto`. @defaultValue 2000 */
  readonly copyThreshold?: number
  /**
   * Hosts on other machines that may be written to without `--confirm`, as URLs name them; `*.` stands
   * for whatever is before the rest. @defaultValue none
   */
  readonly allowHosts?: readonly string[]
  /** Printed at the end of `seed`: whom to sign in as, where to look. */
  readonly hint?: string
}

/** A configuration with what it left out. */
export type Settings = Config & Required<Pick<Config, 'profiles' | 'referenceDate'>>

/** Fixed, since the same seed gives the same rows in every year. */
export const defaultReferenceDate = '2026-01-01'

/** Rows of each table where nobody says how many. */
export const defaultCount = 100

/**
 * Types the configuration, and adds what holds where it says nothing.
 *
 * @example
 * export default defineConfig({
 *   schema: './schema/index.ts',
 *   seeds: ['./seeds/users.ts'],
 *   profiles: { dev: { counts: { users: 1000 } } },
 * })
 */
export function defineConfig(config: Config): Settings {
  return completeConfig(config)
}

/** The same for what was not made by `defineConfig`. */
export function completeConfig(config: Config): Settings {
  return {
    ...config,
    profiles: config.profiles ?? { dev: { counts: {}, otherwise: defaultCount } },
    referenceDate: config.referenceDate ?? defaultReferenceDate,
  }
}
