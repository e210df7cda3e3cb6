import type { Generators, OnlyKnown } from '../config/seeder.ts'
import type { SeedDatabase } from './database.ts'
import type { RefineCallback } from './fill-schema.ts'
import type { SeedOptions } from './options.ts'
import type { SeedRefinementsOf } from './refine.ts'

/** A load that begins once it is awaited, or refined. */
export interface SeedPromise<Schema> extends Promise<void> {
  /**
   * Loads with some tables filled differently.
   *
   * @param callback - gets the generators, returns how tables are filled
   * @example
   * await seed(db, schema).refine((f) => ({
   *   users: { count: 20, columns: { name: f.fullName() }, with: { posts: 10 } },
   * }))
   */
  refine<Given extends SeedRefinementsOf<Schema>>(
    callback: (f: Generators) => Given & OnlyKnown<Given, SeedRefinementsOf<Schema>>,
  ): Promise<void>
}

/**
 * Fills a schema's tables, as drizzle-seed does, with the same rows for the same seed whatever the
 * driver. Rows that are there stay; new ones come behind them and refer to new ones only.
 *
 * On postgres.js connections of our own load by COPY; where that is quicker, empty tables are without
 * their keys, indexes and foreign keys meanwhile, in one transaction that others wait for. On any other
 * driver, and within a transaction, everything goes through `db`, in one transaction or a savepoint of
 * it.
 *
 * @param db - what `drizzle()` returns, or a transaction of it
 * @param schema - the tables, as in `import * as schema from './schema'`
 * @throws DownpourError `REFUSED_PRODUCTION`, `SEED_…`, `SCHEMA_…`, `PLAN_…` and `TARGET_…` before
 *   anything is written, `LOAD_…` and `DATA_…` after; then nothing is stored, unless several lanes
 *   have committed chunks
 * @example
 * await seed(db, schema, { count: 1000, seed: 1 }) // 1,000 rows in every table
 */
export function seed<const Schema extends Readonly<Record<string, unknown>>>(
  db: SeedDatabase,
  schema: Schema,
  options: SeedOptions = {},
): SeedPromise<Schema> {
  // Configurations and seeders import this module too, which load nothing.
  const fill = async (refine: RefineCallback): Promise<void> => {
    const { fillSchema } = await import('./fill-schema.ts')
    return fillSchema({ db, schema, options, refine })
  }
  let begun: Promise<void> | undefined
  const begin = () => (begun ??= fill(() => ({})))
  return {
    [Symbol.toStringTag]: 'SeedPromise',
    // oxlint-disable-next-line unicorn/no-thenable -- to be awaited as it is, or refined first
    then: (onFulfilled, onRejected) => begin().then(onFulfilled, onRejected),
    catch: (onRejected) => begin().catch(onRejected),
    finally: (onFinally) => begin().finally(onFinally),
    refine: (callback) => fill(callback),
  }
}
