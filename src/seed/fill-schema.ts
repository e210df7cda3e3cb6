import { runSeeder } from '../config/seeder.ts'
import type { Generators } from '../config/seeder.ts'
import { readSchema } from '../model/read-schema.ts'
import { withReferredTables } from '../model/referred-tables.ts'
import type { TableModel } from '../model/table.ts'
import { unwrapError } from '../postgres/server-error.ts'
import { refuseProduction } from '../run/refuse-production.ts'
import { addressOf } from './client-address.ts'
import { recognise } from './database.ts'
import { checkSeedOptions } from './options.ts'
import type { SeedOptions } from './options.ts'
import type { SeedJob } from './prepare-load.ts'
import { refinementsFor } from './refine.ts'
import type { SeedRefinements } from './refine.ts'
import { seedOverLanes } from './seed-over-lanes.ts'
import { seedThrough } from './seed-through.ts'

export type RefineCallback = (f: Generators) => SeedRefinements

/** What `seed` does: see there. */
export async function fillSchema(request: {
  readonly db: unknown
  readonly schema: Readonly<Record<string, unknown>>
  readonly options: SeedOptions
  readonly refine: RefineCallback
}): Promise<void> {
  refuseProduction('seed', { nodeEnvironment: process.env['NODE_ENV'] })
  const settings = checkSeedOptions(request.options)
  const handed = recognise('seed', request.db)
  const given = runSeeder(request.refine) as SeedRefinements
  const whole = withReferredTables(request.schema)
  const tables = readSchema(whole, { casing: handed.casing })
  const isPart = Object.keys(whole).length > Object.keys(request.schema).length
  const job: SeedJob = {
    tables,
    refinements: refinementsFor(given, tables),
    settings: {
      ...settings,
      // Tables that others refer to, and that the schema does not have, are left as they are.
      only: settings.only ?? (isPart ? keysIn(tables, request.schema) : undefined),
    },
  }
  const address = addressOf(handed)
  try {
    if (address && (await seedOverLanes(address, job)) === 'done') return
    await seedThrough(handed, job)
  } catch (error) {
    // Drizzle's own error holds SQL and every parameter.
    throw unwrapError(error)
  }
}

function keysIn(
  tables: readonly TableModel[],
  schema: Readonly<Record<string, unknown>>,
): readonly string[] {
  return tables.flatMap(({ key }) => (Object.hasOwn(schema, key) ? [key] : []))
}
