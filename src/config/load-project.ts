import path from 'node:path'
import type { Casing } from 'drizzle-orm'
import { readSchema } from '../model/read-schema.ts'
import type { TableModel } from '../model/table.ts'
import type { Refinements } from '../plan/refinement.ts'
import { checkConfig, configError } from './check-config.ts'
import { completeConfig } from './config.ts'
import type { Config, Settings } from './config.ts'
import {
  checkDrizzleConfig,
  findDrizzleConfig,
  isDrizzleConfig,
  loadConfiguration,
  readDrizzleConfig,
  refuseOtherDialect,
} from './drizzle-config.ts'
import type { DrizzleConfig, MigrationsTable } from './drizzle-config.ts'
import { loadDefault, loadModule } from './load-module.ts'
import { findSchemaFiles } from './schema-files.ts'
import { mergeSchemas } from './merge-schemas.ts'
import { runSeeder } from './seeder.ts'
import type { Seeder } from './seeder.ts'

/** A project: its configuration, its tables and how they are filled. */
export interface Project {
  readonly folder: string
  readonly configFile: string
  readonly config: Settings
  readonly tables: readonly TableModel[]
  readonly refinements: Refinements
  readonly migrationsFolder: string
  /** @defaultValue Drizzle's own */
  readonly migrationsTable?: MigrationsTable | undefined
  /**
   * Pending migrations are nothing to a run: the tables only have to be there, however they came to
   * be, for example by `drizzle-kit push`.
   */
  readonly isFree?: boolean | undefined
  /** What drizzle.config.ts says, where the schema is the one it names. */
  readonly drizzle?: DrizzleConfig | undefined
}

/**
 * Loads a downpour.config.ts and what it names, or a drizzle.config.ts alone: then every table is
 * filled as its schema says.
 *
 * @param configFile - an absolute path
 * @throws DownpourError `CONFIG_…` and `SCHEMA_…`
 */
export async function loadProject(configFile: string): Promise<Project> {
  const exported = await loadConfiguration(configFile)
  const isDrizzle = isDrizzleConfig(configFile, exported)
  const own = isDrizzle ? {} : checkConfig(configFile, exported)
  const drizzle = isDrizzle
    ? checkDrizzleConfig(configFile, exported)
    : own.schema === undefined
      ? await readDrizzleConfigBeside(configFile)
      : undefined
  if (drizzle) refuseOtherDialect(drizzle)
  const folder = path.dirname(configFile)
  const { schema, casing, migrations } = withDrizzle(own, drizzle)
  const files = await findSchemaFiles(schema, {
    configFile: drizzle?.file ?? configFile,
    // drizzle-kit takes paths relative to the folder it is called in.
    folders: drizzle ? [folder, process.cwd()] : [folder],
  })
  return {
    folder,
    configFile,
    config: completeConfig(own),
    tables: readSchema(await loadSchemas(files), { casing }),
    refinements: await loadSeeders(folder, own.seeds ?? []),
    migrationsFolder: path.resolve(folder, migrations),
    migrationsTable: drizzle?.migrationsTable,
    isFree: drizzle !== undefined && own.migrations === undefined,
    drizzle,
  }
}

/** @throws DownpourError `CONFIG_INVALID` */
async function readDrizzleConfigBeside(configFile: string): Promise<DrizzleConfig> {
  const file = await findDrizzleConfig(path.dirname(configFile))
  if (file !== undefined) return readDrizzleConfig(file)
  throw configError(
    configFile,
    'It names no "schema", and no drizzle.config.ts is beside it.',
    "name the schema module: schema: './schema/index.ts'",
  )
}

interface Sources {
  readonly schema: readonly string[]
  readonly casing: Casing | undefined
  readonly migrations: string
}

function withDrizzle(own: Config, drizzle: DrizzleConfig | undefined): Sources {
  return {
    schema: drizzle?.schema ?? [own.schema ?? []].flat(),
    casing: own.casing ?? drizzle?.casing,
    migrations: own.migrations ?? drizzle?.out ?? './migrations',
  }
}

async function loadSchemas(files: readonly string[]) {
  const modules: Readonly<Record<string, unknown>>[] = []
  // One after the other: where two fail, the same one is told of each time.
  for (const file of files) modules.push(await loadModule(file, 'the schema'))
  return mergeSchemas(modules)
}

async function loadSeeders(folder: string, seeds: readonly string[]): Promise<Refinements> {
  const refinements: Record<string, Refinements[string]> = {}
  for (const file of seeds) {
    const seeder = await loadDefault(path.resolve(folder, file), 'the seeder')
    if (typeof seeder !== 'function') {
      throw configError(
        file,
        'Its default export is no seeder.',
        'end it with: export default defineSeeder(…)',
      )
    }
    for (const [table, refinement] of Object.entries(runSeeder(seeder as Seeder))) {
      if (refinements[table]) {
        throw configError(file, `Another seeder fills "${table}" already.`, 'fill it in one place')
      }
      refinements[table] = refinement
    }
  }
  return refinements
}
