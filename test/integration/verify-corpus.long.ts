import { describe, expect, it } from 'vitest'
import type { Project } from '../../src/config/load-project.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { createCorpusDatabase, loadCorpus } from '../support/corpus.ts'
import type { CorpusModule } from '../support/corpus.ts'
import { seedTown, townProject } from '../support/seed-town.ts'
import { verifyTown } from '../support/verify-town.ts'

const corpus = await loadCorpus()

describe('verify', () => {
  for (const { name, module, missing } of corpus) {
    const needs = missing.length > 0 ? ` (needs ${missing.join(' and ')})` : ''

    it.skipIf(missing.length > 0)(
      `finds nothing wrong with the schema ${name} as it was seeded${needs}`,
      { timeout: 120_000 },
      async () => {
        const project = projectOf(module)
        const database = await createCorpusDatabase(module)
        try {
          await seedTown(database.url, {
            project,
            otherwise: 500,
            strategy: 'auto',
            indexes: 'auto',
          })
          const report = await verifyTown(database.url, { project })
          expect(report.findings).toEqual([])
          expect(report.rows).toBe(500 * project.tables.length)
          const quick = await verifyTown(database.url, { project, isQuick: true })
          expect(quick.findings).toEqual([])
        } finally {
          await database.drop()
        }
      },
    )
  }
})

/** As it is loaded from a drizzle.config.ts alone. */
function projectOf(module: CorpusModule): Project {
  return {
    ...townProject,
    tables: readSchema(module, { casing: module.casing }),
    refinements: {},
    isFree: true,
  }
}
