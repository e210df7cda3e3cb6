import path from 'node:path'
import { DownpourError } from '../errors.ts'
import { readSchema } from '../model/read-schema.ts'
import type { TableModel } from '../model/table.ts'
import type { Refinements } from '../plan/refinement.ts'
import type { Config } from './config.ts'
import { loadModule } from './load-module.ts'
import { runSeeder } from './seeder.ts'
import type { Seeder } from './seeder.ts'

/** A project: its configuration, its tables and how they are filled. */
export interface Project {
  readonly folder: string
  readonly configFile: string
  readonly config: Config
  readonly tables: readonly TableModel[]
  readonly refinements: Refinements
  readonly migrationsFolder: string
}

/**
 * Loads the configuration and what it names.
 *
 * @param configFile - an absolute path
 * @throws DownpourError `CONFIG_…` and `SCHEMA_…`
 */
export async function loadProject(configFile: string): Promise<Project> {
  const folder = path.dirname(configFile)
  const config = checkConfig(
    configFile,
    (await loadModule(configFile, 'the configuration'))['default'],
  )
  const schema = await loadModule(path.resolve(folder, config.schema), 'the schema')
  const refinements: Record<string, Refinements[string]> = {}
  for (const file of config.seeds) {
    const { default: seeder } = await loadModule(path.resolve(folder, file), 'the seeder')
    if (typeof seeder !== 'function') {
      throw configError(file, 'Its default export is no seeder.', 'export default defineSeeder(…)')
    }
    for (const [table, refinement] of Object.entries(runSeeder(seeder as Seeder))) {
      if (refinements[table]) {
        throw configError(file, `Another seeder fills "${table}" already.`, 'fill it in one place')
      }
      refinements[table] = refinement
    }
  }
  return {
    folder,
    configFile,
    config,
    tables: readSchema(schema),
    refinements,
    migrationsFolder: path.resolve(folder, config.migrations ?? './migrations'),
  }
}

function checkConfig(file: string, exported: unknown): Config {
  const config = exported as Partial<Config> | undefined
  if (typeof config !== 'object' || config === null) {
    throw configError(file, 'It has no default export.', 'export default defineConfig({ … })')
  }
  if (typeof config.schema !== 'string') {
    throw configError(
      file,
      '"schema" is no path.',
      "name the schema module: schema: './schema/index.ts'",
    )
  }
  if (!Array.isArray(config.seeds)) {
    throw configError(
      file,
      '"seeds" is no list of paths.',
      "name the seeders: seeds: ['./seeds/users.ts']",
    )
  }
  if (typeof config.profiles !== 'object' || config.profiles === null) {
    throw configError(
      file,
      '"profiles" is missing.',
      'give at least one: profiles: { dev: { counts: {} } }',
    )
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(config.referenceDate ?? '')) {
    throw configError(
      file,
      '"referenceDate" is no date.',
      "fix the day that counts as today: referenceDate: '2026-01-01'",
    )
  }
  return config as Config
}

function configError(file: string, why: string, fix: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_INVALID',
    message: `Cannot use ${file}`,
    why,
    fix: `${fix[0]!.toUpperCase()}${fix.slice(1)}.`,
  })
}
