import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TableModel } from '../../src/model/table.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import type { StrategyName } from '../../src/write/strategy.ts'
import { seedProject } from './seed-project.ts'

export interface SeedWay {
  /** @defaultValue copy */
  readonly strategy?: StrategyName
  /** Rows per transaction. @defaultValue 50,000 */
  readonly chunkSize?: number
}

/** Loads tables that a benchmark has made and emptied by itself: one lane, keys in place. */
export async function seedTables(
  url: string,
  tables: readonly TableModel[],
  refinements: Refinements,
  counts: Readonly<Record<string, number>>,
  { strategy = 'copy', ...way }: SeedWay = {},
): Promise<void> {
  const folder = await emptyMigrations()
  try {
    const project = {
      folder,
      configFile: path.join(folder, 'downpour.config.ts'),
      config: { schema: '', seeds: [], profiles: {}, referenceDate: '2026-01-01' },
      tables,
      refinements,
      migrationsFolder: folder,
    }
    await seedProject(url, { project, counts, lanes: 1, indexes: 'keep', strategy, ...way })
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function emptyMigrations(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'downpour-bench-'))
  await mkdir(path.join(folder, 'meta'))
  await writeFile(
    path.join(folder, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries: [] }),
  )
  return folder
}
