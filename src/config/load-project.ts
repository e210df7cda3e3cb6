import path from 'node:path'
import { readSchema } from '../model/read-schema.ts'
import type { TableModel } from '../model/table.ts'
import type { Refinements } from '../plan/refinement.ts'
import { checkConfig, configError } from './check-config.ts'
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
  return {
    folder,
    configFile,
    config,
    tables: readSchema(schema),
    refinements,
    migrationsFolder: path.resolve(folder, config.migrations ?? './migrations'),
  }
}
