import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import type { Project } from '../../src/config/load-project.ts'
import { openSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import { createCorpusDatabase, loadCorpusSchema } from '../support/corpus.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { corpusProject, missesOf, planWith, planWithout, totalMiss } from '../support/estimates.ts'
import { seedTown } from '../support/seed-town.ts'

/** What is promised of all tables of a load together. */
const tolerance = 0.25

describe("the estimate for the project's own seeders", () => {
  let project: Project
  let database: TestDatabase

  beforeAll(async () => {
    project = await loadProject(new URL('../../downpour.config.ts', import.meta.url).pathname)
  })
  beforeEach(async () => {
    database = await createTestDatabase()
    const session = await openSession({ url: database.url })
    await applyMigrations(session, project.migrationsFolder)
    await session.close()
  })
  afterEach(() => database.drop())

  it.each([
    { name: 'users', only: ['users'], counts: { users: 20_000 } },
    {
      name: 'finance',
      only: ['users', 'accounts', 'categories', 'budgets', 'transactions'],
      counts: { users: 190 },
    },
    { name: 'catalog', only: ['brands', 'products'], counts: { brands: 500, products: 20_000 } },
  ])('is near what $name takes on disk, with and without a server', async ({ only, counts }) => {
    const options = { only, counts, indexes: 'auto', strategy: 'auto' } as const
    const asked = await planWith(database.url, { project, options })
    const unasked = await planWithout({ project, options })
    await seedTown(database.url, { project, ...options })
    for (const plan of [asked, unasked]) {
      const misses = await missesOf(database.url, plan, { project })
      expect(Math.abs(totalMiss(misses))).toBeLessThan(tolerance)
    }
  })
})

describe.concurrent('the estimate for a schema without configuration', () => {
  it.each([
    ['contacts', 'wide texts and many indexes'],
    ['archive', 'byte strings, a search vector and its GIN index'],
    ['surveys', 'arrays and documents'],
  ])('is near what %s takes on disk, with %s', async (name) => {
    const { module } = await loadCorpusSchema(name)
    const database = await createCorpusDatabase(module)
    try {
      const project = corpusProject(module)
      const options = { otherwise: 3000, indexes: 'auto', strategy: 'auto' } as const
      const plan = await planWithout({ project, options })
      await seedTown(database.url, { project, ...options })
      const misses = await missesOf(database.url, plan, { project })
      expect(Math.abs(totalMiss(misses))).toBeLessThan(tolerance)
    } finally {
      await database.drop()
    }
  })
})
